"""Designs a push by lot that can answer how strongly one side draws the other, with its cost and its power."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from bothsides.diagnosis.elasticity.enough import ENOUGH, extra_accounts, what_would_suffice
from bothsides.diagnosis.elasticity.lot import Design, blocks, draw_lot
from bothsides.diagnosis.elasticity.power import Fitted, fit_market, power
from bothsides.diagnosis.elasticity.reading import extent
from bothsides.diagnosis.panel import Assignment, Floats, Panel
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.wording import counted, money, of_side, share
from bothsides.schema import Side

HARDLY = 0.1
"""Power below which a test tells hardly more than its level of 5 %."""
STEPS = 6
LARGEST = 2.0
"""Elasticity above which none is looked for."""
MOST_ASKED = 5.0
"""Elasticity beyond which a question is a slip: no market is known that answers so."""
PROBE = 0.3
"""Elasticity that the cheapest test of a small market must be able to show."""
A_YEAR = 52


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPush:
    """One row for the `pushes` table: a cell of a wave's lot, first and last day, pushed or (intensity 0) not drawn.

    Rows of one name are one draw. `usual_a_week` accounts of the side join the cell of late, `bring_a_week` are to join
    while the wave lasts, `extra` more than usual over the wave, which cost `cost` (major units, None where what one
    costs is not known).
    """

    push_id: str
    name: str
    side: Side
    category: str | None
    region: str | None
    started_at: date
    ended_at: date
    intensity: float
    assignment: Assignment
    usual_a_week: float
    bring_a_week: float
    extra: float
    cost: float | None

    @property
    def drawn(self) -> bool:
        """Whether the cell is pushed."""
        return self.intensity > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PushPlan:
    """A push by lot: who is pushed when, what it costs, what it can show.

    `power` is the probability of showing `elasticity` at 5 %; `smallest` is the least elasticity shown with a power of
    80 %, None where none up to 2 is. Extra accounts and cost (major units) are over all waves; cost None where what an
    account costs is not known.
    """

    side: Side
    design: Design
    elasticity: float
    power: float
    smallest: float | None
    extra_accounts: float
    cost: float | None
    cells: int
    rows: tuple[PlannedPush, ...]
    sentence: str
    enough: str = ""
    """What would show it, where this push answers nothing."""

    @property
    def answers_nothing(self) -> bool:
        """Whether the push shows the elasticity hardly more often than chance shows one where there is none."""
        return self.power < HARDLY

    @property
    def drawn(self) -> tuple[PlannedPush, ...]:
        """The rows of cells to push."""
        return tuple(row for row in self.rows if row.drawn)


def plan_push(
    panel: Panel,
    side: Side,
    *,
    design: Design,
    start: date,
    elasticity: float = PROBE,
    cost: float | None = None,
    currency: str = "",
    policy: DiagnosisPolicy | None = None,
    seed: int = 1,
) -> PushPlan:
    """Deal a push for a side to cells and waves, and say what it costs and can show of the other side.

    `cost` is what an account of the side costs, major units. The same seed deals the same lot. Raises ValueError for
    a market of fewer than 3 cells or of fewer than one in so many, for an elasticity out of range, or a start that is
    no Monday.
    """
    policy = policy or DiagnosisPolicy()
    if start.weekday():
        raise ValueError(f"start {start} is a {start:%A}; pushes start on a Monday")
    if extent(panel)[0] < 3:
        raise ValueError(f"{counted(extent(panel)[0], 'cell')} can be followed; a lot needs at least 3 to deal among")
    market = fit_market(panel, side)
    if design.one_in > len(market.stock):
        raise ValueError(f"one in {design.one_in} cells: the market has {len(market.stock)}; at most one in as many")
    if not 0 < elasticity <= MOST_ASKED:
        raise ValueError(f"elasticity {elasticity}: a push shows one above 0, up to {MOST_ASKED:.0f}")
    pushed = draw_lot(np.random.Generator(np.random.PCG64(seed)), market.stock, design)
    shown = power(market, design, elasticity, few=policy.elasticity_cells, seed=seed)
    smallest = _smallest(market, design, policy.elasticity_cells, seed)
    enough = (
        what_would_suffice(market, design, elasticity, few=policy.elasticity_cells, seed=seed) if shown < HARDLY else ""
    )
    extra = float((pushed.sum(1) * market.joined).sum()) * design.weeks * (design.factor - 1)
    return PushPlan(
        side=side,
        design=design,
        elasticity=elasticity,
        power=shown,
        smallest=smallest,
        extra_accounts=extra,
        cost=None if cost is None else extra * cost,
        cells=len(market.stock),
        rows=_rows(panel, market, pushed, design, start, cost),
        sentence=" ".join(
            filter(None, (_sentence(side, design, elasticity, shown, smallest, extra, cost, currency), enough))
        ),
        enough=enough,
    )


def _smallest(market: Fitted, design: Design, few: int, seed: int) -> float | None:
    if power(market, design, LARGEST, few=few, seed=seed) < ENOUGH:
        return None
    low, high = 0.0, LARGEST
    for _ in range(STEPS):
        middle = (low + high) / 2
        if power(market, design, middle, few=few, seed=seed) >= ENOUGH:
            high = middle
        else:
            low = middle
    return high


def _rows(
    panel: Panel, market: Fitted, pushed: Floats, design: Design, start: date, cost: float | None
) -> tuple[PlannedPush, ...]:
    """Every cell of every wave's lot, those to push first."""
    side, rows = market.driver, []
    block_of = {cell: i for i, block in enumerate(blocks(market.stock, design.one_in), 1) for cell in block}
    for wave in range(design.waves):
        first = start + timedelta(weeks=wave * design.weeks)
        for cell in (int(cell) for cell in np.argsort(-pushed[:, wave], kind="stable")):
            (category, region), drawn = panel.cells[cell], pushed[cell, wave] > 0
            usual = float(market.joined[cell])
            extra = usual * (design.factor - 1) * design.weeks if drawn else 0.0
            rows.append(
                PlannedPush(
                    push_id=f"{side.value}-push-{start:%Y%m%d}-w{wave + 1}-c{cell + 1:03d}",
                    name=f"{side.value} push by lot of {start}, wave {wave + 1}, block {block_of[cell]}",
                    side=side,
                    category=category,
                    region=region,
                    started_at=first,
                    ended_at=first + timedelta(days=7 * design.weeks - 1),
                    intensity=1.0 if drawn else 0.0,
                    assignment=Assignment.RANDOMISED,
                    usual_a_week=usual,
                    bring_a_week=usual * (design.factor if drawn else 1.0),
                    extra=extra,
                    cost=None if cost is None else extra * cost,
                )
            )
    return tuple(rows)


