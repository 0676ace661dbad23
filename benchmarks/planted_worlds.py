"""Markets with a random choice of planted problems at random places, and which findings each problem explains."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias
from zlib import crc32

import numpy as np

from bothsides.diagnosis import Finding
from bothsides.schema import Side
from bothsides.simulate import Market, MarketPlan, demo_plan, healthy_plan
from bothsides.simulate.planted import (
    BuyerConcentration,
    CellProblem,
    DemandShort,
    Disintermediation,
    FirstOrderLeak,
    OnboardingLeak,
    Planted,
    RetentionFall,
    Stalled,
    SupplierConcentration,
    SupplyShort,
    ThinCellSpend,
    UnprofitableChannel,
)

CELL_PROBLEMS = (SupplyShort, DemandShort, Stalled, ThinCellSpend)
PLANTED_SHARE = 0.5
"""Chance of each kind of problem to be planted in a world."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A finding by its kind and place; an empty field of a consequence allows any, one of a cause means none."""

    kind: str
    side: Side | None = None
    category: str | None = None
    region: str | None = None
    channel: str | None = None


ConsequencesOf: TypeAlias = Callable[[Planted], tuple[Claim, ...]]


def planted_plan(seed: int) -> MarketPlan:
    """The demo's market with its own problems taken out and a random subset planted at random places."""
    rng = np.random.default_rng([seed, crc32(b"planted worlds")])
    plan = _without_problems(10_000 + seed)
    problems: tuple[Planted, ...] = ()
    while not problems:
        problems = tuple(problem for problem in _everywhere(rng, plan) if rng.random() < PLANTED_SHARE)
    return replace(plan, name=f"planted {seed}", planted=problems)


def calm_plan(seed: int) -> MarketPlan:
    """A market without a planted problem: the healthy one, or the demo's with nothing planted, in turn."""
    if seed % 2:
        return _without_problems(20_000 + seed)
    return healthy_plan(seed=20_000 + seed)


def _without_problems(seed: int) -> MarketPlan:
    """The demo's market with nothing planted, whose buyers buy a little more each year: else they would be a leak of
    retention by themselves, since 14 in 100 leave."""
    plan = demo_plan(seed=seed)
    return replace(plan, planted=(), demand=replace(plan.demand, expansion=0.004))


