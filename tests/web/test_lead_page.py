"""A lead as it stands: with the reasons of its score, the way it went in words, its clocks and its history."""

from bothsides.leads.intake.reading import utc_text
from tests.web.conftest import TUESDAY, Api, lead
from tests.web.test_happenings import touch
from tests.web.test_leads import error


def test_a_lead_tells_why_it_is_where_it_is(api_on_both: Api) -> None:
    page = api_on_both.page(api_on_both.take())
    assert sum(reason["points"] for reason in page["reasons"]) == page["score"]
    assert page["route"]["owner"] == page["owner"]
    assert page["route"]["rule"] == "United Kingdom and Ireland"
    assert "rule large buyers: deal_size is 12000, wanted >= 50000" in page["route"]["trace"]
    clocks = {clock["clock"]: clock for clock in page["clocks"]}
    assert set(clocks) == {"first_touch", "attempts", "disposition"}
    assert all(clock["due_at"] > utc_text(TUESDAY) for clock in clocks.values())
    assert page["history"][0]["kind"] == "lead_received"
    written = api_on_both.rows("SELECT seq FROM entries WHERE subject = ? ORDER BY seq", page["lead_id"])
    assert [line["seq"] for line in page["history"]] == [seq for (seq,) in written]


def test_the_trace_tells_what_the_rules_saw_then_and_not_what_stands_now(api: Api) -> None:
    lead_id = api.take()
    api.post("/api/leads", lead(deal_size=99_000))
    page = api.page(lead_id)
    assert page["fields"]["deal_size"] == 99_000
    assert "rule large buyers: deal_size is 12000, wanted >= 50000" in page["route"]["trace"]


def test_a_merged_lead_names_the_one_that_stands_for_it(api: Api) -> None:
    first = api.take()
    answer = api.post("/api/leads", lead(id="L2", company="HARLAND PUMPS LIMITED")).json()
    assert (answer["outcome"], answer["stands_as"]) == ("merged", first)
    page = api.page(answer["lead_id"])
    assert (page["merged_into"], page["is_open"], page["clocks"], page["route"]) == (first, False, [], None)
    assert api.post("/api/touches", touch(answer["lead_id"])).status_code == 201
    assert api.page(first)["attempts"] == 1


def test_a_lead_that_waits_for_nobody_says_where(api: Api) -> None:
    page = api.page(api.take(events=[], deal_size=None))
    assert page["owner"] is None
    assert page["route"]["queue"] == page["queue"] != None  # noqa: E711 - a queue is named, and it is the same


def test_a_lead_that_never_came_in_is_not_found(api: Api) -> None:
    for lead_id in ("0" * 32, "x", "1' OR '1'='1", "%", "0" * 5000):
        assert error(api.call("GET", f"/api/leads/{lead_id}"), 404)["code"] == "not_found"
