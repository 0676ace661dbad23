"""What each team should do for each side at each stage, as data, and where in this market."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from bothsides.diagnosis.liquidity import Judged
from bothsides.diagnosis.liquidity_audit import CellVerdict
from bothsides.diagnosis.stage.reading import Anchor, Focus, Stage, Team, Vertical
from bothsides.schema import Side

MOST_PLACES = 3


class Ground(StrEnum):
    """What must have been measured before a play can be advised; its value says what is not known without it."""

    SPEND = "which channels pay back"
    DEMAND = "what buyers look for and where suppliers are short"
    SIGNUPS = "where new suppliers drop out"


LOAD = {
    Ground.SPEND: "spend, and the channel by which accounts came",
    Ground.DEMAND: "searches or requests of these months",
    Ground.SIGNUPS: "the days on which accounts signed up and went live",
}
"""What to load for each ground."""


class Play(NamedTuple):
    """What one team should do for one side, and the ground without which it is no advice."""

    team: Team
    side: Side
    does: str
    needs: Ground | None = None


RETAIN: tuple[Play, ...] = (
    Play(Team.SALES, Side.BUYER, "Hold acquisition: call the buyers that stopped or halved, by value, and record why."),
    Play(
        Team.MARKETING, Side.BUYER, "Move the acquisition budget to buyers that are here: reorders, second categories."
    ),
    Play(Team.SALES, Side.SUPPLIER, "Bring suppliers that lost orders in front of the buyers that left them."),
    Play(
        Team.MARKETING,
        Side.SUPPLIER,
        "Show suppliers what is searched and asked for, so that they have a reason to stay.",
        Ground.DEMAND,
    ),
)
"""Net retention under 100 %: what is won by spending runs out, so this comes before the stage's own plan."""

PLANS: dict[Stage, tuple[Play, ...]] = {
    Stage.PRE_FIT: (
        Play(Team.SALES, Side.BUYER, "Work with three to five buyers by hand until they order again unasked."),
        Play(Team.SALES, Side.SUPPLIER, "Recruit by hand the few suppliers that those buyers ask for, in one cell."),
        Play(Team.MARKETING, Side.BUYER, "No paid acquisition; write down in the buyers' words what they come for."),
        Play(Team.MARKETING, Side.SUPPLIER, "No campaigns; a one-page case from the first repeat order."),
    ),
    Stage.EARLY: (
        Play(Team.SALES, Side.SUPPLIER, "Depth of supply in few cells before breadth: fill the named cells."),
        Play(Team.SALES, Side.BUYER, "Win a few anchor buyers for those cells; their orders keep suppliers there."),
        Play(Team.MARKETING, Side.SUPPLIER, "Supplier referrals and onboarding content for the named cells."),
        Play(Team.MARKETING, Side.BUYER, "Only what feeds the named cells: no broad paid channels yet."),
    ),
    Stage.GROWING: (
        Play(Team.SALES, Side.BUYER, "Anchor buyers for the next cells; a named owner for each of the largest."),
        Play(
            Team.SALES, Side.SUPPLIER, "Recruit ahead of demand where suppliers are short, nowhere else.", Ground.DEMAND
        ),
        Play(
            Team.MARKETING,
            Side.BUYER,
            "Scale the channels that pay back, cell by cell, where supply can serve them.",
            Ground.SPEND,
        ),
        Play(
            Team.MARKETING,
            Side.SUPPLIER,
            "Turn early success into cases and referrals; activation, not signups.",
            Ground.SIGNUPS,
        ),
    ),
    Stage.MATURE: (
        Play(
            Team.SALES,
            Side.BUYER,
            "Account-based plans for enterprise buyers: joint plans, buying groups, procurement.",
        ),
        Play(
            Team.SALES, Side.SUPPLIER, "Key-supplier plans: range, terms and fulfilment; close gaps in cells by name."
        ),
        Play(
            Team.MARKETING,
            Side.BUYER,
            "Demand content for late-stage buyers, and paid channels by payback.",
            Ground.SPEND,
        ),
        Play(
            Team.MARKETING,
            Side.SUPPLIER,
            "Demand signals and listing quality; tiers that reward fill rate and speed.",
            Ground.DEMAND,
        ),
    ),
    Stage.LATE: (
        Play(
            Team.SALES, Side.BUYER, "Turn retention around first; then take anchor buyers into the best small category."
        ),
        Play(Team.SALES, Side.SUPPLIER, "Extend suppliers that already stand next to the best small category into it."),
        Play(
            Team.MARKETING,
            Side.BUYER,
            "Condition demand for the small category with the buyers that looked for it.",
            Ground.DEMAND,
        ),
        Play(
            Team.MARKETING,
            Side.SUPPLIER,
            "Keep the suppliers that still sell: demand signals and better terms.",
            Ground.DEMAND,
        ),
    ),
}
"""The focus of marketing and sales for each side by stage."""

NO_VERTICAL: tuple[Play, ...] = (
    Play(
        Team.SALES, Side.BUYER, "Turn retention around first; ask the buyers that left what else they buy, and where."
    ),
    Play(Team.SALES, Side.SUPPLIER, "Keep the suppliers that still sell; ask which other categories they would list."),
    Play(
        Team.MARKETING,
        Side.BUYER,
        "Look for a new vertical outside this data: none here has demand and supply beside it.",
    ),
    Play(
        Team.MARKETING,
        Side.SUPPLIER,
        "Demand signals and better terms for the suppliers that still sell.",
        Ground.DEMAND,
    ),
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
    measured: frozenset[Ground] = frozenset(Ground),
) -> tuple[Focus, ...]:
    """The plan of the stage with its places in this market; retention before it where accounts leak.

    Without a stage only retention is advised, and nothing where accounts do not leak. What rests on a ground that the
    data do not measure is not advised: the team is told what is not known and what to load.
    """
    plan = () if stage is None else PLANS[stage]
    if stage is Stage.LATE and not verticals:
        plan = NO_VERTICAL
    nowhere = (*RETAIN, *NO_VERTICAL)
    return tuple(
        _unfounded(play)
        if play.needs is not None and play.needs not in measured
        else Focus(
            team=play.team,
            side=play.side,
            does=play.does,
            where=() if play in nowhere else _where(stage, play.side, judged, anchors, verticals),
        )
        for play in (*(RETAIN if retention_first else ()), *plan)
    )


def _unfounded(play: Play) -> Focus:
    """In the place of advice that nothing measured supports."""
    ground = play.needs or Ground.DEMAND
    return Focus(team=play.team, side=play.side, does=f"Not known: {ground.value}.", lacks=LOAD[ground])


def _where(
    stage: Stage | None,
    side: Side,
    judged: Sequence[Judged],
    anchors: Sequence[Anchor],
    verticals: Sequence[Vertical],
) -> tuple[str, ...]:
    """The new verticals in decline; else the cells short of the side, and for buyers the places of anchors to win.

    An early market without a short cell deepens its largest.
    """
    if stage is Stage.LATE:
        return tuple(vertical.category for vertical in verticals[:MOST_PLACES])
    wanted = _WANTS_SUPPLY if side is Side.SUPPLIER else _WANTS_DEMAND
    largest = sorted(judged, key=lambda j: (-j.cell.gmv, j.cell.label))
    places = [j.cell.label for j in largest if j.verdict in wanted]
    if stage is Stage.EARLY and not places:
        return tuple(j.cell.label for j in largest[:MOST_PLACES])
    if side is Side.BUYER:
        places += [" / ".join(part for part in (a.category, a.region) if part) for a in anchors]
    return tuple(dict.fromkeys(places))[:MOST_PLACES]
