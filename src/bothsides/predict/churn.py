"""Which accounts will stop trading: a ranking by how lately and how often they traded, judged on later months."""

from datetime import date

from bothsides.metrics import Store
from bothsides.metrics.hindsight import on_day
from bothsides.predict.account_names import account_names
from bothsides.predict.cases import ModelSpec
from bothsides.predict.churn_features import CHURN_SIGNALS, trade_months
from bothsides.predict.followed import followed
from bothsides.predict.judging import TOO_SHORT, predicted, refused
from bothsides.predict.logistic import RIDGE
from bothsides.predict.scores import Prediction
from bothsides.predict.validation import time_split
from bothsides.schema import Side

HORIZON_MONTHS = 3


def churn_spec(side: Side) -> ModelSpec:
    """Churn of one side. P(alive) of a repeat-buying model is not used: it ranked the accounts of CDNOW backwards."""
    return ModelSpec(
        id=f"churn-{side.value}",
        model="churn",
        side=side,
        label=f"no completed order in the next {HORIZON_MONTHS} months",
        horizon_months=HORIZON_MONTHS,
        step_months=HORIZON_MONTHS,
        rule="days since the last order",
        rule_signal="recency",
        signals=CHURN_SIGNALS,
        ridge=RIDGE,
    )


def churn(store: Store, side: Side, *, as_of: date | None = None) -> Prediction:
    """The side's churn risk: its card, and where the verdict allows it a score for every account with its reasons.

    Probabilities that an account places no completed order in the three months after the last whole one; amounts are
    what it traded a month over the last year, major units.
    """
    spec = churn_spec(side)
    days = followed(store, as_of)
    if isinstance(days, str):
        return refused(spec, days)
    with on_day(store, as_of) as then:
        split = time_split(days.first, days.end, horizon=HORIZON_MONTHS, step=HORIZON_MONTHS)
        if split is None:
            return refused(spec, TOO_SHORT)
        with trade_months(then, side, split.now, told=split.told) as trade:
            return predicted(spec, split, trade.cases, lambda: account_names(then))
