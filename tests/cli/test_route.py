"""`bothsides route`: turns, absences, queues, and where a lead would go."""

from pathlib import Path

import pytest
from tests.cli.desk_runs import DeskRuns, desk_at, did, widest

HOT = did("demo_requested", "quote_requested")


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> DeskRuns:
    run = desk_at(tmp_path / "acme", capsys)
    run.lead(id="1", company="Lund Works", name="Joan Lund", email="joan@lundco.example", events=HOT)
    return run


def test_pools_say_loads_caps_and_who_is_away_till_when(desk: DeskRuns) -> None:
    pools = {one["pool"]: one for one in desk.record("route")["pools"]}
    uk = {one["member"]: one for one in pools["uk"]["members"]}
    assert sum(one["open"] for one in uk.values()) == 1
    assert {one["state"] for one in uk.values()} == {"free"}
    assert uk["priya.nair"]["open_cap"] == 60
    night = desk.record("route", at="2026-03-31T22:00")["pools"]
    (tom,) = (one for pool in night if pool["pool"] == "uk" for one in pool["members"] if one["member"] == "tom.hadley")
    assert (tom["state"], tom["back_at"]) == ("outside working hours", "2026-04-01T08:00:00Z")
    text = desk.text("route", at="2026-03-31T22:00")
    assert "off, opens 2026-04-01 09:00" in text
    assert widest(text) <= 100


def test_who_is_reported_away_gets_no_turn_until_the_moment_that_was_said(desk: DeskRuns) -> None:
    done = desk.record("route", "absent", "tom.hadley", "--until", "2026-04-01T12:00", "--why", "ill", "--by", "ana")
    assert done == {"member": "tom.hadley", "absent": True, "until": "2026-04-01T12:00:00Z", "new": True}
    (uk,) = (pool for pool in desk.record("route")["pools"] if pool["pool"] == "uk")
    (tom,) = (one for one in uk["members"] if one["member"] == "tom.hadley")
    assert (tom["state"], tom["back_at"]) == ("absent", "2026-04-01T12:00:00Z")
    words = ("route", "try", "--side", "buyer", "--country", "GB")
    assert "tom.hadley had no turn: absent" in desk.record(*words)["trace"]
    desk.text("tick", at="2026-04-01T12:00")
    assert "tom.hadley had no turn: absent" not in desk.record(*words, at="2026-04-01T12:01")["trace"]
    assert desk.record("route", "back", "tom.hadley")["new"] is False
    with pytest.raises(ValueError, match=r"member 'tom': must be one of amara.osei"):
        desk.text("route", "absent", "tom")


def test_where_a_lead_would_go_is_told_with_its_reasons_and_nothing_is_written(desk: DeskRuns) -> None:
    before = desk.record("route")
    large = desk.record("route", "try", "--side", "buyer", "--deal-size", 60000)
    assert (large["rule"], large["pool"], large["band_taken"]) == ("large buyers", "enterprise", True)
    assert "band is taken as sales" in desk.text("route", "try", "--side", "buyer", "--deal-size", 60000)
    assert "band is taken" not in desk.text("route", "try", "--side", "buyer", "--band", "sales")
    assert large["owner"] in ("priya.nair", "jonas.weber")
    assert "rule not ready for a person: band is sales, wanted nurture" in large["trace"]
    known = desk.record("route", "try", "--side", "buyer", "--field", "account_owner=tom.hadley")
    assert (known["owner"], known["known_by"]) == ("tom.hadley", "account_owner")
    assert desk.record("route", "try", "--side", "supplier", "--band", "nurture")["to"] == "nurture"
    assert desk.record("route", "try", "--side", "buyer", "--country", "US")["queue"] == "marketing check"
    assert desk.record("route") == before
    with pytest.raises(ValueError, match=r"--field 'x': must be name=value"):
        desk.text("route", "try", "--side", "buyer", "--field", "x")


def test_why_a_lead_went_where_it_went_and_what_waits(desk: DeskRuns) -> None:
    (lead,) = desk.record("leads")["leads"]
    told = desk.record("route", "explain", lead["lead_id"])
    assert told["owner"] == lead["owner"]
    assert "rule large buyers: deal_size is unknown, wanted >= 50000" in told["trace"]
    desk.lead(id="2", company="Sol Ltd", name="Ira Sol", email="ira@sol.example", country="US", events=HOT)
    (queue,) = desk.record("route")["queues"]
    assert (queue["queue"], queue["leads"], queue["oldest_seconds"]) == ("marketing check", 1, 0)
    assert desk.record("route", at="2026-03-31T11:30")["queues"][0]["oldest_seconds"] == 9000
    assert "2 h 30 min" in desk.text("route", at="2026-03-31T11:30")
