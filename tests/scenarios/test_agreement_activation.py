"""A team agrees on another activation: history stays what it was told, or is told anew, and everyone can see which."""

from dataclasses import replace
from pathlib import Path

import pytest

from bothsides.metrics import Dictionary, Query, Store, ask, read_dictionary
from bothsides.metrics.agreed.comparison import changes, compare, one_version
from bothsides.metrics.dictionary import HOUSE
from bothsides.schema import Grain
from tests.metrics.cases import account, day, order
from tests.metrics.conftest import build_market

MONTHS = ("2024-01", "2024-02", "2024-03", "2024-04")
QUERY = Query(
    metrics=("buyer_activation_rate",),
    grain=Grain.MONTH,
    start=day("2024-01-01"),
    end=day("2024-04-30"),
    intervals=False,
)

AGREED = """
[[metric]]
id = "buyer_activation_rate"
meaning = "Share of buyer signups with a first purchase within 14 days."
effective_from = {day}
numerator = "count(accounts) where days_to_first_order <= 14"
denominator = "count(accounts)"
share = true
maturity_days = 14
{more}
"""


@pytest.fixture(scope="module")
def store() -> Store:
    """Every month one buyer orders after 10 days and one after 20; known until the end of July."""
    accounts = [account("s1", "2023-12-01", side="supplier")]
    orders = []
    for month in MONTHS:
        for name, ordered in (("fast", "12"), ("slow", "22")):
            accounts.append(account(f"b_{name}_{month}", f"{month}-02", side="buyer"))
            orders.append(order(f"b_{name}_{month}", "s1", f"{month}-{ordered}", 10_00))
    return build_market(accounts=accounts, orders=orders, known_until=day("2024-07-31"))


def agreed(folder: Path, effective_from: str, more: str = "") -> Dictionary:
    """What a workspace has agreed on."""
    (folder / "agreement").mkdir(parents=True)
    text = AGREED.format(day=effective_from, more=more)
    (folder / "agreement" / "metrics.toml").write_text(text, encoding="utf-8")
    return read_dictionary(folder)


def history(store: Store, dictionary: Dictionary) -> list[tuple[str | None, str, float | None]]:
    """Each month's number and the definition it was found by."""
    return [(v.period, v.definition, v.value) for v in ask(replace(store, dictionary=dictionary), QUERY)]


def test_a_definition_agreed_for_march_leaves_what_was_told_before(store: Store, tmp_path: Path) -> None:
    assert history(store, HOUSE) == [(month, "buyer_activation_rate@1", 1.0) for month in MONTHS]
    now = agreed(tmp_path, "2024-03-01")
    assert history(store, now) == [
        ("2024-01", "buyer_activation_rate@1", 1.0),
        ("2024-02", "buyer_activation_rate@1", 1.0),
        ("2024-03", "buyer_activation_rate@2", 0.5),
        ("2024-04", "buyer_activation_rate@2", 0.5),
    ]
    found = compare(store, QUERY, HOUSE, now)
    assert [change.metric for change in found.changes] == ["buyer_activation_rate"]
    assert [(c.value.period, c.difference, c.share) for c in found.restated] == [
        ("2024-03", -0.5, -0.5),
        ("2024-04", -0.5, -0.5),
    ]
    assert len(found.cells) - len(found.restated) == 2


def test_a_definition_that_restates_changes_every_month(store: Store, tmp_path: Path) -> None:
    now = agreed(tmp_path, "2024-03-01", "restate = true")
    assert history(store, now) == [(month, "buyer_activation_rate@2", 0.5) for month in MONTHS]
    assert [cell.value.period for cell in compare(store, QUERY, HOUSE, now).restated] == list(MONTHS)


def test_moving_the_day_restates_only_the_months_between(store: Store, tmp_path: Path) -> None:
    before, after = agreed(tmp_path / "signed", "2024-03-01"), agreed(tmp_path / "proposed", "2024-04-01")
    found = compare(store, QUERY, before, after)
    assert [(c.value.period, c.difference) for c in found.restated] == [("2024-03", 0.5)]
    assert compare(store, QUERY, before, before).restated == ()
    assert changes(before, before) == ()


def test_two_versions_can_be_held_against_each_other_over_all_history(store: Store, tmp_path: Path) -> None:
    now = agreed(tmp_path, "2024-03-01")
    first, second = (one_version(now, "buyer_activation_rate", number) for number in (1, 2))
    found = compare(store, QUERY, first, second)
    assert [(c.value.period, c.before and c.before.value, c.after and c.after.value) for c in found.restated] == [
        (month, 1.0, 0.5) for month in MONTHS
    ]


def test_what_changed_is_said_in_the_language_of_the_agreement(store: Store, tmp_path: Path) -> None:
    (change,) = compare(store, QUERY, HOUSE, agreed(tmp_path, "2024-03-01")).changes
    assert ("window", "30 days", "14 days") in change.fields
    assert ("maturity_days", "30", "14") in change.fields
    assert [(held.first and held.first.isoformat(), held.metric.version) for held in change.after] == [
        (None, 1),
        ("2024-03-01", 2),
    ]


def test_a_metric_of_our_own_is_new_in_every_cell(store: Store, tmp_path: Path) -> None:
    text = '[[metric]]\nid = "baskets"\nmeaning = "Orders."\nunit = "count"\nside = "each"\nformula = "count(orders)"\n'
    (tmp_path / "agreement").mkdir()
    (tmp_path / "agreement" / "metrics.toml").write_text(text, encoding="utf-8")
    now = read_dictionary(tmp_path)
    found = compare(store, replace(QUERY, metrics=("baskets", "orders")), HOUSE, now)
    assert [(c.value.metric, c.before, c.after and c.after.value, c.difference) for c in found.added] == [
        ("baskets", None, 2, None) for _ in MONTHS
    ]
    assert found.restated == ()
    assert len(found.cells) == 8
