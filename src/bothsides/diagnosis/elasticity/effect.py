"""One effect of one side on the other, by the strongest design that its checks leave standing."""

from dataclasses import dataclass, replace

import numpy as np

from bothsides.diagnosis.elasticity.checks import ahead_of_joiners, lead_of_pushes, moving_together, sized
from bothsides.diagnosis.elasticity.counts import CountFit, logit, poisson
from bothsides.diagnosis.elasticity.ground import Ground
from bothsides.diagnosis.elasticity.moments import REACH, instrumented
from bothsides.diagnosis.elasticity.records import Check, Effect, Identification, Margin
from bothsides.diagnosis.elasticity.regression import WHOLE_LINE, Interval, critical, first_stage
from bothsides.diagnosis.elasticity.wild import bootstrap_counts
from bothsides.diagnosis.panel import Assignment, Floats
from bothsides.diagnosis.policy import DiagnosisPolicy

_NAMED = {
    Assignment.RANDOMISED: Identification.RANDOMISED,
    Assignment.INSTRUMENTED: Identification.INSTRUMENTED,
}
METHODS = {
    Margin.INFLOW: "Poisson with cell and week effects; interval by wild cluster bootstrap-t",
    Margin.RETENTION: "logit of the weekly hazard with cell and week effects; interval by wild cluster bootstrap-t",
}
BY_PUSHES = "pushes as instrument for the stock, Poisson moments with cell and week effects; Anderson-Rubin interval"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Explained:
    """Both sides' counts as cell effects, week effects and the other side explain them; residuals feed the checks."""

    joined: CountFit
    left: CountFit


def explain(of: Ground) -> Explained:
    """Fit joiners and leavers of a side."""
    x = np.concatenate([of.driver[None], of.controls])
    return Explained(joined=poisson(of.joined, x), left=logit(of.left, of.stock, x))


def effect(
    of: Ground, margin: Margin, mine: Explained, others: Explained, policy: DiagnosisPolicy, seed: int
) -> Effect:
    """The effect of the other side on this one at a margin: by pushes where they carry it, else by fixed effects.

    Pushes that a failed lead test shows to be no lot, or that hardly move the stock (first-stage F under 10), are
    not used. Fixed effects are only called so where neither leads nor shocks shared by a cell's two sides show.
    """
    fit = mine.joined if margin is Margin.INFLOW else mine.left
    tried = _by_pushes(of, margin, float(fit.slope[0]), policy) if of.assignment in _NAMED else None
    if tried is not None and tried.grade in _NAMED.values():
        return _sized(tried, fit)
    if tried is None:
        return _sized(_by_fixed_effects(of, margin, fit, others, _of_choice(of, margin, fit), seed), fit)
    found = _by_fixed_effects(of, margin, fit, others, tried.checks, seed)
    return _sized(replace(found, why=f"{tried.why} {found.why}", first_stage=tried.first_stage), fit)


def _of_choice(of: Ground, margin: Margin, fit: CountFit) -> tuple[Check, ...]:
    """Pushes that people chose are no instrument; what comes before them may show that the stock is no accident."""
    if of.assignment is not Assignment.CHOSEN or fit.error() <= 0:
        return ()
    counted, exposure = (of.joined, None) if margin is Margin.INFLOW else (of.left, of.stock)
    return (lead_of_pushes(of, float(fit.slope[0]), counted, exposure),)


def _sized(found: Effect, fit: CountFit) -> Effect:
    return replace(found, n=fit.n, cells=fit.clusters, weeks=int((fit.used.sum(0) > 0).sum()))


