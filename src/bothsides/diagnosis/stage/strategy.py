"""What each team should do for each side at each stage, as data, and where in this market."""

from collections.abc import Sequence

from bothsides.diagnosis.liquidity import Judged
from bothsides.diagnosis.liquidity_audit import CellVerdict
from bothsides.diagnosis.stage.reading import Anchor, Focus, Stage, Team, Vertical
from bothsides.schema import Side

MOST_PLACES = 3

Play = tuple[Team, Side, str]

RETAIN: tuple[Play, ...] = (
    (Team.SALES, Side.BUYER, "Hold acquisition: call the buyers that stopped or halved, by value, and record why."),
    (Team.MARKETING, Side.BUYER, "Move the acquisition budget to buyers that are here: reorders, second categories."),
    (Team.SALES, Side.SUPPLIER, "Bring suppliers that lost orders in front of the buyers that left them."),
    (
        Team.MARKETING,
        Side.SUPPLIER,
        "Show suppliers what is searched and asked for, so that they have a reason to stay.",
    ),
)
"""Net retention under 100 %: what is won by spending runs out, so this comes before the stage's own plan."""

PLANS: dict[Stage, tuple[Play, ...]] = {
    Stage.PRE_FIT: (
        (Team.SALES, Side.BUYER, "Work with three to five buyers by hand until they order again unasked."),
        (Team.SALES, Side.SUPPLIER, "Recruit by hand the few suppliers that those buyers ask for, in one cell."),
        (Team.MARKETING, Side.BUYER, "No paid acquisition; write down in the buyers' words what they come for."),
        (Team.MARKETING, Side.SUPPLIER, "No campaigns; a one-page case from the first repeat order."),
    ),
    Stage.EARLY: (
        (Team.SALES, Side.SUPPLIER, "Depth of supply in few cells before breadth: fill the named cells."),
        (Team.SALES, Side.BUYER, "Win a few anchor buyers for those cells; their orders keep suppliers there."),
        (Team.MARKETING, Side.SUPPLIER, "Supplier referrals and onboarding content for the named cells."),
        (Team.MARKETING, Side.BUYER, "Only what feeds the named cells: no broad paid channels yet."),
    ),
    Stage.GROWING: (
        (Team.SALES, Side.BUYER, "Anchor buyers for the next cells; a named owner for each of the largest."),
        (Team.SALES, Side.SUPPLIER, "Recruit ahead of demand where suppliers are short, nowhere else."),
        (Team.MARKETING, Side.BUYER, "Scale the channels that pay back, cell by cell, where supply can serve them."),
        (Team.MARKETING, Side.SUPPLIER, "Turn early success into cases and referrals; activation, not signups."),
    ),
    Stage.MATURE: (
        (Team.SALES, Side.BUYER, "Account-based plans for enterprise buyers: joint plans, buying groups, procurement."),
        (Team.SALES, Side.SUPPLIER, "Key-supplier plans: range, terms and fulfilment; close gaps in cells by name."),
        (Team.MARKETING, Side.BUYER, "Demand content for late-stage buyers, and paid channels by payback."),
        (Team.MARKETING, Side.SUPPLIER, "Demand signals and listing quality; tiers that reward fill rate and speed."),
    ),
    Stage.LATE: (
        (Team.SALES, Side.BUYER, "Turn retention around first; then take anchor buyers into the best new vertical."),
        (Team.SALES, Side.SUPPLIER, "Extend suppliers that already stand next to the best new vertical into it."),
        (Team.MARKETING, Side.BUYER, "Condition demand for the new vertical with the buyers that looked for it."),
        (Team.MARKETING, Side.SUPPLIER, "Keep the suppliers that still sell: demand signals and better terms."),
    ),
}
"""The focus of marketing and sales for each side by stage."""

NO_VERTICAL: tuple[Play, ...] = (
    (Team.SALES, Side.BUYER, "Turn retention around first; ask the buyers that left what else they buy, and where."),
    (Team.SALES, Side.SUPPLIER, "Keep the suppliers that still sell; ask which other categories they would list."),
    (
        Team.MARKETING,
        Side.BUYER,
        "Look for a new vertical outside this data: none here has demand and supply beside it.",
    ),
    (Team.MARKETING, Side.SUPPLIER, "Demand signals and better terms for the suppliers that still sell."),
)
"""In decline, where no small category has both demand and supply next to it."""

_WANTS_SUPPLY = (CellVerdict.SUPPLY_SHORT, CellVerdict.STALLED)
_WANTS_DEMAND = (CellVerdict.DEMAND_SHORT, CellVerdict.STALLED)


def strategy(
    stage: Stage | None,
    *,
    retention_first: bool,
    judged: Sequence[Judged] = (),
    anchors: Sequence[Anchor] = (),
    verticals: Sequence[Vertical] = (),
) -> tuple[Focus, ...]:
    """The plan of the stage with its places in this market; retention before it where accounts leak.

    Without a stage only retention is advised, and nothing where accounts do not leak.
    """
    plan = () if stage is None else PLANS[stage]
    if stage is Stage.LATE and not verticals:
        plan = NO_VERTICAL
    nowhere = (*RETAIN, *NO_VERTICAL)
    return tuple(
        Focus(
            team=team,
            side=side,
            does=does,
            where=() if (team, side, does) in nowhere else _where(stage, side, judged, anchors, verticals),
        )
        for team, side, does in (*(RETAIN if retention_first else ()), *plan)
    )


def _where(
    stage: Stage | None,
    side: Side,
    judged: Sequence[Judged],
    anchors: Sequence[Anchor],
    verticals: Sequence[Vertical],
) -> tuple[str, ...]:
    """The new verticals in decline; else the cells short of the side, and for buyers the places of anchors to win."""
    if stage is Stage.LATE:
        return tuple(vertical.category for vertical in verticals[:MOST_PLACES])
    wanted = _WANTS_SUPPLY if side is Side.SUPPLIER else _WANTS_DEMAND
    short = sorted((j for j in judged if j.verdict in wanted), key=lambda j: (-j.cell.gmv, j.cell.label))
    places = [j.cell.label for j in short]
    if side is Side.BUYER:
        places += [" / ".join(part for part in (a.category, a.region) if part) for a in anchors]
    return tuple(dict.fromkeys(places))[:MOST_PLACES]
