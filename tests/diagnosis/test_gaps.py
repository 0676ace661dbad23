"""Readiness: questions the data answers, and for the others what is missing and whom to ask."""

from collections.abc import Callable
from datetime import date

from bothsides.diagnosis import QUESTIONS, readiness
from bothsides.metrics import Store
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
