"""Whether the journal alone explains the decisions: each score by its reasons, each owner by who was given the lead,
each breach by one line."""

from dataclasses import dataclass, field

from bothsides.logbook.entry import Kind, Written
from bothsides.logbook.store import Book

_MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Unexplained:
    """Something that stands, but not for the reasons that the lines give."""

    subject: str
    seq: int | None
    """The line; None for what stands in a folded table."""
    said: str


@dataclass(slots=True, kw_only=True)
class Explained:
    """What the lines read so far explain."""

    found: list[Unexplained] = field(default_factory=list)
    scores: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Points and band by lead."""
    owners: dict[str, str] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    """Leads that closed with their owner: they keep the name, but a new round begins with nobody."""
    breaches: dict[str, int] = field(default_factory=dict)
    """How often a clock was missed, by clock."""
    written: dict[str, str] = field(default_factory=dict)
    """Breaches that stand, by key; their clock."""
    reversed: set[str] = field(default_factory=set)

    def read(self, line: Written) -> None:
        """The next line. One that lacks what lines of its kind hold explains nothing, which is said."""
        try:
            self._read(line)
        except (KeyError, TypeError, ValueError) as error:
            self._say(line, f"a line of kind {line.kind} without what it should hold ({error!r})")

    def _read(self, line: Written) -> None:
        data = line.data
        match line.kind:
            case Kind.SCORED:
                self._scored(line)
            case Kind.ASSIGNED:
                self._had(line, line.subject, data.get("from"))
                self.owners[line.subject] = data["owner"]
                self.closed.discard(line.subject)
            case Kind.RELEASED:
                self._had(line, line.subject, data["owner"])
                if data.get("closes"):
                    self.closed.add(line.subject)
                else:
                    self.owners.pop(line.subject, None)
            case Kind.MERGE_UNDONE if (gave := data.get("gave")) is not None:
                self._had(line, data["absorbed"], None)
                self.owners[data["absorbed"]] = gave["owner"]
            case Kind.BREACHED:
                self._breached(line)
            case Kind.BREACH_REVERSED:
                self._taken_back(line)

    def against(self, book: Book) -> tuple[Unexplained, ...]:
        """What was found, with what stands in the folded tables but does not follow from the lines."""
        found = list(self.found)
        for lead, owner, points, band in book.all("SELECT lead_id, owner, score, band FROM leads ORDER BY lead_id"):
            if owner != self.owners.get(lead):
                said = f"{_who(owner)} has it; by the lines given and taken it is {_who(self.owners.get(lead))}"
                found.append(Unexplained(subject=lead, seq=None, said=said))
            if points is not None and (points, band) != self.scores.get(lead):
                found.append(Unexplained(subject=lead, seq=None, said=f"no line gave it {points} points and {band}"))
        missed = set(self.written.values())
        for clock, subject in book.all("SELECT clock_id, subject FROM clocks WHERE status = 'breached'"):
            if clock not in missed:
                said = f"clock {clock} stands as breached without a line that says so"
                found.append(Unexplained(subject=subject, seq=None, said=said))
        return tuple(found[:_MOST])

    def _say(self, line: Written, said: str) -> None:
        self.found.append(Unexplained(subject=line.subject, seq=line.seq, said=said))

    def _scored(self, line: Written) -> None:
        data = line.data
        self.scores[line.subject] = data["score"], data["band"]
        total = sum(points for _, points, _ in data["reasons"])
        if total != data["score"]:
            self._say(line, f"its reasons sum to {total}, its score is {data['score']}")

    def _had(self, line: Written, lead: str, owner: str | None) -> None:
        """Whom the line says the lead was with, who must be whom the lines before gave it to."""
        anew = owner is None and lead in self.closed
        if owner != self.owners.get(lead) and not anew:
            self._say(line, f"it says that {_who(owner)} had it; the lines before say {_who(self.owners.get(lead))}")

    def _breached(self, line: Written) -> None:
        clock = line.data["clock"]
        number = self.breaches[clock] = self.breaches.get(clock, 0) + 1
        key = f"{clock}:breach:{number}"
        self.written[key] = clock
        if line.key != key:
            self._say(line, f"breach {number} of clock {clock} is written as {line.key}")
        if line.at < line.data["due_at"]:
            self._say(line, "it was called missed before it was due")

    def _taken_back(self, line: Written) -> None:
        key = line.reverses or ""
        if key in self.reversed:
            self._say(line, f"{key} was taken back before")
        elif self.written.pop(key, None) != line.data["clock"]:
            self._say(line, f"it takes back {key}, which no line before it says")
        self.reversed.add(key)


def _who(owner: str | None) -> str:
    return owner or "nobody"
