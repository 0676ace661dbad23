"""Audits, fixes and their undoing over the logbook, in each of the two databases."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.leads.desk.conftest import Desk

from bothsides.leads.desk.candidates import identity_keys
from bothsides.leads.desk.happenings import Moved
from bothsides.leads.desk.standing import leads_by_id, normal_lead
from bothsides.leads.hygiene import Fix
from bothsides.leads.upkeep.auditing import Audited, audited, since_last_week, weekly, weeks
from bothsides.leads.upkeep.fixes import Made, fix_id, make, named, preview, safe, take_back
from bothsides.leads.upkeep.provenance import Origin, origins, providers
from bothsides.leads.upkeep.reading import held, surroundings
from bothsides.logbook import Entry, Kind, rebuild, standing
from bothsides.schedule.timetable import TIMETABLE, Run
from bothsides.schema.instant import DAY
from bothsides.schema.stage import LeadStage
from bothsides.workspace import Settings, Workspace


def look(desk: Desk) -> Audited:
    with desk.logbook.reading() as book:
        return audited(book, desk.agreed, now=desk.now)


def made(desk: Desk, fixes: list[Fix], **told: Any) -> Made:
    with desk.logbook.writing() as book:
        return make(book, desk.agreed, fixes, who="ana", now=desk.now, **told)


def back(desk: Desk, key: str) -> None:
    with desk.logbook.writing() as book:
        take_back(book, desk.agreed, key, who="ana", now=desk.now)


def correct(desk: Desk, lead_id: str, actor: str, **changed: Any) -> None:
    """Somebody writes other values into a lead."""
    with desk.logbook.writing() as book:
        lead = leads_by_id(book, [lead_id])[lead_id]
        before = identity_keys(normal_lead(lead))
        lead.fields |= changed
        after = identity_keys(normal_lead(lead))
        data = {
            "changed": changed,
            "fields": lead.fields,
            "keys": [key for key in after if key not in before],
            "keys_gone": [key for key in before if key not in after],
        }
        line = Entry(kind=Kind.LEAD_CHANGED, subject=lead_id, at=desk.now, data=data, actor=actor)
        book.post([line], now=desk.now)


def told(of: Audited) -> set[tuple[str, str]]:
    return {(fault.check, fault.field) for fault in of.audit.faults}


def tables(desk: Desk) -> list[Any]:
    return [
        desk.rows("SELECT lead_id, fields, merged_into, is_open, owner, stage FROM leads ORDER BY lead_id"),
        desk.rows("SELECT identity_key, lead_id FROM lead_keys ORDER BY identity_key, lead_id"),
    ]


def test_what_is_wrong_is_found_with_a_score_by_team(desk: Desk) -> None:
    desk.take_one(channel="Google Ads", employees=999_999, country=None)
    clean = desk.take_one(company="Other Ltd", email="pat@other.example", name="Pat Other", channel="organic")
    found = look(desk)
    assert told(found) == {("source", "channel"), ("null", "employees"), ("missing", "country")}
    assert {fault.record_id for fault in found.audit.faults} == set(found.leads) - {clean.lead_id}
    scores = {team.team: team.score for team in found.audit.teams}
    assert all(0 < score <= 100 for score in scores.values() if score is not None)
    assert min(score for score in scores.values() if score is not None) < 100
    assert any(said.startswith("account_id") for said in found.audit.not_checked)


def test_a_stage_that_nobody_moves_goes_stale_and_who_left_is_an_orphan_owner(desk: Desk) -> None:
    lead = desk.take_one(channel="organic")
    assert told(look(desk)) == set()
    desk.now += 8 * DAY
    assert told(look(desk)) == {("stale", "stage")}
    with desk.logbook.reading() as book:
        roster = {one.owner: one for one in surroundings(book, desk.agreed, {}).roster}
    assert roster["callum.reid"].left_at is not None
    assert roster["tom.hadley"].left_at is None
    assert lead.stands.owner in roster


def test_a_stage_that_is_only_told_again_is_as_stale_as_before(desk: Desk) -> None:
    lead = desk.take_one(channel="organic").lead_id
    entered = desk.now
    for later, amount in ((0, 1_000_000), (8 * DAY, 5_000_000)):
        desk.now = entered + later
        desk.record(
            Moved(lead_id=lead, stage=LeadStage.OPPORTUNITY, occurred_at=desk.now, by="x", amount=amount),
            Moved(lead_id=lead, stage=LeadStage.SALES_QUALIFIED, occurred_at=entered - 60, by="x"),
        )
    with desk.logbook.reading() as book:
        assert held(book, now=desk.now)[lead].record.stage_since == entered


def test_safe_fixes_are_shown_made_and_taken_back_exactly(desk: Desk) -> None:
    lead = desk.take_one(channel="Google Ads", company="test", employees=999_999, country=None)
    before = tables(desk)
    found = look(desk)
    fixes = safe(found.audit.fixes)
    shown = preview({name: one.lead for name, one in found.leads.items()}, fixes, who="ana", at=desk.now)
    assert {(one.field, one.before, one.after) for one in shown.changes} == {
        ("channel", "Google Ads", "paid_search"),
        ("given_company", "test", None),
        ("employees", 999_999, None),
    }
    assert tables(desk) == before  # a preview changes nothing

    told_us = Fix(
        record_id=lead.lead_id, field="email", before="joan@harlandpumps.example", after="jo@harland.example",
        why="she told us", who="ana", check="missing",
    )  # fmt: skip
    done = made(desk, [*fixes, told_us])
    assert len(done.keys) == 4
    assert done.refused == ()
    fields = desk.history(lead.lead_id)[-2].data["fields"]
    assert fields["channel"] == "paid_search"
    assert "given_company" not in fields
    assert told(look(desk)) == {("missing", "company"), ("missing", "country")}
    assert tables(desk)[1] != before[1]  # it is found under other keys
    assert desk.rows("SELECT purpose FROM timers WHERE timer_id = ?", f"score:{lead.lead_id}") == [("score",)]

    for key in reversed(done.keys):
        back(desk, key)
    assert tables(desk) == before
    with pytest.raises(ValueError, match="was taken back already"):
        back(desk, done.keys[0])
    with desk.logbook.writing() as book:
        folded = standing(book)
        rebuild(book)
        assert standing(book) == folded


def test_a_value_that_somebody_changed_since_stays(desk: Desk) -> None:
    lead = desk.take_one(channel="Google Ads")
    fixes = safe(look(desk).audit.fixes)
    done = made(desk, fixes)
    correct(desk, lead.lead_id, "tom.hadley", channel="partner")
    with pytest.raises(ValueError, match="changed since, so it stays"):
        back(desk, done.keys[0])
    again = made(desk, fixes)
    assert again.keys == ()
    assert "no longer 'Google Ads': look again" in again.refused[0].why


def test_a_fix_that_a_person_must_find_out_is_refused(desk: Desk) -> None:
    desk.take_one(country=None, channel="organic")
    found = look(desk)
    (fix,) = found.audit.fixes
    assert safe([fix]) == []
    assert named(found.audit.fixes, [fix_id(fix)[:4]]) == [fix]
    assert made(desk, [fix]).refused[0].why.startswith("by hand: ")
    with pytest.raises(LookupError, match="no such fix now"):
        named(found.audit.fixes, ["zzz"])
    with pytest.raises(LookupError, match="names no fix that was made; latest: none yet"):
        back(desk, "fix:unknown")


def test_what_the_desk_itself_keeps_is_not_mended_as_a_field(desk: Desk) -> None:
    lead = desk.take_one(channel="organic")
    fix = Fix(
        record_id=lead.lead_id, field="source", before="web-form", after="organic", why="x", who="ana", check="source"
    )
    assert safe([fix]) == []
    assert "the desk keeps it" in made(desk, [fix]).refused[0].why


def _twins(desk: Desk) -> tuple[str, str]:
    """Two open leads of one person, known as such only since somebody wrote the address in."""
    one = desk.take_one(channel="organic")
    other = desk.take_one(channel="organic", company="Harland", name="J. H.", email="info@harlandpumps.example")
    correct(desk, other.lead_id, "tom.hadley", email="joan@harlandpumps.example", name="Joan Harland")
    return one.lead_id, other.lead_id


def test_duplicates_are_merged_by_name_and_parted_again(desk: Desk) -> None:
    one, other = _twins(desk)
    before = tables(desk)
    found = look(desk)
    (fix,) = [fix for fix in found.audit.fixes if fix.check == "duplicate"]
    assert {fix.record_id, fix.after} == {one, other}
    assert safe([fix]) == []
    done = made(desk, [fix])
    assert done.merged == ((fix.after, done.keys[0]),)
    assert [fault.check for fault in look(desk).audit.faults] == []
    back(desk, done.keys[0])
    assert tables(desk) == before


def test_who_went_into_a_lead_is_known_still_when_the_lead_is_put_right_and_back(desk: Desk) -> None:
    kept = desk.take_one().lead_id
    assert desk.take_one().stands.lead_id == kept
    told, own = "joan@harlandpumps.example", "j.harland@harlandpumps.example"
    fix = Fix(record_id=kept, field="email", before=told, after=own, why="her own", who="ana", check="shape")
    held = "SELECT lead_id FROM lead_keys WHERE identity_key = ?"
    done = made(desk, [fix])
    assert [desk.rows(held, f"mail:{mail}") for mail in (told, own)] == [[(kept,)], [(kept,)]]
    back(desk, done.keys[0])
    assert [desk.rows(held, f"mail:{mail}") for mail in (told, own)] == [[(kept,)], []]


def test_a_week_is_kept_once_and_the_next_says_what_became_of_it(desk: Desk) -> None:
    desk.take_one(channel="Google Ads")
    with desk.logbook.writing() as book:
        first = weekly(book, desk.agreed, now=desk.now)
    assert first.week == "2026-W14"
    made(desk, safe(look(desk).audit.fixes))
    with desk.logbook.writing() as book:
        assert weekly(book, desk.agreed, now=desk.now + DAY) == weeks(book)[0]
        assert since_last_week(book, look(desk).audit, at=desk.now) is None
    desk.now += 7 * DAY + 60
    desk.take_one(channel="LinkedIn Ads", email="pat@other.example", company="Other Ltd", name="Pat Other")
    found = look(desk).audit
    with desk.logbook.writing() as book:
        against = since_last_week(book, found, at=desk.now)
        second = weekly(book, desk.agreed, now=desk.now)
        assert [week.week for week in weeks(book)] == ["2026-W15", "2026-W14"]
    assert against is not None
    week, came = against
    assert week == "2026-W14"
    assert [fault.check for fault in came.gone] == ["source"]
    assert {fault.check for fault in came.new} == {"source", "stale"}
    assert second.audit.teams == found.teams


def test_each_field_says_who_wrote_it(desk: Desk) -> None:
    lead = desk.take_one(channel="Google Ads").lead_id
    came = desk.history(lead)[0].at
    made(desk, safe(look(desk).audit.fixes))
    bought = Fix(
        record_id=lead,
        field="website",
        before=None,
        after="harland.example",
        why="bought",
        who="ana",
        check="enrichment",
    )
    key = made(desk, [bought], provider="zoominfo").keys[0]
    correct(desk, lead, "tom.hadley", employees=130)

    def written() -> dict[str, Origin]:
        with desk.logbook.reading() as book:
            return origins(book, [lead])[lead]

    assert written()["email"] == Origin(kind="form", by="web-form", at=came)
    assert written()["channel"] == Origin(kind="fixed", by="ana", at=desk.now)
    assert written()["website"] == Origin(kind="enriched", by="zoominfo", at=desk.now)
    assert written()["employees"] == Origin(kind="person", by="tom.hadley", at=desk.now)
    assert providers(written()) == {"website": "zoominfo"}
    back(desk, key)
    assert "website" not in written()


def test_a_merged_value_keeps_its_writer(desk: Desk) -> None:
    one, other = _twins(desk)
    correct(desk, other, "tom.hadley", phone="+44 20 7946 0000")
    (fix,) = [fix for fix in look(desk).audit.fixes if fix.check == "duplicate"]
    fix = replace(fix, record_id=other, after=one)
    key = made(desk, [fix]).keys[0]
    with desk.logbook.reading() as book:
        assert origins(book, [one])[one]["phone"] == Origin(kind="person", by="tom.hadley", at=desk.now)
    back(desk, key)
    with desk.logbook.reading() as book:
        assert "phone" not in origins(book, [one])[one]


def test_what_a_person_wrote_while_two_leads_were_one_stays_theirs(desk: Desk) -> None:
    one, other = _twins(desk)
    (fix,) = [fix for fix in look(desk).audit.fixes if fix.check == "duplicate"]
    done = made(desk, [fix])
    kept = done.merged[0][0]
    assert kept in (one, other)
    correct(desk, kept, "tom.hadley", employees=77)
    back(desk, done.keys[0])
    with desk.logbook.reading() as book:
        assert origins(book, [kept])[kept]["employees"].by == "tom.hadley"


def test_a_correction_that_came_by_a_merged_lead_has_that_ones_writer(desk: Desk) -> None:
    one = desk.take_one(events=()).lead_id
    desk.take(desk.lead(id="L9", events=(), city="Leeds"))
    came, desk.now = desk.now, desk.now + 60
    desk.take(desk.lead(id="L9", events=(), city="Bradford"))
    with desk.logbook.reading() as book:
        found = origins(book, [one])[one]
    assert found["city"] == Origin(kind="form", by="web-form", at=desk.now)
    assert found["company"] == Origin(kind="form", by="web-form", at=came)


def test_the_timetable_makes_the_weekly_audit(desk: Desk, tmp_path: Path) -> None:
    desk.take_one(channel="Google Ads")
    job = next(job for job in TIMETABLE if job.name == "hygiene")
    workspace = Workspace.create(tmp_path / "other", Settings(name="other", currency="GBP", time_zone="UTC"))
    assert job.work is not None
    with desk.logbook.writing() as book:
        run = Run(workspace=workspace, book=book, agreed=desk.agreed, due_at=desk.now, now=desk.now)
        assert job.work(run) == "1 fault in 1 record"
        assert job.work(run) == "1 fault in 1 record"
        assert [week.week for week in weeks(book)] == ["2026-W14"]
