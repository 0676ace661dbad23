"""Runs a simulated quarter through a desk: leads come in, people react to what they are given, the desk goes round."""

import csv
import heapq
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bothsides.identity import Party, normalise
from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.candidates import identity_keys
from bothsides.leads.desk.happenings import Did, Happening, Judged, Moved, Reached, Touched, record
from bothsides.leads.desk.rounds import go_round
from bothsides.leads.desk.taking import take
from bothsides.leads.intake import Event, Refused, parse_json, read_lead
from bothsides.leads.intake.refusals import keep_refused
from bothsides.leads.quality import MarketFacts
from bothsides.leads.quality.stored import published_cells
from bothsides.logbook import Kind, Logbook, PublishedParty, Written, latest, publish, seal
from bothsides.schema.instant import DAY, HOUR, MINUTE, Instant
from bothsides.schema.stage import LeadStage
from bothsides.simulate.desk import Delivery, Quarter, QuarterLead, Reaction, aftermath, reaction

FIRST_LOAD = 1
"""The load under which the accounts of the quarter are published, where nothing was published before."""

Planned = tuple[Instant, int, str, str, Happening]
"""Known when, a number that keeps the order, the lead of the quarter, the assignment it follows from, and what it is.
An assignment of "" says that it happens whoever has the lead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What a rehearsal came to. Counts are of leads unless they say otherwise."""

    taken: int
    merged: int
    refused: tuple[Refused, ...]
    """Records that are no leads, with their reasons."""
    repeated: int
    """Deliveries left out because their key had come before."""
    assignments: int
    touches: int
    verdicts: int
    won: int
    lost: int
    rounds: int
    lines: int
    """Of the journal, from first to last."""
    until: Instant
    known_as: dict[str, str]
    """The lead of the quarter by the id under which the desk knows it."""


def rehearse(
    logbook: Logbook,
    agreed: Agreed,
    quarter: Quarter,
    *,
    workspace: str = "fixwell",
    tick: int = 15 * MINUTE,
    until: Instant | None = None,
    look_after: Callable[[Instant], None] | None = None,
    facts: MarketFacts | None = None,
) -> Rehearsal:
    """The quarter from its first day until `until` (its end, where nothing is said), on a desk that starts empty.

    Leads are taken when they arrive; what people did is told to the desk with the next round, every `tick` seconds.
    `look_after` goes round in the place of the house's own round, so that a service can be rehearsed too. `facts` are
    what the desk knows of the market, where nothing was published before; without them no lead has a worth. The same
    quarter, agreement, tick and facts give the same journal.
    """
    run = _Run(logbook=logbook, agreed=agreed, quarter=quarter, workspace=workspace, look_after=look_after, facts=facts)
    run.open()
    end = quarter.closes_at if until is None else until
    arriving = iter([one for one in quarter.deliveries if one.received_at <= end])
    delivery = next(arriving, None)
    for moment in range(quarter.opens_at + tick, end + 1, tick):
        while delivery is not None and delivery.received_at < moment:
            run.receive(delivery)
            delivery = next(arriving, None)
        run.go_on(moment)
    return run.over(end)


