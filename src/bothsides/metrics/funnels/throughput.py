"""The sales funnel as throughput: what moved in the period, whichever day the leads came from."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.facts.moves import STAGES
from bothsides.metrics.metric import Better, Metric, Read, SideRule, Tier
from bothsides.metrics.shapes.shape import Shape, run, source, without
from bothsides.metrics.value import Basis, Status, Unit

Kind: TypeAlias = Literal["forward", "backward", "re-entry", "lost"]

OUT = ("recycled", "closed_lost")
"""Stages beside the way up: back with marketing, and lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves(Shape):
    """Moves of one kind into each stage, by the day of the move; without the dimension `step`, into the last stage.

    `over` gives the moves into the stage over those into the stage before it, on the same days: no share, since the
    leads are different ones, and it may pass 1.
    """

    move: Kind
    over: bool = False
    stages: tuple[str, ...] = STAGES
    total: bool = False
    """Whether it answers the sum of all stages, not the last one, where it is not split by step."""

    @property
    def reads(self) -> tuple[Read, ...]:
        """Leads' moves."""
        return (("stage_moves", "moved_on"),)

    def labels(self, dim: str) -> tuple[str, ...]:
        """The stages by number."""
        return tuple(map(self._label, range(len(self.stages)))) if dim == "step" else ()

    def _label(self, place: int) -> str:
        return f"{place + 1} {self.stages[place]}"

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """Every stage that is shown, in every cell with a move."""
        counts = self._counts(reading, metric)
        cells = dict.fromkeys(cell for cell, _ in counts)
        found: dict[Key, Outcome] = {}
        for cell in cells:
            for place in self._shown(reading):
                key = self._key(reading, cell, place)
                here = counts.get((cell, place), 0)
                if self.over:
                    found[key] = _ratio(here, counts.get((cell, max(place - 1, 0)), 0))
                else:
                    found[key] = Outcome(value=here, n=here)
            if self.total and "step" not in reading.cut.keys:
                here = sum(counts.get((cell, place), 0) for place in self._shown(reading))
                found[cell] = Outcome(value=here, n=here)
        if not self.over:
            for key in reading.keys(metric, iter(found)):
                found.setdefault(key, Outcome(value=0, n=0))
        return found

    def _counts(self, reading: Reading, metric: Metric) -> dict[tuple[Key, int], int]:
        data = source(without(reading, "step"), metric, "stage_moves", "moved_on")
        rows = run(
            reading,
            f"""
            SELECT {data.keys} stage, count(*)
            FROM {data.relation} WHERE {data.condition} AND move = $move GROUP BY {data.prefix} stage
            """,
            data.parameters | {"move": self.move},
        )
        return {(tuple(cell), self.stages.index(stage)): n for *cell, stage, n in rows if stage in self.stages}

    def _shown(self, reading: Reading) -> list[int]:
        wanted = [values for name, values in reading.cut.where if name == "step"]
        if "step" not in reading.cut.keys and not wanted and not self.total:
            return [len(self.stages) - 1]
        places = range(len(self.stages))
        return [place for place in places if all(self._label(place) in values for values in wanted)]

    def _key(self, reading: Reading, cell: Key, place: int) -> Key:
        if "step" not in reading.cut.keys:
            return cell
        at = reading.cut.keys.index("step")
        return (*cell[:at], self._label(place), *cell[at:])


def _ratio(top: int, bottom: int) -> Outcome:
    if not bottom:
        return Outcome(value=None, n=0, status=Status.NO_DENOMINATOR, reason="nothing moved into the stage before")
    return Outcome(value=top / bottom, n=bottom, basis=Basis.NOT_COMPUTED)


def throughput() -> tuple[Metric, ...]:
    """The sales funnel by what moved in the period."""
    way = "lead to MQL to sales-qualified to opportunity to closed-won"
    last = "without step, into closed-won"

    def made(name: str, label: str, meaning: str, unit: Unit, shape: Moves, better: Better) -> Metric:
        return Metric(
            id=f"sales_throughput_{name}",
            label=f"Sales funnel, throughput view: {label}",
            meaning=meaning,
            unit=unit,
            formula=shape,
            side=SideRule.OWN,
            tier=Tier.HEALTH,
            better=better,
            family="funnels",
            row=55,
            dimensions=("step", "channel", "category", "region", "segment"),
            caveat="By the day of the move: the leads of one stage are not those of the next.",
        )

    return (
        made(
            "moves",
            "moves",
            f"Leads that moved up into a stage for the first time on the way {way}, skipped stages counted; {last}.",
            Unit.COUNT,
            Moves(move="forward"),
            Better.UP,
        ),
        made(
            "ratio",
            "ratio of moves",
            f"First moves into a stage over first moves into the stage before, in the same period; {last}.",
            Unit.RATIO,
            Moves(move="forward", over=True),
            Better.UP,
        ),
        made(
            "backward",
            "backward moves",
            "Leads' moves back to a lower stage or to marketing, by the stage they went back to; a loss is none.",
            Unit.COUNT,
            Moves(move="backward", stages=(*STAGES, OUT[0]), total=True),
            Better.DOWN,
        ),
        made(
            "reentries",
            "re-entries",
            "Leads' moves up into a stage they had reached before and left.",
            Unit.COUNT,
            Moves(move="re-entry", total=True),
            Better.NEITHER,
        ),
        made(
            "losses",
            "losses",
            "Moves to closed-lost.",
            Unit.COUNT,
            Moves(move="lost", stages=(OUT[1],)),
            Better.DOWN,
        ),
    )
