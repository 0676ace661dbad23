"""One round of the desk: everything that is due is done, in batches; each batch is one transaction.

A worker that dies loses nothing: what it had claimed stands as it stood. Many may go round at the same time.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from typing import TypeVar
from zoneinfo import ZoneInfo

from bothsides.leads.desk.agreed import Agreed, read_agreement
from bothsides.leads.desk.draining import QUEUE, Drained, drain_pool, waiting_pools, wake_at
from bothsides.leads.desk.looking import look, proven
from bothsides.leads.desk.opening import LAST_TICK, adopted, open_desk
from bothsides.leads.desk.standing import Place
from bothsides.logbook import (
    Book,
    Kind,
    Logbook,
    LogbookUnavailable,
    Timer,
    advance,
    alone,
    claim,
    driver_errors,
    in_turn,
    latest,
    next_due,
    seal,
    settle,
    waiting_effects,
    watermarks,
)
from bothsides.schedule.jobs import JOB, jobs_to_look_for, plan, put_off, run_job
from bothsides.schedule.parking import park
from bothsides.schedule.report import CountingBook, Counts, TickReport
from bothsides.schedule.sending import Sending
from bothsides.schedule.timetable import TIMETABLE, Job, Run
from bothsides.schema.instant import CLOCK_AHEAD, Instant, shown
from bothsides.workspace import Workspace

MISTAKES = (LookupError, ValueError, ArithmeticError)
"""What a timer may raise whose subject is not as it should be: the others go on, it waits for the operator."""

DRAINED_AT_ONCE = 50
_SEALING = 6243674

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Round:
    """One worker on its way round."""

    workspace: Workspace
    logbook: Logbook
    agreed: Agreed
    now: Instant
    batch: int
    stop: Callable[[], bool]
    timetable: Sequence[Job]
    only: Book | None = None
    """The one transaction of a rehearsal."""
    counts: Counts = field(default_factory=Counts)
    snapshot: int | None = None
    seen: dict[tuple[str, Instant], object] = field(default_factory=dict)
    """What jobs found by looking, by timer and when it was due."""

    def kept(self, work: Callable[[CountingBook, Counts], T]) -> T:
        """Does the work in a transaction of its own, again where it had to give way to another worker."""

        def attempt() -> tuple[T, Counts]:
            counts = Counts()
            with self._begun() as book:
                counting = CountingBook(con=book.con, dialect=book.dialect, writes=book.writes, counts=counts)
                return work(counting, counts), counts

        try:
            # What a rehearsal wrote of a failed attempt stands in its one transaction: it is not made again.
            done, counts = attempt() if self.only is not None else in_turn(self.logbook, attempt)
        except driver_errors(self.logbook) as error:
            raise _unavailable(error) from error
        self.counts.add(counts)
        return done

    @contextmanager
    def _begun(self) -> Iterator[Book]:
        if self.only is not None:
            yield self.only
            return
        with self.logbook.writing() as book:
            yield book


def tick(
    workspace: Workspace,
    logbook: Logbook,
    agreed: Agreed | None = None,
    *,
    now: Instant,
    sending: Sending | None = None,
    clock: Callable[[], Instant] | None = None,
    stop: Callable[[], bool] = lambda: False,
    batch: int = 200,
    timetable: Sequence[Job] = TIMETABLE,
) -> TickReport:
    """Goes round once: adopts the agreement (unless it is handed over), looks at what is due, gives out queues, sends,
    seals. `clock` tells the time while sending, `stop` is asked after each batch.

    Raises LogbookUnavailable, and AgreementError naming every mistake of the agreement.
    """
    with available(logbook):
        agreed = open_desk(workspace, logbook, now=now) if agreed is None else agreed
        with logbook.reading() as book:
            facts, gone = latest(book), watermarks(book).get(LAST_TICK, 0)
        one = Round(
            workspace=workspace,
            logbook=logbook,
            agreed=agreed,
            now=now,
            batch=batch,
            stop=stop,
            timetable=timetable,
            snapshot=None if facts is None else facts.snapshot,
        )
        if gone > now + CLOCK_AHEAD:
            one.counts.notes.append(
                f"the desk was gone round as if it were {shown(gone, ZoneInfo(workspace.settings.time_zone))} before:"
                " what was due until then was done then, and is not done again"
            )
        finished = _desk(one) and _send(one, sending, clock or (lambda: now))
        sealed = one.kept(lambda book, _: _sealed(book, now))
        return _report(one, sending, sealed=sealed, finished=finished)


def rehearse(
    workspace: Workspace,
    logbook: Logbook,
    *,
    now: Instant,
    sending: Sending | None = None,
    batch: int = 200,
) -> TickReport:
    """What a round would do now: all of it in one transaction that is taken back. Nothing is sent."""
    signed = read_agreement(workspace)
    with available(logbook):
        with logbook.engine.connect() as con:
            transaction = con.begin()
            try:
                book = Book(con=con, dialect=logbook.dialect)
                one = Round(
                    workspace=workspace,
                    logbook=logbook,
                    agreed=adopted(book, signed, now=now),
                    now=now,
                    batch=batch,
                    stop=lambda: False,
                    timetable=TIMETABLE,
                    only=book,
                )
                finished = _desk(one)
                due = next_due(book)
            finally:
                transaction.rollback()
        if sending is not None:
            one.counts.effects.update(sending.foreseen(one.agreed, now=now))
        return replace(_report(one, sending, sealed=None, finished=finished), next_due=due)


@contextmanager
def available(logbook: Logbook) -> Iterator[None]:
    """Raises LogbookUnavailable in the place of the driver's errors."""
    try:
        yield
    except driver_errors(logbook) as error:
        raise _unavailable(error) from error


