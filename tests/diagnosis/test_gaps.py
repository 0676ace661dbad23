"""Readiness: questions the data answers, and for the others what is missing and whom to ask."""

from collections.abc import Callable
from datetime import date, timedelta

from bothsides.diagnosis import QUESTIONS, readiness
from bothsides.metrics import Query, Status, Store, ask
from bothsides.metrics.hindsight import on_day
from bothsides.schema import TABLES

ORDER = {"buyer_id": "b", "supplier_id": "s", "placed_at": date(2024, 1, 1), "amount": 100}


def test_every_question_needs_columns_that_exist() -> None:
    for question in QUESTIONS:
        for need in question.needs:
            table, column = need.split(".")
            assert column in TABLES[table].column_names


def test_orders_alone_answer_volume_and_not_take_rate(market: Callable[..., Store]) -> None:
    ready = readiness(market(orders=[ORDER]))
    assert "How much is traded, by whom, and is it growing?" in ready.answerable
    gap = next(g for g in ready.gaps if "earn" in g.question)
    assert gap.missing == ("fees: one row per fee charged",)
    assert gap.ask == "Finance (billing export)"
    assert len(ready.answerable) + len(ready.gaps) == len(QUESTIONS)


def test_a_column_that_is_there_but_empty_is_missing(market: Callable[..., Store]) -> None:
    without = readiness(market(orders=[ORDER]))
    assert any("orders.category" in gap.missing for gap in without.gaps)
    labelled = readiness(market(orders=[{**ORDER, "category": "x", "region": "N"}]))
    assert not any("orders.category" in gap.missing for gap in labelled.gaps)


def test_a_sample_answers_what_metrics_answers_and_nothing_else(market: Callable[..., Store]) -> None:
    store = market(orders=[{**ORDER, "category": "x", "region": "N"}], sample=True)
    ready = readiness(store)
    assert "How much is traded, by whom, and is it growing?" in ready.answerable
    refused = {
        "Does the market hang on few accounts?": "top_10_share",
        "Do accounts stay and grow?": "ndr_gmv",
    }
    for text, metric in refused.items():
        assert {v.status for v in ask(store, Query(metrics=(metric,), by_side=True))} == {Status.UNAVAILABLE}
        (gap,) = [g for g in ready.gaps if g.question == text]
        assert gap.missing == ("orders: every order, not a sample of them",)


def test_reviews_must_name_their_order(market: Callable[..., Store]) -> None:
    def missing(**review: str) -> tuple[str, ...]:
        reviews = [{"reviewee_id": "s", "reviewed_at": date(2024, 1, 9), "rating": 4, **review}]
        ready = readiness(market(orders=[{**ORDER, "order_id": "o"}], reviews=reviews))
        return next((gap.missing for gap in ready.gaps if gap.question == "How many orders are reviewed?"), ())

    assert missing() == ("reviews.order_id",)
    assert missing(order_id="o") == ()


def test_which_side_is_short_needs_to_know_what_buyers_wanted_in_the_same_months(market: Callable[..., Store]) -> None:
    def asked(**tables: list[dict[str, object]]) -> bool:
        ready = readiness(market(orders=[{**ORDER, "category": "x", "region": "N"}], **tables))
        return "Which side is short in which category and region?" in ready.answerable

    quote = {"buyer_id": "b", "status": "open", "requested_at": date(2024, 1, 1)}
    assert not asked()
    assert asked(quotes=[quote])
    assert not asked(quotes=[{**quote, "requested_at": date(2026, 1, 1)}])


def test_plans_visits_and_deliveries_are_asked_for(market: Callable[..., Store]) -> None:
    day = date(2024, 1, 2)
    ready = readiness(
        market(
            orders=[{**ORDER, "order_id": "o"}],
            shipments=[{"order_id": "o", "shipped_at": day, "promised_at": day}],
            subscriptions=[{"account_id": "s", "started_at": day, "amount": 5}],
            visits=[{"started_at": day, "channel": "seo"}],
        )
    )
    for words in ("ship what was ordered", "paid plans", "come to look"):
        assert any(words in question for question in ready.answerable)
    gaps = readiness(market(orders=[ORDER])).gaps
    assert {"Web analytics", "Finance (billing system)"} <= {gap.ask for gap in gaps}


TRIAL = "Does one side bring the other, by trial and not only by what moves together?"
BY_LOT = "pushes: places picked by lot, as `bothsides elasticity plan` deals them"


def lacking(store: Store) -> tuple[tuple[str, ...], str] | None:
    """What the question of a trial lacks, and whom to ask for it."""
    return next(((gap.missing, gap.ask) for gap in readiness(store).gaps if gap.question == TRIAL), None)


def a_push(started_at: date, **more: object) -> dict[str, object]:
    return {"side": "supplier", "started_at": started_at, "assignment": "randomised", **more}


ORDERS = [{**ORDER, "placed_at": date(2024, 1, 1) + timedelta(days=10 * i)} for i in range(20)]
"""Known to 9 July 2024."""


def test_a_trial_is_asked_for_until_a_push_is_on_record_whose_places_nobody_chose(market: Callable[..., Store]) -> None:
    def pushed(*assignments: str) -> tuple[tuple[str, ...], str] | None:
        pushes = [a_push(date(2024, 2, 5), assignment=how) for how in assignments]
        return lacking(market(orders=ORDERS, **({"pushes": pushes} if pushes else {})))

    assert pushed() == pushed("chosen") == ((BY_LOT,), "Growth lead (list of pushes and pilots)")
    assert pushed("chosen", "randomised") is None
    assert pushed("instrumented") is None


def test_a_trial_answers_once_its_outcome_is_known(market: Callable[..., Store]) -> None:
    """The first week of a push of 4 April is told 90 days after it, on 9 July: the last known day."""
    assert lacking(market(orders=ORDERS, pushes=[a_push(date(2024, 4, 4))])) is None
    for day, told in ((date(2024, 4, 5), "2024-07-10"), (date(2024, 9, 2), "2024-12-07")):
        waits = f"pushes: the outcome of the trial of {day}, known from {told} on"
        found = lacking(market(orders=ORDERS, pushes=[a_push(day)]))
        assert found == ((waits,), "Growth lead (list of pushes and pilots)")
    only_controls = [a_push(date(2024, 2, 5), intensity=0)]
    assert lacking(market(orders=ORDERS, pushes=only_controls)) == (
        (BY_LOT,),
        "Growth lead (list of pushes and pilots)",
    )


def test_a_later_push_answers_nothing_as_of_an_earlier_day(market: Callable[..., Store]) -> None:
    store = market(orders=ORDERS, pushes=[a_push(date(2024, 3, 4))])
    assert lacking(store) is None
    with on_day(store, date(2024, 3, 1)) as then:
        assert lacking(then) == ((BY_LOT,), "Growth lead (list of pushes and pilots)")
    with on_day(store, date(2024, 4, 1)) as then:
        found = lacking(then)
        assert found is not None
        assert "the outcome of the trial of 2024-03-04" in found[0][0]


def test_a_trial_needs_dates_by_day_before_any_push(market: Callable[..., Store]) -> None:
    by_month = [{**ORDER, "placed_at": date(2024, month, 1)} for month in range(1, 8)]
    by_day = "orders: dates by day, not by month: no push can be dealt or read before that"
    assert lacking(market(orders=by_month)) == ((by_day,), TABLES["orders"].owner)
    told = lacking(market(orders=by_month, pushes=[a_push(date(2024, 2, 5))]))
    assert told == ((by_day,), TABLES["orders"].owner)
