"""What follows from the reading for the next budget: the side whose spend returns more."""

from bothsides.diagnosis.elasticity.funding import Money
from bothsides.diagnosis.elasticity.records import (
    Effect,
    ElasticityReading,
    Funding,
    Identification,
    Margin,
    SideReturn,
    beyond_chance,
)
from bothsides.diagnosis.figures import figure
from bothsides.diagnosis.finding import Evidence, Finding, Place, Sureness, Worth
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.wording import money as amount
from bothsides.diagnosis.wording import of_side, share
from bothsides.metrics import Basis, Unit, Value
from bothsides.schema import Side

OWNER = {Side.BUYER: "VP Marketing with the Chief Revenue Officer", Side.SUPPLIER: "VP Sales, supplier side"}


BY_TRIAL = (Identification.RANDOMISED, Identification.INSTRUMENTED)
"""What settles a choice: pushes moved the sides. All else points a way."""


def elasticity_findings(
    reading: ElasticityReading, money: Money, currency: str, policy: DiagnosisPolicy
) -> list[Finding]:
    """`fund_side` where one side returns more beyond doubt and the design carries it.

    Nothing on correlation alone, and nothing where no effect of one side on the other is beyond chance: then only the
    sides' own accounts speak, of which LTV:CAC tells already.
    """
    funding = reading.funding
    seen = any(beyond_chance(e) for e in reading.effects if e.margin is Margin.INFLOW)
    if funding.side is None or not seen or funding.grade in (Identification.CORRELATIONAL, Identification.REFUSED):
        return []
    return [_fund(reading, funding, funding.side, money, currency=currency, policy=policy)]


def effect_value(effect: Effect) -> Value:
    """The effect as a reading that stands in evidence, % per %."""
    bounds = effect.interval
    return figure(
        "cross_side_elasticity" if effect.margin is Margin.INFLOW else "retention_effect",
        effect.value,
        Unit.RATIO,
        n=effect.n,
        low=bounds.low if bounds else None,
        high=bounds.high if bounds else None,
        basis=Basis.CELLS,
        side=effect.side.value,
        reason=effect.reason or effect.why if effect.value is None else None,
    )


def return_value(of: SideReturn, n: int) -> Value:
    """What a unit of spend on the side returns, as a reading."""
    return figure(
        "return_per_spend",
        of.total,
        Unit.RATIO,
        n=n,
        low=of.low,
        high=of.high,
        basis=Basis.DRAWS,
        side=of.side.value,
    )


def _fund(
    reading: ElasticityReading, funding: Funding, side: Side, money: Money, *, currency: str, policy: DiagnosisPolicy
) -> Finding:
    better = next(r for r in funding.returns if r.side is side)
    worse = next(r for r in funding.returns if r.side is not side)
    drawn = [e for e in reading.effects if e.margin is Margin.INFLOW]
    return Finding(
        kind="fund_side",
        title=f"On average {amount(1000, currency)} spent on {of_side(side)} returned "
        f"{amount(1000 * better.total, currency)}, on {of_side(side.other)} {amount(1000 * worse.total, currency)}",
        place=Place(side=side),
        sure=Sureness.LIKELY if _settled(funding) else Sureness.DIRECTIONAL,
        why_sure=f"Right with a probability of {share(funding.probability or 0)}; how the sides draw each other rests "
        f"on {_rests(drawn)}{'' if funding.grade in BY_TRIAL else ', which no trial has tested'}.",
        evidence=(
            Evidence(sentence=funding.sentence, values=tuple(return_value(r, reading.cells) for r in funding.returns)),
            Evidence(sentence=reading.sentence, values=tuple(effect_value(e) for e in drawn if e.value is not None)),
        ),
        worth=_worth(better, worse, money, funding, currency=currency, policy=policy),
        cause=f"Of the {better.total:.2f} that a unit spent on {of_side(side)} returns, {better.cross:.2f} come from "
        f"whom they draw in and keep; on {of_side(side.other)} it is {worse.cross:.2f} of {worse.total:.2f}. Each side "
        "judged by its own accounts alone hides that.",
        owner=OWNER[side],
        play="fund_side",
        first_step=f"{'Once what keeps accounts is under way, move' if funding.retention_first else 'Move'} "
        f"{share(policy.fund_shift_share)} of next quarter's spend on {of_side(side.other)} to {of_side(side)}, in "
        f"cells where {of_side(side.other)} wait; plan it as a push by lot: bothsides elasticity plan --side "
        f"{side.value}.",
        caveat="Average costs, not the cost of the next account: returns fall as more is spent on one side, and "
        f"accounts that came unpaid count as won. {funding.reckoned}",
    )


def _settled(funding: Funding) -> bool:
    """Whether a trial stands behind the choice and the range of what it gains holds no loss."""
    return funding.grade in BY_TRIAL and funding.more_low is not None and funding.more_low > 0


def _rests(drawn: list[Effect]) -> str:
    grades = sorted({str(e.grade) for e in drawn})
    return " and ".join(grades)


def _worth(
    better: SideReturn,
    worse: SideReturn,
    money: Money,
    funding: Funding,
    *,
    currency: str,
    policy: DiagnosisPolicy,
) -> Worth | None:
    spent = money[worse.side].monthly_spend if worse.side in money else None
    if not spent:
        return None
    moved = policy.fund_shift_share * spent
    gain = [moved * (more or 0.0) for more in (funding.more, funding.more_low, funding.more_high)]
    return Worth(
        per_month=gain[0],
        low=gain[1],
        high=gain[2],
        currency=currency,
        reckoning=f"{amount(moved, currency)}, {share(policy.fund_shift_share)} of what is spent a month on "
        f"{of_side(worse.side)}, x {better.total - worse.total:.2f} more within {funding.horizon_weeks} weeks: reached "
        "when it has moved that long.",
        of="contribution",
    )
