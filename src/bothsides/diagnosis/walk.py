"""How far accounts of one side walked within a set time from signup, by place: the counts that funnels are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bothsides.diagnosis.span import Span
from bothsides.metrics import Store
from bothsides.schema import Side
from bothsides.schema.period import add_months

PLACES = ("region", "category", "channel")
"""Where a leak may sit."""

ENOUGH_SIGNUPS = 500
"""With fewer signups in the last year the whole history is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """A step on the way: its id, its label and how many days from signup it took, as SQL over `fact_accounts`."""

    id: str
    label: str
    days: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Where walks begin: the relation, the day they began and the table that says how far that is known."""

    relation: str = "fact_accounts"
    began: str = "signed_up_on"
    table: str = "accounts"
    label: str = "Signed up"


SIGNUP = Entry()


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """How many accounts of a place reached each step, signup first."""

    place: str | None
    """`region`, `category` or `channel`; None for the whole side."""
    label: str | None
    reached: tuple[int, ...]

    def rate(self, step: int) -> float | None:
        """Share of those at the step before that took this one."""
        return self.reached[step] / self.reached[step - 1] if self.reached[step - 1] else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Walks:
    """One side's funnel: its milestones, all accounts, each place, and the year of signups before."""

    side: Side
    milestones: tuple[Milestone, ...]
    span: Span
    days: int
    whole: Walked
    places: tuple[Walked, ...]
    earlier: Walked | None


def walks(
    store: Store, side: Side, milestones: Sequence[Milestone], known: Span, *, days: int, entry: Entry = SIGNUP
) -> Walks | None:
    """Signups of the last year that had their days, followed; None without dated signups or later steps.

    A step counts as taken when it or any later one was: systems forget to record steps, accounts do not skip them.
    Steps that the data never records are left out.
    """
    signups = store.ranges.get(entry.table)
    if signups is None or entry.table not in store.fed:
        return None
    reader = _Reader(store=store, entry=entry, side=side, days=days)
    seen = reader.recorded(milestones)
    if not seen:
        return None
    end = min(known.end, signups[1] + timedelta(days=days)) - timedelta(days=days)
    year = Span(start=add_months(end, -12) + timedelta(days=1), end=end)
    whole = reader.walked(seen, year)
    everything = Span(start=signups[0], end=end)
    if whole.reached[0] < ENOUGH_SIGNUPS:
        year, whole = everything, reader.walked(seen, everything)
    if not whole.reached[0]:
        return None
    before = Span(start=add_months(year.start, -12), end=year.start - timedelta(days=1))
    earlier = reader.walked(seen, before) if before.end >= signups[0] else None
    return Walks(
        side=side,
        milestones=(Milestone(id="start", label=entry.label, days="0"), *seen),
        span=year,
        days=days,
        whole=whole,
        places=tuple(place for dim in PLACES for place in reader.by_place(seen, year, dim)),
        earlier=earlier if earlier is not None and earlier.reached[0] else None,
    )


def _reached(milestones: Sequence[Milestone]) -> str:
    """Count of accounts that took each step or a later one in time; expressions come from declarations."""
    parts = ["count(*)"]
    for i in range(len(milestones)):
        later = ", ".join(f"coalesce({m.days}, 99999)" for m in milestones[i:])
        parts.append(f"count(*) FILTER (least({later}) <= $days)")
    return ", ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Counts walks of one side; relation, columns and steps come from declarations, days are parameters."""

    store: Store
    entry: Entry
    side: Side
    days: int

    def recorded(self, milestones: Sequence[Milestone]) -> tuple[Milestone, ...]:
        """The steps that some account took."""
        counts = ", ".join(f"count({m.days})" for m in milestones)
        row = self.store.engine.row(
            f"SELECT {counts} FROM {self.entry.relation} WHERE side = $side AND {self.entry.began} IS NOT NULL",
            {"side": self.side.value},
        )
        return tuple(m for m, n in zip(milestones, row or (), strict=False) if n)

    def walked(self, milestones: Sequence[Milestone], span: Span) -> Walked:
        """All who began in the span."""
        row = self.store.engine.row(
            f"SELECT {_reached(milestones)} FROM {self.entry.relation} WHERE {self._began}", self._bound(span)
        )
        return Walked(place=None, label=None, reached=tuple(row or ()))

    def by_place(self, milestones: Sequence[Milestone], span: Span, dim: str) -> list[Walked]:
        """Those of each region, category or channel; none where all are of one."""
        rows = self.store.engine.rows(
            f"SELECT {dim}, {_reached(milestones)} FROM {self.entry.relation}"
            f" WHERE {self._began} AND {dim} IS NOT NULL GROUP BY 1 ORDER BY 1",
            self._bound(span),
        )
        found = [Walked(place=dim, label=label, reached=tuple(reached)) for label, *reached in rows]
        return found if len(found) > 1 else []

    @property
    def _began(self) -> str:
        return f"side = $side AND {self.entry.began} BETWEEN $first AND $last"

    def _bound(self, span: Span) -> dict[str, object]:
        return {"side": self.side.value, "first": span.start, "last": span.end, "days": self.days}
