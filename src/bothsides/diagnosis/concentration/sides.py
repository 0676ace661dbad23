"""Both sides' concentration over the window: the curve, the shares, and the loss of the largest."""

from bothsides.diagnosis.concentration.footing import Footing
from bothsides.diagnosis.concentration.ledger import Ledger
from bothsides.diagnosis.concentration.replies import Replies, read_replies
from bothsides.diagnosis.concentration.shares import lorenz, shares
from bothsides.diagnosis.concentration.stress import STRESSED, stress
from bothsides.diagnosis.figures import counted as counted_value
from bothsides.diagnosis.figures import read
from bothsides.diagnosis.picture import SideConcentration, Stress
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.span import Span
from bothsides.diagnosis.wording import count, counted, of_side, share
from bothsides.metrics import Store, Value
from bothsides.schema import Side

METRICS = ("top_1_share", "top_5_share", "top_10_share", "hhi", "gini")


def concentration(
    store: Store, span: Span, ledger: Ledger, policy: DiagnosisPolicy | None = None
) -> tuple[SideConcentration, ...]:
    """Both sides' concentration over the window; none where nothing was traded."""
    if ledger.total <= 0:
        return ()
    values = [counted_value(value) for value in read(store, span, *METRICS, by_side=True)]
    footing = Footing.of(ledger.trades)
    replies = read_replies(store, span, footing.largest[Side.SUPPLIER][: STRESSED[-1]].tolist())
    return tuple(
        _side(
            side, ledger, {v.metric: v for v in values if v.side == side}, policy or DiagnosisPolicy(), replies, footing
        )
        for side in Side
    )


def _side(
    side: Side,
    ledger: Ledger,
    values: dict[str, Value],
    policy: DiagnosisPolicy,
    replies: Replies | None,
    footing: Footing,
) -> SideConcentration:
    amounts = footing.totals[side][footing.largest[side]]
    stresses = tuple(stress(ledger, side, k, policy, replies, footing) for k in STRESSED if k < len(amounts))
    return SideConcentration(
        side=side,
        values=values,
        curve=lorenz(amounts),
        stress=stresses,
        sentence=_sentence(side, len(amounts), stresses),
        repeated=shares(ledger, side, None, policy),
    )


def _sentence(side: Side, accounts: int, stresses: tuple[Stress, ...]) -> str:
    if not stresses:
        return f"Only {counted(accounts, side.value)} traded: each one matters."
    last, first = stresses[-1], stresses[0]
    alone = last.counterparties_left_alone
    left = f" and leave {counted(alone, side.other.value)} with nobody else to trade with" if alone else ""
    return (
        f"The {last.k} largest of {count(accounts)} {of_side(side)} carry {share(last.gmv_lost_share)} of GMV, the "
        f"largest alone {share(first.gmv_lost_share)}; losing the {last.k} would take that{left}."
    )