def _everywhere(rng: np.random.Generator, plan: MarketPlan) -> tuple[Planted, ...]:
    """One problem of every kind, at random places; no two share a cell."""
    regions = len(plan.regions)
    places = [
        {"category": plan.categories[cell // regions], "region": plan.regions[cell % regions]}
        for cell in rng.permutation(plan.cells)[: len(CELL_PROBLEMS)].tolist()
    ]

    def one(words: tuple[str, ...]) -> str:
        return words[int(rng.integers(len(words)))]

    paid = tuple(channel.name for channel in plan.channels if channel.spend_kind is not None)
    steps = ("verified", "catalogue", "live")
    return (
        *(problem(**place) for problem, place in zip(CELL_PROBLEMS, places, strict=True)),
        SupplierConcentration(category=one(plan.categories)),
        BuyerConcentration(category=one(plan.categories)),
        OnboardingLeak(step=one(steps)),  # type: ignore[arg-type] # one of the allowed words
        FirstOrderLeak(region=one(plan.regions)),
        UnprofitableChannel(side=(Side.BUYER, Side.SUPPLIER)[int(rng.integers(2))], channel=one(paid)),
        RetentionFall(),
        Disintermediation(category=one(plan.categories)),
    )


def cause(problem: Planted) -> Claim:
    """The finding that names the problem itself."""
    match problem:
        case SupplyShort(category=category, region=region):
            return Claim(kind="supply_short_cell", side=Side.SUPPLIER, category=category, region=region)
        case DemandShort(category=category, region=region):
            return Claim(kind="demand_short_cell", side=Side.BUYER, category=category, region=region)
        case Stalled(category=category, region=region):
            return Claim(kind="stalled_cell", category=category, region=region)
        case ThinCellSpend(category=category, region=region, side=side):
            return Claim(kind="thin_cell_spend", side=side, category=category, region=region)
        case SupplierConcentration(category=category):
            return Claim(kind="category_depends_on_one", side=Side.SUPPLIER, category=category)
        case BuyerConcentration(category=category):
            return Claim(kind="buyer_concentration", side=Side.BUYER, category=category)
        case OnboardingLeak():
            return Claim(kind="onboarding_leak", side=Side.SUPPLIER)
        case FirstOrderLeak(region=region):
            return Claim(kind="first_transaction_leak", side=Side.BUYER, region=region)
        case UnprofitableChannel(side=side, channel=channel):
            return Claim(kind="unprofitable_channel", side=side, channel=channel)
        case RetentionFall():
            return Claim(kind="ndr_leak", side=Side.BUYER)
        case Disintermediation(category=category, region=region):
            return Claim(kind="disintermediation_signal", category=category, region=region)
        case _:
            raise ValueError(f"no finding is declared for {type(problem).__name__}")


def consequences(problem: Planted) -> tuple[Claim, ...]:
    """What else the problem truly brings about, so that a finding of it is not false."""
    declared = CONSEQUENCES.get(type(problem))
    return declared(problem) if declared else ()


def explains(problem: Planted, finding: Finding) -> bool:
    """Whether the finding is the problem itself or one of its consequences."""
    return names(cause(problem), finding) or any(_allows(claim, finding) for claim in consequences(problem))


def names(claim: Claim, finding: Finding) -> bool:
    """Whether the finding is of that kind at exactly that place."""
    place = finding.place
    said = finding.kind, place.category, place.region, place.channel
    sided = claim.side is None or place.side is claim.side
    return said == (claim.kind, claim.category, claim.region, claim.channel) and sided


def true_of_plan(plan: MarketPlan, side_to_fund: Side, finding: Finding) -> bool:
    """Whether what is no problem but advice holds in the plan: which side to fund, and a level from which a side stays.

    Every market drawn from the demo's plan has a level of the other side's stock at which churn changes.
    """
    side = finding.place.side
    if finding.kind == "fund_side":
        return side is side_to_fund
    if finding.kind == "below_threshold_cells" and side is not None:
        staying = plan.side(side.other)
        return staying.threshold > 1 and staying.hazard_below > staying.hazard_above
    return False


def in_rows(market: Market) -> tuple[Planted, ...]:
    """The planted problems that are in the market's rows: a concentration needs an account that can carry it."""
    told = zip(market.plan.planted, market.truth.planted, strict=True)
    return tuple(problem for problem, truth in told if truth["measured"].get("account_id", "") is not None)


def _allows(claim: Claim, finding: Finding) -> bool:
    place = finding.place
    wanted = ((claim.side, place.side), (claim.category, place.category), (claim.region, place.region))
    return claim.kind == finding.kind and all(asked is None or asked == given for asked, given in wanted)


def _of_cell(*kinds: str) -> ConsequencesOf:
    """Findings about the same cell."""

    def claims(problem: Planted) -> tuple[Claim, ...]:
        assert isinstance(problem, CellProblem)
        return tuple(Claim(kind=kind, category=problem.category, region=problem.region) for kind in kinds)

    return claims


def _of_category(*kinds: str) -> ConsequencesOf:
    """Findings about any cell of the same category."""

    def claims(problem: Planted) -> tuple[Claim, ...]:
        assert isinstance(problem, SupplierConcentration | BuyerConcentration | Disintermediation)
        return tuple(Claim(kind=kind, category=problem.category) for kind in kinds)

    return claims


def _first_sales(problem: Planted) -> tuple[Claim, ...]:
    """Suppliers who wait for a first sale, in the region and, where the problem has one, in the category."""
    assert isinstance(problem, FirstOrderLeak | DemandShort)
    region = Claim(kind="onboarding_leak", side=Side.SUPPLIER, region=problem.region)
    if isinstance(problem, FirstOrderLeak):
        return (region,)
    return region, Claim(kind="onboarding_leak", side=Side.SUPPLIER, category=problem.category)


def _of_side(side: Side, *kinds: str) -> ConsequencesOf:
    """Findings about the economics or retention of one side."""
    return lambda _: tuple(Claim(kind=kind, side=side) for kind in kinds)


CONSEQUENCES: Mapping[type[Planted], ConsequencesOf] = {
    # A cell short of one side wastes what is spent on the other, and its few accounts weigh much.
    SupplyShort: _of_cell("thin_cell_spend", "fragile_cell"),
    # Its suppliers wait for a first sale: their category and their region pass that step less often than others.
    DemandShort: lambda problem: (*_of_cell("thin_cell_spend", "fragile_cell")(problem), *_first_sales(problem)),
    Stalled: _of_cell("thin_cell_spend", "fragile_cell"),
    # It is planted by taking most suppliers out of the cell.
    ThinCellSpend: _of_cell("supply_short_cell", "fragile_cell"),
    # The dominant account dominates cells, too.
    SupplierConcentration: _of_category("fragile_cell", "buyers_cluster_on_one"),
    BuyerConcentration: _of_category("fragile_cell"),
    # Spend on applicants who never go live, on buyers who never order, on a dear channel, on buyers who leave.
    OnboardingLeak: _of_side(Side.SUPPLIER, "ltv_below_cac", "slow_payback"),
    # Where buyers do not order, suppliers do not sell: their first sale fails in the same region.
    FirstOrderLeak: lambda problem: (
        *_of_side(Side.BUYER, "ltv_below_cac", "slow_payback")(problem),
        *_first_sales(problem),
    ),
    UnprofitableChannel: lambda problem: (
        _of_side(problem.side, "ltv_below_cac", "slow_payback")(problem)
        if isinstance(problem, UnprofitableChannel)
        else ()
    ),
    # What buyers no longer buy, suppliers no longer sell; those who still trade are about to stop.
    RetentionFall: lambda problem: (
        Claim(kind="ndr_leak", side=Side.SUPPLIER),
        Claim(kind="accounts_at_risk"),
        *_of_side(Side.BUYER, "ltv_below_cac", "slow_payback")(problem),
    ),
    # What pairs order elsewhere is missing from retention on both sides; a cell of the category may show it alone.
    Disintermediation: lambda problem: (
        *(Claim(kind="ndr_leak", side=side) for side in Side),
        *_of_category("disintermediation_signal")(problem),
    ),
}
"""What each kind of problem brings about besides itself; everything else found is false."""
