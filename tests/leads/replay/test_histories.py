"""Histories that are not one smooth run: two databases, new versions, a desk that stood still, people's words."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.leads.replay.conftest import CALENDARS, EXAMPLE, workspace_in

from bothsides.agreement import AgreementError
from bothsides.leads.desk.adopting import ClosedLead, adopt
from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.happenings import Did, Happening, Judged, Moved, Reached, key_of, record
from bothsides.leads.desk.merging import merge_leads, undo_merge
from bothsides.leads.desk.opening import open_desk
from bothsides.leads.desk.overriding import override
from bothsides.leads.desk.rounds import go_round
from bothsides.leads.desk.standing import leads_by_id
from bothsides.leads.desk.taking import take
from bothsides.leads.intake import Event, Lead, Source, read_lead
from bothsides.leads.quality import CellFacts, Counted, MarketFacts
from bothsides.leads.quality.stored import published_cells
from bothsides.leads.rehearsal import rehearse
from bothsides.leads.replay import NothingRecorded, Replayed, read_proposed, replay
from bothsides.leads.replay.happened import read_happened
from bothsides.leads.score import Band
from bothsides.logbook import Entry, Kind, Logbook, publish, seal
from bothsides.schema import Money, Side
from bothsides.schema.instant import DAY, HOUR, Instant
from bothsides.schema.stage import LeadStage
from bothsides.simulate.desk import quarter
from bothsides.workspace import Workspace
from bothsides.workspace.stores import open_logbook

MARKET = MarketFacts(
    snapshot="1",
    currency="GBP",
    whole=CellFacts(
        category="",
        region="",
        snapshot="1",
        first_orders=((Side.BUYER, "mid_market", Counted(came=60, of=200)),),
        own_contribution=((Side.BUYER, "mid_market", Money(minor=120_000, currency="GBP")),),
    ),
    cells=(),
)

SMALL = quarter(11, leads_per_week=12)
OPENS = SMALL.opens_at


def same(logbook: Logbook, *, days: int = 30, since: Instant = OPENS) -> Replayed:
    """The days through the example's ladder as it is."""
    found = read_proposed([EXAMPLE / "sla.toml"], time_zone="Europe/London", calendars=CALENDARS)
    return replay(logbook, found.versions, since=since, until=since + days * DAY, draws=1)


def lead(number: int, now: Instant, **fields: object) -> Lead:
    """A warm buyer of its own company."""
    said = {"company": f"Works {number} Ltd", "email": f"a{number}@works{number}.example", "country": "GB", **fields}
    asked = Event(event="demo_requested", occurred_at=now - HOUR)
    return Lead(
        lead_id=f"{number:032x}", side=Side.BUYER, source="web_form", created_at=now, fields=said, events=(asked,)
    )


def _revenue(found: Replayed) -> float:
    """Expected revenue of all leads before the change, in major units."""
    return sum(one.before or 0.0 for one in found.measures if one.what == "expected revenue")


def gone_round(logbook: Logbook, agreed: Agreed, now: Instant) -> None:
    with logbook.writing() as book:
        go_round(book, agreed, now=now)
        seal(book, now=now)


def test_a_history_comes_out_again_in_both_databases(logbook: Logbook, tmp_path: Path) -> None:
    workspace = workspace_in(tmp_path / "desk")
    agreed = open_desk(workspace, logbook, now=OPENS)
    rehearse(logbook, agreed, SMALL, tick=2 * HOUR, until=OPENS + 12 * DAY)
    found = same(logbook, days=12)
    assert found.leads > 10
    assert found.record.differences == ()
    assert found.moved.any == 0


@pytest.fixture
def desk(tmp_path: Path) -> tuple[Workspace, Logbook]:
    workspace = workspace_in(tmp_path / "desk")
    return workspace, open_logbook(workspace, {}, create=True)


def test_what_was_due_while_the_desk_stood_still_is_looked_at_when_it_went_on(desk: tuple[Workspace, Logbook]) -> None:
    workspace, logbook = desk
    agreed = open_desk(workspace, logbook, now=OPENS)

    def look_after(now: Instant) -> None:
        if not OPENS + 8 * DAY < now < OPENS + 11 * DAY:
            gone_round(logbook, agreed, now)

    rehearse(logbook, agreed, SMALL, tick=HOUR, until=OPENS + 30 * DAY, look_after=look_after)
    found = same(logbook)
    assert found.record.differences == ()
    assert found.moved.any == 0
    assert all(one.before == one.after for one in found.measures)


