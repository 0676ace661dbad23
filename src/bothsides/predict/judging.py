"""From a model's specification to its card: learn on earlier cut-offs, judge on the later span, learn anew, score."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from bothsides.metrics import Better
from bothsides.predict.calibration import bands, calibration_error, recalibration, total_ratio
from bothsides.predict.cases import Cases, ModelSpec, Signal
from bothsides.predict.drift import MOVED, base_rate_moved, stability
from bothsides.predict.logistic import Floats, Logistic, fit_logistic
from bothsides.predict.measures import Bools, Ints, auc, brier, compared, log_loss, recall_at
from bothsides.predict.model_card import (
    Band,
    Comparison,
    Estimate,
    Feature,
    ModelCard,
    ModelVerdict,
    empty_card,
    version_of,
)
from bothsides.predict.scores import Prediction, Tested, scored
from bothsides.predict.validation import (
    CHANCE_Z,
    SIGNAL_Z,
    TimeSplit,
    Verdict,
    adds_nothing,
    decided,
    enough,
    knowing_the_future,
)

RULE_BINS = 10

PRIOR_CASES = 10

TOO_SHORT = "the history is too short: no cut-off has six months before it"

Read = Callable[[date, int | None], Cases]
"""The cases at a cut-off, with what came within so many months; None where that is still to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """How a model did on the test span; `without` are the features that have no part in the one used."""

    verdict: Verdict
    comparisons: tuple[Comparison, ...] = ()
    bands: tuple[Band, ...] = ()
    without: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    chances: Floats | None = None


def predicted(spec: ModelSpec, split: TimeSplit, read: Read, names: Callable[[], Mapping[int, str]]) -> Prediction:
    """Learn, judge, and where the verdict allows it score what is known now.

    The model judged learned from outcomes that ended before the test span; the one in use from the latest, by the same
    procedure. `names` is asked only where there is something to score.
    """
    held: dict[tuple[date, int], Cases] = {}

    def seen(cutoff: date, months: int) -> Cases:
        if (cutoff, months) not in held:
            held[cutoff, months] = read(cutoff, months)
        return held[cutoff, months]

    train = [seen(day, spec.step_months) for day in split.train]
    test = seen(split.test, spec.horizon_months)
    final = [seen(day, spec.step_months) for day in split.final]
    lacking = enough(_outcomes(train), test.known) or enough(_outcomes(final), test.known)
    if lacking is not None:
        return Prediction(card=_card(spec, split, train, test, Judgement(verdict=lacking)))
    steps = [
        stretch(spec, [(seen(day, spec.step_months), seen(day, spec.horizon_months)) for day in matured])
        for matured in (split.matured(split.train, split.test), split.matured(split.final, split.now))
    ]
    judgement = judged(spec, train, test, steps=steps[0])
    fit = fitted(spec, final, without=judgement.without, steps=steps[1])
    now = read(split.now, None)
    card = _card(spec, split, train, test, judgement, fit=fit, learned=final, now=now)
    tested = (
        None
        if judgement.chances is None
        else Tested(features=test.features, chances=judgement.chances, outcome=test.known, accounts=test.accounts)
    )
    table = scored(spec.signals, fit, now, names()) if card.ranks else None
    return Prediction(card=card, table=table, tested=tested)


def stretch(spec: ModelSpec, grown: Sequence[tuple[Cases, Cases]]) -> float:
    """How many times as often something comes within the horizon as within a step.

    At one rate that is the number of steps; a market that grows or whose accounts leave has more or less. It is counted
    over cut-offs of which both are known, with ten cases at one rate added.
    """
    if spec.horizon_months == spec.step_months:
        return 1.0
    steps = spec.horizon_months / spec.step_months
    within = sum(int(short.known.sum()) for short, _ in grown)
    whole = sum(int(long.known.sum()) for _, long in grown)
    return max(1.0, (whole + PRIOR_CASES * steps) / (within + PRIOR_CASES))


def fitted(spec: ModelSpec, cases: Sequence[Cases], *, without: tuple[str, ...] = (), steps: float = 1.0) -> Logistic:
    """The regression over all cut-offs, recalibrated to the latest one and brought from a step to the horizon.

    Features named in `without` have no part. The odds of the horizon are those of a step times `steps`, which holds
    for chances that are small.
    """
    features = _features(cases)
    for place, signal in enumerate(spec.signals):
        if signal.name in without:
            features[:, place] = 0.0
    directions = [signal.direction for signal in spec.signals]
    fit = fit_logistic(features, _outcomes(cases), ridge=spec.ridge, directions=directions)
    latest = cases[-1]
    moved = recalibration(fit.logits(latest.features), latest.known).of(fit)
    return moved.rescaled(1.0, math.log(steps))


