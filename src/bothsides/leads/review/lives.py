"""The ways of leads as the logbook tells them up to a moment: qualified, given, touched, answered, closed."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from bothsides.leads.review.moved import moved_since
from bothsides.logbook import Book, Kind
from bothsides.schema import Side, from_minor
from bothsides.schema.instant import Instant
from bothsides.schema.stage import CLOSED, LeadStage

TurnEnd = Literal["won", "lost", "rejected", "recycled", "silent", "taken"]
"""How a person's turn with a lead ended: by their own answer, by their silence, or otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """How a lead stood at a moment: score, the chance it promised, band, quality in major units, fields."""

    score: float | None
    win_chance: float | None
    band: str | None
    quality: float | None
    fields: Mapping[str, object]


@dataclass(slots=True, kw_only=True)
class Turn:
    """A lead in one person's hands; `by_lot` where the random share of a pool decided."""

    owner: str
    given_at: Instant
    by_lot: bool
    win_chance: float | None
    ended_at: Instant | None = None
    end: TurnEnd | None = None
    touched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A verdict or a close, as it was written down; `amount` in major units of the desk's currency."""

    at: Instant
    verdict: str
    reason: str
    by: str
    owner: str | None
    note: str = ""
    objections: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    amount: float | None = None


FOLLOWED = ("close_date", "deal_size")
"""Fields that a look at open deals wants every value of, not only the last."""


@dataclass(slots=True, kw_only=True)
class Life:
    """One lead from its own act on. Touches are real ones, by people: the moment, and whether it was ours to them."""

    lead_id: str
    side: Side
    source: str
    asked_at: Instant
    fields: dict[str, Any]
    known: dict[str, Any] = field(default_factory=dict)
    stage: LeadStage = LeadStage.LEAD
    stage_since: Instant
    merged_into: str | None = None
    score: float | None = None
    win_chance: float | None = None
    band: str | None = None
    quality: float | None = None
    qualified_at: Instant | None = None
    stood: Stood | None = None
    """When it qualified."""
    turns: list[Turn] = field(default_factory=list)
    touches: list[tuple[Instant, bool]] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    returned: list[Instant] = field(default_factory=list)
    """When the desk gave it back to marketing, because nobody moved."""
    opportunity_at: Instant | None = None
    had: dict[str, list[object]] = field(default_factory=dict)
    """Every value that the fields of `FOLLOWED` had, first to last."""

    def tell(self, fields: Mapping[str, Any]) -> None:
        """Its fields as they are from now on."""
        self.fields = dict(fields)
        for name in FOLLOWED:
            value, values = fields.get(name), self.had.setdefault(name, [])
            if value is not None and values[-1:] != [value]:
                values.append(value)

    @property
    def is_open(self) -> bool:
        """Whether it may still be won."""
        closed = self.stage in CLOSED
        return self.merged_into is None and not closed

    @property
    def facts(self) -> dict[str, object]:
        """Every field that a condition or a table may ask for."""
        return {**self.fields, **self.known, "side": self.side.value, "source": self.source, "band": self.band}

    @property
    def assigned_at(self) -> Instant | None:
        """When a person got it first."""
        return self.turns[0].given_at if self.turns else None

    @property
    def answer(self) -> Said | None:
        """The last word of sales: accepted, rejected or recycled."""
        return next((one for one in reversed(self.said) if one.verdict in ("accepted", "rejected", "recycled")), None)

    @property
    def close(self) -> Said | None:
        """Won or lost, with the reasons."""
        return next((one for one in reversed(self.said) if one.verdict in ("won", "lost")), None)

    @property
    def won(self) -> bool | None:
        """Whether it was won; None while nobody knows. A rejected lead that never came back was not."""
        if self.close is not None:
            return self.close.verdict == "won"
        return False if self.answer is not None and self.answer.verdict == "rejected" and self._given_up else None

    @property
    def _given_up(self) -> bool:
        return not self.turns or self.turns[-1].ended_at is not None


@dataclass(slots=True, kw_only=True)
class ClockLine:
    """A clock as it stood last, and who had it when its last breach was written."""

    subject: str
    state: Mapping[str, Any]
    breached_by: str | None = None


