"""Whether unit economics alone, each side by its own accounts, tell the sides apart."""

from collections.abc import Sequence
from datetime import date

from bothsides.diagnosis.economics import economics
from bothsides.diagnosis.elasticity.records import Funding, Identification
from bothsides.diagnosis.picture import SideEconomics
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.span import spans
from bothsides.diagnosis.wording import of_side
from bothsides.metrics import Store
from bothsides.metrics.hindsight import on_day


def unit_economics(store: Store, policy: DiagnosisPolicy, *, as_of: date | None = None) -> tuple[SideEconomics, ...]:
    """The unit economics of the sides as the audit of this store has them; none where they cannot be told."""
    with on_day(store, as_of) as then:
        covered = spans(then, "orders", as_of=as_of, months=policy.window_months, slack=policy.complete_within_days)
        if covered is None or then.sampled:
            return ()
        earned = economics(then, covered.window, covered.known, policy)
        return earned.sides if earned else ()


def alike_alone(funding: Funding, sides: Sequence[SideEconomics]) -> str:
    """That LTV:CAC of the sides differ by less than their ranges, beside a choice of one; empty where they do not."""
    ratios = [(each.side, each.values["ltv_to_cac"]) for each in sides if "ltv_to_cac" in each.values]
    known = [(side, of) for side, of in ratios if None not in (of.value, of.low, of.high)]
    if funding.side is None or len(known) != 2:
        return ""
    (one, a), (other, b) = known
    if max(float(a.low or 0), float(b.low or 0)) > min(float(a.high or 0), float(b.high or 0)):
        return ""
    settled = funding.grade in (Identification.RANDOMISED, Identification.INSTRUMENTED)
    return (
        f"Unit economics alone show no difference between the sides: LTV:CAC of {of_side(one)} "
        f"{float(a.value or 0):.2f} ({a.low:.2f} to {a.high:.2f}), of {of_side(other)} {float(b.value or 0):.2f} "
        f"({b.low:.2f} to {b.high:.2f}).{'' if settled else ' So the choice is directional.'}"
    )
