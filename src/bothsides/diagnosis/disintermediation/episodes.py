"""A pair at a landmark: what it ordered before, and what it ordered after it came to know each other, or later."""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

import numpy as np

from bothsides.diagnosis.concentration.ledger import Flags, Floats, Ints, summed
from bothsides.diagnosis.disintermediation.periods import PairPeriods

BEFORE = 6
"""Periods before a landmark that tell a pair's cadence."""
SEASON = 3
"""Periods within which landmarks count as one time."""
LEAST_BEFORE = 2
"""Orders in the periods before: fewer are no cadence."""

CADENCES = (3, 4, 5, 7, 10, 15, 25)
AGES = (2, 4, 7, 13)
"""Lower ends of the bands in which pairs are alike: orders before, periods since the first order."""


class Stage(StrEnum):
    """Whether a pair has come to know each other in the period before the landmark, or earlier."""

    NEW = "new"
    LATER = "later"

    @property
    def after(self) -> int:
        """Periods after the landmark in which the pair is watched."""
        return 6 if self is Stage.NEW else 3

    def landmarks(self, whole: int) -> list[int]:
        """Periods back at which pairs are judged, as far as so many whole periods tell what was before.

        Every period for pairs that have just come to know each other, each of which stands at one of them; four of the
        last year, a quarter apart, for the others.
        """
        wanted = range(6, whole) if self is Stage.NEW else range(3, 15, 3)
        least = 1 if self is Stage.NEW else BEFORE
        return [landmark for landmark in wanted if landmark + least <= whole]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Episodes:
    """Pairs at landmarks, one place each in every array.

    `before`, `orders` and `lately` are the pair's orders on the marketplace in the half year before the landmark, in
    the watched periods after it, and in the last as many periods; `outside` all since on record as placed outside.
    `after` is what is judged: whether a new pair ordered again, 0 or 1, and how often a later one did; in a stratum
    it is in proportion to `weight`.
    `others_before` and `others_after` are the buyer's orders with suppliers that it did not know by the landmark,
    `strays_before` and `strays_after` those of them with suppliers that it never came to know.
    `kind` codes cadence, age and whether the last three periods before had an order.
    """

    pair: Ints
    buyer: Ints
    supplier: Ints
    category: Ints
    region: Ints
    landmark: Ints
    season: Ints
    kind: Ints
    weight: Floats
    before: Floats
    after: Floats
    orders: Floats
    lately: Floats
    outside: Floats
    order_value: Floats
    others_before: Floats
    others_after: Floats
    strays_before: Floats
    strays_after: Floats

    def __len__(self) -> int:
        return len(self.pair)

    def only(self, kept: Flags) -> "Episodes":
        """The episodes that are kept."""
        return Episodes(**{part.name: getattr(self, part.name)[kept] for part in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Followed:
    """Episodes by stage of pairs both of whose accounts went on afterwards, and how many pairs did not."""

    stages: dict[Stage, Episodes]
    ended: int


def follow(found: PairPeriods, trusted_orders: int) -> Followed:
    """Every known pair at every landmark that the history has room for.

    A pair is judged only where both its accounts went on: the supplier sold to somebody else, the buyer bought from
    somebody else, searched, viewed or asked. A pair of which one left altogether is churn, or cannot be told from it.
    """
    whole = {
        stage: _stacked([_at(found, stage, landmark, trusted_orders) for landmark in stage.landmarks(found.whole)])
        for stage in Stage
    }
    went_on = np.concatenate([each.pair[flags] for each, flags in whole.values()])
    stopped = np.concatenate([each.pair[~flags] for each, flags in whole.values()])
    return Followed(
        stages={stage: each.only(flags) for stage, (each, flags) in whole.items()},
        ended=len(np.setdiff1d(stopped, went_on)),
    )


def _stacked(parts: list[tuple[Episodes, Flags]]) -> tuple[Episodes, Flags]:
    if not parts:
        return _none(), np.zeros(0, bool)
    columns: dict[str, Any] = {
        part.name: np.concatenate([getattr(each, part.name) for each, _ in parts]) for part in fields(Episodes)
    }
    return Episodes(**columns), np.concatenate([flags for _, flags in parts])


def _none() -> Episodes:
    whole = {"pair", "buyer", "supplier", "category", "region", "landmark", "season", "kind"}
    columns: dict[str, Any] = {
        part.name: np.zeros(0, np.int64 if part.name in whole else np.float64) for part in fields(Episodes)
    }
    return Episodes(**columns)


def _at(found: PairPeriods, stage: Stage, landmark: int, trusted_orders: int) -> tuple[Episodes, Flags]:
    """The stage's pairs that knew each other by the landmark, and whether both accounts went on."""
    by_then = found.on[:, landmark:].sum(axis=1)
    knew = by_then >= trusted_orders
    is_new = knew & (by_then - found.on[:, landmark] < trusted_orders)
    before, after = _between(found.on, landmark, BEFORE), _between(found.on, landmark - stage.after, stage.after)
    chosen = np.flatnonzero((is_new if stage is Stage.NEW else knew & ~is_new) & (before >= LEAST_BEFORE))
    buyer, supplier = found.buyer[chosen], found.supplier[chosen]
    (known_before, ever_before), (known_after, ever_after) = (
        [summed(found.buyer[of], each[of], len(found.bought)) for of in (knew, np.ones(len(knew), bool))]
        for each in (before, after)
    )
    since = landmark - stage.after
    bought_before = _between(found.bought, landmark, BEFORE, buyer)
    bought_after = _between(found.bought, since, stage.after, buyer)
    goes_on = (bought_after > after[chosen]) | (_between(found.seen, since, stage.after, buyer) > 0)
    goes_on &= _between(found.sold, since, stage.after, supplier) > after[chosen]
    made = Episodes(
        pair=chosen,
        buyer=buyer,
        supplier=supplier,
        category=found.category[chosen],
        region=found.region[chosen],
        landmark=np.full(len(chosen), landmark),
        season=np.full(len(chosen), landmark // SEASON),
        kind=_kind(found, chosen, landmark, before[chosen]),
        weight=np.ones(len(chosen)) if stage is Stage.NEW else before[chosen],
        before=before[chosen],
        after=np.minimum(after[chosen], 1.0) if stage is Stage.NEW else after[chosen],
        orders=after[chosen],
        lately=_between(found.on, 0, stage.after, chosen),
        outside=_between(found.outside, 0, landmark, chosen),
        order_value=found.order_value[chosen],
        others_before=bought_before - known_before[buyer],
        others_after=bought_after - known_after[buyer],
        strays_before=bought_before - ever_before[buyer],
        strays_after=bought_after - ever_after[buyer],
    )
    return made, goes_on


def _between(grid: Any, first: int, periods: int, rows: Ints | slice = slice(None)) -> Floats:
    """Sums over so many periods from the one on, the latest first, of those rows."""
    total: Floats = grid[rows, first : first + periods].sum(axis=1, dtype=np.float64)
    return total


def _kind(found: PairPeriods, chosen: Ints, landmark: int, before: Floats) -> Ints:
    """Cadence, age and recency as one code: pairs of one code are alike."""
    first = found.on.shape[1] - 1 - np.argmax(found.on[chosen, ::-1] > 0, axis=1)
    age = np.searchsorted(AGES, first - landmark, side="right")
    recent = found.on[chosen, landmark : landmark + SEASON].sum(axis=1) > 0
    cadence = np.searchsorted(CADENCES, before, side="right")
    kind: Ints = (cadence * (len(AGES) + 1) + age) * 2 + recent
    return kind