def _desk(one: Round) -> bool:
    """All that is due at the desk; whether it was done to the end."""
    one.kept(lambda book, _: plan(book, one.workspace, one.agreed, now=one.now, timetable=one.timetable))
    while _due(one):
        if one.stop():
            return False
    seen: set[str] = set()
    while _proven(one, seen):
        if one.stop():
            return False
    return _drain(one)


def _due(one: Round) -> int:
    """One batch of timers; how many there were. Where one of them cannot be done, each is done by itself."""
    _look_before(one)
    try:
        return one.kept(lambda book, counts: _batch(one, book, counts, claim(book, now=one.now, limit=one.batch)))
    except MISTAKES:
        if one.only is not None:
            raise
    done = 0
    while done < one.batch and (found := _single(one)):
        done += found
    return done


def _look_before(one: Round) -> None:
    """Lets jobs that are due read what they need, before anything is held."""
    if one.only is not None:
        return
    with one.logbook.reading() as book:
        for job, timer, due_at in jobs_to_look_for(book, one.timetable, now=one.now, among=one.batch):
            if job.looks is None or (timer, due_at) in one.seen:
                continue
            run = Run(workspace=one.workspace, book=book, agreed=one.agreed, due_at=due_at, now=one.now)
            # What it raises it raises again where it works, and is put before the operator there.
            with suppress(*MISTAKES):
                one.seen[timer, due_at] = job.looks(run)


def _single(one: Round) -> int:
    claimed: list[Timer] = []

    def work(book: CountingBook, counts: Counts) -> int:
        claimed[:] = claim(book, now=one.now, limit=1)
        return _batch(one, book, counts, claimed)

    try:
        return one.kept(work)
    except MISTAKES as error:
        reason = f"{type(error).__name__}: {error}"
        one.kept(lambda book, counts: park(book, counts, claimed[0], reason, now=one.now))
        return 1


def _batch(one: Round, book: CountingBook, counts: Counts, timers: Sequence[Timer]) -> int:
    counts.timers += len(timers)
    waking = [timer for timer in timers if timer.purpose == QUEUE]
    jobs = [timer for timer in timers if timer.purpose == JOB]
    rest = [timer for timer in timers if timer.purpose not in (QUEUE, JOB)]
    if waking:
        # They only wake: every round gives out what waits, and sets them anew where something waits on.
        settle(book, waking, now=one.now)
    for timer in jobs:
        if one.only is not None:
            counts.jobs[timer.subject] = "is due"
            put_off(book, one.workspace, one.agreed, timer, now=one.now, timetable=one.timetable)
            continue
        seen = one.seen.get((timer.timer_id, timer.due_at))
        counts.jobs[timer.subject] = run_job(
            book, one.workspace, one.agreed, timer, now=one.now, timetable=one.timetable, seen=seen
        )
    if rest:
        counts.clocks += sum(timer.purpose == "clock" for timer in rest)
        look(book, one.agreed, rest, now=one.now, snapshot=one.snapshot)
    return len(timers)