def test_a_desk_that_stood_still_from_then_on_stands_still_in_what_is_tried_too(
    desk: tuple[Workspace, Logbook],
) -> None:
    workspace, logbook = desk
    agreed = open_desk(workspace, logbook, now=OPENS)
    now = OPENS + 9 * HOUR
    with logbook.writing() as book:
        take(book, agreed, [lead(n, now) for n in range(1, 7)], now=now)
    gone_round(logbook, agreed, now + HOUR)
    gone_round(logbook, agreed, OPENS + 40 * DAY)
    found = same(logbook)
    assert found.record.differences == ()
    assert [one for one in found.measures if one.before != one.after] == []


def test_each_decision_is_made_by_the_version_that_was_in_force(desk: tuple[Workspace, Logbook]) -> None:
    workspace, logbook = desk
    agreed = open_desk(workspace, logbook, now=OPENS)
    start = OPENS + 9 * HOUR
    with logbook.writing() as book:
        take(book, agreed, [lead(n, start + n) for n in range(1, 9)], now=start + 60)
    gone_round(logbook, agreed, start + HOUR)
    routing = workspace.agreement_dir / "routing.toml"
    text = re.sub(r'"(tom.hadley|amara.osei|callum.reid)" = 2', r'"\1" = 1', routing.read_text("utf-8"))
    routing.write_text(
        text.replace('"priya.nair" = 1', '"priya.nair" = 20').replace("2026-03-30", "2026-04-01"), "utf-8"
    )
    later = start + 2 * DAY
    agreed = open_desk(workspace, logbook, now=later)
    with logbook.writing() as book:
        taken = take(book, agreed, [lead(n, later + n) for n in range(11, 19)], now=later + 60)
    gone_round(logbook, agreed, later + HOUR)
    assert [one.stands.owner for one in taken].count("priya.nair") >= 5
    found = same(logbook, days=5)
    assert found.record.differences == ()
    # Under the first version all along the second day's leads take turns again.
    proposed = read_proposed([EXAMPLE / "routing.toml"], time_zone="Europe/London", calendars=CALENDARS)
    other = replay(logbook, proposed.versions, since=OPENS, until=OPENS + 5 * DAY, draws=1)
    assert 4 <= other.moved.owner <= 8


def test_bands_set_by_people_and_members_away_are_done_again(desk: tuple[Workspace, Logbook]) -> None:
    workspace, logbook = desk
    agreed = open_desk(workspace, logbook, now=OPENS)
    now = OPENS + 9 * HOUR
    cold = Lead(
        lead_id="c" * 32, side=Side.BUYER, source="web_form", created_at=now,
        fields={"company": "Cold Ltd", "email": "x@cold.example", "country": "GB"},
    )  # fmt: skip
    old = ClosedLead(lead=lead(90, OPENS - 90 * DAY), closed_at=OPENS - 60 * DAY, won=False, reason="price")
    with logbook.writing() as book:
        adopt(book, [old], now=now)
        book.post([Entry(kind=Kind.MEMBER_ABSENT, subject="tom.hadley", at=now, data={"absent": True})], now=now)
        take(book, agreed, [cold, lead(1, now)], now=now)
        until = now + 9 * DAY
        override(book, agreed, "c" * 32, Band.SALES, who="ana", why="met them", until=until, now=now + 5)
        take(book, agreed, [lead(n, now + 9) for n in range(2, 9)], now=now + 9)
    gone_round(logbook, agreed, now + HOUR)
    found = same(logbook, days=2)
    assert found.record.differences == ()
    assert found.left_out == {}
    assert found.leads == 9


def test_merges_by_people_and_what_took_them_back_are_made_again(desk: tuple[Workspace, Logbook]) -> None:
    workspace, logbook = desk
    agreed = open_desk(workspace, logbook, now=OPENS)
    now = OPENS + 9 * HOUR
    with logbook.writing() as book:
        taken = take(book, agreed, [lead(n, now) for n in range(1, 7)], now=now)
        one, two, three, four = (each.lead_id for each in taken[:4])
        key, _ = merge_leads(book, agreed, one, two, who="ana", why="one firm", now=now + 60)
        merge_leads(book, agreed, three, four, who="ana", why="one firm", now=now + 90)
        undo_merge(book, agreed, key, who="ben", why="two firms", now=now + 120)
        take(book, agreed, [lead(n, now + 200) for n in range(7, 12)], now=now + 200)
    gone_round(logbook, agreed, now + HOUR)
    gone_round(logbook, agreed, OPENS + 2 * DAY - 1)
    found = same(logbook, days=2)
    assert found.record.differences == ()
    assert (found.left_out, found.moved.any) == ({}, 0)


