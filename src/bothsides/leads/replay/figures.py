"""What a run of the desk came to: who had how much, where leads went, how fast, what was missed, what went back."""

import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from bothsides.leads.route import Decision, Destination
from bothsides.logbook import Book, Kind, Written
from bothsides.schema import from_minor
from bothsides.schema.instant import HOUR, Instant
from bothsides.schema.stage import LeadStage

_READ = (
    Kind.LEAD_RECEIVED, Kind.LEADS_MERGED, Kind.SCORED, Kind.ASSIGNED, Kind.QUEUED, Kind.RELEASED, Kind.STAGE_CHANGED,
    Kind.CLOCK_STARTED,
)  # fmt: skip

SALES = "sales"
_DONE = ("met", "breached")


@dataclass(slots=True, kw_only=True)
class Fate:
    """What became of one lead that came in during the span. What it waited for first is told, not what came later."""

    lead: str
    merged: bool = False
    band: str | None = None
    score: int | None = None
    reasons: tuple[tuple[str, int], ...] = ()
    went: str = ""
    """Whose hands: sales, self_serve, nurture, supply_recruit; "" where it was merged or nothing was decided."""
    by: str = ""
    """The pool or queue that it came to in sales' hands, or the rule that named an owner."""
    owner: str | None = None
    clock: tuple[str, Instant | None] | None = None
    """Policy and clause of its first clock, and when it was due."""
    why: tuple[str, ...] = ()
    """The steps of the decision that gave it to its first owner or queue."""
    worth: float | None = None
    """P(win) times value in major units, or the priority where one was computed; None where neither is known."""
    value: float | None = None
    """What the lead says it would spend, in major units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """One member's leads."""

    member: str
    given: int
    open_at_end: int
    peak: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One promise on one side, over clocks that began in the span. Hours are on the wall clock, from start to done."""

    side: str
    clause: str
    started: int
    met: int
    breached: int
    median_hours: float | None

    @property
    def breach_rate(self) -> float | None:
        """Missed, of those that are decided; None where none is."""
        decided = self.met + self.breached
        return self.breached / decided if decided else None


@dataclass(slots=True, kw_only=True)
class Figures:
    """One run."""

    fates: dict[str, Fate] = field(default_factory=dict)
    loads: dict[str, Load] = field(default_factory=dict)
    kept: dict[tuple[str, str], Kept] = field(default_factory=dict)
    returned: dict[str, int] = field(default_factory=dict)
    """Leads that went back to marketing by themselves, by why."""
    reassigned: int = 0


def read_figures(book: Book, first_seq: int, began: Instant, *, currency: str) -> Figures:
    """The figures of the lines after that one."""
    reader = _Reader(figures=Figures())
    seq = first_seq
    while lines := book.since(seq, kinds=_READ):
        for line in lines:
            reader.take(line)
        seq = lines[-1].seq
    figures = reader.figures
    figures.loads = reader.loads(dict(book.all("SELECT member, open_leads FROM members")))
    figures.kept = _kept(book, began)
    _worth(book, figures.fates, currency)
    return figures


@dataclass(slots=True, kw_only=True)
class _Reader:
    figures: Figures
    given: dict[str, int] = field(default_factory=dict)
    now: dict[str, int] = field(default_factory=dict)
    """Change in open leads since the beginning."""
    most: dict[str, int] = field(default_factory=dict)

    def take(self, line: Written) -> None:
        """One line, in order."""
        data, fate = line.data, self.figures.fates.get(line.subject)
        if line.kind is Kind.LEAD_RECEIVED and not data.get("adopted"):
            self.figures.fates[line.subject] = Fate(lead=line.subject)
        elif line.kind is Kind.LEADS_MERGED:
            absorbed = self.figures.fates.get(data["absorbed"])
            if absorbed is not None:
                absorbed.merged = True
        elif line.kind is Kind.ASSIGNED:
            self._assigned(line, fate)
        elif line.kind is Kind.RELEASED:
            self._open(data["owner"], -1)
        elif line.kind is Kind.STAGE_CHANGED:
            if data["stage"] == LeadStage.RECYCLED.value and line.actor == "desk":
                self.figures.returned[line.reason] = self.figures.returned.get(line.reason, 0) + 1
        elif fate is not None:
            self._told(line, fate)

    def _told(self, line: Written, fate: Fate) -> None:
        data = line.data
        if line.kind is Kind.SCORED and fate.band is None:
            fate.band, fate.score = data["band"], data["score"]
            fate.reasons = tuple((text, points) for _, points, text in data["reasons"])
        elif line.kind is Kind.CLOCK_STARTED and fate.clock is None:
            fate.clock = f"{data['state'].get('policy', '')}: {data['clause']}", data["due_at"]
        elif line.kind is Kind.QUEUED and fate.went != SALES:
            to = data["to"]
            fate.went = SALES if to == Destination.QUEUE.value else to
            if fate.went == SALES:
                fate.by, fate.why = data.get("pool") or data["queue"], _why(line)

    def _assigned(self, line: Written, fate: Fate | None) -> None:
        data, owner = line.data, line.data["owner"]
        self.given[owner] = self.given.get(owner, 0) + 1
        self._open(owner, 1)
        if data.get("from") is not None:
            self._open(data["from"], -1)
            self.figures.reassigned += 1
        if fate is not None and fate.owner is None:
            fate.owner = owner
            if fate.went != SALES:
                fate.went, fate.why = SALES, _why(line)
                fate.by = data.get("pool") or data.get("known_by") or data.get("rule") or ""

    def _open(self, member: str, n: int) -> None:
        self.now[member] = self.now.get(member, 0) + n
        self.most[member] = max(self.most.get(member, 0), self.now[member])

    def loads(self, at_end: dict[str, int]) -> dict[str, Load]:
        """Of everybody who had a lead in the span."""
        return {
            member: Load(
                member=member,
                given=self.given.get(member, 0),
                open_at_end=at_end.get(member, 0),
                peak=at_end.get(member, 0) - self.now.get(member, 0) + self.most.get(member, 0),
            )
            for member in sorted({*self.now, *(name for name, n in at_end.items() if n)})
        }


def _why(line: Written) -> tuple[str, ...]:
    """The trace in words, without what the fields held, and the rule that took it."""
    data = line.data
    trace = tuple(tuple(step) for step in data.get("trace", ()))
    saw = tuple("otherwise" for step in trace if step[0] == "rule" and len(step) == 4)
    told = Decision(lead_id=line.subject, to=Destination.OWNER, trace=trace, saw=saw).why()
    steps = [one.replace(" is otherwise, wanted ", " is not ") for one in told]
    if data.get("known_by"):
        steps.append(f"{data['known_by']} names {data['owner']}")
    elif data.get("rule"):
        steps.append(f"rule {data['rule']}: taken")
    if data.get("holdout"):
        steps.append("given at random, as the agreed share is")
    return tuple(steps)


def _kept(book: Book, began: Instant) -> dict[tuple[str, str], Kept]:
    rows = book.all(
        "SELECT l.side, c.clause, c.status, c.started_at, c.state FROM clocks c JOIN leads l ON l.lead_id = c.subject"
        " WHERE c.started_at >= ? ORDER BY c.clock_id",
        began,
    )
    found: dict[tuple[str, str], list[tuple[str, float | None]]] = {}
    for side, clause, status, started_at, state in rows:
        done = orjson.loads(state).get("done_at")
        hours = None if done is None else max(0, done - started_at) / HOUR
        found.setdefault((side, clause), []).append((status, hours))
    return {key: _summed(*key, found[key]) for key in sorted(found)}


def _summed(side: str, clause: str, clocks: Iterable[tuple[str, float | None]]) -> Kept:
    told = list(clocks)
    hours = [one for _, one in told if one is not None]
    met, breached = (sum(status == wanted for status, _ in told) for wanted in _DONE)
    return Kept(
        side=side,
        clause=clause,
        started=len(told),
        met=met,
        breached=breached,
        median_hours=round(statistics.median(hours), 2) if hours else None,
    )


def _worth(book: Book, fates: dict[str, Fate], currency: str) -> None:
    for lead, chance, priority, fields in book.all("SELECT lead_id, win_chance, priority, fields FROM leads"):
        fate = fates.get(lead)
        if fate is not None and not fate.merged:
            fate.value = _number(orjson.loads(fields).get("deal_size"))
            if priority is not None:
                fate.worth = float(from_minor(priority, currency))
            elif chance is not None and fate.value is not None:
                fate.worth = round(chance * fate.value, 2)


def _number(size: Any) -> float | None:
    return None if isinstance(size, bool) or not isinstance(size, int | float) else float(size)