@dataclass(slots=True, kw_only=True)
class History:
    """What the logbook said up to `known_at`: every lead by id, merged ones too, every clock, reported absences.

    `currency` is the one that amounts of deals were told in.
    """

    known_at: Instant
    currency: str
    last_seq: int = 0
    lives: dict[str, Life] = field(default_factory=dict)
    clocks: dict[str, ClockLine] = field(default_factory=dict)
    absences: dict[str, list[tuple[Instant, Instant | None]]] = field(default_factory=dict)

    def stands(self, lead_id: str) -> Life | None:
        """The lead, or the one into which it was merged."""
        life = self.lives.get(lead_id)
        while life is not None and life.merged_into is not None:
            life = self.lives.get(life.merged_into)
        return life


@dataclass(frozen=True, slots=True)
class _Line:
    subject: str
    at: Instant
    data: Mapping[str, Any]
    actor: str
    reason: str


def read_history(
    book: Book,
    *,
    known_at: Instant,
    real_touches: Collection[str],
    currency: str,
    since: Instant | None = None,
    kinds: Collection[Kind] | None = None,
) -> History:
    """Every lead's way as it was known at that moment.

    With `since` only what can matter from that moment on is read: whatever moved since, whole, and whatever a clock
    runs on. With `kinds` only lines of these are read, for whoever asks nothing that others tell. `real_touches` are
    the kinds of touches that the agreement takes for one by a person.
    """
    history = History(known_at=known_at, currency=currency)
    wanted = [kind.value for kind in _FOLDS if kinds is None or kind in kinds]
    subjects = None if since is None else moved_since(book, since)
    some = "" if subjects is None else " AND subject {any}"
    rows = book.all(
        "SELECT kind, subject, at, data, actor, reason FROM entries"
        f" WHERE kind {{any}} AND written_at <= ?{some} ORDER BY seq",
        wanted,
        known_at,
        *([] if subjects is None else [sorted(subjects)]),
    )
    last = book.one("SELECT max(seq) FROM entries WHERE kind {any} AND written_at <= ?", wanted, known_at)
    history.last_seq = (last[0] if last else None) or 0
    touches = frozenset(real_touches)
    for kind, subject, at, data, actor, reason in rows:
        told = orjson.loads(data)
        if kind == Kind.TOUCHED.value and (told["automated"] or told["kind"] not in touches):
            continue
        if kind in _OF_A_LEAD and subject not in history.lives:
            continue  # Written as of a moment at which the lead had not come in: then nobody knew it.
        _FOLDS[Kind(kind)](history, _Line(subject, at, told, actor, reason))
    for life in history.lives.values():
        if life.merged_into is not None:
            _join(history, life)
    return history


def _join(history: History, gone: Life) -> None:
    """What was done with a lead before it was merged was done with the one that stands."""
    standing = history.stands(gone.lead_id)
    if standing is None:
        return
    standing.touches += gone.touches
    if gone.qualified_at is not None and gone.qualified_at < (standing.qualified_at or gone.qualified_at + 1):
        standing.qualified_at, standing.stood = gone.qualified_at, gone.stood


def _received(history: History, line: _Line) -> None:
    data = line.data
    life = history.lives[line.subject] = Life(
        lead_id=line.subject,
        side=Side(data["side"]),
        source=data["source"],
        asked_at=line.at,
        fields={},
        stage_since=line.at,
    )
    life.tell(data["fields"])


def _changed(history: History, line: _Line) -> None:
    if (life := history.lives.get(line.subject)) is not None:
        life.tell(line.data["fields"])


def _matched(history: History, line: _Line) -> None:
    history.lives[line.subject].known = dict(line.data["known"])


def _merged(history: History, line: _Line) -> None:
    """The one that stands takes over what was done with the other."""
    history.lives[line.subject].tell(line.data["fields"])
    if (gone := history.lives.get(line.data["absorbed"])) is not None:
        gone.merged_into = line.subject


def _unmerged(history: History, line: _Line) -> None:
    history.lives[line.subject].tell(line.data["fields"])
    if (gone := history.lives.get(line.data["absorbed"])) is not None:
        gone.merged_into = None


def _scored(history: History, line: _Line) -> None:
    life, data = history.lives[line.subject], line.data
    life.score, life.band, life.win_chance = data["score"], data["band"], data["win_chance"]
    if data.get("priority") is not None:
        life.quality = float(from_minor(data["priority"], data["worth"]["currency"]))


