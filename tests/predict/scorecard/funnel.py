"""A funnel of supplier leads whose truth is known, with the points that two teams would have agreed on."""

import numpy as np

from bothsides.predict.logistic import Floats, sigmoid
from bothsides.predict.scorecard.columns import Numbers, Texts, leads
from bothsides.predict.scorecard.fitting import History
from bothsides.schema.instant import HOUR

START = 1_700_000_000
SOURCES = ("event", "referral", "search")


def funnel(n: int, seed: int, *, signal: float = 1.0, agreed: bool = True) -> tuple[History, Floats]:
    """Leads an hour apart, and the true chance of each. Referrals and large catalogues win, `noise` says nothing."""
    rng = np.random.default_rng(seed)
    source = rng.choice(3, size=n, p=[0.3, 0.2, 0.5]).astype(np.int32)
    skus = np.round(np.exp(rng.normal(4, 1.2, size=n)))
    skus[rng.random(n) < 0.15] = np.nan
    verified = rng.random(n) < 0.4
    known = np.where(np.isnan(skus), 2.5, np.log(np.nan_to_num(skus, nan=1.0) + 1))
    truth = sigmoid(signal * (np.array([-0.6, 1.4, 0.0])[source] + 0.9 * (known - 4) + 0.9 * verified) - 0.8)
    fields = leads({"verified": verified.tolist(), "noise": rng.normal(size=n)})
    fields = fields.with_field("source", Texts(levels=SOURCES, codes=source))
    fields = fields.with_field("sku_count", Numbers(values=skus))
    points = 30.0 * (source == 1) + 10.0 * (np.nan_to_num(skus) > 100)
    return (
        History(
            leads=fields,
            won=rng.random(n) < truth,
            decided_at=START + HOUR * np.arange(n, dtype=np.int64),
            agreed=points if agreed else None,
        ),
        truth,
    )
