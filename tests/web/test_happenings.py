"""Touches, events, verdicts, stages and what clocks wait for, told over HTTP: once each, with every reason."""

from typing import Any

import pytest

from bothsides.leads.intake.refusals import refused
from bothsides.schema import Side
from tests.web.conftest import Api, lead
from tests.web.test_leads import error

NOW = "2026-03-31T08:59:00Z"


def touch(lead_id: str, **changed: Any) -> dict[str, Any]:
    return {"lead_id": lead_id, "kind": "call", "direction": "out", "occurred_at": NOW, **changed}


def test_a_touch_stops_the_clock_of_the_first_touch_and_is_told_once(api_on_both: Api) -> None:
    lead_id = api_on_both.take()
    first = api_on_both.post("/api/touches", touch(lead_id, touch_id="t1", by="tom.hadley"))
    assert (first.status_code, first.json()) == (201, {"outcome": "recorded"})
    again = api_on_both.post("/api/touches", touch(lead_id, touch_id="t1", by="tom.hadley"))
    assert (again.status_code, again.json()) == (200, {"outcome": "known"})
    page = api_on_both.page(lead_id)
    assert (page["attempts"], page["first_touch_at"]) == (1, NOW)


def test_a_touch_without_a_name_is_known_by_its_content(api: Api) -> None:
    lead_id = api.take()
    outcomes = [
        api.post("/api/touches", body).json()["outcome"]
        for body in (touch(lead_id), touch(lead_id), touch(lead_id, kind="email"))
    ]
    assert outcomes == ["recorded", "known", "recorded"]
    assert api.page(lead_id)["attempts"] == 2


def test_a_lead_can_be_named_as_its_source_names_it(api: Api) -> None:
    lead_id = api.take(id="crm-17")
    body = {"source": "web_form", "id": "crm-17", "kind": "call", "direction": "out", "occurred_at": NOW}
    assert api.post("/api/touches", body).status_code == 201
    assert api.page(lead_id)["attempts"] == 1


def test_an_event_raises_the_score_at_once(api: Api) -> None:
    lead_id = api.take()
    before = api.page(lead_id)["score"]
    body = {"lead_id": lead_id, "event": "quote_requested", "occurred_at": NOW}
    assert api.post("/api/events", body).status_code == 201
    page = api.page(lead_id)
    assert page["score"] > before
    assert sum(reason["points"] for reason in page["reasons"]) == page["score"]


def test_a_verdict_moves_the_lead_and_needs_an_agreed_code(api: Api) -> None:
    lead_id = api.take()
    body = {"lead_id": lead_id, "verdict": "rejected", "by": "tom.hadley", "occurred_at": NOW}
    assert "reason" in error(api.post("/api/verdicts", body), 422)["reasons"][0]
    unknown = error(api.post("/api/verdicts", {**body, "reason": "did_not_like_it"}), 422)
    assert "did_not_like_it" in " ".join(unknown["reasons"])
    assert api.page(lead_id)["owner"] is not None
    code = next(one.code for one in api.desk.agreed.reasons.reject if not one.needs_note and not one.sides)
    assert api.post("/api/verdicts", {**body, "reason": code}).status_code == 201
    page = api.page(lead_id)
    assert (page["owner"], page["disposition"], page["stage"]) == (None, "rejected", "recycled")


def test_a_won_lead_needs_its_coded_reason(api: Api) -> None:
    lead_id = api.take()
    body = {"lead_id": lead_id, "stage": "closed_won", "by": "tom.hadley", "occurred_at": NOW, "amount": 125_000}
    below = error(api.post("/api/stages", {**body, "reason": "price", "objections": ["none"], "amount": -1}), 422)
    assert "greater than or equal to 0" in below["reasons"][0]
    assert error(api.post("/api/stages", body), 422)["reasons"]
    wins = [one for one in api.desk.agreed.reasons.win if not one.sides or Side.BUYER in one.sides]
    win = next(one.code for one in wins if not one.needs_note)
    answer = api.post("/api/stages", {**body, "reason": win, "objections": ["none"]})
    assert answer.status_code == 201, answer.text
    page = api.page(lead_id)
    assert (page["stage"], page["is_open"]) == ("closed_won", False)


def test_reached_pauses_a_clock(api: Api) -> None:
    lead_id = api.take()
    body = {"subject": lead_id, "what": "pause", "detail": "asked to call later", "occurred_at": NOW}
    assert api.post("/api/reached", body).status_code == 201
    assert "reached" in {line["kind"] for line in api.page(lead_id)["history"]}


