"""What a person asks: which metrics, split by what, over which days, as known when."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bothsides.schema import Grain, Side

DIMENSIONS = (
    "category",
    "region",
    "channel",
    "segment",
    "deal_size",
    "campaign",
    "owner",
    "reason",
    "clause",
    "step",
    "age",
)
"""Everything but period and side that a metric may be split by; clauses are of the SLA, steps of funnels, ages of
cohorts."""

_GRAINS = {grain.value: grain for grain in Grain} | {"period": Grain.MONTH}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A request for values. `end` and `as_of` are inclusive; None means as far as the data is known.

    Raises ValueError for a split or filter that does not exist, an empty filter, filters that exclude each other, and a
    first day after the last one or the as-of date.
    """

    metrics: tuple[str, ...]
    grain: Grain | None = None
    by_side: bool = False
    dims: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None
    as_of: date | None = None
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    intervals: bool = True

    def __post_init__(self) -> None:
        for name in self.dims:
            if name not in DIMENSIONS:
                raise ValueError(f"split by {name!r} is not one of {', '.join(DIMENSIONS)}")
        for name, values in self.where:
            if name not in ("side", *DIMENSIONS):
                raise ValueError(f"filter on {name!r} is not one of side, {', '.join(DIMENSIONS)}")
            if not values:
                raise ValueError(f"filter on {name!r} names no value")
            for value in values if name == "side" else ():
                if value not in set(Side):
                    raise ValueError(f"filter on side {value!r} is not one of {', '.join(Side)}")
        if not self.sides:
            raise ValueError("filters on side leave none: no account is on both")
        for name in dict.fromkeys(name for name, _ in self.where):
            first, *others = [values for named, values in self.where if named == name]
            if not set(first).intersection(*others):
                each = " and ".join(" or ".join(map(repr, values)) for values in (first, *others))
                raise ValueError(f"filters on {name} leave none: no row is {each}; for either write {name}=A,B")
        if self.start and self.end and self.start > self.end:
            raise ValueError(f"the first day {self.start} is after the last day {self.end}")
        if self.start and self.as_of and self.start > self.as_of:
            raise ValueError(f"the first day {self.start} is after the as-of date {self.as_of}")

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides that every filter on side allows."""
        named = [values for name, values in self.where if name == "side"]
        return tuple(side for side in Side if all(side.value in values for values in named))

    @property
    def side(self) -> Side | None:
        """The one side asked for, if the filter names one."""
        return self.sides[0] if len(self.sides) == 1 else None

    @property
    def sided(self) -> bool:
        """Whether two-party facts are read once per party."""
        return self.by_side or self.side is not None


def parse_by(words: Sequence[str]) -> tuple[Grain | None, bool, tuple[str, ...]]:
    """Read `--by quarter,side,category`. Raises ValueError naming the word and the allowed ones.

    >>> parse_by(["quarter", "side", "category"])
    (<Grain.QUARTER: 'quarter'>, True, ('category',))
    """
    grains = [word for word in words if word in _GRAINS]
    if len(grains) > 1:
        raise ValueError(f"--by names two periods, {grains[0]!r} and {grains[1]!r}: choose one")
    dims = tuple(word for word in words if word not in _GRAINS and word != "side")
    for word in dims:
        if word not in DIMENSIONS:
            raise ValueError(f"--by {word!r} is not one of {', '.join((*_GRAINS, 'side', *DIMENSIONS))}")
    return (_GRAINS[grains[0]] if grains else None), "side" in words, tuple(dict.fromkeys(dims))


def parse_where(conditions: Sequence[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Read `--where category=SaaS,IaaS`; several are joined by "and". Raises ValueError naming what is wrong.

    A label with a comma stands between double quotes, an empty one is written "", (none) means rows without a label.

    >>> parse_where(["category=SaaS,IaaS", "side=buyer", 'region="Wales, north"'])
    (('category', ('SaaS', 'IaaS')), ('side', ('buyer',)), ('region', ('Wales, north',)))
    """
    parsed: list[tuple[str, tuple[str, ...]]] = []
    for condition in conditions:
        name, equals, words = condition.partition("=")
        if not equals or name not in ("side", *DIMENSIONS):
            raise ValueError(f"--where {condition!r}: write NAME=VALUE, NAME one of side, {', '.join(DIMENSIONS)}")
        values = tuple(next(csv.reader([words], skipinitialspace=True), ("",)))
        if "" in values and '""' not in words:
            raise ValueError(f'--where {condition!r} has a comma without a label; an empty label is written ""')
        if name == "side":
            for word in values:
                if word not in set(Side):
                    raise ValueError(f"--where side={word!r} is not one of {', '.join(Side)}")
        parsed.append((name, values))
    return tuple(parsed)
