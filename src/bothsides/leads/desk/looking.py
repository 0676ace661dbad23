"""Looks at what is due: clocks, decay, scores that moved by themselves, queues. Called with the timers of one batch."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bothsides.leads.decay import DecayKind, decide_decay, may_reenter
from bothsides.leads.desk.absences import BACK, told
from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.clockwork import clocks_by_id, move, read_clocks
from bothsides.leads.desk.considering import COOL_DOWN, assigned, consider, cools, decays
from bothsides.leads.desk.effects import notice
from bothsides.leads.desk.giving_back import released
from bothsides.leads.desk.overriding import OVERRIDE
from bothsides.leads.desk.standing import LeadNow, leads_by_id
from bothsides.leads.desk.turns import read_turns
from bothsides.leads.desk.worth import ready_worth
from bothsides.leads.route import Destination, RoutingState, release, route
from bothsides.leads.sla.clocks import Change, ChangeKind, Clock, ClockState
from bothsides.leads.sla.evidence import Event, EventKind, tick, watermark
from bothsides.leads.sla.policy import Act
from bothsides.logbook import Book, Entry, Kind, Timer, settle, watermarks
from bothsides.schema.instant import Instant
from bothsides.schema.stage import LeadStage

TOUCH_SOURCES = "touches"
"""The watermarks of touch sources have names that begin so."""


@dataclass(slots=True, kw_only=True)
class _Work:
    book: Book
    agreed: Agreed
    now: Instant
    known_until: Instant | None
    leads: dict[str, LeadNow]
    clocks: dict[str, Clock]
    beside: dict[str, list[Clock]]
    """All clocks of leads, for what a ladder or decay does to the lead."""
    snapshot: int | None
    entries: list[Entry] = field(default_factory=list)
    held: RoutingState | None = None

    @property
    def turns(self) -> RoutingState:
        """The turns, read when first asked for: who only warns and reminds does not make others wait for them."""
        if self.held is None:
            self.held = read_turns(self.book, self.agreed, self.now)
        return self.held


def look(book: Book, agreed: Agreed, timers: Sequence[Timer], *, now: Instant, snapshot: int | None = None) -> int:
    """Does what is due for these timers, which the caller claimed in this transaction; how many lines it wrote.

    Raises ValueError for a purpose that nobody looks after: a timer is never dropped unseen.
    """
    if unknown := sorted({timer.purpose for timer in timers} - _LOOKS.keys()):
        raise ValueError(f"timers for {', '.join(unknown)}: known are {', '.join(sorted(_LOOKS))}")
    clocks = clocks_by_id(book, agreed, [timer.subject for timer in timers if timer.purpose == "clock"])
    subjects = {clock.subject for clock in clocks.values()}
    subjects |= {timer.subject for timer in timers if timer.purpose != "clock"}
    leads = leads_by_id(book, sorted(subjects))
    ready_worth(book, agreed, snapshot)
    work = _Work(
        book=book,
        agreed=agreed,
        now=now,
        known_until=touches_known_until(book),
        leads=leads,
        clocks=clocks,
        beside=read_clocks(book, agreed, sorted(leads)) if any(t.purpose != "score" for t in timers) else {},
        snapshot=snapshot,
    )
    for timer in timers:
        _LOOKS[timer.purpose](work, timer)
    book.post(work.entries, now=now)
    settle(book, timers, now=now)
    return len(work.entries)


def proven(book: Book, *, limit: int) -> list[Timer]:
    """Clocks at risk for which no proof can come any more, since all touches up to their due time are known.

    They need not wait for the end of their grace. They are held for this transaction and handed to `look`.
    """
    until = touches_known_until(book)
    if until is None:
        return []
    at_risk = "WHERE c.status = ? AND c.due_at < ?"
    first = "ORDER BY c.due_at, c.clock_id LIMIT ?"
    of_leads = f"SELECT c.clock_id FROM clocks c JOIN leads l ON l.lead_id = c.subject {at_risk} {first}"
    of_nobody = (
        f"SELECT c.clock_id FROM clocks c {at_risk} AND NOT EXISTS (SELECT 1 FROM leads l WHERE l.lead_id = c.subject)"
        f" {first}"
    )
    if book.dialect == "postgresql":
        # As everybody who moves a clock of a lead, the lead is held before it.
        of_leads, of_nobody = f"{of_leads} FOR UPDATE OF l SKIP LOCKED", f"{of_nobody} FOR UPDATE OF c SKIP LOCKED"
    rows = book.all(of_leads, ClockState.AT_RISK.value, until, limit)
    if len(rows) < limit:
        rows += book.all(of_nobody, ClockState.AT_RISK.value, until, limit - len(rows))
    return [Timer(timer_id=f"proven:{clock}", purpose="clock", subject=clock, due_at=until) for (clock,) in rows]


def touches_known_until(book: Book) -> Instant | None:
    """Up to when every source of touches is known; None where none has a watermark: then all is known as it comes."""
    reached = [at for source, at in watermarks(book).items() if source.startswith(TOUCH_SOURCES)]
    return min(reached) if reached else None


def _clock(work: _Work, timer: Timer) -> None:
    clock = work.clocks.get(timer.subject)
    if clock is None:
        return
    events = [tick(work.now)]
    if work.known_until is not None:
        events.insert(0, watermark(work.known_until, work.now))
    moved, lines, changes = move(work.agreed, clock, events)
    work.clocks[timer.subject] = moved
    _beside(work, moved)
    work.entries += lines
    lead = work.leads.get(moved.subject)
    for change in changes:
        if change.kind is ChangeKind.STEP:
            _step(work, moved, change, lead)
        else:
            _state_told(work, moved, change)


def _state_told(work: _Work, clock: Clock, change: Change) -> None:
    if change.kind in (ChangeKind.WARNED, ChangeKind.AT_RISK, ChangeKind.BREACHED):
        _word(work, clock, change, f"clock_{change.kind.value}", change.owner)


def _word(work: _Work, clock: Clock, change: Change, action: str, to: str | None) -> None:
    work.entries.append(
        notice(action, clock.subject, to, work.now, key=change.key, clause=clock.clause.name, due_at=change.due_at)
    )


def _beside(work: _Work, clock: Clock) -> None:
    clocks = work.beside.get(clock.subject, [])
    for place, other in enumerate(clocks):
        if other.clock_id == clock.clock_id:
            clocks[place] = clock


def _step(work: _Work, clock: Clock, change: Change, lead: LeadNow | None) -> None:
    """A step of the ladder: a word to somebody, another owner, or back to marketing."""
    act = change.act or Act.NOTIFY_MANAGER
    worked = lead is not None and lead.is_open and lead.owner is not None and lead.stage in work.agreed.decay.stages
    if act is Act.REASSIGN and lead is not None and worked and (_passed_on(work, lead) or _goes_back(work, lead)):
        # Silent owners pass it on as often as agreed; and where its decay is due as well, that takes it.
        act = Act.NOTIFY_MANAGER
    if act is Act.REASSIGN and lead is not None and worked:
        _escalated(work, clock, change, act)
        _reassign(work, lead, reason=f"{clock.clause.name} breached", key=change.key)
    elif act is Act.BACK_TO_MARKETING and lead is not None and worked:
        _escalated(work, clock, change, act)
        _return(work, lead, reason=f"{clock.clause.name} breached", key=change.key)
    else:
        _told_somebody(work, clock, change, act)


def _told_somebody(work: _Work, clock: Clock, change: Change, act: Act) -> None:
    _escalated(work, clock, change, act)
    _word(work, clock, change, act.value, _manager(work, change.owner) if act is Act.NOTIFY_MANAGER else change.owner)


def _escalated(work: _Work, clock: Clock, change: Change, act: Act) -> None:
    work.entries.append(
        Entry(
            kind=Kind.ESCALATED,
            subject=clock.subject,
            at=work.now,
            data={"clock": clock.clock_id, "clause": clock.clause.name, "act": act.value, "owner": change.owner},
            key=f"{change.key}:act",
            policy=clock.policy_version,
        )
    )


def _passed_on(work: _Work, lead: LeadNow) -> bool:
    """Whether the lead has lost as many silent owners in its round as decay.toml lets it lose."""
    return lead.reassignments >= work.agreed.decay.rule(lead.facts).most_reassignments


def _goes_back(work: _Work, lead: LeadNow) -> bool:
    """Whether the lead's own decay sends it back to marketing at this very moment."""
    calendar = work.agreed.hours_of(lead.owner)
    action = decide_decay(lead.round, work.agreed.decay, work.now, calendar=calendar, known_until=work.known_until)
    return action is not None and action.kind is DecayKind.RETURN_TO_MARKETING


