"""Who joins and who leaves, week by week: signups driven by spend and by the other side's stock, onboarding, churn."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bothsides.schema.side import Side
from bothsides.simulate.cells import Cells, Weather, cells_of
from bothsides.simulate.draws import DAY, NEVER, WEEK, Bools, Floats, Ints, skewed_days, stream
from bothsides.simulate.plan import LEAD_IN_WEEKS, MarketPlan
from bothsides.simulate.planted import ChurnProblem, OnboardingLeak, RetentionFall

ONBOARDING_STEPS = ("verified", "catalogue", "live")


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyers:
    """Buyer accounts in signup order; times are epoch seconds, -1 where it never happened."""

    cell: Ints
    signed_up: Ints
    signup_week: Ints
    closed: Ints
    closed_week: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppliers:
    """Supplier accounts in signup order; times are epoch seconds, -1 where it never happened."""

    cell: Ints
    signed_up: Ints
    signup_week: Ints
    verified: Ints
    catalogue: Ints
    live: Ints
    live_week: Ints
    closed: Ints
    closed_week: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Both sides' accounts and the stocks that drove them: [week, cell] at the start of each trading week."""

    buyers: Buyers
    suppliers: Suppliers
    buyer_stock: Ints
    supplier_stock: Ints
    ordinary_supply: float
    """Mean live suppliers of an ordinary cell halfway through the plan."""


@dataclass(slots=True)
class _Roster:
    """One side while the weeks run: where each account is, from which week it counts, when it left."""

    cells: int
    cell: NDArray[np.int16] = field(default_factory=lambda: np.empty(0, np.int16))
    counts_from: NDArray[np.int16] = field(default_factory=lambda: np.empty(0, np.int16))
    closed: NDArray[np.int16] = field(default_factory=lambda: np.empty(0, np.int16))

    def add(self, cell: Ints, counts_from: Ints) -> None:
        """New accounts, counted in stocks of the weeks after `counts_from`."""
        self.cell = np.concatenate([self.cell, cell.astype(np.int16)])
        self.counts_from = np.concatenate([self.counts_from, counts_from.astype(np.int16)])
        self.closed = np.concatenate([self.closed, np.full(len(cell), NEVER, np.int16)])

    def open(self, week: int) -> Ints:
        """Accounts that count at the start of the week."""
        return np.flatnonzero((self.counts_from < week) & (self.closed == NEVER))

    def stock(self, members: Ints) -> Ints:
        """How many of them per cell."""
        return np.bincount(self.cell[members], minlength=self.cells)

    def leave(self, rng: np.random.Generator, week: int, members: Ints, hazard: Floats) -> None:
        """Some of them leave in the week, at their cell's hazard."""
        self.closed[members[rng.random(len(members)) < hazard[self.cell[members]]]] = week


def hazards(plan: MarketPlan, side: Side, other_stock: Floats | Ints, week: int) -> Floats:
    """Weekly churn hazard per cell, given the other side's stock."""
    facts = plan.side(side)
    hazard = np.where(other_stock >= facts.threshold, facts.hazard_above, facts.hazard_below)
    fall = plan.problem(RetentionFall)
    if fall and side is Side.BUYER and week >= plan.weeks - fall.weeks:
        hazard = hazard + fall.extra_hazard
    churn = plan.problem(ChurnProblem)
    if churn and churn.side is side:
        hazard = np.where(cells_of(plan, churn.category, churn.region), hazard + churn.extra_hazard, hazard)
    return hazard


def inflow(
    plan: MarketPlan, cells: Cells, weather: Weather, side: Side, *, week: int, other_stock: Floats | Ints
) -> Floats:
    """Expected signups per cell of the side in the week, before the side's calibration factor."""
    facts, index = plan.side(side), week + LEAD_IN_WEEKS
    reference = plan.side(side.other).signups * cells.weight(side.other)
    if side is Side.BUYER:
        reference = reference * pass_rate(plan)
    pull = (np.maximum(other_stock, 0.5) / np.maximum(reference, 0.5)) ** facts.elasticity
    if week < 0:
        pull = np.ones(plan.cells)
    push = np.exp(weather.pushes[index]) if side is Side.SUPPLIER else 1.0
    spend = cells.spend(side) ** facts.spend_elasticity
    planned = facts.signups * weather.profile(side)[index] * cells.weight(side)
    expected: Floats = planned * pull * spend * push * np.exp(weather.common[index])
    return expected * np.exp(weather.local[index]) if plan.cell_noise else expected


