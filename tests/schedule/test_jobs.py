"""Jobs are timers: run once when due, made up once or each time, put before the operator where they fail."""

from bothsides.logbook import Entry, Kind
from bothsides.schedule import TIMETABLE, Job, tick
from bothsides.schedule.cadence import Daily, EveryTick
from bothsides.schedule.timetable import Run
from bothsides.workspace import Workspace
from tests.leads.desk.conftest import Desk, at

START = at("04-01T12:00")
WEEK_LATER = at("04-08T12:00")
ran: list[int] = []
OTHER = {"item": "other", "kind": "other", "content": {}}


def trace(run: Run) -> str:
    data = {"item": f"trace:{run.due_at}", "kind": "trace", "content": {}}
    run.book.post([Entry(kind=Kind.AGENDA_OPENED, subject="x", at=run.now, data=data)], now=run.now)
    ran.append(run.due_at)
    return "done"


def fails(run: Run) -> str:
    trace(run)
    raise LookupError("the moon is not there")


def blind(_: Run) -> str:
    raise LookupError("the moon is not there")


def due_times(desk: Desk, ws: Workspace, job: Job) -> list[int]:
    ran.clear()
    tick(ws, desk.logbook, desk.agreed, now=START, timetable=(job,))
    assert ran == [], "its first time is to come"
    tick(ws, desk.logbook, desk.agreed, now=WEEK_LATER, timetable=(job,))
    tick(ws, desk.logbook, desk.agreed, now=WEEK_LATER, timetable=(job,))
    traces = desk.rows("SELECT item_id FROM agenda WHERE kind = 'trace' ORDER BY item_id")
    assert [name for (name,) in traces] == [f"trace:{moment}" for moment in ran]
    return ran


def test_after_a_week_of_outage_a_job_is_made_up_once(desk: Desk, ws: Workspace) -> None:
    job = Job(name="trace", when=Daily(at="07:00"), does="leaves a trace", work=trace)
    assert due_times(desk, ws, job) == [at("04-02T06:00")]
    assert desk.rows("SELECT due_at FROM timers WHERE timer_id = 'job:trace'") == [(at("04-09T06:00"),)]


def test_one_that_says_so_is_made_up_for_each_time_in_order(desk: Desk, ws: Workspace) -> None:
    job = Job(name="trace", when=Daily(at="07:00"), does="leaves a trace", work=trace, makes_up="each")
    assert due_times(desk, ws, job) == [at(f"04-0{day}T06:00") for day in range(2, 9)]


def test_one_that_fails_leaves_nothing_half_done_and_the_others_go_on(desk: Desk, ws: Workspace) -> None:
    broken = Job(name="moon", when=Daily(at="06:00"), does="fails", work=fails)
    sound = Job(name="trace", when=Daily(at="07:00"), does="leaves a trace", work=trace)
    ran.clear()
    tick(ws, desk.logbook, desk.agreed, now=START, timetable=(broken, sound))
    report = tick(ws, desk.logbook, desk.agreed, now=WEEK_LATER, timetable=(broken, sound))
    assert report.jobs == {"trace": "done"}
    assert report.parked == ("job:moon: LookupError: the moon is not there",)
    assert desk.rows("SELECT count(*) FROM agenda WHERE kind = 'trace'") == [(1,)]


def test_a_job_that_looks_does_so_before_anything_is_held(desk: Desk, ws: Workspace) -> None:
    """Meanwhile somebody else writes, which on SQLite would wait for a transaction that writes."""

    def looks(run: Run) -> str:
        with desk.logbook.writing() as book:
            book.post([Entry(kind=Kind.AGENDA_OPENED, subject="y", at=START, data=OTHER)], now=START)
        return f"seen at {run.due_at}"

    def work(run: Run) -> str:
        return str(run.seen)

    job = Job(name="trace", when=Daily(at="07:00"), does="looks first", work=work, looks=looks)
    tick(ws, desk.logbook, desk.agreed, now=START, timetable=(job,))
    report = tick(ws, desk.logbook, desk.agreed, now=WEEK_LATER, timetable=(job,))
    assert report.jobs == {"trace": f"seen at {at('04-02T06:00')}"}
    assert desk.rows("SELECT count(*) FROM agenda WHERE item_id = 'other'") == [(1,)]


def test_a_job_whose_looking_fails_is_put_before_the_operator(desk: Desk, ws: Workspace) -> None:
    job = Job(name="moon", when=Daily(at="06:00"), does="fails", work=blind, looks=blind)
    tick(ws, desk.logbook, desk.agreed, now=START, timetable=(job,))
    report = tick(ws, desk.logbook, desk.agreed, now=WEEK_LATER, timetable=(job,))
    assert report.parked == ("job:moon: LookupError: the moon is not there",)


def test_a_job_that_is_gone_from_the_timetable_is_put_before_the_operator(desk: Desk, ws: Workspace) -> None:
    job = Job(name="trace", when=Daily(at="07:00"), does="leaves a trace", work=trace)
    tick(ws, desk.logbook, desk.agreed, now=START, timetable=(job,))
    report = tick(ws, desk.logbook, desk.agreed, now=WEEK_LATER, timetable=())
    assert "no job 'trace' is in the timetable" in report.parked[0]


def test_the_timetable_holds_each_name_once_and_every_stored_job_has_work() -> None:
    names = [job.name for job in TIMETABLE]
    assert len(names) == len(set(names))
    assert all((job.work is None) == isinstance(job.when, EveryTick) for job in TIMETABLE)
    assert all(job.makes_up in ("once", "each") for job in TIMETABLE)