def _manager(work: _Work, owner: str | None) -> str | None:
    for member in work.agreed.routing_policy.member:
        if member.id == owner:
            return member.manager or owner
    return owner


def _reassign(work: _Work, lead: LeadNow, *, reason: str, key: str, silent: bool = True) -> None:
    """To another member by the same rules, its owner left out; where nobody is free it waits in the queue."""
    before = lead.owner
    decision = route(
        work.agreed.routing,
        lead.facts,
        lead.lead_id,
        work.turns,
        work.now,
        left_out=() if before is None else (before,),
    )
    # The turn is taken before the owner's load is given up, so that the lead is never nobody's.
    if decision.to in (Destination.OWNER, Destination.PARTNER) and decision.owner is not None:
        if before is not None:
            release(work.turns, before)
        work.entries += assigned(
            work.agreed, lead, lead.facts, decision, work.turns, work.now, snapshot=work.snapshot, silent=silent,
            clocks=work.beside.get(lead.lead_id, ()),
        )  # fmt: skip
        _tell(work, lead, EventKind.REASSIGNED, f"{key}:reassigned", decision.owner)
        return
    lines = released(
        work.agreed,
        lead,
        work.turns,
        work.now,
        reason=reason,
        queue=decision.queue or work.agreed.routing.otherwise_queue,
        waits_in=decision.pool,
    )
    work.entries += lines
    _tell(work, lead, EventKind.OWNER_LOST, f"{key}:lost", "")