def judged(spec: ModelSpec, train: Sequence[Cases], test: Cases, *, steps: float = 1.0) -> Judgement:
    """How the model that learned from `train` does on `test`; where it adds nothing to its rule, how the rule does.

    The rule is then the model: the one feature that says the same, fitted and calibrated alike.
    """
    leaking = knowing_the_future(_features(train), _outcomes(train), spec.signals)
    notes = tuple(f"{name} was left out: alone it tells the outcome so well that it must know it" for name in leaking)
    trial = _tried(spec, train, test, leaking, steps)
    if not adds_nothing(trial.strict):
        reason = f"on time it had not seen it does better than the rule ({spec.rule})"
        return trial.judgement(reason, leaking, notes)
    gap = trial.comparisons[0]
    others = len(spec.signals) - len(leaking)
    notes = (*notes, f"all {others} features together add nothing beyond chance to the rule: {_beside(gap)}")
    alone = spec.others(spec.rule_signal)
    reason = f"the rule itself is used ({spec.rule}): it ranks as well as all features"
    return _tried(spec, train, test, alone, steps).judgement(reason, alone, notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    """A fit judged on the test span: comparisons at 95 %, those with the rule at 99 %, the ranking at 99.8 %."""

    comparisons: tuple[Comparison, ...]
    strict: tuple[Comparison, ...]
    ranking: Estimate
    ratio: Estimate
    error: Estimate
    bands: tuple[Band, ...]
    chances: Floats

    def judgement(self, reason: str, without: tuple[str, ...], notes: tuple[str, ...]) -> Judgement:
        verdict = decided(ranking=self.ranking, ratio=self.ratio, error=self.error, bands=self.bands, reason=reason)
        return Judgement(
            verdict=verdict,
            comparisons=self.comparisons,
            bands=self.bands,
            without=without,
            notes=notes,
            chances=self.chances,
        )


def _tried(spec: ModelSpec, train: Sequence[Cases], test: Cases, without: tuple[str, ...], steps: float) -> _Trial:
    fit = fitted(spec, train, without=without, steps=steps)
    chances, outcome = fit.probabilities(test.features), test.known
    by_rule = rule_chances(train, test, steps=steps)
    clusters = None if test.counterparties is None else _numbered(test.accounts)
    ranking = auc(chances, outcome), auc(test.rule, outcome)
    surprise = log_loss(chances, outcome), log_loss(by_rule, outcome)
    comparisons = [
        compared("auc", Better.UP, *ranking, clusters),
        compared("brier", Better.DOWN, brier(chances, outcome), brier(by_rule, outcome), clusters),
        compared("log_loss", Better.DOWN, *surprise, clusters),
    ]
    if spec.recall_at is not None and clusters is not None:
        k = spec.recall_at
        found = recall_at(k, chances, outcome, clusters), recall_at(k, test.rule, outcome, clusters)
        comparisons.append(compared(f"recall_at_{k}", Better.UP, *found, clusters))
    ratio, error = total_ratio(chances, outcome).estimate(clusters), calibration_error(chances, outcome)
    comparisons += [
        Comparison(measure="observed_to_predicted", better=Better.NEITHER, model=ratio),
        Comparison(measure="ece", better=Better.DOWN, model=error),
    ]
    strict = (
        compared("auc", Better.UP, *ranking, clusters, z=SIGNAL_Z),
        compared("log_loss", Better.DOWN, *surprise, clusters, z=SIGNAL_Z),
    )
    return _Trial(
        comparisons=tuple(comparisons),
        strict=strict,
        ranking=ranking[0].estimate(clusters, z=CHANCE_Z),
        ratio=ratio,
        error=error,
        bands=bands(chances, outcome),
        chances=chances,
    )


def _beside(found: Comparison) -> str:
    """Model and rule in one phrase, with the gap's interval."""
    rule, gap = found.baseline, found.gap
    own = f"{100 * found.model.value:.1f} of 100 pairs put in the right order"
    if rule is None or gap is None or gap.low is None or gap.high is None:
        return own
    return f"{own}, {100 * rule.value:.1f} by the rule, difference {100 * gap.low:+.1f} to {100 * gap.high:+.1f}"


def rule_chances(train: Sequence[Cases], test: Cases, *, steps: float = 1.0) -> Floats:
    """What the rule alone says as a probability: the share that came true among train cases it scored alike.

    Ten bins of equally many cases, each drawn to the whole share by two cases of it.
    """
    rule, outcome = np.concatenate([cases.rule for cases in train]), _outcomes(train)
    edges = np.unique(np.quantile(rule, np.arange(1, RULE_BINS) / RULE_BINS))
    place = np.searchsorted(edges, rule, side="left")
    n = np.bincount(place, minlength=len(edges) + 1)
    came = np.bincount(place, weights=outcome.astype(np.float64), minlength=len(edges) + 1)
    share = (came + 2 * outcome.mean()) / (n + 2)
    odds = share / (1 - share) * steps
    chances: Floats = (odds / (1 + odds))[np.searchsorted(edges, test.rule, side="left")]
    return chances


def _features(cases: Sequence[Cases]) -> Floats:
    return np.concatenate([part.features for part in cases])


def _outcomes(cases: Sequence[Cases]) -> Bools:
    return np.concatenate([part.known for part in cases])


def _numbered(accounts: Ints) -> Ints:
    numbers: Ints = np.unique(accounts, return_inverse=True)[1].astype(np.int64)
    return numbers


def refused(spec: ModelSpec, reason: str, *, lacks: str = "") -> Prediction:
    """A card that says why there is no model; `lacks` is the table whose rows it would need."""
    card = empty_card(
        model=spec.model,
        side=spec.side,
        label=spec.label,
        horizon_months=spec.horizon_months,
        verdict=ModelVerdict.TOO_LITTLE,
        reason=reason,
        method=_method(spec, 0),
        baseline=spec.rule,
        version=version_of({"id": spec.id, "verdict": ModelVerdict.TOO_LITTLE, "reason": reason}),
        notes=spec.notes,
    )
    return Prediction(card=replace(card, lacks=lacks))


def _method(spec: ModelSpec, used: int) -> str:
    of = len(spec.signals)
    return f"a weighted sum of {used} of {of} features (ridge logistic regression), set to the latest months"


def _card(
    spec: ModelSpec,
    split: TimeSplit,
    train: Sequence[Cases],
    test: Cases,
    judgement: Judgement,
    *,
    fit: Logistic | None = None,
    learned: Sequence[Cases] = (),
    now: Cases | None = None,
) -> ModelCard:
    came, came_now = _outcomes(train), test.known
    features = () if fit is None or now is None else _parts(spec.signals, fit, learned, now)
    same_span = spec.horizon_months == spec.step_months
    warnings = _warnings(train, test, features, same_span=same_span)
    content = {
        "spec": [spec.id, spec.label, spec.horizon_months, spec.step_months, spec.ridge, spec.rule],
        "signals": [(signal.name, signal.direction) for signal in spec.signals],
        "cutoffs": [*split.train, *split.final, split.test, split.now],
        "cases": [len(cases) for cases in (*train, test, *learned)],
        "fit": None if fit is None else [fit.intercept, *fit.weights.tolist(), *fit.mean.tolist(), *fit.scale.tolist()],
    }
    return ModelCard(
        id=spec.id,
        model=spec.model,
        side=spec.side,
        label=spec.label,
        horizon_months=spec.horizon_months,
        method=_method(spec, sum(1 for feature in features if feature.weight)),
        baseline=spec.rule,
        version=version_of(content),
        train_cutoffs=split.train,
        test_span=split.test_span,
        scored_on=split.now if judgement.verdict.verdict is not ModelVerdict.TOO_LITTLE else None,
        n_train=len(came),
        n_test=len(test),
        base_rate_train=float(came.mean()) if len(came) else None,
        base_rate=float(came_now.mean()) if len(came_now) else None,
        verdict=judgement.verdict.verdict,
        reason=judgement.verdict.reason,
        comparisons=judgement.comparisons,
        bands=judgement.bands,
        features=features,
        intercept=0.0 if fit is None else fit.intercept,
        notes=(*spec.notes, *judgement.notes, *(test if now is None else now).notes, *warnings),
    )


def _parts(signals: tuple[Signal, ...], fit: Logistic, learned: Sequence[Cases], now: Cases) -> tuple[Feature, ...]:
    seen = _features(learned)
    return tuple(
        Feature(
            name=signal.name,
            says=signal.says,
            mean=float(fit.mean[i]),
            scale=float(fit.scale[i]),
            weight=float(fit.weights[i]),
            psi=stability(seen[:, i], now.features[:, i]) if len(now) else None,
        )
        for i, signal in enumerate(signals)
    )


def _warnings(train: Sequence[Cases], test: Cases, features: Sequence[Feature], *, same_span: bool) -> tuple[str, ...]:
    """What a reader must know of this fit: moved inputs, a moved base rate, sampling.

    `same_span` says that outcomes were learned from and judged over equally many months, so that shares compare.
    """
    found = []
    moved = [feature.says for feature in features if feature.psi is not None and feature.psi > MOVED and feature.weight]
    if moved:
        found.append(f"those scored now differ from those it learned from in: {', '.join(moved)}")
    came, later = _outcomes(train), test.known
    if same_span and base_rate_moved(int(came.sum()), len(came), int(later.sum()), len(later)):
        found.append(
            f"it came true for {later.mean():.0%} in the months it was judged on, for {came.mean():.0%} before them"
        )
    stride = max(cases.stride for cases in (*train, test))
    if stride > 1:
        found.append(f"learned and judged on a fixed one in {stride} of the accounts; all are scored")
    return tuple(found)