def _staged(history: History, line: _Line) -> None:
    life, stage = history.lives[line.subject], LeadStage(line.data["stage"])
    if not line.data.get("late"):
        life.stage, life.stage_since = stage, line.at
    if stage is LeadStage.MQL and life.qualified_at is None:
        life.qualified_at = line.at
        life.stood = Stood(
            score=life.score, win_chance=life.win_chance, band=life.band, quality=life.quality, fields=life.facts
        )
    elif stage is LeadStage.OPPORTUNITY and life.opportunity_at is None:
        life.opportunity_at = line.at
    elif stage is LeadStage.RECYCLED and line.actor == "desk":
        life.returned.append(line.at)


def _assigned(history: History, line: _Line) -> None:
    life = history.lives[line.subject]
    _end(life, line.at, "taken")
    life.turns.append(
        Turn(
            owner=line.data["owner"],
            given_at=line.at,
            by_lot=bool(line.data.get("holdout")),
            win_chance=life.win_chance,
        )
    )


def _released(history: History, line: _Line) -> None:
    _end(history.lives[line.subject], line.at, "taken")


def _end(life: Life, at: Instant, how: TurnEnd) -> None:
    if not life.turns or life.turns[-1].ended_at is not None:
        return
    turn = life.turns[-1]
    turn.ended_at = at
    if turn.end is None:
        turn.end = "silent" if how == "taken" and not turn.touched else how


def _absent(history: History, line: _Line) -> None:
    spans = history.absences.setdefault(line.subject, [])
    if line.data["absent"]:
        spans.append((line.at, None))
    elif spans and spans[-1][1] is None:
        spans[-1] = (spans[-1][0], line.at)


def _touched(history: History, line: _Line) -> None:
    life, out = history.lives[line.subject], line.data["direction"] == "out"
    life.touches.append((line.at, out))
    for turn in life.turns:
        # A touch may be told after the turn is over; it counts for whoever made it.
        if out and turn.given_at <= line.at and (turn.ended_at is None or line.at <= turn.ended_at):
            turn.touched = True
            if turn.end == "silent":
                turn.end = "taken"


def _feedback(history: History, line: _Line) -> None:
    life, data = history.lives[line.subject], line.data
    verdict, amount = data["verdict"], data.get("amount")
    life.said.append(
        Said(
            at=line.at,
            verdict=verdict,
            reason=line.reason,
            by=line.actor,
            owner=data.get("owner"),
            note=data.get("note") or "",
            objections=tuple(data.get("objections", ())),
            questions=tuple(data.get("questions", ())),
            amount=None if amount is None else float(from_minor(amount, history.currency)),
        )
    )
    if life.turns and verdict != "accepted" and life.turns[-1].end is None and not data.get("late"):
        life.turns[-1].end = verdict


def _clock(history: History, line: _Line) -> None:
    if "state" in line.data:
        clock = history.clocks.setdefault(line.data["clock"], ClockLine(subject=line.subject, state={}))
        clock.state = line.data["state"]


def _breached(history: History, line: _Line) -> None:
    _clock(history, line)
    if (clock := history.clocks.get(line.data["clock"])) is not None:
        clock.breached_by = line.data.get("owner")


_FOLDS: Mapping[Kind, Callable[[History, _Line], None]] = {
    Kind.LEAD_RECEIVED: _received,
    Kind.LEAD_CHANGED: _changed,
    Kind.LEAD_MATCHED: _matched,
    Kind.LEADS_MERGED: _merged,
    Kind.MERGE_UNDONE: _unmerged,
    Kind.FIX_APPLIED: _changed,
    Kind.FIX_UNDONE: _changed,
    Kind.SCORED: _scored,
    Kind.STAGE_CHANGED: _staged,
    Kind.ASSIGNED: _assigned,
    Kind.RELEASED: _released,
    Kind.MEMBER_ABSENT: _absent,
    Kind.TOUCHED: _touched,
    Kind.FEEDBACK: _feedback,
    Kind.CLOCK_STARTED: _clock,
    Kind.CLOCK_CHANGED: _clock,
    Kind.BREACHED: _breached,
    Kind.BREACH_REVERSED: _clock,
}

OF_CLOCKS = frozenset({Kind.CLOCK_STARTED, Kind.CLOCK_CHANGED, Kind.BREACHED, Kind.BREACH_REVERSED})
"""Lines that tell of clocks: a lead has more of them than of all else together."""
OF_LEADS = frozenset(_FOLDS) - OF_CLOCKS - {Kind.MEMBER_ABSENT}
_OF_A_LEAD = frozenset(kind.value for kind in OF_LEADS - {Kind.LEAD_RECEIVED})
"""Lines that tell of leads themselves."""
