"""A value of days known before that the last load changed says so; new days, young outcomes and later stages do not."""

from datetime import date
from typing import Any

from bothsides.metrics import METRICS, Query, Status, Value, ask, parse_by, read_store
from bothsides.metrics.states.restated import restated
from bothsides.warehouse import DuckDB
from tests.metrics.cases import dated, order
from tests.metrics.histories import Change, History

ACCOUNTS: list[Change] = [
    ("accounts", name, dated({"side": side, "name": name, "signed_up_at": "2024-01-15"}))
    for name, side in (("b0", "buyer"), ("b1", "buyer"), ("s0", "supplier"))
]


def after(*loads: list[Change]) -> History:
    """A market after its loads: the first knows it until 9 February 2024, each later one for 25 days more."""
    history = History()
    for changes in loads:
        history.load(changes)
    return history


def months(history: History, metric: str, by: str = "month", **query: Any) -> dict[str, tuple[Any, str, str | None]]:
    """Value, status and reason per period and label."""
    grain, by_side, dims = parse_by(by.split(","))
    found: list[Value] = ask(
        read_store(DuckDB(history.con)), Query(metrics=(metric,), grain=grain, by_side=by_side, dims=dims, **query)
    )
    return {
        " ".join(filter(None, (v.period, v.side, *(label for _, label in v.dims)))): (v.value, v.status.value, v.reason)
        for v in found
    }


def orders(*rows: tuple[str, str, int]) -> list[Change]:
    return [("orders", name, order("b0", "s0", day, amount)) for name, day, amount in rows]


FIRST = [*ACCOUNTS, *orders(("o1", "2024-01-01", 100_00), ("o2", "2024-02-08", 50_00))]


def test_a_late_order_restates_its_month_and_only_what_counts_it() -> None:
    history = after(FIRST, orders(("late", "2024-01-25", 10_00), ("new", "2024-02-20", 5_00)))
    assert months(history, "gmv")["2024-01"] == (110.0, "restated", "changed by load 2")
    assert months(history, "orders")["2024-01"] == (2, "restated", "changed by load 2")
    # The buyer and the supplier of the late order had been counted in January before.
    assert months(history, "active_accounts")["2024-01"] == (2, "ok", None)
    assert months(history, "active_accounts", by="week")["2024-W04"] == (2, "restated", "changed by load 2")
    assert months(history, "signups")["2024-01"][1] == "partial", "worse is to be said"


def test_days_from_the_last_known_one_on_are_new() -> None:
    """The last day of an export is seldom whole: what the next load adds to it is no restatement."""
    history = after(FIRST, orders(("same day", "2024-02-09", 10_00), ("new", "2024-03-01", 5_00)))
    found = months(history, "gmv")
    assert found["2024-01"] == (100.0, "ok", None)
    assert found["2024-02"] == (60.0, "ok", None)


def test_a_restatement_is_the_last_load_s() -> None:
    history = after(FIRST, orders(("late", "2024-01-25", 10_00)), orders(("new", "2024-03-20", 1_00)))
    assert months(history, "gmv")["2024-01"] == (110.0, "ok", None)
    rows = history.con.execute("SELECT DISTINCT day, load_id FROM restatements WHERE fact = 'orders'").fetchall()
    assert rows == [(date(2024, 1, 25), 2)]


def test_a_merge_restates_the_accounts_counted() -> None:
    """b1's order becomes the company's own dealing and leaves the facts."""
    first = [*FIRST, ("orders", "own", order("b1", "s0", "2024-01-22", 7_00))]
    merged: list[Change] = [("accounts", name, {"organization_id": "one"}) for name in ("b1", "s0")]
    history = after(first, merged)
    assert months(history, "active_buyers")["2024-01"] == (1, "restated", "changed by load 2")
    assert months(history, "gmv")["2024-01"] == (100.0, "restated", "changed by load 2")


def test_what_is_not_old_enough_or_may_be_reached_any_day_goes_on_unrestated() -> None:
    """b1's first order comes within 30 days of its signup: the rate of that cohort was not known before."""
    lead: list[Change] = [("leads", "l1", dated({"side": "buyer", "created_at": "2024-01-20"}))]
    stage: list[Change] = [
        ("stage_changes", "c1", dated({"lead_id": "l1", "stage": "mql", "changed_at": "2024-02-25"}))
    ]
    history = after([*FIRST, *lead], [*stage, ("orders", "o3", order("b1", "s0", "2024-02-10", 5_00))], [])
    history.load([("orders", "o4", order("b1", "s0", "2024-06-01", 5_00))])
    statuses = {
        status
        for metric in ("buyer_activation_rate", "lead_to_mql_rate")
        for _, status, _ in months(history, metric).values()
    }
    assert Status.RESTATED.value not in statuses


def test_a_cohort_is_restated_once_its_outcome_was_old_enough() -> None:
    """Of the three who signed up on 15 January, b1 first bought on 28 January, as load 4 told in April."""
    first = [*FIRST, ("accounts", "b9", dated({"side": "buyer", "name": "b9", "signed_up_at": "2024-01-01"}))]
    late = ("orders", "o4", order("b1", "s0", "2024-01-28", 5_00))
    told_early, told_late = after(first, [late]), after(first, [], [], [late])
    # After load 1, known until 9 February, cohorts of 15 January were not 30 days old.
    assert said(told_early, "buyer_activation_rate") is None
    assert said(told_late, "buyer_activation_rate") == "changed by load 4"
    # The first order itself lay on a day that load 1 knew already.
    assert said(told_early, "new_transacting_accounts") == "changed by load 2"


def said(history: History, metric: str) -> str | None:
    """What is said of January, whatever worse there is to be said."""
    states = read_store(DuckDB(history.con)).states
    return restated(states, (METRICS[metric],), date(2024, 1, 1), date(2024, 1, 31), sided=False)
