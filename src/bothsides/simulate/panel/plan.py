"""Everything that is true about a panel-level world: cells, weeks, how each side joins, leaves, is pushed and paid."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from bothsides.schema.side import Side

PushAssignment: TypeAlias = Literal["randomised", "instrumented", "chosen"]
"""By lot; by a partner's timetable, which takes the cells in turn; by people, who push where the cell already booms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelThreshold:
    """A change of a side's weekly churn hazard once the market around it is thick enough.

    The change depends on an index of stocks at the week's start: the other side's stock alone (`own_weight` 0, a
    scalar threshold), or other^(1 - own_weight) x own^own_weight (a frontier in both sides). Set its place by `level`
    or by `share_above`, the share of cell-weeks above it; exactly one of the two.
    """

    kind: Literal["sharp", "smooth"] = "sharp"
    """Sharp: the whole jump at the level. Smooth: a logistic in the log of the index, no threshold to find."""
    jump: float = -1.0
    """Change of the hazard's logit from far below to far above."""
    level: float | None = None
    """Index (accounts) above which the hazard is the changed one."""
    share_above: float | None = None
    width: float = 0.5
    """Smooth only: scale of the logistic, log units of the index."""
    own_weight: float = 0.0

    def __post_init__(self) -> None:
        if (self.level is None) == (self.share_above is None):
            raise ValueError(f"threshold: level {self.level} and share_above {self.share_above}; set exactly one")
        if self.share_above is not None and not 0 < self.share_above < 1:
            raise ValueError(f"threshold: share_above {self.share_above} must lie between 0 and 1")
        if not 0 <= self.own_weight < 1:
            raise ValueError(f"threshold: own_weight {self.own_weight} must be 0 or more and under 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelPush:
    """Pushes for one side: blocks of weeks in which a cell's joiners of the side are lifted."""

    assignment: PushAssignment = "randomised"
    lift: float = 1.0
    """Log lift of the side's joiners while the push runs."""
    weeks: int = 13
    """Length of a block; every cell is decided anew for every block."""
    share: float = 0.25
    """Share of cells pushed in a block."""

    def __post_init__(self) -> None:
        if self.weeks < 1 or not 0 < self.share < 1:
            raise ValueError(f"push: {self.weeks} weeks on a share of {self.share}; 1 week or more, a share in (0, 1)")


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelSidePlan:
    """What is true about one side of every cell. An ordinary cell has size 1."""

    start: float
    """Accounts of an ordinary cell at the first week's start."""
    inflow: float
    """Accounts joining an ordinary cell a week while the other side stands at its starting stock."""
    elasticity: float
    """% more joiners of this side per 1 % more of the other side's stock at the week's start."""
    churn: float
    """Weekly hazard of leaving while the other side stands at its starting stock, below any threshold."""
    retention_slope: float = 0.0
    """Change of the hazard's logit per log of the other side's stock; below 0 the other side retains this one."""
    threshold: PanelThreshold | None = None
    push: PanelPush | None = None
    cost: float = 100.0
    """Spend that wins one account, major units."""
    contribution: float = 5.0
    """Contribution of one account a week, major units, credited to this side alone."""

    def __post_init__(self) -> None:
        if self.start <= 0 or self.inflow <= 0 or self.cost <= 0:
            raise ValueError(f"side: start {self.start}, inflow {self.inflow}, cost {self.cost} must be above 0")
        if not 0 < self.churn < 1:
            raise ValueError(f"side: churn {self.churn} must lie between 0 and 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelShock:
    """A shock to both sides' joiners: standard deviation (log) and weekly autocorrelation, AR(1)."""

    sd: float = 0.0
    rho: float = 0.7

    def __post_init__(self) -> None:
        if self.sd < 0 or not 0 <= self.rho < 1:
            raise ValueError(f"shock: sd {self.sd} must be 0 or more, rho {self.rho} 0 or more and under 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelPlan:
    """A market as a panel of cells and weeks. Hazards are weekly, amounts major units, shares 0-1."""

    name: str
    seed: int
    cells: int
    weeks: int
    buyers: PanelSidePlan
    suppliers: PanelSidePlan
    common: PanelShock = PanelShock()
    """Hits all cells at once: week effects absorb it."""
    cell: PanelShock = PanelShock()
    """Hits both sides of one cell: no fixed effect absorbs it, only a push by lot sees through it."""
    cell_sigma: float = 0.3
    """Log standard deviation of a cell's size, shared by its sides."""
    side_sigma: float = 0.2
    """Log standard deviation of a side's size within its cell."""
    start_sigma: float = 0.3
    """Log standard deviation of a side's starting stock about its cell's size: cells begin out of balance."""
    churn_sigma: float = 0.2
    """Standard deviation between cells of the hazard's logit, per side."""
    regions: int = 1
    """Regions a category is split into; cells are categories x regions."""
    start: date = date(2024, 1, 1)
    order_value: float = 400.0
    """Value of an order, major units."""
    take_rate: float = 0.1
    """Contribution per unit of order value."""

    def __post_init__(self) -> None:
        if self.cells < 1 or self.weeks < 2:
            raise ValueError(f"panel {self.name!r}: {self.cells} cells x {self.weeks} weeks; at least 1 x 2")
        if self.cells % self.regions:
            raise ValueError(f"panel {self.name!r}: {self.cells} cells cannot be split into {self.regions} regions")
        if self.start.weekday() != 0:
            raise ValueError(f"panel {self.name!r}: start {self.start} is not a Monday")

    def side(self, side: Side) -> PanelSidePlan:
        """The plan of one side."""
        return self.buyers if side is Side.BUYER else self.suppliers