@dataclass(slots=True, kw_only=True)
class _Run:
    logbook: Logbook
    agreed: Agreed
    quarter: Quarter
    workspace: str
    look_after: Callable[[Instant], None] | None
    facts: MarketFacts | None
    counts: dict[str, int] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    by_id: dict[str, QuarterLead] = field(default_factory=dict)
    """The quarter's leads by their own id."""
    known_as: dict[str, str] = field(default_factory=dict)
    desk_id: dict[str, str] = field(default_factory=dict)
    keys: set[tuple[str, str]] = field(default_factory=set)
    planned: list[Planned] = field(default_factory=list)
    number: int = 0
    given: dict[str, str] = field(default_factory=dict)
    """The assignment that stands, by lead of the quarter; none where nobody has it."""
    lost_at: dict[str, Instant] = field(default_factory=dict)
    """When an assignment ended."""
    due: dict[str, Instant] = field(default_factory=dict)
    seq: int = 0
    snapshot: int | None = None

    def open(self) -> None:
        """The companies on the books and the market are published, unless something was published already."""
        now = self.quarter.opens_at
        self.by_id = {lead.lead: lead for lead in self.quarter.leads}
        with self.logbook.writing() as book:
            known = latest(book)
            if known is None:
                parties = [_party(account) for account in self.quarter.accounts]
                cells = () if self.facts is None else published_cells(self.facts)
                known = publish(book, load_id=FIRST_LOAD, now=now, cells=cells, parties=parties, watermarks={})
            self.snapshot = known.snapshot
            row = book.one("SELECT max(seq) FROM entries")
            self.seq = row[0] if row and row[0] else 0
        for event in self.quarter.engagements:
            if event.occurred_at > self.by_id[event.lead].arrived_at:
                did = Did(lead_id=event.lead, event=event.event, occurred_at=event.occurred_at, amount=event.amount)
                self.plan(event.occurred_at, event.lead, "", did)

    def plan(self, known_at: Instant, lead: str, assignment: str, what: Happening) -> None:
        self.number += 1
        heapq.heappush(self.planned, (known_at, self.number, lead, assignment, what))

    def count(self, what: str, n: int = 1) -> None:
        self.counts[what] = self.counts.get(what, 0) + n

    def receive(self, delivery: Delivery) -> None:
        """One delivery: a key that came before is left out, what cannot be read is kept with its reasons."""
        if (delivery.source, delivery.key) in self.keys:
            self.count("repeated")
            return
        self.keys.add((delivery.source, delivery.key))
        leads, refused = [], []
        for raw, name in _records(delivery):
            source = self.agreed.intake.named(delivery.source)
            now, ahead = delivery.received_at, self.agreed.intake.clock_ahead_seconds
            nulls = self.agreed.hygiene.nulls
            read = read_lead(raw, source, workspace=self.workspace, now=now, ahead=ahead, nulls=nulls)
            if isinstance(read, Refused):
                refused.append(read)
            elif name is not None:
                leads.append(replace(read, events=_done_before(self.by_id[name], now)))
                self.known_as[read.lead_id] = name
                self.desk_id[name] = read.lead_id
        self.refused += refused
        with self.logbook.writing() as book:
            keep_refused(book, refused, now=delivery.received_at)
            taken = take(book, self.agreed, leads, now=delivery.received_at, snapshot=self.snapshot)
            self.count("taken", len(taken))
            self.count("merged", sum(one.outcome == "merged" for one in taken))
            lines = book.since(self.seq, kinds=_ASKED)
        self.follow(lines)

    def go_on(self, moment: Instant) -> None:
        """What became known since the last round is told, and the desk goes round."""
        happened = []
        while self.planned and self.planned[0][0] <= moment:
            _, _, lead, assignment, what = heapq.heappop(self.planned)
            if lead in self.desk_id and self._still(assignment, what.occurred_at):
                happened.append(_named(what, self.desk_id[lead]))
                self._after(lead, what)
        with self.logbook.writing() as book:
            for batch in _one_each(happened):
                record(book, self.agreed, batch, now=moment, snapshot=self.snapshot)
            if self.look_after is None:
                go_round(book, self.agreed, now=moment, snapshot=self.snapshot)
                seal(book, now=moment)
        if self.look_after is not None:
            self.look_after(moment)
        with self.logbook.reading() as book:
            lines = book.since(self.seq, kinds=_ASKED)
        self.follow(lines)
        self.count("rounds")

    def _still(self, assignment: str, at: Instant) -> bool:
        """Whoever loses a lead does nothing more with it; what they did before may still be told."""
        return not assignment or at < self.lost_at.get(assignment, at + 1)

    def follow(self, lines: Iterable[Written]) -> None:
        """What the lines make people do: whoever gets a lead acts on it, whoever lost it stops."""
        new: dict[str, Written] = {}
        for line in lines:
            self.seq = line.seq
            lead = self.known_as.get(line.subject)
            if lead is None:
                continue
            if line.kind is Kind.CLOCK_STARTED:
                if line.data["of"] == "first_touch" and line.data["due_at"] is not None:
                    self.due[lead] = line.data["due_at"]
                continue
            if (before := self.given.pop(lead, None)) is not None and not line.data.get("closes"):
                self.lost_at.setdefault(before, line.written_at)
            new.pop(lead, None)
            if line.kind is Kind.ASSIGNED:
                self.count("assignments")
                self.given[lead] = f"{lead}:{line.data['owner']}:{line.written_at}"
                new[lead] = line
        for lead, line in new.items():
            self._react(self.by_id[lead], line.data["owner"], line.written_at)

    def _react(self, lead: QuarterLead, owner: str, at: Instant) -> None:
        """Whoever is not of the quarter, such as a partner, does nothing."""
        if owner in self.quarter.reps:
            found = reaction(self.quarter, lead, owner, at, self.due.get(lead.lead, at + DAY))
            for known_at, what in _happenings(lead, owner, self.given[lead.lead], found):
                self.plan(known_at, lead.lead, self.given[lead.lead], what)

    def _after(self, lead: str, what: Happening) -> None:
        """Counts it; a win goes on to customer success."""
        if isinstance(what, Touched):
            self.count("touches")
        elif isinstance(what, Judged):
            self.count("verdicts")
        elif isinstance(what, Moved) and what.stage is LeadStage.CLOSED_LOST:
            self.count("lost")
        elif isinstance(what, Moved) and what.stage is LeadStage.CLOSED_WON:
            self.count("won")
            for known_at, then in _after_a_win(self.quarter, self.by_id[lead], what):
                self.plan(known_at, lead, "", then)

    def over(self, end: Instant) -> Rehearsal:
        """The counts at the end."""
        with self.logbook.reading() as book:
            row = book.one("SELECT count(*) FROM entries")
        names = ("taken", "merged", "repeated", "assignments", "touches", "verdicts", "won", "lost", "rounds")
        counts: dict[str, Any] = {name: self.counts.get(name, 0) for name in names}
        lines = row[0] if row else 0
        return Rehearsal(refused=tuple(self.refused), lines=lines, until=end, known_as=self.known_as, **counts)


