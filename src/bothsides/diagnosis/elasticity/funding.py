"""Which side to fund: what a unit of spend on winning each side returns, with its interval and how sure the choice is.

Model. A unit of spend wins 1/cost accounts of a side, spread over cells as the side's stock is. From there the
expected extra accounts d of both sides are followed week by week, to first order around the market's recent weeks:

    d_s(t+1) = stay_s d_s(t) + pull_s d_o(t),   pull_s = elasticity_s J_s / S_o - retention_s L_s / S_o

with J joiners and L leavers a week, S stock, o the other side; elasticity_s and retention_s are the effects of o's
stock on s's joiners and on its chance to leave. What comes back is the sum over the horizon of d_s times what an
account of s contributes a week, on both sides, so that second rounds (suppliers draw buyers, who draw suppliers) count.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bothsides.diagnosis.elasticity.records import (
    Effect,
    Funding,
    Identification,
    Margin,
    SideReturn,
    beyond_chance,
    weakest,
)
from bothsides.diagnosis.panel import Floats, Panel
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.wording import of_side, share
from bothsides.schema import Side

DRAWS = 2000
RECENT_WEEKS = 26
"""Weeks at the panel's end whose flows stand for the market as it is now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideMoney:
    """What winning an account of a side costs and what one contributes a week, major units.

    None where it is not known; the errors are relative (standard error over the amount).
    """

    cost: float | None
    contribution: float | None
    cost_error: float = 0.0
    contribution_error: float = 0.0
    monthly_spend: float | None = None
    """What is spent a month on winning the side now, major units."""