def test_events_told_between_a_merge_and_its_undoing_come_out_again(desk: tuple[Workspace, Logbook]) -> None:
    workspace, logbook = desk
    agreed = open_desk(workspace, logbook, now=OPENS)
    now = OPENS + 9 * HOUR
    twin = {"company": "Works 1 Ltd", "email": "a1@works1.example", "city": "Leeds"}
    with logbook.writing() as book:
        taken = take(book, agreed, [lead(n, now) for n in range(1, 5)], now=now)
        (merged,) = take(book, agreed, [lead(9, now + 10, **twin)], now=now + 10)
        one, two = taken[1].lead_id, taken[2].lead_id
        key, _ = merge_leads(book, agreed, one, two, who="ana", why="one firm", now=now + 60)
    assert merged.outcome == "merged"
    gone_round(logbook, agreed, now + 100)
    with logbook.writing() as book:
        told = [Did(lead_id=name, event="pricing_viewed", occurred_at=now + 20) for name in (two, merged.lead_id)]
        record(book, agreed, told, now=now + 200)
        # The kept leads are told of the same by their own sources, too.
        record(book, agreed, [Did(lead_id=one, event="pricing_viewed", occurred_at=now + 20)], now=now + 205)
        told_too = Event(event="pricing_viewed", occurred_at=now + 20)
        take(book, agreed, [replace(lead(1, now, city="Leeds"), events=(told_too,))], now=now + 207)
        again = lead(9, now + 210, **twin)
        take(book, agreed, [again], now=now + 300)
        (line,) = (one for one in book.history(taken[0].lead_id) if one.kind is Kind.LEADS_MERGED)
        for name in (key, str(line.key)):
            undo_merge(book, agreed, name, who="ben", why="two firms", now=now + 400)
        assert leads_by_id(book, [taken[0].lead_id])[taken[0].lead_id].fields["city"] == "Leeds"
        parted = book.all("SELECT lead_id FROM events WHERE event = 'pricing_viewed' ORDER BY lead_id")
    assert [name for (name,) in parted] == sorted([taken[0].lead_id, one, two, merged.lead_id])
    gone_round(logbook, agreed, OPENS + 2 * DAY - 1)
    found = same(logbook, days=2)
    assert found.record.differences == ()
    assert (found.left_out, found.moved.any) == ({}, 0)


def test_what_is_told_of_a_merged_lead_or_by_a_clock_that_is_ahead_comes_out_again(
    desk: tuple[Workspace, Logbook],
) -> None:
    workspace, logbook = desk
    agreed = open_desk(workspace, logbook, now=OPENS)
    now = OPENS + 9 * HOUR
    with logbook.writing() as book:
        one, two, three, four, five, six, seven = (
            each.lead_id for each in take(book, agreed, [lead(n, now) for n in range(1, 8)], now=now)
        )
        for kept, absorbed in ((one, two), (three, four)):
            merge_leads(book, agreed, kept, absorbed, who="ana", why="one firm", now=now + 60)
    later, ahead = now + 120, now + 180
    lost, opened = LeadStage.CLOSED_LOST, LeadStage.OPPORTUNITY
    told = [
        Judged(lead_id=two, verdict="rejected", reason="bad_timing", by="x", occurred_at=later),
        Reached(subject=four, what="pause", detail="asked to call later", occurred_at=later),
        Moved(lead_id=four, stage=lost, occurred_at=later, by="x", reason="price", objections=("none",)),
        Judged(lead_id=five, verdict="recycled", reason="bad_timing", by="x", occurred_at=ahead),
        Moved(lead_id=six, stage=opened, occurred_at=ahead, by="x"),
        Reached(subject=six, what="pause", detail="asked to call later", occurred_at=ahead),
        Did(lead_id=six, event="pricing_viewed", occurred_at=ahead),
        Moved(lead_id=seven, stage=LeadStage.RECYCLED, occurred_at=later, by="x", reason="later"),
    ]
    with logbook.writing() as book:
        assert record(book, agreed, told, now=later) == len(told)
        keys = {key_of(each) for each in told}
        assert len(book.all("SELECT 1 FROM entries WHERE key {any}", sorted(keys))) == len(keys)
        (last,) = book.one("SELECT max(seq) FROM entries") or (0,)
    with logbook.reading() as book:
        again = read_happened(book, 0, last)
    assert [step.what for step in again.steps if isinstance(step.what, Happening)] == told
    with logbook.writing() as book:
        record(book, agreed, [replace(told[2], occurred_at=later + 60)], now=later + 60)
    gone_round(logbook, agreed, now + HOUR)
    found = same(logbook, days=2)
    assert found.record.differences == ()
    assert found.moved.any == 0