_ASKED = (Kind.ASSIGNED, Kind.RELEASED, Kind.CLOCK_STARTED)


def _party(account: Any) -> PublishedParty:
    """A company on the books, as the warehouse would publish it."""
    party = Party(
        party_id=account.account_id,
        kind="account",
        sides=(account.side,),
        company=account.name,
        website=f"https://www.{account.domain}/",
        phone=account.phone,
        country=account.country,
        organization_id=account.organization_id,
        parent_id=account.parent_id,
        owner_id=account.owner,
    )
    told = {name: value for name, value in asdict(party).items() if value not in (None, 0, ())}
    told |= {"sides": [side.value for side in party.sides]}
    return PublishedParty(party_id=party.party_id, data=told, keys=identity_keys(normalise(party)))


def _records(delivery: Delivery) -> Iterator[tuple[object, str | None]]:
    """The records of the delivery, each with the true lead it is."""
    if delivery.content_type == "text/csv":
        rows = csv.DictReader(io.StringIO(delivery.body.removeprefix("\ufeff")), delimiter=";")
        for row, name in zip(rows, delivery.leads, strict=True):
            yield {column: value for column, value in row.items() if column is not None}, name
        return
    try:
        body: object = parse_json(delivery.body.encode())
    except ValueError:
        body = delivery.body
    yield body, delivery.leads[0]


