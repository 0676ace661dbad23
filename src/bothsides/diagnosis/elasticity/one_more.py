"""One more account of a side in a cell: how many more orders the other side has over a year because of it.

Model. The account stays with the chance that accounts of its side stay. While it is there, the other side's joiners and
leavers in its cell move by their effects (`Effect`), at the cell's own flows of the market's last weeks:

    d_o(t+1) = stay_o d_o(t) + (J_o ((1 + 1/S)^inflow_o - 1) - L_o ((1 + 1/S)^retention_o - 1)) stay_a^t

with J_o joiners and L_o leavers of the other side a week, S accounts of the account's own side, d_o the other side's
extra accounts. Each of these has the orders of a mean account of its side there. Second rounds, and what accounts that
are there anyway would order more, are left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bothsides.diagnosis.cells import Where
from bothsides.diagnosis.elasticity.funding import DRAWS, RECENT_WEEKS, BoolArray
from bothsides.diagnosis.elasticity.records import Effect, Identification, Margin, weakest
from bothsides.diagnosis.panel import Floats, Panel
from bothsides.schema import Side

A_YEAR = 52
LEAST_STOCK = 1.0
"""Accounts of a side below which one more is no small change of what the effect was seen on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OneMore:
    """What one more account of `added` that trades brings about on the other side over a year.

    `where` is a cell; None is the market as a whole, in whose cells the account may be as accounts of its side are.
    `orders` are the other side's extra orders with their 95 % range; the grade is that of the weakest effect in them.
    """

    where: Where | None
    added: Side
    orders: float
    low: float
    high: float
    grade: Identification


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recent:
    """A mean recent week of the cells: stock of the account's side; of the other side joiners, leavers and orders per
    account, and accounts. `kept` is how many account-weeks of extra accounts a weekly pull of one makes in a year."""

    own: Floats
    other: Floats
    joined: Floats
    left: Floats
    orders: Floats
    kept: float


def one_more(panel: Panel, effects: Sequence[Effect], seed: int) -> tuple[OneMore, ...]:
    """By side the market and its cells, as far as how the side draws the other has a number.

    The effects are the market's, the flows they work on the cell's; an effect on leaving without a number counts as
    none. Cells in which the side has fewer than one account in a mean week are left out.
    """
    found: list[OneMore] = []
    for added in Side:
        of = {e.margin: e for e in effects if e.side is added.other and e.value is not None}
        recent = _recent(panel, added)
        large = recent.own >= LEAST_STOCK
        if Margin.INFLOW not in of or not large.any():
            continue
        extra = _extra(recent, of, seed)[large]
        whole = np.average(extra, axis=0, weights=recent.own[large])
        grade = weakest([e.grade for e in of.values()])
        cells = [None, *(cell for cell, told in zip(panel.cells, large, strict=True) if told)]
        for where, drawn in zip(cells, np.vstack([whole, extra]), strict=True):
            low, high = (float(end) for end in np.quantile(drawn[1:], [0.025, 0.975]))
            found.append(OneMore(where=where, added=added, orders=float(drawn[0]), low=low, high=high, grade=grade))
    return tuple(found)


def _extra(recent: _Recent, effects: Mapping[Margin, Effect], seed: int) -> Floats:
    """Extra orders of a year, cells x (the estimate, then draws)."""
    rng = np.random.Generator(np.random.PCG64(seed))
    inflow, retention = (_drawn(rng, effects.get(margin)) for margin in (Margin.INFLOW, Margin.RETENTION))
    grown = 1 + 1 / np.maximum(recent.own, LEAST_STOCK)[:, None]
    joined, left = (rate * recent.other for rate in (recent.joined, recent.left))
    pull = joined[:, None] * (grown**inflow - 1) - left[:, None] * (grown**retention - 1)
    found: Floats = pull * recent.kept * recent.orders[:, None]
    return found


def _drawn(rng: np.random.Generator, of: Effect | None) -> Floats:
    """The estimate first, then draws of it by its error."""
    if of is None or of.value is None:
        return np.zeros(DRAWS + 1)
    return np.concatenate([[of.value], rng.normal(of.value, of.error or 0.0, DRAWS)])


def _recent(panel: Panel, added: Side) -> _Recent:
    """The last weeks of which stocks and flows of both sides are known. Joiners are those of weeks without a push.

    Rates are per account and week; a cell's are drawn towards the market's by how little they rest on.
    """
    own, other = panel.side(added), panel.side(added.other)
    there = np.isfinite(own.stock) & np.isfinite(other.stock) & np.isfinite(other.joined) & np.isfinite(other.left)
    there &= np.isfinite(own.left)
    weeks = np.flatnonzero(there.any(0))[-RECENT_WEEKS:]
    seen = there[:, weeks]
    quiet = seen & (np.nan_to_num(other.push)[:, weeks] == 0)

    def total(values: Floats, where: BoolArray) -> Floats:
        summed: Floats = np.where(where, values[:, weeks], 0.0).sum(1)
        return summed

    n = np.maximum(1, seen.sum(1))
    mine, theirs, left = total(own.stock, seen), total(other.stock, seen), total(other.left, seen)
    return _Recent(
        own=mine / n,
        other=theirs / n,
        joined=_rates(total(other.joined, quiet), total(other.stock, quiet)),
        left=_rates(left, theirs),
        orders=_rates(total(panel.orders, seen), theirs),
        kept=_kept(1 - _ratio(total(own.left, seen), mine), 1 - _ratio(left, theirs)),
    )


def _rates(came: Floats, held: Floats) -> Floats:
    """What came per account and week, a cell's own number drawn to the market's: (came + w) / (expected + w) times it.

    1/w is how much cells differ beyond chance, by the method of moments for Poisson counts. Source: Marshall 1991,
    Applied Statistics 40:283-294.
    """
    market = _ratio(came, held)
    expected = market * held
    if not market:
        return np.zeros_like(came)
    between = float(((came - expected) ** 2 - expected).sum()) / float((expected**2).sum())
    if between <= 0:
        return np.full_like(came, market)
    rates: Floats = market * (came + 1 / between) / (expected + 1 / between)
    return rates


def _ratio(came: Floats, held: Floats) -> float:
    """What came per account and week over all cells; 0 where no account was there."""
    return float(came.sum()) / float(held.sum()) if held.sum() > 0 else 0.0


def _kept(own: float, other: float) -> float:
    """Account-weeks of the other side's extra accounts within the year, for a pull of one a week while the account is
    there; `own` and `other` are the chances to stay another week.

    >>> _kept(1.0, 1.0) == sum(range(A_YEAR))
    True
    """
    total, there, extra = 0.0, 1.0, 0.0
    for _ in range(A_YEAR):
        total += extra
        extra, there = other * extra + there, own * there
    return total
