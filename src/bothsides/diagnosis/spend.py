"""Acquisition spend that runs into cells whose other side is too thin: money at risk and where to move it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bothsides.diagnosis.cells import Cells, Where
from bothsides.diagnosis.coverage import missing_suppliers, usual_need
from bothsides.diagnosis.figures import figure
from bothsides.diagnosis.finding import Evidence, Finding, Place, Sureness, Worth
from bothsides.diagnosis.liquidity import Judged, cell_values
from bothsides.diagnosis.liquidity_audit import CellVerdict
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.threshold import Distance, ThresholdReading
from bothsides.diagnosis.typical import Usual
from bothsides.diagnosis.wording import counted, listed, money, of_side, share
from bothsides.metrics import Store, Unit
from bothsides.schema import Side, minor_units

THIN = {
    Side.BUYER: (CellVerdict.SUPPLY_SHORT, CellVerdict.STALLED),
    Side.SUPPLIER: (CellVerdict.DEMAND_SHORT, CellVerdict.STALLED),
}
"""Verdicts that say the other side is too thin for what is spent on this one."""

BETTER = {Side.BUYER: CellVerdict.DEMAND_SHORT, Side.SUPPLIER: CellVerdict.SUPPLY_SHORT}
"""Where the side is what the cell lacks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Acquisition spend of the window by side and cell, major units; the total includes spend aimed nowhere."""

    by_cell: dict[tuple[Side, Where], float]
    total: dict[Side, float]


def read_spend(store: Store, found: Cells) -> Spent | None:
    """None where spend is not recorded or never says which cell it was aimed at."""
    if store.missing("spend"):
        return None
    category = "category" if found.by_category else "NULL::VARCHAR"
    region = "region" if found.by_region else "NULL::VARCHAR"
    rows = store.engine.rows(
        f"SELECT side, {category}, {region}, sum(amount)::DOUBLE FROM fact_spend"
        " WHERE side IS NOT NULL AND amount IS NOT NULL AND spent_on BETWEEN $first AND $last GROUP BY ALL",
        {"first": found.span.start, "last": found.span.end},
    )
    unit = 10 ** minor_units(store.currency)
    by_cell: dict[tuple[Side, Where], float] = {}
    total = dict.fromkeys(Side, 0.0)
    for side, c, r, amount in rows:
        total[Side(side)] += amount / unit
        if (c is not None or not found.by_category) and (r is not None or not found.by_region):
            by_cell[Side(side), (c, r)] = amount / unit
    return Spent(by_cell=by_cell, total=total) if by_cell else None


def spend_findings(
    spent: Spent, judged: tuple[Judged, ...], found: Cells, currency: str, policy: DiagnosisPolicy
) -> list[Finding]:
    """One finding per thin cell that takes a notable part of a side's spend."""
    findings = []
    for j in judged:
        for side in Side:
            amount = spent.by_cell.get((side, j.cell.where), 0.0)
            if j.verdict in THIN[side] and amount and amount >= policy.thin_spend_share * spent.total[side]:
                findings.append(_finding(j, side, amount, spent, judged=judged, found=found, currency=currency))
    return findings


STAY_WEEKS = 52
"""How long an account won is followed to say what it loses by leaving sooner."""


def below_threshold_spend(
    spent: Spent,
    readings: Iterable[ThresholdReading],
    months: float,
    currency: str,
    policy: DiagnosisPolicy,
    *,
    named: Iterable[Place] = (),
) -> list[Finding]:
    """The same where accounts leave sooner because the cell's other side is below a claimed threshold.

    `months` is how long the spend was counted; `named` are the side and cell of findings made already.
    """
    known = set(named)
    findings = []
    for reading in readings:
        short = [d for d in reading.distances if not d.across]
        for at in short if reading.claimed else []:
            amount = spent.by_cell.get((reading.side, (at.category, at.region)), 0.0)
            place = Place(side=reading.side, category=at.category, region=at.region)
            notable = amount and amount >= policy.thin_spend_share * spent.total[reading.side]
            if notable and place not in known:
                findings.append(_below(reading, at, place, amount / months, spent, currency=currency))
    return findings


def stay_lost(below: float, above: float) -> float:
    """Share of a year's account-weeks that accounts lose by leaving with one weekly hazard instead of a lower one.

    >>> round(stay_lost(0.05, 0.02), 2)
    0.43
    """

    def weeks(hazard: float) -> float:
        return STAY_WEEKS if hazard <= 0 else (1 - (1 - hazard) ** STAY_WEEKS) / hazard

    return max(0.0, 1 - weeks(below) / weeks(above))