def _done_before(lead: QuarterLead, now: Instant) -> tuple[Event, ...]:
    done = [one for one in lead.events if one.occurred_at <= now]
    return tuple(Event(event=one.event, occurred_at=one.occurred_at, amount=one.amount) for one in done)


def _named(what: Happening, lead_id: str) -> Happening:
    return replace(what, subject=lead_id) if isinstance(what, Reached) else replace(what, lead_id=lead_id)


def _one_each(happened: list[Happening]) -> list[list[Happening]]:
    """Batches in which each lead stands once, in order: what starts a clock is written before what proves it."""
    batches: list[list[Happening]] = []
    met: dict[str, int] = {}
    for one in happened:
        subject = one.subject if isinstance(one, Reached) else one.lead_id
        place = met.get(subject, 0)
        met[subject] = place + 1
        if place == len(batches):
            batches.append([])
        batches[place].append(one)
    return batches


def _happenings(lead: QuarterLead, owner: str, assignment: str, found: Reaction) -> Iterator[tuple[Instant, Happening]]:
    """What the owner does with the lead, each with when the desk is told."""
    verdict = found.disposition
    for place, touch in enumerate(found.touches):
        name, at, kind = f"{assignment}:{place}", touch.occurred_at, touch.channel
        out = Touched(touch_id=name, lead_id=lead.lead, kind=kind, direction="out", occurred_at=at, by=owner)
        if touch.connected and kind == "call":
            answers = Touched(touch_id=f"{name}:answers", lead_id=lead.lead, kind=kind, direction="in", occurred_at=at)
            yield touch.logged_at, answers
        yield touch.logged_at, out
        if touch.connected and kind == "email":
            said = at + (20 * MINUTE if verdict is None else min(HOUR, (verdict.given_at - at) // 2))
            yield (
                max(said, touch.logged_at),
                Touched(touch_id=f"{name}:replies", lead_id=lead.lead, kind=kind, direction="in", occurred_at=said),
            )
            if verdict is not None:
                yield verdict.given_at, replace(out, touch_id=f"{name}:back", occurred_at=verdict.given_at)
    if verdict is not None:
        yield (
            verdict.given_at,
            Judged(
                lead_id=lead.lead,
                verdict="accepted" if verdict.accepted else "rejected",
                reason=verdict.reason or "",
                by=owner,
                occurred_at=verdict.given_at,
            ),
        )
    for move in found.stages:
        if move.stage not in (LeadStage.SALES_QUALIFIED, LeadStage.CLOSED_WON, LeadStage.CLOSED_LOST):
            yield move.moved_at, Moved(lead_id=lead.lead, stage=move.stage, occurred_at=move.moved_at, by=owner)
    if (close := found.close) is not None:
        yield (
            close.closed_at,
            Moved(
                lead_id=lead.lead,
                stage=LeadStage.CLOSED_WON if close.won else LeadStage.CLOSED_LOST,
                occurred_at=close.closed_at,
                by=owner,
                reason=close.reason,
                objections=close.objections,
                amount=close.amount.minor,
            ),
        )


def _after_a_win(quarter: Quarter, lead: QuarterLead, won: Moved) -> Iterator[tuple[Instant, Happening]]:
    """The handover, the welcome and the first trade."""
    found = aftermath(quarter, lead, won.by, won.occurred_at)
    if (at := found.handed_over_at) is not None:
        missing = ", ".join(found.missing)
        yield at, Reached(subject=lead.lead, what="handed_over", occurred_at=at, detail=missing, by=won.by)
    if (at := found.welcomed_at) is not None:
        yield at, Touched(
            touch_id=f"{lead.lead}:welcome", lead_id=lead.lead, kind="call", direction="out", occurred_at=at,
            by=found.success_owner,
        )  # fmt: skip
    if (at := found.first_at) is not None:
        yield at, Reached(subject=lead.lead, what=found.first, occurred_at=at, by=found.success_owner or "desk")
