"""What a lead's clocks were told by lines of its history, for a clock that stood still meanwhile."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.sla.evidence import Event, EventKind
from bothsides.leads.sla.policy import STARTED_BY, ClockKind
from bothsides.logbook import Kind, Written
from bothsides.schema.stage import BEFORE_SALES, CLOSED, LeadStage

_OF_ITS_ROUND = ("assigned",)
_OF_ITS_LEAD = ("assigned", "message_received")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One thing that clocks are told, and which of them."""

    event: Event
    to_keep: bool = False
    """Only for clocks that are not due by then."""
    clause: str | None = None
    """Only for clocks of that clause, but for the `clock` itself."""
    clock: str | None = None
    owed: tuple[str, ...] = ()
    """For clocks that began with one of these it counts from when they did, though it is dated before."""


def heard_since(agreed: Agreed, lines: Sequence[Written]) -> list[Heard]:
    """What the lines of one lead's history, in their order, say to its clocks, under the names it was told by."""
    found: list[Heard] = []
    stage: LeadStage | None = None
    for line in lines:
        if line.kind is Kind.STAGE_CHANGED and not line.data.get("late"):
            stage = LeadStage(line.data["stage"])
        if line.kind is Kind.RELEASED:
            found += _released(line, stage)
        elif (told := _TOLD.get(line.kind)) is not None:
            found += told(agreed, line)
    return found


def _touched(agreed: Agreed, line: Written) -> Iterator[Heard]:
    if line.data["kind"] in agreed.decay.real_touches:
        way = EventKind.TOUCH_OUT if line.data["direction"] == "out" else EventKind.TOUCH_IN
        yield _heard(line, str(line.key), way, automated=bool(line.data.get("automated")))


def _judged(_: Agreed, line: Written) -> Iterator[Heard]:
    verdict = line.data["verdict"]
    if verdict != "lost":
        owed = () if line.data.get("late") else _OF_ITS_ROUND
        yield _heard(line, str(line.key), EventKind.DISPOSITION, detail=verdict, owed=owed)
    if verdict not in ("accepted", "won", "lost") and not line.data.get("late"):
        yield _heard(line, f"{line.key}:returned", EventKind.RETURNED, detail=line.reason, owed=_OF_ITS_LEAD)


def _staged(_: Agreed, line: Written) -> Iterator[Heard]:
    """The end of a round: closed, back to marketing, or out of the queue. A verdict's own line says its end itself."""
    stage, key = LeadStage(line.data["stage"]), line.key or f"{line.subject}:{line.at}"
    if line.data.get("late") or line.data.get("reopens"):
        return
    if stage in CLOSED:
        yield _heard(
            line, f"{key.removesuffix(':stage')}:ended", EventKind.RETURNED, detail=stage.value, owed=_OF_ITS_ROUND
        )
    elif stage in BEFORE_SALES and not key.endswith(":stage"):
        name = f"{key.removesuffix(':returned')}:ended"
        yield _heard(line, name, EventKind.RETURNED, detail=line.reason, owed=_OF_ITS_LEAD)


def _released(line: Written, stage: LeadStage | None) -> Iterator[Heard]:
    """The owner is lost while the round goes on; who is relieved by a merge has it again when that is taken back."""
    over = line.data.get("closes") or stage in CLOSED or stage in BEFORE_SALES
    if not over and line.data.get("queue") is not None:
        yield _heard(line, f"{line.key or f'{line.subject}:{line.at}'}:lost", EventKind.OWNER_LOST)


def _assigned(_: Agreed, line: Written) -> Iterator[Heard]:
    """Another owner in the same round; out of a queue it has only the promises that are not due yet."""
    data = line.data
    if data.get("from") is None and data["round_at"] == line.at:
        return
    # Facts of one second are read by their names: this one behind the loss of the owner before.
    told = _heard(line, f"~{line.subject}:{line.at}:reassigned", EventKind.REASSIGNED, detail=data["owner"])
    yield Heard(event=told.event, to_keep=data.get("from") is None)


def _started(_: Agreed, line: Written) -> Iterator[Heard]:
    """An owner's promise of their own stands in place of the one that was made before."""
    if STARTED_BY[ClockKind(line.data["of"])] == "assigned":
        told = _heard(line, f"{line.key}:instead", EventKind.RETURNED, detail="merged")
        yield Heard(event=told.event, clause=line.data["clause"], clock=line.data["clock"])


def _reached(_: Agreed, line: Written) -> Iterator[Heard]:
    what = line.data["what"]
    kind = _REACHED.get(what, EventKind.STAGE_REACHED)
    detail = what if kind is EventKind.STAGE_REACHED else line.data.get("detail", "")
    yield _heard(line, str(line.key), kind, detail=detail)


_REACHED = {"pause": EventKind.PAUSE, "resume": EventKind.RESUME, "reply": EventKind.REPLY}


def _heard(
    line: Written,
    name: str,
    kind: EventKind,
    *,
    detail: str = "",
    automated: bool = False,
    owed: tuple[str, ...] = (),
) -> Heard:
    event = Event(
        event_id=name, kind=kind, occurred_at=line.at, known_at=line.written_at, detail=detail, automated=automated
    )
    return Heard(event=event, owed=owed)


_TOLD: Mapping[Kind, Callable[[Agreed, Written], Iterator[Heard]]] = {
    Kind.TOUCHED: _touched,
    Kind.FEEDBACK: _judged,
    Kind.STAGE_CHANGED: _staged,
    Kind.ASSIGNED: _assigned,
    Kind.CLOCK_STARTED: _started,
    Kind.REACHED: _reached,
}
