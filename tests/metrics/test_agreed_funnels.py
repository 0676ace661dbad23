"""agreement/funnels.toml: ways of our own, every choice written down, dated like every definition."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bothsides.agreement import AgreementError
from bothsides.metrics import METRICS, Query, ask, read_dictionary
from bothsides.metrics.agreed.fingerprint import formula_text, metric_fingerprint
from bothsides.metrics.funnels import Funnel, Step, Walk
from bothsides.metrics.measure import Test
from bothsides.schema import Side
from tests.metrics.cases import account
from tests.metrics.conftest import Market

FAST = """
[[funnel]]
id = "fast_path"
label = "Fast path"
side = "buyer"
walker = "account"
entry = "first_touch"
order = "ordered"
window = "48 hours"
exclusions = []
hold = "none"
count = "accounts"
attribution = "first_touch"
denominator = "entrants"
maturity = "left_out"

[[funnel.steps]]
name = "search"
source = "search"
where = "results > 0"
within = "none"
where_absent = "refuse"

[[funnel.steps]]
name = "order"
source = "order"
where = "completed = 1"
within = "none"
where_absent = "refuse"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "agreement" / "funnels.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(AgreementError) as refused:
        read_dictionary(written(folder, text))
    path = folder / "agreement" / "funnels.toml"
    return [str(problem).removeprefix(f"{path}: ") for problem in refused.value.problems]


def test_a_funnel_is_read_as_it_is_declared(tmp_path: Path) -> None:
    metric = read_dictionary(written(tmp_path, FAST)).metric("fast_path_conversion")
    assert isinstance(metric.formula, Walk)
    step = Step(name="search", source="search", where=(Test("results", ">", 0),), within=None, where_absent="refuse")
    assert metric.formula.funnel == Funnel(
        id="fast_path",
        label="Fast path",
        side=Side.BUYER,
        walker="account",
        steps=(step, replace(step, name="order", source="order", where=(Test("completed", "=", 1),))),
        entry="first_touch",
        order="ordered",
        window=timedelta(days=2),
        exclusions=(),
        hold="none",
        count="accounts",
        attribution="first_touch",
        denominator="entrants",
        maturity="left_out",
    )
    assert (metric.definition, metric.source) == ("fast_path_conversion@1", "agreement/funnels.toml")


def test_it_is_answered_like_any_other(tmp_path: Path, market: Market) -> None:
    """b1 orders within two days of a search that found something, b2 after three, b3's search found nothing."""
    searches = [("b1", 1, 5), ("b2", 1, 5), ("b3", 1, 0)]
    orders = [("b1", 2), ("b2", 4), ("b3", 2)]
    store = replace(
        market(
            accounts=[account(name, "2023-12-01") for name in ("b1", "b2", "b3", "s1")],
            events=[
                {"account_id": who, "name": "search", "occurred_at": datetime(2024, 1, day, 9), "results": results}
                for who, day, results in searches
            ],
            orders=[
                {"buyer_id": who, "supplier_id": "s1", "placed_at": datetime(2024, 1, day, 9), "amount": 100}
                for who, day in orders
            ],
            known_until=date(2024, 1, 31),
        ),
        dictionary=read_dictionary(written(tmp_path, FAST)),
    )
    values = ask(store, Query(metrics=("fast_path_reached", "fast_path_conversion"), dims=("step",)))
    assert [(v.metric, v.dim("step"), v.value) for v in values] == [
        ("fast_path_reached", "1 search", 2),
        ("fast_path_reached", "2 order", 1),
        ("fast_path_conversion", "1 search", 1.0),
        ("fast_path_conversion", "2 order", 0.5),
    ]


def test_every_choice_left_out_is_named(tmp_path: Path) -> None:
    text = "\n".join(line for line in FAST.splitlines() if not line.startswith(("entry", "hold", "where_absent")))
    assert [line.split(":")[0] for line in mistakes(tmp_path, text)] == [
        "funnel[0].steps[0].where_absent",
        "funnel[0].steps[1].where_absent",
        "funnel[0].entry",
        "funnel[0].hold",
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("results > 0", "result > 0",
         "funnel[0] (fast_path).steps[0].where = \"result > 0\": at 1: 'result' is not a column of a step;"),
        ("results > 0", "results > 'x'; DROP TABLE x", "funnel[0] (fast_path).steps[0].where = "),
        ("48 hours", "two days", 'funnel[0].window = "two days": must be a time such as "7 days"'),
        ('source = "order"', 'source = "ordr"',
         "funnel[0] (fast_path).steps[1].source = \"ordr\": 'ordr' is no source of walker account; it is one of lead,"),
        ('"accounts"', '"leads"', 'funnel[0] (fast_path).count = "leads": a walker is the account: count accounts or'),
        ("completed = 1", "results > 0",
         'funnel[0] (fast_path).steps[1].where = "results > 0": order has no results; these have: visit, search, '),
        ('hold = "none"', 'hold = "session"',
         'funnel[0] (fast_path).hold = "session": order has no session; these have: visit, search, '),
        ('"48 hours"', '"0 days"', 'funnel[0] (fast_path).window = "0 days": a window of 0:00:00: it must be more'),
        ("exclusions = []", 'exclusions = [{source = "search", where = "", after = 2, before = 1}]',
         "funnel[0] (fast_path).exclusions[0].after = 2: between 2 and 1: steps are 1 to 2"),
        ('entry = "first_touch"', 'entry = "first"', "funnel[0].entry = \"first\": should be 'first_touch' or"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_what_is_allowed(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert mistakes(tmp_path, FAST.replace(old, new))[0].startswith(said)


def test_a_funnel_has_versions_and_keeps_the_house_s(tmp_path: Path) -> None:
    later = FAST.replace("48 hours", "24 hours").replace("side =", "effective_from = 2024-03-01\nside =")
    dictionary = read_dictionary(written(tmp_path, FAST + later))
    assert [(h.first, h.metric.version) for h in dictionary.held("fast_path_reached")] == [
        (None, 1),
        (date(2024, 3, 1), 2),
    ]
    first, second = (v.metric for v in dictionary.versions("fast_path_reached"))
    assert metric_fingerprint(first) != metric_fingerprint(second)
    assert "window=1 day, 0:00:00" in formula_text(second)
    said = mistakes(tmp_path, FAST.replace('"fast_path"', '"buyer_path"'))
    assert said[0].startswith("funnel[0] (buyer_path).effective_from: missing: buyer_path_reached@1 is defined already")
    assert "buyer_path_reached" in METRICS


def test_mistakes_of_both_files_are_named_at_once(tmp_path: Path) -> None:
    written(tmp_path, FAST.replace("results > 0", "result > 0"))
    (tmp_path / "agreement" / "metrics.toml").write_text('[[metric]]\nid = "gmv"\nformula = "sum(orders.valu)"\n')
    with pytest.raises(AgreementError) as refused:
        read_dictionary(tmp_path)
    assert {Path(problem.file).name for problem in refused.value.problems} == {"metrics.toml", "funnels.toml"}
