"""Jobs as timers: planned once, run when due, made up after an outage, put off and told where they fail."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bothsides.leads.desk.agreed import Agreed
from bothsides.logbook import Book, Entry, Timer, set_timer, settle
from bothsides.schedule.cadence import EveryTick, next_after
from bothsides.schedule.timetable import TIMETABLE, Job, Run
from bothsides.schema.instant import Instant
from bothsides.workspace import Workspace

JOB = "job"
"""The purpose of a job's timer; its subject is the job's name."""


def plan(
    book: Book, workspace: Workspace, agreed: Agreed, *, now: Instant, timetable: Sequence[Job] = TIMETABLE
) -> int:
    """Sets the timers of jobs that have none yet, to their next time from now on; how many."""
    stand = {name for (name,) in book.all("SELECT subject FROM timers WHERE purpose = ?", JOB)}
    lines = [
        _at(job, next_time(job, workspace, agreed, now), now)
        for job in timetable
        if not isinstance(job.when, EveryTick) and job.name not in stand
    ]
    book.post(lines, now=now)
    return len(lines)


def run_job(
    book: Book,
    workspace: Workspace,
    agreed: Agreed,
    timer: Timer,
    *,
    now: Instant,
    timetable: Sequence[Job] = TIMETABLE,
    seen: object = None,
) -> str:
    """Does a job that is due and sets its next time; what came of it. `seen` is what its `looks` found before.

    Raises LookupError for a job that is not in the timetable, and whatever the job itself raises.
    """
    job = next((job for job in timetable if job.name == timer.subject), None)
    if job is None or job.work is None:
        known = ", ".join(job.name for job in timetable if job.work is not None)
        raise LookupError(f"no job {timer.subject!r} is in the timetable; there are {known}")
    said = job.work(Run(workspace=workspace, book=book, agreed=agreed, due_at=timer.due_at, now=now, seen=seen))
    following = next_time(job, workspace, agreed, timer.due_at if job.makes_up == "each" else max(now, timer.due_at))
    book.post([_at(job, following, now)], now=now)
    return said


def jobs_to_look_for(
    book: Book, timetable: Sequence[Job], *, now: Instant, among: int
) -> list[tuple[Job, str, Instant]]:
    """The jobs that look before they work and are due, with their timers; none where more than so many timers are due:
    those before them may change what they would see."""
    looking = {f"{JOB}:{job.name}": job for job in timetable if job.looks is not None}
    if not looking:
        return []
    due = book.all("SELECT timer_id, due_at FROM timers WHERE due_at <= ? AND timer_id {any}", now, sorted(looking))
    if not due or len(book.all("SELECT 1 FROM timers WHERE due_at <= ? LIMIT ?", now, among + 1)) > among:
        return []
    return [(looking[name], name, due_at) for name, due_at in due]


def put_off(
    book: Book,
    workspace: Workspace,
    agreed: Agreed,
    timer: Timer,
    *,
    now: Instant,
    timetable: Sequence[Job] = TIMETABLE,
) -> None:
    """Sets the job's next time and does nothing: a rehearsal. One that is not in the timetable is looked at no more."""
    job = next((job for job in timetable if job.name == timer.subject), None)
    if job is None:
        settle(book, [timer], now=now)
        return
    book.post([_at(job, next_time(job, workspace, agreed, max(now, timer.due_at)), now)], now=now)


def next_time(job: Job, workspace: Workspace, agreed: Agreed, moment: Instant) -> Instant:
    """When the job comes round after that moment."""
    zone = ZoneInfo(workspace.settings.time_zone)
    return next_after(job.when, moment, zone=zone, hours=agreed.hours_of(None))


def _at(job: Job, moment: Instant, now: Instant) -> Entry:
    return set_timer(JOB, job.name, moment, now=now)
