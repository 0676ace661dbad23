"""The card that both teams sign: fields, their bins, whole points a bin, and what a score was worth so far."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from bothsides.predict.logistic import Floats, sigmoid
from bothsides.predict.measures import Ints
from bothsides.schema import Side
from bothsides.schema.instant import Instant

TOTAL = 100
"""The most points that a card gives."""

AGREED = "agreed_points"
"""The field that carries the points both teams agreed on by hand, where a card was fitted with them."""

MISSING, REST = "not known", "any other"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardField:
    """One field: bins in order, then for texts the bin of every other level, then the bin of what is not known.

    `edges` (numbers): bin i holds values above edges[i-1] and up to edges[i], the bin after the last edge all above.
    `levels` (texts): bin i holds that level. `points`, `seen` and `won` have one entry a bin: `len(edges) + 2` or
    `len(levels) + 2`; seen and won count the leads learned from.
    """

    name: str
    edges: tuple[float, ...] | None = None
    levels: tuple[str, ...] | None = None
    points: tuple[int, ...]
    seen: tuple[int, ...]
    won: tuple[int, ...]

    def __post_init__(self) -> None:
        if (self.edges is None) == (self.levels is None):
            raise ValueError(f"field {self.name} needs either edges (numbers) or levels (texts)")
        bins = len(self.edges if self.edges is not None else self.levels or ()) + 2
        if not len(self.points) == len(self.seen) == len(self.won) == bins:
            raise ValueError(f"field {self.name} has {bins} bins but {len(self.points)} points")

    @property
    def labels(self) -> tuple[str, ...]:
        """Each bin in words."""
        if self.levels is not None:
            return (*self.levels, REST, MISSING)
        edges = [f"{edge:g}" for edge in self.edges or ()]
        if not edges:
            return ("known", MISSING)
        between = [f"above {low} to {high}" for low, high in pairwise(edges)]
        return (f"up to {edges[0]}", *between, f"above {edges[-1]}", MISSING)

    @property
    def most(self) -> int:
        """The largest number of points it gives."""
        return max(self.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreBand:
    """Leads with scores from `low` to `high`, both inside: how many there were, were won, and are expected to be."""

    low: int
    high: int
    n: int
    won: int
    expected: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A scorecard of one side. A score is the sum of its fields' points, 0 to 100.

    P(won) is the logistic function of `shift + slope * score`, within the time in which leads of that side close.
    `learned_from` are the first and last moment of the leads it learned from, `effective_from` when it may be used.
    """

    side: Side
    fields: tuple[CardField, ...]
    slope: float
    shift: float
    bands: tuple[ScoreBand, ...]
    n: int
    won: int
    learned_from: tuple[Instant, Instant]
    effective_from: Instant

    @property
    def version(self) -> str:
        """Sixteen hex digits of everything the card says: equal cards have equal versions."""
        text = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def names(self) -> tuple[str, ...]:
        """Its fields in order of the points they can give."""
        return tuple(field.name for field in self.fields)

    def chances(self, scores: Ints | Floats) -> Floats:
        """P(won) of each score."""
        return sigmoid(self.logits(scores))

    def logits(self, scores: Ints | Floats) -> Floats:
        """The log of the odds of each score."""
        found: Floats = self.shift + self.slope * scores.astype(np.float64)
        return found

    def chance(self, score: float) -> float:
        """P(won) of one score."""
        return 1 / (1 + math.exp(-(self.shift + self.slope * score)))

    def moved(self, shift: float) -> "Card":
        """The same points with the level of P(won) moved by so many logits."""
        return replace(self, shift=float(f"{self.shift + shift:.10g}"))

    def to_json(self) -> str:
        """The card as text, with its version beside it."""
        return json.dumps({"version": self.version, **asdict(self)}, sort_keys=True)


def card_from_json(text: str) -> Card:
    """A card as it was written. Raises ValueError where its version is not that of what it says."""
    raw: dict[str, Any] = json.loads(text)
    version = raw.pop("version")
    card = Card(
        **{
            **raw,
            "side": Side(raw["side"]),
            "fields": tuple(CardField(**{k: _tuple(v) for k, v in field.items()}) for field in raw["fields"]),
            "bands": tuple(ScoreBand(**band) for band in raw["bands"]),
            "learned_from": tuple(raw["learned_from"]),
        }
    )
    if card.version != version:
        raise ValueError(f"the card says version {version} but holds {card.version}: it was changed after it was made")
    return card


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