def _by_pushes(of: Ground, margin: Margin, near: float, policy: DiagnosisPolicy) -> Effect:
    counted, exposure = (of.joined, None) if margin is Margin.INFLOW else (of.left, of.stock)
    stage = first_stage(of.driver, of.pushed[None], of.controls)
    name, who = of.assignment.value, of.side.other.value
    refused = Effect(
        side=of.side, margin=margin, grade=Identification.REFUSED, why="", method=BY_PUSHES, first_stage=stage.f
    )
    if stage.f < policy.first_stage_least:
        return replace(
            refused,
            why=f"Pushes for {who}s are declared {name} but hardly moved their stock: first-stage F {stage.f:.1f}, "
            f"where 1 is noise and at least {policy.first_stage_least:.0f} is needed.",
        )
    found = instrumented(counted, of.driver, of.pushed, of.controls, exposure, near=near)
    if found.elasticity is None or not found.interval.bounded:
        return replace(refused, why=f"Pushes for {who}s leave the effect open on at least one end.")
    leads = lead_of_pushes(of, found.elasticity, counted, exposure)
    if not leads.passed:
        why = f"Pushes for {who}s are declared {name}, but they went where things moved already "
        why += f"({sized(leads.t, leads.limit)})."
        return replace(refused, why=why, checks=(leads,))
    return replace(
        refused,
        grade=_NAMED[of.assignment],
        why=f"Pushes for {who}s were {name}, moved their stock (first-stage F {stage.f:.0f}, where 1 is noise and "
        f"{policy.first_stage_least:.0f} enough) and {_followed(leads)}.",
        value=found.elasticity,
        interval=found.interval,
        error=found.error,
        checks=(leads,),
    )


def _followed(leads: Check) -> str:
    """Whether the pushes went where things moved already, as far as that could be tested."""
    if leads.t == 0:
        return "are taken on trust: no weeks before them are known that would show whether they followed the market"
    return "do not explain what came before them"


def _by_fixed_effects(
    of: Ground, margin: Margin, fit: CountFit, others: Explained, made: tuple[Check, ...], seed: int
) -> Effect:
    theirs = others.joined.residual
    checks = (*made, moving_together(fit.residual, theirs), ahead_of_joiners(fit.residual, theirs))
    failed = [check for check in checks if not check.passed]
    grade = Identification.CORRELATIONAL if failed else Identification.FIXED_EFFECTS
    value, interval = _estimate(of, margin, fit, seed)
    base = Effect(side=of.side, margin=margin, grade=grade, why=_why(of, failed), checks=checks, method=METHODS[margin])
    if not interval.bounded or not fit.converged:
        return replace(
            base, grade=Identification.REFUSED, reason="The data leave the effect open on at least one end.", why=""
        )
    if interval.high - interval.low > 2 * REACH:
        reason = f"The data leave the effect open: {interval.low:.0f} to {interval.high:.0f} % per 1 % is possible."
        return replace(base, grade=Identification.REFUSED, reason=reason, why="")
    reach = (interval.high - interval.low) / 2 / critical(fit.clusters)
    return replace(base, value=value, interval=interval, error=reach)


def _estimate(of: Ground, margin: Margin, fit: CountFit, seed: int) -> tuple[float, Interval]:
    x = np.concatenate([of.driver[None], of.controls])
    if fit.error() <= 0 or fit.clusters < 2:
        return 0.0, WHOLE_LINE
    if margin is Margin.INFLOW:
        return float(fit.slope[0]), bootstrap_counts(fit, x, fit.mean, seed).interval()
    stock = np.where(fit.used > 0, of.stock, 1.0)
    weight = fit.mean * (1 - fit.mean / stock)
    staying = hazard_scale(fit, of.stock)
    found = bootstrap_counts(fit, x, weight, seed).interval()
    return float(fit.slope[0]) * staying, Interval(low=found.low * staying, high=found.high * staying)


def hazard_scale(fit: CountFit, stock: Floats) -> float:
    """From a change of the hazard's logit to a relative change of the hazard: the mean chance to stay."""
    held = float(np.where(fit.used > 0, stock, 0.0).sum())
    return 1 - float(fit.mean.sum()) / max(1.0, held)


def _why(of: Ground, failed: list[Check]) -> str:
    if failed:
        return (
            "Cells are compared with themselves and the same week elsewhere, but single cells move for reasons of "
            f"their own: {' '.join(check.says for check in failed)} The number is likely too high."
        )
    chosen = of.assignment is Assignment.CHOSEN
    return (
        "Cells are compared with themselves and the same week elsewhere; no sign of shocks of single cells was found, "
        f"which is not proof that there are none.{' Pushes chosen by people prove nothing.' if chosen else ''}"
    )