def step_rates(plan: MarketPlan) -> dict[str, float]:
    """Share of suppliers that pass each onboarding step, with a planted leak applied."""
    rates = {step: float(getattr(plan.onboarding, step)) for step in (*ONBOARDING_STEPS, "first_sale")}
    leak = plan.problem(OnboardingLeak)
    if leak:
        rates[leak.step] *= leak.rate_factor
    return rates


def pass_rate(plan: MarketPlan) -> float:
    """Share of supplier applications that go live."""
    rates = step_rates(plan)
    return rates["verified"] * rates["catalogue"] * rates["live"]


def calibrate(plan: MarketPlan, cells: Cells, weather: Weather) -> tuple[dict[Side, float], float]:
    """Factors that make expected signups meet the plan, and the ordinary cell's supply at half time.

    Runs the market in expectation (no draws) a few times; a planted leak does not change what is ordinary.
    """
    factor = {Side.BUYER: 1.0, Side.SUPPLIER: 1.0}
    ordinary = 1.0
    for _ in range(6):
        total = {Side.BUYER: 0.0, Side.SUPPLIER: 0.0}
        stock = {Side.BUYER: np.zeros(plan.cells), Side.SUPPLIER: np.zeros(plan.cells)}
        for week in range(-LEAD_IN_WEEKS, plan.weeks):
            before = dict(stock)
            for side in Side:
                arrivals = factor[side] * inflow(plan, cells, weather, side, week=week, other_stock=before[side.other])
                total[side] += float(arrivals.sum())
                gone = hazards(plan, side, before[side.other], week) if week >= 0 else 0.0
                lasting = arrivals * (pass_rate(plan) if side is Side.SUPPLIER else 1.0)
                stock[side] = before[side] * (1 - gone) + lasting
            if week == plan.weeks // 2:
                ordinary = float(np.median(stock[Side.SUPPLIER]))
        for side in Side:
            factor[side] *= plan.side(side).signups / total[side]
    return factor, ordinary


def populate(plan: MarketPlan, cells: Cells, weather: Weather, epoch: int) -> Population:
    """Run the weeks: draw signups, onboard suppliers, let accounts leave."""
    rng = stream(plan.seed, "population")
    factor, ordinary = calibrate(plan, cells, weather)
    roster = {side: _Roster(plan.cells) for side in Side}
    signups: dict[Side, list[Ints]] = {side: [] for side in Side}
    onboarded: list[NDArray[np.int64]] = []
    stocks = {side: np.zeros((plan.weeks, plan.cells), np.int64) for side in Side}
    due = {side: np.full(plan.cells, 0.5) for side in Side}
    tally = np.zeros((len(ONBOARDING_STEPS), plan.cells), np.int64)
    for week in range(-LEAD_IN_WEEKS, plan.weeks):
        members = {side: roster[side].open(week) for side in Side}
        stock = {side: roster[side].stock(members[side]) for side in Side}
        for side in Side:
            if week >= 0:
                stocks[side][week] = stock[side]
                roster[side].leave(rng, week, members[side], hazards(plan, side, stock[side.other], week))
            expected = factor[side] * inflow(plan, cells, weather, side, week=week, other_stock=stock[side.other])
            cell = _arrivals(rng, plan, expected, due[side])
            signed_up = np.sort(epoch + week * WEEK + rng.integers(0, WEEK, len(cell)))
            signups[side].append(signed_up)
            if side is Side.SUPPLIER:
                steps = onboard(rng, plan, cell, signed_up, tally=tally, end=epoch + plan.weeks * WEEK)
                onboarded.append(steps)
                roster[side].add(cell, weeks_of(steps[2], epoch))
            else:
                roster[side].add(cell, np.full(len(cell), week))
    return Population(
        buyers=_buyers(rng, roster[Side.BUYER], np.concatenate(signups[Side.BUYER]), epoch),
        suppliers=_suppliers(
            rng, roster[Side.SUPPLIER], np.concatenate(signups[Side.SUPPLIER]), np.concatenate(onboarded, axis=1), epoch
        ),
        buyer_stock=stocks[Side.BUYER],
        supplier_stock=stocks[Side.SUPPLIER],
        ordinary_supply=ordinary,
    )