def _proven(one: Round, seen: set[str]) -> int:
    """One batch of clocks at risk for which no proof can come; how many new ones there were.

    One that cannot be done waits for the end of its grace: its timer is put before the operator then.
    """
    limit = one.batch

    def work(book: CountingBook, counts: Counts) -> list[str]:
        found = proven(book, limit=limit + len(seen))
        timers = [timer for timer in found if timer.subject not in seen][:limit]
        tried[:] = [timer.subject for timer in timers]
        if timers:
            counts.clocks += len(timers)
            look(book, one.agreed, timers, now=one.now, snapshot=one.snapshot)
        return tried

    tried: list[str] = []
    try:
        one.kept(work)
    except MISTAKES:
        if one.only is not None:
            raise
        limit = 1
        try:
            one.kept(work)
        except MISTAKES as error:
            one.counts.notes.append(f"clock {tried[0]} waits: {error}")
    seen.update(tried)
    return len(tried)


def _drain(one: Round) -> bool:
    for pool in one.kept(lambda book, _: waiting_pools(book, one.agreed)):
        with nullcontext() if one.only is not None else alone(one.logbook, f"drain {pool}", stop=one.stop):
            last: Place | None = None
            while not one.stop():
                drained = _given(one, pool, last)
                last = drained.last
                if drained.seen < DRAINED_AT_ONCE:
                    break
    return not one.stop()


def _given(one: Round, pool: str, after: Place | None) -> Drained:
    """One batch of a pool's queue, behind that place."""

    def work(book: CountingBook, counts: Counts) -> Drained:
        drained = drain_pool(
            book, one.agreed, pool, now=one.now, limit=DRAINED_AT_ONCE, after=after, snapshot=one.snapshot
        )
        book.post(wake_at(book, drained, now=one.now), now=one.now)
        if drained.given:
            counts.drained[pool] += drained.given
        return drained

    return one.kept(work)


def _send(one: Round, sending: Sending | None, clock: Callable[[], Instant]) -> bool:
    if sending is None:
        return True
    while not one.stop():
        counts = sending.some(one.agreed, clock=clock)
        if not counts:
            return True
        one.counts.effects.update(counts)
    return False


def _sealed(book: Book, now: Instant) -> int | None:
    """Seals what was written, and says up to when everything due was looked at: not beyond what another worker has."""
    book.hold(_SEALING)
    made = seal(book, now=now)
    due = next_due(book)
    advance(book, LAST_TICK, now if due is None or due > now else due - 1)
    return None if made is None else made.last_seq


def _report(one: Round, sending: Sending | None, *, sealed: int | None, finished: bool) -> TickReport:
    with one.logbook.reading() as book:
        outbox = waiting_effects(book)
        due = next_due(book)
    counts, notes = one.counts, list(one.counts.notes)
    if sending is None and outbox.get("waiting"):
        notes.append(f"{outbox['waiting']} effects wait: there is no agreement/delivery.toml that says where to")
    return TickReport(
        at=one.now,
        timers=counts.timers,
        clocks=counts.clocks,
        breaches=counts.kinds[Kind.BREACHED],
        escalations=counts.kinds[Kind.ESCALATED],
        returned=counts.returned,
        assigned=counts.kinds[Kind.ASSIGNED],
        drained=dict(counts.drained),
        effects=dict(counts.effects),
        outbox=outbox,
        jobs=counts.jobs,
        parked=tuple(counts.parked),
        lines=counts.kinds.total(),
        sealed=sealed,
        next_due=due,
        finished=finished,
        notes=tuple(notes),
    )


def _unavailable(error: BaseException) -> LogbookUnavailable:
    said = str(getattr(error, "orig", None) or error).strip().splitlines()
    return LogbookUnavailable(
        f"the logbook cannot be read or written ({said[0] if said else 'no reason given'}); what was in hand was not"
        " kept and is due as it was: run it again once that is mended"
    )
