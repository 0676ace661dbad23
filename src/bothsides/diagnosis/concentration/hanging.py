"""Everything about what hangs on whom, put together for a reader."""

from bothsides.diagnosis.concentration.ledger import Ledger
from bothsides.diagnosis.concentration.partners import dependence
from bothsides.diagnosis.concentration.shares import shares
from bothsides.diagnosis.concentration.trusted import trusted_places
from bothsides.diagnosis.hanging import Hanging, PlaceShares, Quiet
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.schema import Side


def hanging_picture(ledger: Ledger, policy: DiagnosisPolicy, quiet: Quiet | None) -> Hanging:
    """Shares by category and side, dependence on single partners, trusted pairs, and pairs that went quiet."""
    return Hanging(
        places=_places(ledger, policy),
        dependence=dependence(ledger, policy),
        trusted=trusted_places(ledger, policy),
        quiet=quiet,
    )


def _places(ledger: Ledger, policy: DiagnosisPolicy) -> tuple[PlaceShares, ...]:
    """The categories that matter, the largest first, the supplier side before the buyers'."""
    amounts = [(label, float(ledger.trades.in_category(label).amount.sum())) for label in ledger.trades.categories]
    kept = [(label, gmv) for label, gmv in amounts if gmv >= policy.category_gmv_share * ledger.total and gmv > 0]
    return tuple(
        PlaceShares(side=side, category=label, gmv=gmv, values=values)
        for label, gmv in sorted(kept, key=lambda place: (-place[1], place[0]))
        for side in (Side.SUPPLIER, Side.BUYER)
        if (values := shares(ledger, side, label, policy))
    )
