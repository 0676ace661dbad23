"""One round does all that is due, once, whoever goes round and however often; the rest is put before people."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bothsides.agreement import AgreementError
from bothsides.leads.desk.happenings import Touched
from bothsides.logbook import Entry, Kind, LogbookUnavailable, alone, broken_seals, rebuild, set_timer, standing
from bothsides.schedule import TickReport, open_sending, rehearse, tick
from bothsides.workspace import Workspace
from tests.leads.desk.conftest import Desk, at


def go(desk: Desk, ws: Workspace, moment: int, **more: object) -> TickReport:
    desk.now = moment
    return tick(ws, desk.logbook, desk.agreed, now=moment, **more)  # type: ignore[arg-type]  # options by name


def counts(desk: Desk, kind: str) -> int:
    (row,) = desk.rows("SELECT count(*) FROM entries WHERE kind = ?", kind)
    return int(row[0])


def test_after_an_outage_of_a_week_everything_is_made_up_once(desk: Desk, ws: Workspace) -> None:
    go(desk, ws, desk.now)
    lead = desk.take_one().lead_id
    report = go(desk, ws, desk.now + 8 * 86400)
    assert report.breaches == 1
    assert report.returned == 1
    assert report.escalations >= 2
    assert report.finished
    assert desk.row(lead)["stage"] == "recycled"
    again = go(desk, ws, desk.now)
    assert (again.timers, again.lines, again.breaches) == (0, 0, 0)
    assert counts(desk, "breached") == 1


@pytest.mark.parametrize("batch", [1, 3, 200])
def test_the_size_of_a_batch_changes_nothing(desk: Desk, ws: Workspace, batch: int) -> None:
    for n in range(4):
        desk.take_one(company=f"Company {n} Ltd", email=f"ana@company{n}.example", name=f"Ana {n}")
    go(desk, ws, desk.now + 8 * 86400, batch=batch)
    assert counts(desk, "breached") == 4
    assert desk.rows("SELECT DISTINCT stage FROM leads") == [("recycled",)]


def test_waiting_leads_are_given_out_when_the_day_begins_without_anybody_asking(desk: Desk, ws: Workspace) -> None:
    desk.now = at("03-31T20:00")
    lead = desk.take_one().lead_id
    report = go(desk, ws, desk.now)
    assert report.drained == {}
    assert report.next_due == at("04-01T02:30"), "a job; the queue's own time is later"
    assert desk.rows("SELECT due_at FROM timers WHERE timer_id = 'queue:uk'") == [(at("04-01T08:00"),)]
    report = go(desk, ws, at("04-01T08:00"))
    assert report.drained == {"uk": 1}
    assert desk.row(lead)["owner"] is not None
    assert desk.rows("SELECT 1 FROM timers WHERE purpose = 'queue'") == []


def test_a_timer_that_nobody_looks_after_is_put_before_the_operator_and_stops_nobody(desk: Desk, ws: Workspace) -> None:
    lead = desk.take_one().lead_id
    with desk.logbook.writing() as book:
        book.post([set_timer("moon", "full", desk.now + 60, now=desk.now)], now=desk.now)
    report = go(desk, ws, desk.now + 8 * 86400)
    assert desk.row(lead)["stage"] == "recycled", "the others were done"
    assert len(report.parked) == 1
    assert "moon" in report.parked[0]
    ((content,),) = desk.rows("SELECT data FROM agenda WHERE kind = 'parked_timer' AND state = 'open'")
    assert json.loads(content)["timer"] == "moon:full"
    assert desk.rows("SELECT due_at FROM timers WHERE timer_id = 'moon:full'") == [(desk.now + 86400,)]
    assert len(go(desk, ws, desk.now + 86400).parked) == 1, "it is tried again every day"
    assert desk.rows("SELECT count(*) FROM agenda WHERE kind = 'parked_timer'") == [(1,)], "and told once"


def test_a_clock_of_an_sla_that_was_never_recorded_waits_and_the_others_go_on(desk: Desk, ws: Workspace) -> None:
    broken = desk.take_one().lead_id
    sound = desk.take_one(company="Other Ltd", email="bo@other.example", name="Bo Other").lead_id
    ((clock, state),) = desk.rows(
        "SELECT clock_id, state FROM clocks WHERE subject = ? AND kind = 'first_touch'", broken
    )
    with desk.logbook.writing() as book:
        told = json.loads(state) | {"policy_version": "lost"}
        book.run("UPDATE clocks SET state = ? WHERE clock_id = ?", json.dumps(told), clock)
    report = go(desk, ws, desk.now + 8 * 86400)
    assert any("lost" in line for line in report.parked)
    assert desk.row(sound)["stage"] == "recycled"
    assert desk.rows("SELECT count(*) FROM timers WHERE timer_id = ?", f"clock:{clock}") == [(1,)]


def test_what_was_written_is_sealed_and_the_watermark_stands_where_all_was_looked_at(desk: Desk, ws: Workspace) -> None:
    desk.take_one()
    report = go(desk, ws, desk.now + 3600)
    assert report.sealed is not None
    assert desk.rows("SELECT reached_at FROM watermarks WHERE source = 'tick'") == [(desk.now,)]
    with desk.logbook.reading() as book:
        assert broken_seals(book) == ()
    with desk.logbook.writing() as book:
        stood = standing(book)
        rebuild(book)
        assert standing(book) == stood


def test_a_round_that_is_told_to_stop_ends_after_its_batch_and_the_next_goes_on(desk: Desk, ws: Workspace) -> None:
    for n in range(3):
        desk.take_one(company=f"Company {n} Ltd", email=f"ana@company{n}.example", name=f"Ana {n}")
    later = desk.now + 8 * 86400
    report = go(desk, ws, later, batch=1, stop=lambda: True)
    assert not report.finished
    assert report.timers == 1
    ((reached,),) = desk.rows("SELECT reached_at FROM watermarks WHERE source = 'tick'")
    ((due,),) = desk.rows("SELECT min(due_at) FROM timers")
    assert reached == due - 1, "not everything until now was looked at"
    assert go(desk, ws, later).finished
    assert counts(desk, "breached") == 3


def test_a_rehearsal_says_what_would_be_done_and_writes_nothing(desk: Desk, ws: Workspace) -> None:
    desk.take_one()
    later = desk.now + 8 * 86400
    with desk.logbook.reading() as book:
        before = standing(book)
    lines = desk.rows("SELECT count(*) FROM entries")
    would = rehearse(ws, desk.logbook, now=later)
    with desk.logbook.reading() as book:
        assert standing(book) == before
    assert desk.rows("SELECT count(*) FROM entries") == lines
    done = go(desk, ws, later)
    assert (would.breaches, would.returned, would.clocks) == (done.breaches, done.returned, done.clocks)
    assert would.next_due == done.next_due
    again = rehearse(ws, desk.logbook, now=done.next_due)
    assert again.jobs
    assert again.next_due == go(desk, ws, done.next_due).next_due


def test_effects_wait_where_nothing_was_agreed_on_sending_and_the_report_says_so(desk: Desk, ws: Workspace) -> None:
    (ws.agreement_dir / "delivery.toml").unlink()
    desk.take_one()
    sending = open_sending(ws, desk.logbook, {})
    assert sending is None
    report = go(desk, ws, desk.now + 8 * 86400, sending=sending)
    assert report.outbox["waiting"] > 0
    assert any("no agreement/delivery.toml" in note for note in report.notes)


def test_effects_are_sent_once_each_to_the_agreed_file(desk: Desk, ws: Workspace) -> None:
    desk.take_one()
    for day in (8, 8, 9):
        go(desk, ws, at("03-31T09:00") + day * 86400, sending=open_sending(ws, desk.logbook, {}))
    lines = [json.loads(line) for line in (ws.folder / "outbox.jsonl").read_text(encoding="utf-8").splitlines()]
    keys = [line["key"] for line in lines]
    assert keys
    assert len(keys) == len(set(keys))
    states = dict(desk.rows("SELECT state, count(*) FROM outbox GROUP BY state"))
    assert states.get("waiting", 0) == 0
    assert states["done"] >= len(keys)


def test_an_effect_that_is_already_known_to_the_rehearsal_is_not_sent_by_it(desk: Desk, ws: Workspace) -> None:
    desk.take_one()
    go(desk, ws, desk.now + 8 * 86400)
    would = rehearse(ws, desk.logbook, now=desk.now, sending=open_sending(ws, desk.logbook, {}))
    assert sum(would.effects.values()) > 0
    assert not (ws.folder / "outbox.jsonl").exists()


def test_two_who_go_round_at_the_same_moment_do_each_thing_once(desk: Desk, ws: Workspace) -> None:
    for n in range(30):
        desk.take_one(company=f"Company {n} Ltd", email=f"ana@company{n}.example", name=f"Ana {n}", country="DE")
    later = desk.now + 8 * 86400
    reports: list[TickReport] = []

    def work() -> None:
        reports.append(tick(ws, desk.logbook, desk.agreed, now=later, batch=5))

    workers = [threading.Thread(target=work) for _ in range(3)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert len(reports) == 3
    assert counts(desk, "breached") == 30 == sum(report.breaches for report in reports)
    assert desk.rows("SELECT DISTINCT stage FROM leads") == [("recycled",)]
    with desk.logbook.writing() as book:
        assert broken_seals(book) == ()
        stood = standing(book)
        rebuild(book)
        assert standing(book) == stood


def test_a_queue_that_another_worker_gives_from_is_left_to_it_until_it_is_done(desk: Desk, ws: Workspace) -> None:
    if desk.logbook.dialect == "sqlite":
        pytest.skip("SQLite has one writer: nobody waits for a turn")
    lead = desk.take_one().lead_id
    with desk.logbook.writing() as book:
        owner = desk.row(lead)["owner"]
        waits = {"owner": owner, "queue": "uk", "waits_in": "uk"}
        book.post([Entry(kind=Kind.RELEASED, subject=lead, at=desk.now, data=waits)], now=desk.now)
    asked: list[int] = []

    def twice() -> bool:
        asked.append(1)
        return len(asked) > 3

    with alone(desk.logbook, "drain uk"):
        tick(ws, desk.logbook, desk.agreed, now=desk.now, stop=twice)
        assert desk.row(lead)["queue"] == "uk"
    tick(ws, desk.logbook, desk.agreed, now=desk.now)
    assert desk.row(lead)["queue"] is None


def test_a_logbook_that_cannot_be_written_is_said_in_words(
    desk: Desk, ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = desk.logbook.engine.dialect.loaded_dbapi

    @contextmanager
    def broken(*_: object) -> Iterator[None]:
        raise driver.OperationalError("database or disk is full")
        yield

    monkeypatch.setattr(type(desk.logbook), "writing", broken)
    with pytest.raises(LogbookUnavailable, match=r"disk is full.*is due as it was"):
        tick(ws, desk.logbook, desk.agreed, now=desk.now)


def test_a_version_that_was_signed_since_is_adopted_by_the_round(desk: Desk, ws: Workspace) -> None:
    path = ws.agreement_dir / "decay.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("untouched_hours = 16", "untouched_hours = 17"), encoding="utf-8")
    before = counts(desk, "policy_adopted")
    tick(ws, desk.logbook, now=desk.now)
    assert counts(desk, "policy_adopted") == before + 1


def test_touches_complete_a_clock_before_its_grace_ends(desk: Desk, ws: Workspace) -> None:
    lead = desk.take_one().lead_id
    desk.record(
        Touched(touch_id="t", lead_id=lead, kind="call", direction="out", occurred_at=desk.now + 60, by="tom.hadley")
    )
    report = go(desk, ws, desk.now + 2 * 86400)
    assert (report.breaches, report.returned) == (0, 0)


def test_a_desk_that_was_gone_round_ahead_of_time_says_so_and_takes_a_change_that_is_restated(
    desk: Desk, ws: Workspace
) -> None:
    now = desk.now
    go(desk, ws, now + 200 * 86400)
    assert any("as if it were 2026-10-17 10:00 BST" in note for note in go(desk, ws, now).notes)
    path = ws.agreement_dir / "decay.toml"
    text = path.read_text(encoding="utf-8").replace("untouched_hours = 16", "untouched_hours = 17")
    path.write_text(text.partition("[signed]")[0], encoding="utf-8")
    with pytest.raises(AgreementError, match=r"2026-10-17 09:00 UTC already, which is still to come"):
        tick(ws, desk.logbook, now=now)
    path.write_text(f"{text.partition('[signed]')[0]}\n[signed]\nsince = 2026-03-31\nrestate = true\n")
    tick(ws, desk.logbook, now=now)


def test_a_change_counts_though_the_last_round_was_gone_by_a_clock_a_little_ahead(desk: Desk, ws: Workspace) -> None:
    now = desk.now
    go(desk, ws, now + 120)
    path = ws.agreement_dir / "decay.toml"
    text = path.read_text(encoding="utf-8").replace("untouched_hours = 16", "untouched_hours = 17")
    path.write_text(text.partition("[signed]")[0], encoding="utf-8")
    before = counts(desk, "policy_adopted")
    tick(ws, desk.logbook, now=now)
    assert counts(desk, "policy_adopted") == before + 1