def _arrivals(rng: np.random.Generator, plan: MarketPlan, expected: Floats, due: Floats) -> Ints:
    """The cells of the week's signups, in random order; `due` carries what an even pace still owes each cell."""
    if plan.even_arrivals:
        due += expected
        count = np.floor(due).astype(np.int64)
        due -= count
    else:
        count = rng.poisson(expected)
    return rng.permutation(np.repeat(np.arange(plan.cells), count))


def onboard(
    rng: np.random.Generator, plan: MarketPlan, cell: Ints, signed_up: Ints, *, tally: Ints, end: int
) -> NDArray[np.int64]:
    """When each application passes verified, catalogue and live (rows); -1 where it never does before `end`.

    `tally` counts, per step and cell, who has tried so far: an even pace passes every cell's suppliers at the rate.
    """
    rates, times = step_rates(plan), np.full((3, len(signed_up)), -1, np.int64)
    reached, passing = signed_up.astype(np.int64), np.ones(len(signed_up), bool)
    for row, step in enumerate(ONBOARDING_STEPS):
        days = float(getattr(plan.onboarding, f"{step}_days"))
        reached = reached + skewed_days(rng, days, len(signed_up))
        passing = _passes(rng, plan, cell, passing, rate=rates[step], tally=tally[row]) & (reached < end)
        times[row, passing] = reached[passing]
    return times


def _passes(
    rng: np.random.Generator, plan: MarketPlan, cell: Ints, trying: Bools, *, rate: float, tally: Ints
) -> Bools:
    if not plan.even_arrivals:
        lucky: Bools = trying & (rng.random(len(cell)) < rate)
        return lucky
    passed, who = np.zeros(len(cell), bool), np.flatnonzero(trying)
    who = who[np.argsort(cell[who], kind="stable")]
    counts = np.bincount(cell[who], minlength=plan.cells)
    attempt = np.arange(len(who)) - np.repeat(np.cumsum(counts) - counts, counts) + tally[cell[who]]
    passed[who] = np.floor((attempt + 1) * rate + 0.5) > np.floor(attempt * rate + 0.5)
    tally += counts
    return passed


def weeks_of(seconds: Ints, epoch: int) -> Ints:
    """The trading week of each time; NEVER for -1."""
    week: Ints = np.where(seconds < 0, NEVER, (seconds - epoch) // WEEK)
    return week


def _closing(rng: np.random.Generator, closed_week: Ints, not_before: Ints, epoch: int) -> Ints:
    moment = epoch + closed_week.astype(np.int64) * WEEK + rng.integers(8 * 3600, 4 * DAY, len(closed_week))
    return np.where(closed_week == NEVER, -1, np.maximum(moment, not_before + 3600))


def _buyers(rng: np.random.Generator, roster: _Roster, signed_up: Ints, epoch: int) -> Buyers:
    return Buyers(
        cell=roster.cell,
        signed_up=signed_up,
        signup_week=roster.counts_from,
        closed=_closing(rng, roster.closed, signed_up, epoch),
        closed_week=roster.closed,
    )


def _suppliers(
    rng: np.random.Generator, roster: _Roster, signed_up: Ints, steps: NDArray[np.int64], epoch: int
) -> Suppliers:
    return Suppliers(
        cell=roster.cell,
        signed_up=signed_up,
        signup_week=weeks_of(signed_up, epoch),
        verified=steps[0],
        catalogue=steps[1],
        live=steps[2],
        live_week=roster.counts_from,
        closed=_closing(rng, roster.closed, np.maximum(signed_up, steps[2]), epoch),
        closed_week=roster.closed,
    )


def selling(suppliers: Suppliers, sells: Bools, week: int) -> Bools:
    """Suppliers that can take orders throughout the week."""
    return sells & (suppliers.live_week < week) & (suppliers.closed_week > week)