def _return(work: _Work, lead: LeadNow, *, reason: str, key: str, due_at: Instant | None = None) -> None:
    """Back to marketing for nurturing, with the reason; its clocks end."""
    data = {"stage": LeadStage.RECYCLED.value, "from": lead.stage.value, "owner": lead.owner, "due_at": due_at}
    work.entries.append(
        Entry(
            kind=Kind.STAGE_CHANGED,
            subject=lead.lead_id,
            at=work.now,
            data=data,
            key=f"{key}:returned",
            reason=reason,
            policy=work.agreed.versions["decay"],
        )
    )
    owner = lead.owner
    work.entries += released(work.agreed, lead, work.turns, work.now, reason=reason, queue="marketing")
    lead.stage, lead.recycles, lead.recycled_at, lead.round_at = LeadStage.RECYCLED, lead.recycles + 1, work.now, None
    work.entries += cools(work.agreed, lead, work.now)
    _tell(work, lead, EventKind.RETURNED, f"{key}:ended", reason)
    work.entries.append(notice("lead_returned", lead.lead_id, owner, work.now, key=key, reason=reason))


def _tell(work: _Work, lead: LeadNow, kind: EventKind, key: str, detail: str) -> None:
    """Every clock of the lead hears it. Where that lets one say what was due by now, it is told; the lead itself moves
    but once at a moment, so that a step which would move it again is a word to the manager.
    """
    event = Event(event_id=key, kind=kind, occurred_at=work.now, known_at=work.now, detail=detail)
    clocks = work.beside.get(lead.lead_id, [])
    for place, clock in enumerate(clocks):
        clocks[place], lines, changes = move(work.agreed, clock, [event])
        if clock.clock_id in work.clocks:
            work.clocks[clock.clock_id] = clocks[place]
        work.entries += lines
        for change in changes:
            if change.kind is ChangeKind.STEP:
                act = Act.REMIND_OWNER if change.act is Act.REMIND_OWNER else Act.NOTIFY_MANAGER
                _told_somebody(work, clocks[place], change, act)
            else:
                _state_told(work, clocks[place], change)