def test_a_request_starts_the_clock_of_whoever_owes_the_answer(api_on_both: Api) -> None:
    api = api_on_both
    asked = {"subject": "rfq-1", "what": "rfq_sent", "occurred_at": NOW, "owner": "supplier-7"}
    wrong = error(api.post("/api/reached", {**asked, "fields": {"side": "byer", "size": [1]}}), 422)
    assert wrong["reasons"][0].startswith("fields.size")
    wrong = error(api.post("/api/reached", {**asked, "fields": {"side": "byer"}}), 422)
    assert wrong["reasons"] == ["fields.side: 'byer' must be buyer or supplier"]
    assert api.post("/api/reached", {**asked, "fields": {"side": "buyer", "deal_size": 900}}).status_code == 201
    assert api.rows("SELECT kind, status, owner FROM clocks") == [("rfq_reply", "running", "supplier-7")]
    assert api.post("/api/reached", {"subject": "rfq-1", "what": "reply", "occurred_at": NOW}).status_code == 201
    assert api.rows("SELECT kind, status, owner FROM clocks") == [("rfq_reply", "met", "supplier-7")]
    nobody = {"subject": "rfq-2", "what": "reply", "occurred_at": NOW}
    assert "no clock of it began" in error(api.post("/api/reached", nobody), 422)["reasons"][0]


def test_of_a_lead_that_never_came_in_nothing_is_recorded(api: Api) -> None:
    unknown = "0" * 32
    for path, more in (
        ("touches", {"kind": "call", "direction": "out"}),
        ("events", {"event": "demo_requested"}),
        ("verdicts", {"verdict": "accepted", "by": "x"}),
        ("stages", {"stage": "mql", "by": "x"}),
    ):
        told = error(api.post(f"/api/{path}", {"lead_id": unknown, "occurred_at": NOW, **more}), 404)
        assert unknown in told["message"]
        named = {"source": "crm", "id": "L-7", "occurred_at": NOW, **more}
        told = error(api.post(f"/api/{path}", named), 404)
        assert told["message"] == "id: no lead 'L-7' of the source 'crm' has come in"
    misspelt = {"lead_id": unknown, "occured_at": NOW, "occurred_at": NOW, "event": "demo_requested"}
    (reason,) = error(api.post("/api/events", misspelt), 422)["reasons"]
    assert reason.startswith("occured_at: unknown; events are told by occurred_at, lead_id")
    assert reason.endswith("did you mean occurred_at?")
    assert api.rows("SELECT count(*) FROM entries WHERE subject = ?", unknown) == [(0,)]


def test_in_a_list_the_rest_is_recorded_and_the_refused_are_kept_as_they_came(api_on_both: Api) -> None:
    api = api_on_both
    lead_id = api.take()
    unknown = touch("0" * 32, touch_id="t2")
    told = api.post("/api/touches", [touch(lead_id, touch_id="t1"), unknown, {"kind": "fax"}, touch(lead_id)]).json()
    assert (told["recorded"], told["refused"]) == (2, 2)
    assert [one["outcome"] for one in told["results"]] == ["recorded", "refused", "refused", "recorded"]
    with api.desk.logbook.reading() as book:
        kept = {one.refused_id: one for one in refused(book, source="api/touches")}
    assert kept[told["results"][1]["refused_id"]].record == unknown
    assert len(kept) == 2


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"occurred_at": "2026-03-31T10:59:00Z"}, "occurred_at"),
        ({"occurred_at": "2026-03-31T08:59:00"}, "occurred_at"),
        ({"occurred_at": "1969-12-31T23:59:00Z"}, "occurred_at"),
        ({"occurred_at": None}, "occurred_at"),
        ({"kind": "fax"}, "kind"),
        ({"direction": "sideways"}, "direction"),
        ({"by": "a\x00b"}, "by"),
        ({"by": "\ud800"}, "by"),
        ({"automated": "yes"}, "automated"),
        ({"lead_id": "17"}, "lead_id"),
        ({"lead_id": None}, "lead_id"),
        ({"colour": "red"}, "colour"),
        ({"\ud800": "red"}, "record"),
    ],
)
def test_each_mistake_is_named(api: Api, changed: dict[str, Any], where: str) -> None:
    told = error(api.post("/api/touches", {**touch(api.take()), **changed}), 422)
    assert [reason.partition(":")[0] for reason in told["reasons"]] == [where]


def test_a_key_serves_one_telling_too(api: Api) -> None:
    lead_id = api.take()
    first = api.post("/api/touches", touch(lead_id), key="k")
    again = api.post("/api/touches", touch(lead_id), key="k")
    assert (again.status_code, again.content) == (201, first.content)
    assert error(api.post("/api/touches", touch(lead_id, kind="email"), key="k"), 409)["code"] == "key_used"


def test_leads_and_touches_at_the_same_moment_are_all_answered(api: Api) -> None:
    lead_id = api.take()
    calls = [("/api/leads", lead(id=f"X{n}", email=f"x{n}@firm.example", name=f"X{n} Y"), {}) for n in range(5)]
    calls[2:2] = [("/api/touches", touch(lead_id, touch_id=f"t{n}"), {}) for n in range(3)]
    assert {answer.status_code for answer in api.together(*calls)} <= {200, 201}
    assert api.page(lead_id)["attempts"] == 3