BoolArray: TypeAlias = NDArray[np.bool_]
Money: TypeAlias = Mapping[Side, SideMoney]
_NEEDED = {
    "cost": "what is spent on winning {}: load `spend` with its side",
    "contribution": "what {} contribute: load `fees` with their orders",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A side's recent week over all cells: accounts at its start, joiners, leavers."""

    stock: float
    joined: float
    left: float


def recent_flow(panel: Panel, side: Side) -> Flow:
    """Means over the last weeks in which stock, joiners and leavers are all known.

    Joiners are those of cells and weeks without a push, brought up to all by the other side's stock: what a push adds
    ends with it.
    """
    of, other = panel.side(side), panel.side(side.other).stock
    there = np.isfinite(of.stock) & np.isfinite(of.joined) & np.isfinite(of.left) & np.isfinite(other)
    weeks = np.flatnonzero(there.any(0))[-RECENT_WEEKS:]
    seen, count = there[:, weeks], max(1, len(weeks))
    quiet = seen & (np.nan_to_num(of.push)[:, weeks] == 0)
    quiet = quiet if np.nansum(np.where(quiet, other[:, weeks], 0.0)) > 0 else seen

    def total(values: Floats, where: BoolArray) -> float:
        return float(np.where(where, values[:, weeks], 0.0).sum())

    lifted = total(other, seen) / max(total(other, quiet), 1e-9)
    return Flow(
        stock=total(of.stock, seen) / count,
        joined=total(of.joined, quiet) * lifted / count,
        left=total(of.left, seen) / count,
    )


def fund(
    panel: Panel,
    effects: tuple[Effect, ...],
    money: Money,
    policy: DiagnosisPolicy,
    seed: int,
    *,
    weeks: int | None = None,
    retention_first: bool = False,
) -> Funding:
    """The side whose next unit of spend returns more over the horizon, or why that cannot be said.

    With `retention_first` accounts leak, and the choice is one for whoever funds acquisition at all.

    Effects are drawn from normal distributions with their errors. One that is only correlational is likely too high,
    and is drawn evenly between 0 and its upper end instead. The choice has the grade of the weakest effect that is in
    it; one on leaving that has no number counts as none, and the sentence says so.
    """
    horizon = policy.fund_horizon_weeks if weeks is None else weeks
    inflow = [e for e in effects if e.margin is Margin.INFLOW]
    missing = _missing(money)
    grade = weakest([e.grade for e in effects if e.margin is Margin.INFLOW or e.value is not None])
    if missing or grade is Identification.REFUSED or len(inflow) < len(Side):
        return _refused(horizon, grade, missing)
    flows = {side: recent_flow(panel, side) for side in Side}
    if any(flow.stock <= 0 for flow in flows.values()):
        return _refused(horizon, grade, ("stocks of both sides",))
    rng = np.random.Generator(np.random.PCG64(seed))
    drawn = {(e.side, e.margin): _draws(rng, e) for e in effects}
    returns, totals = [], {}
    for side in Side:
        amount = money[side]
        own, both = _returns(side, flows, drawn, money, horizon)
        spread = np.exp(rng.normal(0.0, 1.0, DRAWS + 1) * np.hypot(amount.cost_error, amount.contribution_error))
        spread[0] = 1.0
        totals[side] = both * spread
        low, high = np.quantile(totals[side][1:], [0.025, 0.975])
        returns.append(
            SideReturn(
                side=side,
                total=float(both[0]),
                low=float(low),
                high=float(high),
                own=float(own),
                cross=float(both[0] - own),
                cost=float(amount.cost or 0.0),
                contribution=float(amount.contribution or 0.0),
            )
        )
    given = _Given(
        grade=grade,
        horizon=horizon,
        open_effects=not any(beyond_chance(e) for e in inflow),
        no_number=tuple(e.driver for e in effects if e.margin is Margin.RETENTION and e.value is None),
        retention_first=retention_first,
    )
    return _chosen(tuple(returns), totals, given, policy)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """What a choice rests on and is said under; `no_number` are sides of which it is not known how they keep the
    other."""

    grade: Identification
    horizon: int
    open_effects: bool
    no_number: tuple[Side, ...]
    retention_first: bool


def _missing(money: Money) -> tuple[str, ...]:
    found = []
    for name, says in _NEEDED.items():
        lacking = [of_side(side) for side in Side if side not in money or getattr(money[side], name) is None]
        if lacking:
            found.append(says.format(" and ".join(lacking)))
    return tuple(found)


def _refused(horizon: int, grade: Identification, missing: tuple[str, ...]) -> Funding:
    reason = (
        "costs or contributions are not known"
        if missing
        else "how strongly the sides draw each other could not be estimated"
    )
    return Funding(
        side=None,
        probability=None,
        gap=None,
        returns=(),
        horizon_weeks=horizon,
        grade=grade,
        sentence=f"Which side to fund cannot be said: {reason}.",
        reason=reason,
        collect=missing,
    )


def _draws(rng: np.random.Generator, of: Effect) -> Floats:
    """The estimate first, then draws of it."""
    if of.value is None or of.interval is None or of.error is None:
        return np.zeros(DRAWS + 1)
    if of.grade is Identification.CORRELATIONAL:
        ends = (min(0.0, of.interval.low), 0.0) if of.value < 0 else (0.0, max(0.0, of.interval.high))
        drawn = rng.uniform(*ends, DRAWS)
        return np.concatenate([[float(np.mean(ends))], drawn])
    return np.concatenate([[of.value], rng.normal(of.value, of.error, DRAWS)])


def _returns(
    funded: Side, flows: Mapping[Side, Flow], drawn: Mapping[tuple[Side, Margin], Floats], money: Money, horizon: int
) -> tuple[float, Floats]:
    """Per unit of spend: what the accounts won bring themselves, and what all extra accounts bring (by draw)."""
    stay = {side: 1 - flow.left / flow.stock for side, flow in flows.items()}
    none = np.zeros(DRAWS + 1)
    pull = {
        side: drawn.get((side, Margin.INFLOW), none) * (flows[side].joined / flows[side.other].stock)
        - drawn.get((side, Margin.RETENTION), none) * (flows[side].left / flows[side.other].stock)
        for side in Side
    }
    cost = float(money[funded].cost or np.inf)
    extra = {side: np.full(DRAWS + 1, 1 / cost if side is funded else 0.0) for side in Side}
    own, both, kept = 0.0, np.zeros(DRAWS + 1), 1 / cost
    for _ in range(horizon):
        own += kept * float(money[funded].contribution or 0.0)
        both = both + sum((extra[side] * float(money[side].contribution or 0.0) for side in Side), np.zeros(DRAWS + 1))
        extra = {side: stay[side] * extra[side] + pull[side] * extra[side.other] for side in Side}
        kept *= stay[funded]
    return own, both


def _chosen(
    returns: tuple[SideReturn, ...], totals: Mapping[Side, Floats], given: _Given, policy: DiagnosisPolicy
) -> Funding:
    better = max(returns, key=lambda r: r.total)
    worse = next(r for r in returns if r.side is not better.side)
    ahead = totals[better.side] - totals[worse.side]
    sure = float((ahead[1:] > 0).mean())
    low, high = (float(end) for end in np.quantile(ahead[1:], [0.025, 0.975]))
    gap = better.total / worse.total if worse.total > 0 else float("inf")
    clear = better.total > 0 and sure >= policy.fund_side_least and gap >= policy.fund_gap_least
    return Funding(
        side=better.side if clear else None,
        probability=sure,
        gap=gap,
        returns=returns,
        horizon_weeks=given.horizon,
        grade=given.grade,
        sentence=_said(better, worse, sure, given) if clear else _alike(better, worse, given),
        reason="" if clear else "the returns lie too close together, or are too uncertain, to choose",
        more=better.total - worse.total,
        more_low=low,
        more_high=high,
        reckoned=reckoned(given.horizon),
        retention_first=given.retention_first,
    )


def reckoned(horizon: int) -> str:
    """Why a side's cost and return here are not its CAC and LTV:CAC, which stand under unit economics."""
    return (
        "Cost of one here: what was spent on a side over all its accounts that joined a cell in the last year, those "
        f"that came back among them. Return: what these and whom they draw in contribute within {horizon} weeks. CAC "
        "and LTV:CAC of the unit economics count first orders of up to 24 months and what an account brings itself in "
        "its first 24 months. So the two costs and the two returns of a side differ, and neither is wrong."
    )


def _alike(better: SideReturn, worse: SideReturn, given: _Given) -> str:
    return (
        f"Both sides return about the same per unit of spend within {given.horizon} weeks ({better.total:.2f} for "
        f"{of_side(better.side)}, {worse.total:.2f} for {of_side(worse.side)}), or the data cannot tell them apart."
        f"{_counts_as_none(given)}"
    )


def _said(better: SideReturn, worse: SideReturn, sure: float, given: _Given) -> str:
    """The choice in sentences, no stronger than what it rests on, and second to retention where accounts leak."""
    first, second = of_side(better.side), of_side(worse.side)
    told = (
        f"On average over everyone who joined, paid for or not, and so not what the next unit spent returns: a unit "
        f"spent on {first} returns {better.total:.2f} within {given.horizon} weeks, one spent on {second} "
    )
    if given.grade is Identification.CORRELATIONAL:
        told += (
            f"{worse.total:.2f}. That speaks for {first}, but how the sides draw each other is only a correlation: "
            f"try it by lot before money moves (bothsides elasticity plan --side {better.side.value})."
        )
    elif given.open_effects:
        whom = "if you fund acquisition at all, that points" if given.retention_first else "that points"
        told += f"{worse.total:.2f}: {whom} to {first} and is directional, no more."
    else:
        fund_it = f"if you fund acquisition at all: {first}" if given.retention_first else f"fund {first}"
        told += f"{worse.total:.2f}: {fund_it}, right with a probability of {share(sure)}{_if_so(given.grade)}."
    if given.retention_first:
        told = f"Accounts leak (net retention is under 100 %): keep those there are first. {told}"
    if given.open_effects:
        told += " Whether the sides draw each other in at all is open."
    told += _parts(better, worse)
    if better.total < 1:
        told += f" Neither side returns within {given.horizon} weeks what is spent on it."
    return told + _counts_as_none(given)


def _parts(better: SideReturn, worse: SideReturn) -> str:
    """How much of each return is direct, and how much rests on the effects of one side on the other."""
    return (
        f" Of the {better.total:.2f}, {better.own:.2f} come from the {of_side(better.side)} won themselves and "
        f"{better.cross:.2f} rest on whom they draw in and keep; of the {worse.total:.2f}, {worse.own:.2f} and "
        f"{worse.cross:.2f}."
    )


def _counts_as_none(given: _Given) -> str:
    """What stands at nothing in the returns because it has no number."""
    return "".join(
        f" How well {of_side(side)} keep {of_side(side.other)} has no number and counts as nothing here."
        for side in given.no_number
    )


def _if_so(grade: Identification) -> str:
    """Under which condition a probability holds that no trial stands behind."""
    return " if no shocks of single cells went unseen" if grade is Identification.FIXED_EFFECTS else ""
