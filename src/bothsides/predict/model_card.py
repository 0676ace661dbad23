"""The card that every model carries: what it predicts, what it learned from, how it did on time it had not seen."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bothsides.metrics import Better
from bothsides.schema import Side

DIGITS = 10
"""Significant digits of the numbers that a version is made of: below that, machines differ."""


class ModelVerdict(StrEnum):
    """What a model may be used for. Only a usable one speaks in probabilities; one not calibrated only ranks."""

    USABLE = "usable"
    NOT_CALIBRATED = "not calibrated"
    NO_SIGNAL = "no signal"
    TOO_LITTLE = "too little data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number and its 95 % interval; both bounds are None where none was reckoned."""

    value: float
    low: float | None = None
    high: float | None = None

    @property
    def above(self) -> float:
        """The lower bound, or the number itself where there is no interval."""
        return self.value if self.low is None else self.low


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One measure of quality over the test span: the model's, the baseline's on the same cases, and the paired gap.

    `measure` is auc, brier, log_loss, ece, mae, rmse, total_error, recall_at_10 ...; `gap` is model minus baseline.
    Amounts are in major units of the reporting currency.
    """

    measure: str
    better: Better
    model: Estimate
    baseline: Estimate | None = None
    gap: Estimate | None = None

    @property
    def wins(self) -> bool:
        """Whether the model is better than its baseline beyond chance."""
        if self.gap is None or self.gap.low is None or self.gap.high is None:
            return False
        return self.gap.low > 0 if self.better is Better.UP else self.gap.high < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Cases that were given about the same: how many, the mean chance they were given, the share that came true.

    The ranges of a table's bands hold together at 95 %.
    """

    n: int
    predicted: float
    observed: Estimate

    @property
    def off(self) -> bool:
        """Whether what came lies beyond chance, and by so much that it matters, from what was foretold.

        It matters from 5 points on, for rare outcomes from a third of what was foretold on, but never below one point.

        >>> Band(n=72, predicted=0.46, observed=Estimate(value=0.28, low=0.16, high=0.43)).off
        True
        """
        low, high = self.observed.low, self.observed.high
        if low is None or high is None or low <= self.predicted <= high:
            return False
        return abs(self.observed.value - self.predicted) >= max(0.01, min(0.05, self.predicted / 3))


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One input of a model with its part in it.

    `weight` is in logits for one `scale` above `mean`, recalibration included. `psi` is how far the cases scored now
    lie from those learned from (population stability index; None where it was not reckoned).
    """

    name: str
    says: str
    mean: float
    scale: float
    weight: float
    psi: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What a reader must know before believing a model. Shares 0 to 1; `base_rate` is the share that came true.

    `train_cutoffs` are the days up to which features looked, each followed by its own outcome span; `test_span` holds
    the outcomes judged, all of them after every outcome that was learned from. `scored_on` is the cut-off of the
    scores given now. Counts are of cases: an account at a cut-off, or a pair at one.
    """

    id: str
    model: str
    side: Side | None
    label: str
    horizon_months: int
    method: str
    baseline: str
    version: str
    train_cutoffs: tuple[date, ...]
    test_span: tuple[date, date] | None
    scored_on: date | None
    n_train: int
    n_test: int
    base_rate_train: float | None
    base_rate: float | None
    verdict: ModelVerdict
    reason: str
    comparisons: tuple[Comparison, ...] = ()
    bands: tuple[Band, ...] = ()
    features: tuple[Feature, ...] = ()
    intercept: float = 0.0
    notes: tuple[str, ...] = ()
    lacks: str = ""
    """The table it needs and has no row of; empty where it lacks none."""

    @property
    def usable(self) -> bool:
        """Whether its probabilities may be acted on."""
        return self.verdict is ModelVerdict.USABLE

    @property
    def ranks(self) -> bool:
        """Whether it at least puts cases in a better order than chance."""
        return self.verdict in (ModelVerdict.USABLE, ModelVerdict.NOT_CALIBRATED)

    def measured(self, measure: str) -> Comparison | None:
        """The comparison by that measure, None where it was not made."""
        return next((found for found in self.comparisons if found.measure == measure), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What one feature adds to a case's logit, above or below the average case that was learned from.

    `typical` is that average, in the units of `value`.
    """

    feature: str
    says: str
    value: float
    typical: float
    contribution: float

    @property
    def sentence(self) -> str:
        """The reason in words.

        >>> Reason(feature="orders", says="orders lately", value=0.0, typical=1.2, contribution=0.4).sentence
        'orders lately: low'
        """
        return f"{self.says}: {'low' if self.value < self.typical else 'high'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One account, or a buyer with a supplier, and how likely the model's label is to come true for it.

    `intercept` and the reasons' contributions add up to the logit: nothing else is in the score.
    """

    account: int
    name: str
    counterparty: int | None = None
    counterparty_name: str = ""
    intercept: float
    reasons: tuple[Reason, ...]

    @property
    def logit(self) -> float:
        """The log of the odds: intercept and contributions, added without rounding."""
        return math.fsum((self.intercept, *(reason.contribution for reason in self.reasons)))

    @property
    def probability(self) -> float:
        """From 0 to 1.

        >>> Score(account=1, name="A", intercept=0.0, reasons=()).probability
        0.5
        """
        z = self.logit
        return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))

    def leading(self, most: int = 3) -> tuple[Reason, ...]:
        """The reasons that push the probability up, strongest first."""
        up = [reason for reason in self.reasons if reason.contribution > 0]
        return tuple(sorted(up, key=lambda reason: -reason.contribution)[:most])

    def why(self, most: int = 3) -> str:
        """The leading reasons in words; where nothing pushes the chance up, what holds it down.

        >>> Score(account=1, name="A", intercept=0.0, reasons=()).why()
        'nothing tells it from the others'
        """
        if up := self.leading(most):
            return "; ".join(reason.sentence for reason in up)
        down = sorted((r for r in self.reasons if r.contribution < 0), key=lambda reason: reason.contribution)
        if not down:
            return "nothing tells it from the others"
        return f"nothing raises it; lowered by {'; '.join(reason.sentence for reason in down[:most])}"


def version_of(content: Mapping[str, object]) -> str:
    """Twelve hex digits of what a model is: its specification, data window and coefficients.

    The same content gives the same version on every machine: numbers count to ten significant digits.

    >>> version_of({"weights": [0.1 + 0.2]}) == version_of({"weights": [0.3]})
    True
    """
    text = json.dumps(_plain(content), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _plain(content: object) -> object:
    if isinstance(content, Mapping):
        return {str(key): _plain(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_plain(value) for value in content]
    if isinstance(content, float):
        return f"{content + 0.0:.{DIGITS}g}"
    if content is None or isinstance(content, (bool, int, str)):
        return content
    return str(content)


def empty_card(
    *,
    model: str,
    side: Side | None,
    label: str,
    horizon_months: int,
    verdict: ModelVerdict,
    reason: str,
    n_test: int = 0,
    method: str = "",
    baseline: str = "",
    version: str = "",
    notes: tuple[str, ...] = (),
) -> ModelCard:
    """The card of a model that was not fitted: what it would have said of whom, and why it says nothing."""
    return ModelCard(
        id=f"{model}-{side}" if side else model,
        model=model,
        side=side,
        label=label,
        horizon_months=horizon_months,
        method=method,
        baseline=baseline,
        version=version,
        train_cutoffs=(),
        test_span=None,
        scored_on=None,
        n_train=0,
        n_test=n_test,
        base_rate_train=None,
        base_rate=None,
        verdict=verdict,
        reason=reason,
        notes=notes,
    )
