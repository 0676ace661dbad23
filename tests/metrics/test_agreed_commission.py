"""The agreed split of a commission: lifetime value by side follows it, what the market earns does not."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bothsides.agreement import AgreementError
from bothsides.metrics import Query, Value, ask, read_dictionary
from bothsides.metrics.agreed.commission import buyer_share
from bothsides.metrics.dictionary import HOUSE, Dictionary
from bothsides.metrics.store import Store
from tests.metrics.conftest import build_market

SPLIT = ("ltv", "discounted_ltv", "monthly_contribution")
START = date(2023, 1, 5)


def agreed(folder: Path, text: str) -> Dictionary:
    path = folder / "agreement" / "metrics.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return read_dictionary(folder)


@pytest.fixture(scope="module")
def ledger() -> Store:
    orders, fees = [], []
    for i in range(60):
        on = START + timedelta(days=11 * i)
        parties = {"buyer_id": f"b{i % 30}", "supplier_id": f"s{i % 11}"}
        orders.append({"order_id": f"o{i}", "placed_on": on, "placed_at": on, "amount": 100_00} | parties)
        fees.append({"order_id": f"o{i}", "charged_at": on, "amount": 10_00})
    fees.append(
        {"account_id": "s1", "charged_at": START + timedelta(days=400), "kind": "subscription", "amount": 70_00}
    )
    spend = [
        {
            "spent_on": date(2023, 4, 15),
            "spent_at": date(2023, 4, 15),
            "side": side,
            "kind": "marketing",
            "amount": 30_00,
        }
        for side in ("buyer", "supplier")
    ]
    return build_market(known_until=date(2024, 12, 31), orders=orders, fees=fees, spend=spend)


def by_side(store: Store, dictionary: Dictionary, *metrics: str) -> dict[tuple[str, str | None], Value]:
    asked = replace(store, dictionary=dictionary)
    return {(v.metric, v.side): v for v in ask(asked, Query(metrics=metrics, by_side=True))}


def test_a_split_moves_money_between_sides_and_makes_none(ledger: Store, tmp_path: Path) -> None:
    dictionary = agreed(tmp_path, "[commission]\nbuyer = 0.75\nrestate = true\n")
    house, ours = (by_side(ledger, d, "ltv", "discounted_ltv") for d in (HOUSE, dictionary))
    for metric in ("ltv", "discounted_ltv"):
        buyer = float(ours[metric, "buyer"].value or 0), float(house[metric, "buyer"].value or 0)
        assert buyer[0] == pytest.approx(1.5 * buyer[1])
        assert ours[metric, "buyer"].definition == f"{metric}@2"
    # A supplier's own subscription stays whole: 70.00 over eleven suppliers, the rest is halved.
    own = 70 / 11
    supplier = float(ours["ltv", "supplier"].value or 0), float(house["ltv", "supplier"].value or 0)
    assert supplier[0] - own == pytest.approx(0.5 * (supplier[1] - own))


def test_contribution_follows_with_its_interval(ledger: Store, tmp_path: Path) -> None:
    even = agreed(tmp_path, "[commission]\nbuyer = 0.5\nrestate = true\n")
    house, same = (by_side(ledger, d, "monthly_contribution") for d in (HOUSE, even))
    for side in ("buyer", "supplier"):
        then, now = house["monthly_contribution", side], same["monthly_contribution", side]
        assert (now.value, now.n, now.low, now.high) == pytest.approx((then.value, then.n, then.low, then.high))
    most = by_side(ledger, agreed(tmp_path, "[commission]\nbuyer = 0.9\nrestate = true\n"), "monthly_contribution")
    assert most["monthly_contribution", "buyer"].value == pytest.approx(
        1.8 * float(house["monthly_contribution", "buyer"].value or 0)
    )


def test_ratios_made_of_them_follow_and_the_market_s_money_does_not(ledger: Store, tmp_path: Path) -> None:
    dictionary = agreed(tmp_path, "[commission]\nbuyer = 0.75\nrestate = true\n")
    house, ours = (
        by_side(ledger, d, "ltv_to_cac", "cac_payback_months", "net_revenue", "cac") for d in (HOUSE, dictionary)
    )
    ratio = float(ours["ltv_to_cac", "buyer"].value or 0) / float(house["ltv_to_cac", "buyer"].value or 1)
    months = float(ours["cac_payback_months", "buyer"].value or 0) / float(
        house["cac_payback_months", "buyer"].value or 1
    )
    assert (ratio, months) == pytest.approx((1.5, 1 / 1.5))
    same = {key: found.value for key, found in house.items() if key[0] in ("net_revenue", "cac")}
    assert any(same.values())
    assert {key: ours[key].value for key in same} == same


def test_the_words_say_the_split(tmp_path: Path) -> None:
    dictionary = agreed(tmp_path, "[commission]\nbuyer = 0.75\nrestate = true\n")
    for name in ("ltv", "discounted_ltv", "monthly_contribution"):
        assert "75% to its buyer and 25% to its supplier" in dictionary.metric(name).meaning
    assert "75% to its buyer" in dictionary.metric("observed_payback_months").caveat
    assert (buyer_share(dictionary), buyer_share(HOUSE)) == (0.75, 0.5)


def test_from_a_day_on_the_periods_before_keep_halves(tmp_path: Path) -> None:
    dictionary = agreed(tmp_path, "[commission]\nbuyer = 0.75\neffective_from = 2024-01-01\n")
    assert buyer_share(dictionary, date(2023, 12, 31)) == 0.5
    assert buyer_share(dictionary, date(2024, 1, 1)) == 0.75


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[commission]\nbuyer = 1.2\nrestate = true\n", "commission.buyer = 1.2: must be a share from 0 to 1"),
        ("[commission]\nbuyer = 0.7\n", "ltv@1 is defined already; say from which day"),
        ("[commission]\nbuyers = 0.7\nrestate = true\n", "did you mean 'buyer'"),
        ("commission = 0.7\n", "must be a table, written as [commission]"),
    ],
)
def test_a_wrong_split_names_what_is_allowed(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(AgreementError) as refused:
        agreed(tmp_path, text)
    assert said in str(refused.value)
