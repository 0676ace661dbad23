"""Pairs by period drawn without a marketplace around them: a tenth of a second a world, and what is true is known."""

from dataclasses import dataclass

import numpy as np

from bothsides.diagnosis.disintermediation.periods import LOOKED_BACK, PairPeriods

CATEGORIES, REGIONS = ("Bolts", "Pumps", "Valves", "Wire"), ("East", "North")
WHOLE = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """Pairs here stop after their third order with chance `share`: what they order then is nowhere, or with others.

    `to_others`: the orders go to suppliers new to the buyer. `buyers_leave`: the buyer orders nothing any more.
    """

    category: int
    region: int | None = None
    share: float = 0.6
    to_others: bool = False
    buyers_leave: bool = False

    def holds(self, category: int, region: int) -> bool:
        """Whether a pair is here."""
        return category == self.category and self.region in (None, region)


def world(seed: int, leak: Leak | None = None, *, buyers: int = 40, suppliers: int = 9) -> PairPeriods:
    """Buyers of eight cells with three suppliers each that they return to, and others that they try once."""
    rng = np.random.default_rng(seed)
    cells = [(c, r) for c in range(1, 5) for r in range(1, 3)]
    size = len(cells) * (buyers + suppliers) + 1
    bought, sold = np.zeros((size, LOOKED_BACK)), np.zeros((size, LOOKED_BACK))
    rows = []
    for k, (category, region) in enumerate(cells):
        first_buyer, first_supplier = 1 + k * buyers, 1 + len(cells) * buyers + k * suppliers
        here = leak if leak is not None and leak.holds(category, region) else None
        for buyer in range(first_buyer, first_buyer + buyers):
            strays = rng.poisson(0.8, WHOLE).astype(float)
            gone = WHOLE
            for supplier in rng.choice(suppliers, 3, replace=False) + first_supplier:
                orders = rng.poisson(rng.gamma(2.0, 0.25), WHOLE)  # oldest first
                orders[: rng.integers(0, WHOLE - 8)] = 0
                kept = orders.copy()
                if here is not None and rng.random() < here.share:
                    kept = np.minimum(orders, np.maximum(3 - (np.cumsum(orders) - orders), 0))
                    third = int(np.argmax(np.cumsum(orders) >= 3)) if orders.sum() >= 3 else WHOLE
                    gone = min(gone, third + 1)
                    strays += (orders - kept) * here.to_others
                rows.append((buyer, int(supplier), category, region, kept))
            if here is not None and here.buyers_leave:
                strays[gone:] = 0
                for i in range(-3, 0):
                    rows[i] = (*rows[i][:4], np.where(np.arange(WHOLE) < gone, rows[i][4], 0))
            bought[buyer, :WHOLE] += strays[::-1]
        sold[first_supplier : first_supplier + suppliers, :WHOLE] += 1
    on = np.zeros((len(rows), LOOKED_BACK), np.float32)
    for i, (buyer, supplier, _, _, kept) in enumerate(rows):
        on[i, :WHOLE] = kept[::-1]
        bought[buyer] += on[i]
        sold[supplier] += on[i]
    known = np.flatnonzero(on.sum(axis=1) >= 3)
    column = [np.array([rows[i][part] for i in known]) for part in range(4)]
    return PairPeriods(
        buyer=column[0],
        supplier=column[1],
        category=column[2],
        region=column[3],
        on=on[known],
        outside=np.zeros_like(on[known]),
        order_value=np.full(len(known), 500.0),
        bought=bought.astype(np.float32),
        sold=sold.astype(np.float32),
        seen=np.zeros((size, LOOKED_BACK), np.float32),
        categories=CATEGORIES,
        regions=REGIONS,
        whole=WHOLE,
    )
