"""Leads over HTTP: each request once, whatever is sent again; every reason for what is refused; nothing lost."""

import json
from typing import Any

import psycopg
import pytest

from bothsides.leads.intake.refusals import refused
from bothsides.logbook import AlreadyWritten
from bothsides.schema.instant import DAY
from bothsides.web import writer as writer_room
from bothsides.web.answer import Answer
from bothsides.web.once import KEPT
from tests.web.conftest import TUESDAY, Api, lead


def error(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error"}
    told: dict[str, Any] = answer.json()["error"]
    assert {"code", "message", "reasons"} <= set(told)
    return told


def test_a_lead_is_taken_scored_and_given_to_somebody_before_the_answer(api_on_both: Api) -> None:
    answer = api_on_both.post("/api/leads", lead())
    assert answer.status_code == 201
    told = answer.json()
    assert (told["outcome"], told["band"], told["stage"]) == ("new", "sales", "mql")
    ((owner, source),) = api_on_both.rows("SELECT owner, source FROM leads WHERE lead_id = ?", told["lead_id"])
    assert (owner, source) == (told["owner"], "web_form")
    assert api_on_both.rows("SELECT count(*) FROM clocks WHERE subject = ?", told["lead_id"])[0][0] == 3


def test_the_first_answer_is_given_again_and_a_key_serves_one_request(api_on_both: Api) -> None:
    first = api_on_both.post("/api/leads", lead(), key="k1")
    again = api_on_both.post("/api/leads", lead(), key="k1")
    assert (again.status_code, again.content) == (first.status_code, first.content) == (201, first.content)
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    told = error(api_on_both.post("/api/leads", lead(deal_size=1), key="k1"), 409)
    assert told["code"] == "key_used"
    assert "'k1'" in told["message"]
    hashes = {reason.rpartition("sha256 ")[2] for reason in told["reasons"]}
    assert len(hashes) == 2
    other_path = error(api_on_both.post("/api/events", lead(), key="k1"), 409)
    assert "POST /api/leads" in other_path["reasons"][0]
    assert "POST /api/events" in other_path["reasons"][1]
    assert api_on_both.leads() == 1


def test_errors_of_validation_are_given_again_too(api: Api) -> None:
    for place, body in enumerate([b"{bad", b'{"side": "both", "email": "a@b.example"}', b"[]"]):
        first = api.post("/api/leads", body, key=f"k{place}")
        again = api.post("/api/leads", body, key=f"k{place}")
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again.headers["idempotent-replayed"] == "true"
        assert api.post("/api/leads", lead(), key=f"k{place}").status_code == 409
    assert api.leads() == 0


def test_without_a_key_the_record_makes_it_the_same_lead(api: Api) -> None:
    by_id = [api.post("/api/leads", lead()) for _ in range(2)]
    content = {"side": "buyer", "email": "new@other.example", "company": "Other Ltd"}
    by_content = [api.post("/api/leads", content) for _ in range(2)]
    for first, second in (by_id, by_content):
        assert (first.status_code, second.status_code) == (201, 200)
        assert second.json()["outcome"] == "known"
        assert first.json()["lead_id"] == second.json()["lead_id"]
    changed = api.post("/api/leads", lead(phone="+44 20 7946 0000")).json()
    assert changed["outcome"] == "changed"
    assert api.leads() == 2


def test_calls_at_the_same_moment_with_one_key_are_one_request(api: Api) -> None:
    answers = api.together(*[("/api/leads", lead(), {"Idempotency-Key": "k"}) for _ in range(8)])
    assert {answer.status_code for answer in answers} == {201}
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 7
    different = api.together(
        *[("/api/leads", lead(id=f"x{n}"), {"Idempotency-Key": "shared"}) for n in range(5)],
    )
    assert sorted(answer.status_code for answer in different) == [200, 409, 409, 409, 409]


def test_calls_at_the_same_moment_go_into_few_transactions_and_each_gets_its_own_answer(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []
    write = writer_room.write

    def counted(desk: Any, jobs: Any, *, now: int) -> list[Answer]:
        sizes.append(len(jobs))
        return write(desk, jobs, now=now)

    monkeypatch.setattr(writer_room, "write", counted)
    calls = [
        ("/api/leads", lead(id=f"L{n}", company=f"Firm {n} Ltd", name=f"N{n} M{n}", email=f"n{n}@firm{n}.example"), {})
        for n in range(30)
    ]
    answers = api.together(*calls, ("/api/leads", {"side": "buyer"}, {}))
    assert [answer.status_code for answer in answers] == [201] * 30 + [422]
    assert len({answer.json()["lead_id"] for answer in answers[:30]}) == 30
    assert len(sizes) < 10


def test_one_that_cannot_be_written_does_not_take_the_others_with_it(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    write = writer_room.write

    def failing(desk: Any, jobs: Any, *, now: int) -> list[Answer]:
        if any("Poison" in str(one.fields.get("company")) for job in jobs for one in job.leads):
            raise AlreadyWritten("line 7")
        return write(desk, jobs, now=now)

    monkeypatch.setattr(writer_room, "write", failing)
    calls = [("/api/leads", lead(id=f"L{n}", company=f"Firm {n}", email=f"n@firm{n}.example"), {}) for n in range(6)]
    answers = api.together(*calls, ("/api/leads", lead(id="bad", company="Poison Ltd"), {}))
    assert [answer.status_code for answer in answers[:6]] == [201] * 6
    told = error(answers[6], 503)
    assert told["code"] == "not_written"
    assert answers[6].headers["retry-after"]
    assert api.leads() == 6


def test_our_own_mistake_answers_without_a_trace_and_the_next_call_is_served(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = writer_room.write

    def broken(*_: Any, **__: Any) -> list[Answer]:
        raise KeyError("secret detail")

    monkeypatch.setattr(writer_room, "write", broken)
    answer = api.post("/api/leads", lead(), key="k")
    assert error(answer, 500)["code"] == "broken"
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    monkeypatch.setattr(writer_room, "write", write)
    assert api.post("/api/leads", lead(), key="k").status_code == 201


def test_every_reason_of_a_refused_record_is_named(api: Api) -> None:
    body = {"email": "a@b.example", "side": "reseller", "deal_size": "lots", "created_at": "soon", "phone": [1]}
    told = error(api.post("/api/leads", body), 422)
    assert [reason.partition(":")[0] for reason in told["reasons"]] == ["side", "created_at", "deal_size", "phone"]
    assert api.leads() == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{bad",
        b"[" * 5000,
        b'{"side": "buyer", "x": NaN}',
        b"\xff\xfe{}",
        b'{"a": ' * 1010 + b"1" + b"}" * 1010,
        b'{"side": "buyer", "n": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_json_is_told_in_words(api: Api, body: bytes) -> None:
    told = error(api.post("/api/leads", body), 400)
    assert told["code"] == "not_json"
    assert error(api.post("/api/touches", body), 400)["code"] == "not_json"


@pytest.mark.parametrize(
    "body",
    [
        b"null",
        b"1",
        b'"x"',
        b'{"side": "buyer", "name": "\\ud800"}',
        b'{"side": "buyer", "name": "\\u0000"}',
        b'{"\\ud800": 1, "side": "buyer"}',
        b'{"side": "buyer", "id": {"a": 1}}',
        b'{"side": "buyer", "source": "No Source", "name": ["x"]}',
        b'{"side": "buyer", "n": 99999999999999999999999}',
        b'{"a": ' * 200 + b"1" + b"}" * 200,
        b'[{"side": "buyer"}, 7]',
    ],
)
def test_any_json_gets_an_answer_with_reasons_and_nothing_breaks(api: Api, body: bytes) -> None:
    for path in ("leads", "touches", "events", "verdicts", "stages", "reached"):
        told = error(api.post(f"/api/{path}", body), 422)
        assert told["reasons"]


def test_a_list_has_an_outcome_for_each_record_and_the_refused_are_kept(api_on_both: Api) -> None:
    api = api_on_both
    body = [lead(), {"side": "both", "email": "x@y.example"}, lead(), 7, lead(id="L2", email="p@q.example", name="P Q")]
    told = api.post("/api/leads", body).json()
    assert (told["taken"], told["refused"]) == (3, 2)
    assert [one["outcome"] for one in told["results"]] == ["new", "refused", "known", "refused", "new"]
    with api.desk.logbook.reading() as book:
        kept = refused(book)
    assert {one.refused_id for one in kept} == {told["results"][place]["refused_id"] for place in (1, 3)}
    assert {"side": "both", "email": "x@y.example"} in [one.record for one in kept]
    assert all(one.reasons for one in kept)


def test_a_record_that_names_nobody_corrects_a_known_lead_and_is_no_new_one(api: Api) -> None:
    bare = {"id": "L1", "source": "web_form", "side": "buyer", "deal_size": 90_000}
    told = error(api.post("/api/leads", bare), 422)
    assert told["reasons"] == ["says nothing to reach anybody by: give at least one of company, name, email, phone"]
    assert api.post("/api/leads", lead()).status_code == 201
    assert api.post("/api/leads", bare).json()["outcome"] == "changed"
    listed = api.post("/api/leads", [{**bare, "id": "L2"}, lead(id="L2", email="b@c.example"), {**bare, "id": "L3"}])
    assert [one["outcome"] for one in listed.json()["results"]][2] == "refused"
    assert listed.json()["refused"] == 1


def test_a_record_that_was_refused_waits_no_more_once_its_source_sends_it_right(api_on_both: Api) -> None:
    api = api_on_both
    wrong, other = lead(side="both"), lead(id="L2", email="p@q.example", side="both")
    api.post("/api/leads", [wrong, other])
    api.take(source="portal")
    assert waiting(api) == ["L1", "L2"], "the same id in another source"
    api.take()
    assert waiting(api) == ["L2"]
    api.post("/api/leads", [wrong])
    assert waiting(api) == ["L2"], "sent again as it was, it was corrected already"
    both = api.post("/api/leads", [{**other, "side": "buyer"}, other]).json()
    assert (both["taken"], both["refused"]) == (1, 1)
    assert waiting(api) == ["L2"], "the one that came with the right one is still to be looked at"
    assert api.post("/api/leads", {**other, "side": "buyer"}).json()["outcome"] == "known"
    assert waiting(api) == []


def waiting(api: Api) -> list[str]:
    """The ids that refused records give themselves."""
    with api.desk.logbook.reading() as book:
        return sorted(one.record["id"] for one in refused(book) if isinstance(one.record, dict))


def test_a_list_of_nothing_good_is_an_error_with_every_place_and_still_kept(api: Api) -> None:
    told = error(api.post("/api/leads", [{"side": "x", "email": "a"}, 7]), 422)
    assert [reason[:4] for reason in told["reasons"]] == ["[0] ", "[1] "]
    assert api.rows("SELECT count(*) FROM refused") == [(2,)]


def test_a_list_has_one_to_a_thousand_records(api: Api) -> None:
    for body in ([], [1] * 1001):
        assert "1000" in error(api.post("/api/leads", body), 422)["message"]
    assert api.rows("SELECT count(*) FROM refused") == [(0,)]


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "clé"])
def test_a_key_that_is_none_is_refused(api: Api, key: str) -> None:
    answer = api.call("POST", "/api/leads", lead(), {b"Idempotency-Key": key.encode()})
    assert error(answer, 400)["code"] == "bad_idempotency_key"
    assert api.leads() == 0


def test_keys_are_kept_for_a_month_and_then_forgotten(api: Api) -> None:
    first = api.post("/api/leads", lead(), key="k")
    api.clock[0] = TUESDAY + KEPT - DAY
    assert api.post("/api/leads", lead(), key="k").content == first.content
    api.clock[0] = TUESDAY + KEPT + DAY
    api.post("/api/leads", lead(id="other"))
    assert api.rows("SELECT count(*) FROM requests") == [(0,)]
    assert api.post("/api/leads", lead(), key="k").json()["outcome"] == "known"


def test_what_a_lead_says_of_itself_comes_back_as_it_came(api: Api) -> None:
    lead_id = api.take(notes="call after lunch", newsletter=True, sku_count=12)
    fields = api.page(lead_id)["fields"]
    assert (fields["notes"], fields["newsletter"], fields["sku_count"]) == ("call after lunch", True, 12)
    assert json.loads(json.dumps(fields)) == fields


def test_the_address_may_name_the_source_whose_own_names_then_hold(api: Api) -> None:
    record = {"Id": "c1", "Account_Type__c": "Buyer", "LeadSource": "Cold Call", "Company": "Weir Ltd"}
    answer = api.post("/api/leads?source=crm", record)
    assert answer.status_code == 201, answer.text
    page = api.page(answer.json()["lead_id"])
    assert (page["source"], page["fields"]["company"]) == ("crm", "Weir Ltd")
    assert error(api.post("/api/leads?source=No Source", record), 422)["reasons"]


@pytest.mark.parametrize("name", ["No Source", 7, ["x"], "-a"])
def test_a_source_that_cannot_be_one_is_named_and_not_taken_for_another(api: Api, name: object) -> None:
    told = error(
        api.post("/api/leads", {"source": name, "side": "buyer", "email": "a@b.example", "deal_size": "x"}), 422
    )
    assert [reason.partition(":")[0] for reason in told["reasons"]] == ["source", "deal_size"]
    assert error(api.post("/api/leads", lead(source=name)), 422)["reasons"]


def test_a_connection_that_the_database_gave_up_is_taken_up_anew(
    api_on_both: Api, request: pytest.FixtureRequest
) -> None:
    if api_on_both.desk.logbook.dialect == "sqlite":
        pytest.skip("SQLite has no connections to lose")
    api_on_both.take()
    ((ours,),) = api_on_both.rows("SELECT pg_backend_pid()")
    with psycopg.connect(request.getfixturevalue("postgres_url"), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (ours,))
    for place in range(3):
        answer = api_on_both.post("/api/leads", lead(id=f"X{place}", email=f"x@y{place}.example", name="X Y"))
        assert answer.status_code in (200, 201), answer.text


@pytest.mark.parametrize(
    "body",
    [
        b'{"side": "buyer", "email": "a@b.example", "side": "supplier"}',
        b'{"side": "buyer", "email": "a@b.example", "name": "\\"Ann\\"", "name": "Bo"}',
        b'[{"side": "buyer", "email": "a@b.example", "events": [{"event": "x", "event": "x"}]}]',
    ],
)
def test_an_object_that_has_a_name_twice_is_not_taken_for_either(api: Api, body: bytes) -> None:
    told = error(api.post("/api/leads", body), 400)
    assert "stands twice in one object" in told["message"]
    assert api.leads() == 0
    same = b'{"side": "buyer", "email": "a@b.example", "name": "\\"side\\": twice", "notes": {"side": 1}}'
    assert error(api.post("/api/leads", same), 422)["reasons"] == [
        "notes: must be a text, a number or yes/no, not an object"
    ]


def test_an_event_that_is_nearly_one_that_earns_points_is_taken_with_a_warning(api: Api) -> None:
    misspelt = [{"event": "demo_reqested", "occurred_at": "2026-03-31T08:00:00Z"}]
    said = ["demo_reqested: did you mean demo_requested?"]
    answer = api.post("/api/leads", lead(events=misspelt))
    assert (answer.status_code, answer.json()["warnings"]) == (201, said)
    assert "warnings" not in api.post("/api/leads", lead(id="L2", email="else@where.example")).json()
    many = api.post("/api/leads", [lead(id="L3", email="c@d.example", events=misspelt), {"side": "?"}]).json()
    assert [one.get("warnings") for one in many["results"]] == [said, None]
    told = {"lead_id": answer.json()["lead_id"], "event": "quote_reqested", "occurred_at": "2026-03-31T08:10:00Z"}
    one = api.post("/api/events", told)
    assert (one.status_code, one.json()) == (
        201,
        {"outcome": "recorded", "warnings": ["quote_reqested: did you mean quote_requested?"]},
    )
    again = api.post("/api/events", [told, {**told, "event": "fair_visited"}]).json()
    assert again["results"] == [one.json() | {"outcome": "known"}, {"outcome": "recorded"}]