def test_stages_told_late_and_again_come_out_again(desk: tuple[Workspace, Logbook]) -> None:
    workspace, logbook = desk
    agreed = open_desk(workspace, logbook, now=OPENS)
    given = OPENS + 9 * HOUR
    with logbook.writing() as book:
        one, two = (each.lead_id for each in take(book, agreed, [lead(n, given) for n in (1, 2)], now=given))
    now = given + 3 * HOUR
    deal = Moved(lead_id=one, stage=LeadStage.OPPORTUNITY, occurred_at=given + 2 * HOUR, by="x", amount=1_000_000)
    sale = Moved(
        lead_id=one, stage=LeadStage.CLOSED_WON, occurred_at=now - 60, by="x", reason="range_of_suppliers",
        objections=("none",), amount=5_000_000,
    )  # fmt: skip
    told = [
        deal,
        replace(deal, stage=LeadStage.SALES_QUALIFIED, occurred_at=given + HOUR, amount=None),
        replace(deal, occurred_at=given + 2 * HOUR + 60, amount=5_000_000),
        sale,
        replace(sale, occurred_at=now - 30, questions=("can_i_pay_on_invoice",), note="as they said", amount=6_000_000),
        Moved(lead_id=two, stage=LeadStage.LEAD, occurred_at=now - 90, by="x"),
        Moved(lead_id=two, stage=LeadStage.LEAD, occurred_at=now - 60, by="x"),
        Judged(lead_id=two, verdict="rejected", reason="bad_timing", by="x", occurred_at=given - HOUR),
    ]
    with logbook.writing() as book:
        assert record(book, agreed, told, now=now) == len(told)
        (last,) = book.one("SELECT max(seq) FROM entries") or (0,)
    with logbook.reading() as book:
        again = read_happened(book, 0, last)
    assert [step.what for step in again.steps if isinstance(step.what, Happening)] == told
    gone_round(logbook, agreed, now + HOUR)
    found = same(logbook, days=2)
    assert found.record.differences == ()


def test_a_list_that_tells_of_one_record_twice_comes_out_again(desk: tuple[Workspace, Logbook]) -> None:
    workspace, logbook = desk
    agreed = open_desk(workspace, logbook, now=OPENS)
    now = OPENS + 9 * HOUR

    def record(number: str, **fields: object) -> Lead:
        said = {"id": number, "side": "buyer", "country": "ES", **fields}
        read = read_lead(said, Source(name="trade_fair"), workspace="acme", now=now, ahead=300)
        assert isinstance(read, Lead)
        return read

    listed = [
        record("2", company="Marsh Valves", email="m@marsh.example", deal_size=12_000),
        record("15", phone="+34 91 555 0004", name="Eva Sanz", company="Obras Norte SA", city="Bilbao"),
        record("2", company="Marsh Valves", email="m@marsh.example", deal_size=19_000),
        record("16", phone="+34 91 555 0004", name="Eva Sanz", company="Obras Norte", postcode="48001"),
        record("17", company="Bad", email="not-an-email"),
        record("16", phone="+34 91 555 0004", name="Eva Sanz", company="Obras Norte", postcode="48002"),
    ]
    with logbook.writing() as book:
        taken = take(book, agreed, listed, now=now)
    assert [one.outcome for one in taken] == ["new", "new", "changed", "merged", "new", "changed"]
    assert taken[-1].stands.fields["postcode"] == "48002"
    with logbook.reading() as book:
        received, *_ = (line for line in book.history(taken[0].lead_id) if line.kind is Kind.LEAD_RECEIVED)
    assert received.data["fields"]["deal_size"] == 12_000
    gone_round(logbook, agreed, now + HOUR)
    found = same(logbook, days=1)
    assert found.record.differences == ()
    assert found.moved.any == 0


def test_what_leads_were_worth_by_the_facts_of_then_is_counted_where_they_would_go(
    desk: tuple[Workspace, Logbook],
) -> None:
    workspace, logbook = desk
    agreed = open_desk(workspace, logbook, now=OPENS)
    now = OPENS + 9 * HOUR
    leads = [lead(n, now, segment="mid_market", deal_size=9_000, category="Fixings") for n in range(1, 7)]
    with logbook.writing() as book:
        known = publish(book, load_id=1, now=now - 60, cells=published_cells(MARKET), parties=[], watermarks={})
        take(book, agreed, leads, now=now, snapshot=known.snapshot)
        # A later publish knows nothing of the market: the leads were valued by the first.
        publish(book, load_id=2, now=now + 60, cells=[], parties=[], watermarks={})
    gone_round(logbook, agreed, OPENS + DAY - 1)
    found = same(logbook, days=1)
    assert found.record.differences == ()
    assert found.valued == 6
    # A currency without smaller units: its amounts are what is stored, not a hundredth of it.
    tried = read_proposed([EXAMPLE / "sla.toml"], time_zone="Europe/London", calendars=CALENDARS)
    told = replay(logbook, tried.versions, since=OPENS, until=OPENS + 30 * DAY, draws=1, currency="JPY")
    worth = {currency: _revenue(one) for currency, one in (("GBP", found), ("JPY", told))}
    assert worth["JPY"] == pytest.approx(100 * worth["GBP"])
    assert worth["GBP"] > 0


