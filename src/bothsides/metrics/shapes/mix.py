"""What a whole is made of: the share of each label among the rows of its cell."""

from dataclasses import dataclass

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.interval import wilson
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.shapes.shape import Shape, labelled, run, source, unfiltered
from bothsides.metrics.value import Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix(Shape):
    """Rows of the cell over the rows of the same cell whatever their label on `over`.

    A filter on `over` chooses the labels that are shown, never the whole; without the split it is their share together,
    and without either every share is 1. `where` is a condition of the declaration on columns of the fact.
    """

    fact: str
    on: str
    over: str
    where: str = "true"

    @property
    def reads(self) -> tuple[Read, ...]:
        """The one fact it reads."""
        return ((self.fact, self.on),)

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """The share of every label; rows without one are a label of their own."""
        data = source(unfiltered(reading, self.over), metric, self.fact, self.on)
        asked = [labelled(name, values, data.parameters) for name, values in reading.cut.where if name == self.over]
        whole = ", ".join(name for name in data.names if name != self.over)
        partition = f"PARTITION BY {whole}" if whole else ""
        rows = run(
            reading,
            f"""
            WITH counted AS (
                SELECT {data.prefix} count(*) AS every, count(CASE WHEN shown THEN 1 END) AS part
                FROM (
                    SELECT {data.keys} {" AND ".join(asked) or "true"} AS shown
                    FROM {data.relation} WHERE {data.condition} AND {self.where}
                ) kept
                {data.by}
            )
            SELECT {data.prefix} part, sum(every) OVER ({partition}) AS total FROM counted
            """,
            data.parameters,
        )
        seen = (row for row in rows if row[-1] and (row[-2] or self.over not in data.names))
        return {tuple(labels): _share(int(part), int(total)) for *labels, part, total in seen}


def _share(part: int, total: int) -> Outcome:
    low, high = wilson(part, total)
    return Outcome(value=part / total, n=total, low=low, high=high, basis=Basis.WILSON)