def _decay(work: _Work, timer: Timer) -> None:
    lead = work.leads.get(timer.subject)
    if lead is None or lead.owner is None:
        return
    action = decide_decay(
        lead.round,
        work.agreed.decay,
        work.now,
        calendar=work.agreed.hours_of(lead.owner),
        known_until=work.known_until,
    )
    if action is None:
        work.entries += _later(work, lead)
    elif action.kind is DecayKind.RETURN_TO_MARKETING:
        _return(work, lead, reason=action.reason.value, key=action.key, due_at=action.due_at)
    elif action.kind is DecayKind.REASSIGN:
        _reassign(work, lead, reason=action.reason.value, key=action.key)
    else:
        work.entries += released(
            work.agreed, lead, work.turns, work.now, reason=action.reason.value,
            queue=lead.pool or work.agreed.routing.otherwise_queue, waits_in=lead.pool, silent=True, key=action.key,
        )  # fmt: skip
        _tell(work, lead, EventKind.OWNER_LOST, f"{action.key}:lost", "")


def _later(work: _Work, lead: LeadNow) -> list[Entry]:
    """It is due, but the touches are not all known yet: it is looked at again when they may be."""
    lines = decays(work.agreed, lead, work.now)
    return [_not_before(line, work.now + _AGAIN) for line in lines]


_AGAIN = 900
"""Seconds until a lead whose touches are not all known is looked at again."""


def _not_before(line: Entry, moment: Instant) -> Entry:
    data = {**line.data, "due_at": max(line.data["due_at"], moment)}
    return Entry(kind=line.kind, subject=line.subject, at=line.at, data=data)


def _score(work: _Work, timer: Timer) -> None:
    lead = work.leads.get(timer.subject)
    if lead is not None and lead.is_open and lead.merged_into is None:
        had = lead.owner is not None
        work.entries += consider(work.agreed, lead, work.turns, work.now, snapshot=work.snapshot).entries
        # Of an owned lead it is asked when its fields were corrected: it may decay by another rule now.
        work.entries += decays(work.agreed, lead, work.now) if had else []


def _cooled(work: _Work, timer: Timer) -> None:
    """A lead that went back has waited long enough: by its score now it goes to sales again, or is nurtured on."""
    lead = work.leads.get(timer.subject)
    if lead is None or not lead.is_open or lead.merged_into is not None or lead.stage is not LeadStage.RECYCLED:
        return
    if may_reenter(lead.round, work.agreed.decay, work.now).allowed:
        work.entries += consider(work.agreed, lead, work.turns, work.now, snapshot=work.snapshot).entries
    else:
        # A version of the agreement that was signed since lets it wait longer.
        work.entries += cools(work.agreed, lead, work.now)


def _back(work: _Work, timer: Timer) -> None:
    load = work.turns.load_of(timer.subject)
    if load.absent:
        load.absent = False
        work.entries.append(told(timer.subject, absent=False, why="as was said", now=work.now))


_LOOKS: Mapping[str, Callable[[_Work, Timer], None]] = {
    "clock": _clock,
    "decay": _decay,
    "score": _score,
    OVERRIDE: _score,
    BACK: _back,
    COOL_DOWN: _cooled,
}
"""What looks after the timers of each purpose."""
