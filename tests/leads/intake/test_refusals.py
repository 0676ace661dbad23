"""Refused records are kept as they came, once each, until somebody has corrected them."""

import math
import re
from typing import Any

import pytest

from bothsides.leads.intake import Lead, Refused, Source, read_lead
from bothsides.leads.intake.refusals import (
    corrected,
    discarded,
    keep_refused,
    refused,
    retried,
    still_refused,
    superseded,
)
from bothsides.logbook import Logbook


def record(raw: str = '{"side":"both"}', *reasons: str, source: str = "web_form") -> Refused:
    return Refused(source=source, raw=raw, reasons=reasons or ("side: must be buyer or supplier",))


def test_a_record_is_kept_once_under_its_latest_reasons(logbook: Logbook) -> None:
    with logbook.writing() as book:
        assert keep_refused(book, [record(), record(), record(source="crm")], now=100) == 2
    with logbook.writing() as book:
        keep_refused(book, [record('{"side":"both"}', "side: missing")], now=200)
        kept = {one.source: one for one in refused(book)}
    assert {name: (one.received_at, one.reasons) for name, one in kept.items()} == {
        "crm": (100, ("side: must be buyer or supplier",)),
        "web_form": (200, ("side: missing",)),
    }
    assert kept["crm"].record == {"side": "both"}


def test_the_oldest_come_first_of_one_source_as_many_as_asked(logbook: Logbook) -> None:
    with logbook.writing() as book:
        for at in (30, 10, 20):
            keep_refused(book, [record(f"{at}"), record(f"{at}", source="crm")], now=at)
        assert [one.record for one in refused(book, source="crm")] == [10, 20, 30]
        assert [one.received_at for one in refused(book, limit=3)] == [10, 10, 20]


def test_one_that_was_corrected_waits_no_more_however_often_it_is_sent(logbook: Logbook) -> None:
    with logbook.writing() as book:
        keep_refused(book, [record()], now=100)
        (kept,) = refused(book)
        assert retried(book, [kept.refused_id, kept.refused_id]) == 1
        assert (refused(book), len(refused(book, state="retried"))) == ([], 1)
        keep_refused(book, [record(), record(source="crm")], now=200)
        assert [one.source for one in refused(book)] == ["crm"]
        assert corrected(book, [record(), record(source="crm")]) == {kept.refused_id}


def test_one_that_was_discarded_waits_no_more_and_says_who_and_why(logbook: Logbook) -> None:
    with logbook.writing() as book:
        keep_refused(book, [record()], now=100)
        (kept,) = refused(book)
        assert [discarded(book, [kept], by="ana", why="a test") for _ in range(2)] == [1, 0]
        keep_refused(book, [record()], now=200)
        assert refused(book) == []
        (kept,) = refused(book, state="discarded")
        assert kept.reasons == ("side: must be buyer or supplier", "discarded by ana: a test")
        assert corrected(book, [record()]) == set()


def test_what_is_refused_again_keeps_when_it_came(logbook: Logbook) -> None:
    with logbook.writing() as book:
        keep_refused(book, [record()], now=100)
        still_refused(book, [record('{"side":"both"}', "side: missing"), record("unheard of")])
        (kept,) = refused(book)
        assert (kept.received_at, kept.reasons) == (100, ("side: missing",))


def test_a_record_of_which_its_source_sent_a_good_one_since_waits_no_more(logbook: Logbook) -> None:
    crm = Source(name="crm", rename={"Nr": "id"})
    good = read_lead({"Nr": 7, "side": "buyer", "company": "A"}, crm, workspace="acme", now=200, ahead=0)
    assert isinstance(good, Lead)
    with logbook.writing() as book:
        raws = ('{"Nr":7,"side":"both"}', '{"Nr":7,"side":"?"}', '{"Nr":8,"side":"?"}', '{"side":"?"}', '"unread"')
        keep_refused(book, [record(raw, source="crm") for raw in raws], now=100)
        keep_refused(book, [record('{"Nr":7}', source="fair")], now=100)
        again = record(raws[1], source="crm")
        assert superseded(book, crm, {good.lead_id}, workspace="acme", beside={again.refused_id}) == 1
        assert superseded(book, crm, (), workspace="acme") == 0
        assert [one.raw for one in refused(book, state="retried")] == [raws[0]]
        assert {one.raw for one in refused(book)} == {*raws[1:], '{"Nr":7}'}


@pytest.mark.parametrize(
    "value", ["x\ud800", int("9" * 25), math.inf, [{"far": -math.inf}]], ids=["surrogate", "long", "endless", "nested"]
)
def test_whatever_a_refused_record_holds_it_is_read_again_and_stops_no_other(logbook: Logbook, value: object) -> None:
    crm = Source(name="crm")
    ways: dict[str, Any] = {"workspace": "acme", "now": 200, "ahead": 0}
    good = read_lead({"id": 7, "side": "buyer", "company": "A"}, crm, **ways)
    odd = read_lead({"id": 8, "side": "buyer", "company": "A", "deal_size": value}, crm, **ways)
    assert isinstance(good, Lead)
    assert isinstance(odd, Refused)
    with logbook.writing() as book:
        keep_refused(book, [record('{"id":7}', source="crm"), odd], now=100)
        assert superseded(book, crm, {good.lead_id}, workspace="acme") == 1
        (kept,) = refused(book)
    again = read_lead(kept.record, crm, **ways)
    assert isinstance(again, Refused)
    assert again.refused_id == kept.refused_id
    assert not {"NaN", "Infinity", "-Infinity"} & set(re.split("[:,{}]", kept.raw))