def _sentence(
    side: Side,
    design: Design,
    elasticity: float,
    shown: float,
    smallest: float | None,
    extra: float,
    cost: float | None,
    currency: str,
) -> str:
    price = f", for about {money(extra * cost, currency)}" if cost is not None else ""
    least = (
        f"It shows an elasticity from {smallest:.2f} upwards with a power of 80 %."
        if smallest is not None
        else f"It shows no elasticity up to {LARGEST:.0f} with a power of 80 %."
    )
    return (
        f"{counted(design.waves, 'wave')} of {counted(design.weeks, 'week')}, one cell in {design.one_in} at a time, "
        f"{design.factor:.1f} times as many {of_side(side)} joining there: about {counted(extra, side.value)} "
        f"more{price}. An elasticity of {elasticity:.2f} would show {_often(shown)}. {least}"
    )


def _often(shown: float) -> str:
    """How often, in words; a test at 5 % shows something in one draw of twenty where there is nothing."""
    if shown < HARDLY:
        return "hardly more often than chance shows one where there is none: as dealt, this push answers nothing"
    return f"with a probability of {share(shown)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidingTest:
    """The cheapest test that would settle the direction within a year, or the dearest tried that would not."""

    side: Side
    design: Design
    power: float
    extra_accounts: float
    cost: float | None
    decides: bool
    sentence: str


CANDIDATES: tuple[Design, ...] = tuple(
    Design(weeks=weeks, waves=waves, factor=factor)
    for factor in (1.5, 2.0, 3.0)
    for weeks, waves in ((13, 1), (13, 2), (13, 3), (6, 6))
)
"""Designs tried for a small market; all end within a year, the weeks that follow included."""


def cheapest_test(
    panel: Panel,
    side: Side,
    *,
    cost: float | None = None,
    currency: str = "",
    policy: DiagnosisPolicy | None = None,
    seed: int = 1,
) -> DecidingTest | None:
    """The design with the fewest extra accounts that shows an elasticity of 0.3 with a power of 80 % within a year.

    None where the market has fewer than 3 cells.
    """
    policy = policy or DiagnosisPolicy()
    if extent(panel)[0] < 3:
        return None
    market = fit_market(panel, side)
    tried = [(extra_accounts(market, design), design) for design in CANDIDATES if design.length <= A_YEAR]
    best: tuple[float, float, Design] | None = None
    for extra, design in sorted(tried, key=lambda found: found[0]):
        shown = power(market, design, PROBE, few=policy.elasticity_cells, seed=seed)
        if shown >= ENOUGH:
            return _deciding(side, design, shown, extra, cost, currency, decides=True)
        best = max(best or (shown, extra, design), (shown, extra, design), key=lambda found: (found[0], -found[1]))
    assert best is not None
    return _deciding(side, best[2], best[0], best[1], cost, currency, decides=False)


def _deciding(
    side: Side, design: Design, shown: float, extra: float, cost: float | None, currency: str, *, decides: bool
) -> DecidingTest:
    price = money(extra * cost, currency) if cost is not None else f"{counted(extra, side.value)} more than usual"
    what = (
        f"{counted(design.waves, 'wave')} of {counted(design.weeks, 'week')} by lot, one cell in {design.one_in} at a "
        f"time, {design.factor:.1f} times as many {of_side(side)} joining there"
    )
    if decides:
        sentence = (
            f"The cheapest test that would settle whether {of_side(side)} draw {of_side(side.other)} in: {what}; about "
            f"{price}. It shows an elasticity of {PROBE} with a probability of {share(shown)}."
        )
    else:
        sentence = (
            f"Whether {of_side(side)} draw {of_side(side.other)} in cannot be decided within a year for less than "
            f"{price}: even {what} shows an elasticity of {PROBE} with a probability of only {share(shown)}."
        )
    return DecidingTest(
        side=side,
        design=design,
        power=shown,
        extra_accounts=extra,
        cost=None if cost is None else extra * cost,
        decides=decides,
        sentence=sentence,
    )