def test_what_the_desk_did_not_decide_so_is_shown_as_a_difference(desk: tuple[Workspace, Logbook]) -> None:
    workspace, logbook = desk
    agreed = open_desk(workspace, logbook, now=OPENS)
    now = OPENS + 9 * HOUR
    with logbook.writing() as book:
        take(book, agreed, [lead(1, now), lead(2, now)], now=now)
        data = {"queue": "elsewhere", "to": "queue"}
        book.post([Entry(kind=Kind.QUEUED, subject=f"{1:032x}", at=now, data=data)], now=now)
    gone_round(logbook, agreed, OPENS + DAY - 1)
    found = same(logbook, days=1)
    (odd,) = found.record.differences
    assert (odd.only_in, odd.kind, odd.said) == ("record", "queued", "queue elsewhere")
    assert found.record.share == (found.record.decisions - 1) / found.record.decisions


def test_without_a_record_of_rounds_things_are_looked_at_when_they_are_due(desk: tuple[Workspace, Logbook]) -> None:
    workspace, logbook = desk
    agreed = open_desk(workspace, logbook, now=OPENS)
    now = OPENS + 9 * HOUR
    with logbook.writing() as book:
        take(book, agreed, [lead(n, now) for n in range(1, 9)], now=now)
    found = same(logbook, days=10)
    assert found.moved.any == 0
    breached = next(one for one in found.measures if one.of == "buyer first_touch" and one.what == "breached")
    assert (breached.before, breached.after) == (8, 8)


def test_a_span_without_leads_is_refused_with_the_span_that_has_some(desk: tuple[Workspace, Logbook]) -> None:
    workspace, logbook = desk
    agreed = open_desk(workspace, logbook, now=OPENS)
    with pytest.raises(ValueError, match="holds no lead at all"):
        same(logbook)
    with logbook.writing() as book:
        take(book, agreed, [lead(1, OPENS + HOUR)], now=OPENS + HOUR)
    with pytest.raises(ValueError, match="came between 2026-03-30 and 2026-03-30"):
        same(logbook, since=OPENS + 9 * DAY)


def test_a_logbook_that_recorded_no_agreement_is_refused(desk: tuple[Workspace, Logbook]) -> None:
    with pytest.raises(NothingRecorded, match="no recorded version of calendar, routing, scoring, sla"):
        same(desk[1])


def test_every_mistake_of_every_file_is_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "sla.toml").write_text(
        (EXAMPLE / "sla.toml").read_text("utf-8").replace("hours = 4\n", "hours = -4\n", 1)
    )
    (tmp_path / "routing.toml").write_text("holdout_share = 7\nnonsense = 1\n")
    with pytest.raises(AgreementError) as raised:
        read_proposed([tmp_path], time_zone="Europe/London", calendars=CALENDARS)
    said = str(raised.value)
    for word in ("hours", "holdout_share", "nonsense"):
        assert word in said


def test_an_sla_for_a_calendar_that_nobody_has_is_refused(tmp_path: Path) -> None:
    text = (EXAMPLE / "sla.toml").read_text("utf-8").replace('calendar = "marketplace"', 'calendar = "moon"')
    (tmp_path / "sla.toml").write_text(text)
    with pytest.raises(AgreementError, match="moon"):
        read_proposed([tmp_path], time_zone="Europe/London", calendars=CALENDARS)


def test_files_that_decide_on_no_lead_are_left_out_and_named(tmp_path: Path) -> None:
    found = read_proposed([EXAMPLE], time_zone="Europe/London", calendars=CALENDARS)
    assert "delivery.toml" in found.left_out
    assert set(found.versions) >= {"sla", "routing", "scoring", "calendar", "matching", "decay", "intake"}
    (tmp_path / "delivery.toml").write_text("")
    with pytest.raises(ValueError, match="holds no section that a desk decides by"):
        read_proposed([tmp_path], time_zone="Europe/London", calendars=CALENDARS)