def _below(
    reading: ThresholdReading, at: Distance, place: Place, monthly: float, spent: Spent, *, currency: str
) -> Finding:
    side, who, other = reading.side, of_side(reading.side), of_side(reading.side.other)
    below, above = reading.hazard_below or 0.0, reading.hazard_above or 0.0
    lost, part = stay_lost(below, above), spent.by_cell[side, (at.category, at.region)] / spent.total[side]
    across = _across(reading.distances, side, spent)
    move = f"Move it to {listed(across)}" if across else f"Hold it, or win {other} there first,"
    return Finding(
        kind="thin_cell_spend",
        title=f"{money(monthly, currency)} a month is spent to win {who} for {at.label}, which has {at.other} of the "
        f"{at.needed} {other} from which on {who} stay",
        place=place,
        sure=Sureness.LIKELY,
        why_sure=f"The spend is counted; the threshold was found over {reading.ground.cells} cells and is sharper than "
        "gradual change explains.",
        evidence=(
            Evidence(
                sentence=f"{share(part)} of all spend on {who} goes to this cell.",
                values=(figure("thin_cell_spend", monthly, Unit.MONEY, n=1, side=side.value, currency=currency),),
            ),
            Evidence(
                sentence=f"{share(below)} of {who} leave a week below the threshold, {share(above)} above: those won "
                f"there lose {share(lost)} of the weeks they would stay within a year."
            ),
        ),
        worth=Worth(
            per_month=monthly * lost,
            low=None,
            high=monthly,
            currency=currency,
            reckoning=f"{money(monthly, currency)} spent a month x {share(lost)} of the weeks that accounts won would "
            "have stayed above the threshold.",
            of="spend",
        ),
        cause="Budgets follow past volume or ambition, not what keeps the accounts that are won.",
        owner="Demand-generation manager" if side is Side.BUYER else "VP Sales, supplier side",
        play="move_spend",
        first_step=f"{move} until {at.label} has {at.needed} {other}.",
        caveat="Nothing is known of what the spend did elsewhere than where it was aimed.",
    )


def _across(distances: Sequence[Distance], side: Side, spent: Spent) -> list[str]:
    """At most two cells above the threshold, those on which least is spent now."""
    over = [d for d in distances if d.across]
    over.sort(key=lambda d: (spent.by_cell.get((side, (d.category, d.region)), 0.0), d.label))
    return [d.label for d in over[:2]]


def _served(j: Judged, side: Side) -> float:
    """What part of those won the other side can serve, against the usual cell; 0.5 where only orders are known."""
    if side is Side.SUPPLIER:
        return min(1.0, j.standing.balance.factor) if j.standing.balance else 0.5
    parts = [u.factor for u in (j.standing.search, j.standing.fill) if u is not None]
    return min(1.0, *parts) if parts else 0.5


def _finding(
    j: Judged,
    side: Side,
    amount: float,
    spent: Spent,
    *,
    judged: tuple[Judged, ...],
    found: Cells,
    currency: str,
) -> Finding:
    cell, monthly, part = j.cell, amount / found.span.months, amount / spent.total[side]
    lost = 1 - _served(j, side)
    targets = better_cells(side, judged)
    values = cell_values(cell, currency)
    there = cell.suppliers if side is Side.BUYER else cell.buyers
    move = f"Move it to {listed([t.cell.label for t in targets])}" if targets else "Stop it"
    return Finding(
        kind="thin_cell_spend",
        title=f"{money(monthly, currency)} a month is spent to win {of_side(side)} for {cell.label}, where only "
        f"{counted(there, side.other.value)} {'can serve them' if side is Side.BUYER else 'look, ask or buy'}",
        place=Place(side=side, category=cell.category, region=cell.region),
        sure=Sureness.LIKELY if j.settled else Sureness.DIRECTIONAL,
        why_sure="The spend is counted; that the cell is too thin is beyond chance."
        if j.settled
        else "The spend is counted; that the cell is too thin rests on orders alone.",
        evidence=(
            Evidence(
                sentence=f"{share(part)} of all spend on {of_side(side)} goes to this cell.",
                values=(
                    figure("thin_cell_spend", amount, Unit.MONEY, n=1, side=side.value, currency=currency),
                    values["buyers_per_supplier"],
                ),
            ),
            Evidence(sentence=j.why, values=tuple(values[n] for n in ("search_to_order", "fill_rate") if n in values)),
        ),
        worth=Worth(
            per_month=monthly * lost,
            low=monthly * lost / 2,
            high=monthly,
            currency=currency,
            reckoning=f"{money(monthly, currency)} spent a month x {share(lost)} that a usual cell's other side would "
            "have served and this one does not; the upper end is all of it.",
            of="spend",
        ),
        cause="Budgets follow past volume or ambition, not what the other side of the cell can serve.",
        owner="Demand-generation manager" if side is Side.BUYER else "VP Sales, supplier side",
        play="move_spend",
        first_step=f"{move} until {cell.label} has {_needed(j, side, found)}.",
        caveat="Nothing is known of what the spend did elsewhere than where it was aimed.",
    )


def _needed(j: Judged, side: Side, found: Cells) -> str:
    """How many of the other side a usual cell would have for this one."""
    usual = j.standing.balance.usual if j.standing.balance else 0.0
    if side is Side.BUYER:
        need = usual_need(found)
        return f"about {counted(j.cell.suppliers + (missing_suppliers(j.cell, need)[0] if need else 1), 'supplier')}"
    return f"about {counted(max(1, round(j.cell.suppliers * usual)), 'buyer')}"


def better_cells(side: Side, judged: tuple[Judged, ...]) -> list[Judged]:
    """At most two cells where the side is short, else balanced ones that serve best and have most room."""
    lacking = [j for j in judged if j.verdict is BETTER[side]]
    balanced = [j for j in judged if j.verdict is CellVerdict.BALANCED and _factor(j.standing.search) >= 1]

    def room(j: Judged) -> float:
        gap = j.standing.balance.gap if j.standing.balance else 0.0
        return gap if side is Side.BUYER else -gap

    return (sorted(lacking, key=room) + sorted(balanced, key=room))[:2]


def _factor(usual: Usual | None) -> float:
    return 1.0 if usual is None else usual.factor
