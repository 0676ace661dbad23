"""The pictures a diagnosis is read from: headlines, flywheel, funnels, cells, cohorts, economics, gaps."""

from dataclasses import dataclass, field
from datetime import date

from bothsides.diagnosis.at_risk import RiskCount
from bothsides.diagnosis.elasticity.records import ElasticityReading
from bothsides.diagnosis.finding import Finding
from bothsides.diagnosis.hanging import Fill, Hanging
from bothsides.diagnosis.liquidity_audit import CellVerdict, LiquidityAudit
from bothsides.diagnosis.stage.reading import StageReading
from bothsides.diagnosis.threshold.thresholds import Thresholds
from bothsides.metrics import Value
from bothsides.metrics.dictionary import HOUSE, Dictionary
from bothsides.predict.model_card import ModelCard
from bothsides.predict.on_shelf import ShelfLine
from bothsides.schema import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One headline number: now, the same span before, and its run over time (oldest first)."""

    metric: str
    label: str
    now: Value
    before: Value | None
    run: tuple[Value, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One edge of the flywheel: how strongly one part drives the next.

    `rate` is the share or multiple that passes the edge now, `before` the same a year (or half the history) earlier;
    `lag_days` the typical delay. `point_worth` is net revenue or GMV per month that one percentage point more is
    worth, all later edges unchanged. `rate` is None where the data cannot show the edge, `reason` says why.
    """

    id: str
    label: str
    source: str
    target: str
    side: Side | None
    rate: Value | None
    before: Value | None
    lag_days: Value | None
    point_worth: float | None
    worth_of: str = "GMV"
    reason: str = ""
    limiting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Flywheel:
    """The loop with its edges in order and the one that limits growth now, if the data can tell."""

    edges: tuple[Edge, ...]
    limiting: str | None
    sentence: str
    reach_worth: float | None = None
    """GMV a month from bringing the limiting edge to a level it or its better cells reach, major units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a funnel: how many reached it, and the share of the step before that did."""

    id: str
    label: str
    count: int
    rate: Value | None
    leak: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """A side's way in, top first; `sentence` is its finding, `basis` which accounts it follows."""

    id: str
    label: str
    side: Side
    steps: tuple[Step, ...]
    sentence: str
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquidityCell:
    """One category x region over the last window: its two sides, what was asked for, what was filled, the verdict."""

    category: str | None
    region: str | None
    verdict: CellVerdict
    why: str
    gmv: float
    values: dict[str, Value]
    """By metric id: active_buyers, active_suppliers, buyer_to_seller_ratio, orders, matching_efficiency, fill_rate,
    search_to_order, zero_result_rate ... those that the data can feed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortTable:
    """Cohorts down, age across: share of accounts still active, and GMV as a share of the first period's."""

    side: Side
    grain: str
    cohorts: tuple[str, ...]
    sizes: tuple[int, ...]
    ages: tuple[int, ...]
    active_share: tuple[tuple[float | None, ...], ...]
    gmv_share: tuple[tuple[float | None, ...], ...]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SideEconomics:
    """CAC, lifetime value, payback and what they mean, for one side.

    `credit` is the side's share of an order's commission, 0 to 1. Spend is booked by no segment: by segment an account
    is held against what one of the side costs over all of them.
    """

    side: Side
    values: dict[str, Value]
    by_channel: tuple[tuple[str | None, dict[str, Value]], ...]
    sentence: str
    by_segment: tuple[tuple[str | None, dict[str, Value]], ...] = ()
    segment_sentence: str = ""
    credit: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Stress:
    """What is left of GMV when the k largest accounts of a side leave and take their orders with them."""

    side: Side
    k: int
    names: tuple[str, ...]
    gmv_lost_share: float
    counterparties_left_alone: int
    """Accounts of the other side that traded with nobody else."""
    gmv_movable_share: float | None = None
    """Share of GMV that could move: the partner already trades with another account of the side in the category."""
    gmv_lost_after: tuple[float, float, float] | None = None
    """Share of GMV lost when the assumed share of that moves: as assumed, at worst, at best."""
    gmv_lost_with_followers: float | None = None
    """Share of GMV lost when accounts that lost nearly all their trade leave as well, and so on; nothing moves."""
    followers: int = 0
    cells_undecided: int = 0
    """Cells left with too few orders for a verdict."""
    cells_fragile: int = 0
    """Cells that would newly hang on one account."""
    fill: Fill | None = None
    """Requests for quotation with and without their replies; None for buyers and where replies are not recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideConcentration:
    """How much of the market hangs on few accounts of a side; the curve is (share of accounts, share of GMV)."""

    side: Side
    values: dict[str, Value]
    curve: tuple[tuple[float, float], ...]
    stress: tuple[Stress, ...]
    sentence: str
    repeated: dict[str, Value] = field(default_factory=dict)
    """The same shares with the range in which another year like this one would put them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A question that today's data cannot answer: what is missing and whom to ask."""

    question: str
    missing: tuple[str, ...]
    ask: str
    then: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Everything one look at a market gives, findings ranked by worth and sureness."""

    name: str
    currency: str
    first_day: date
    as_of: date
    window: tuple[date, date]
    """The days the headline figures and cells stand for (the last complete 12 months, or less where less is known)."""
    load_id: int | None
    verdict: str
    findings: tuple[Finding, ...]
    headlines: tuple[Headline, ...]
    flywheel: Flywheel
    funnels: tuple[Funnel, ...]
    cells: tuple[LiquidityCell, ...]
    cohorts: tuple[CohortTable, ...]
    economics: tuple[SideEconomics, ...]
    concentration: tuple[SideConcentration, ...]
    gaps: tuple[Gap, ...]
    caveats: tuple[str, ...]
    """Method and data caveats a reader must know, e.g. rows quarantined, declared sample, dates of whole months."""
    set_aside: tuple[str, ...] = ()
    """A sentence for each source of which so much was set aside that it must be said before any number."""
    dictionary: Dictionary = HOUSE
    """The definitions by which its values were found."""
    liquidity: LiquidityAudit | None = None
    """Every cell over time, what was asked for and not met, whom to recruit; None where no cells can be told apart."""
    stage: StageReading | None = None
    """Where the market stands in its life, and what follows from it; None where it was not looked at."""
    hanging: Hanging | None = None
    """Who depends on whom, trusted pairs, pairs that went quiet; None where accounts cannot be followed."""
    elasticity: ElasticityReading | None = None
    """How strongly each side draws and keeps the other, and which to fund; None where no panel can be read."""
    threshold: Thresholds | None = None
    """From how many of one side on the other stays, and how far each cell is; None where it was not looked at."""
    predictions: tuple[ModelCard, ...] = ()
    """What the models know and do not know: one card each, whatever its verdict."""
    at_risk: tuple[RiskCount, ...] = ()
    """How many accounts each side's churn model scored, and how many of them are at risk."""
    stored_models: tuple[ShelfLine, ...] = ()
    """The other models as they are stored, a line each; none where no workspace's shelf was looked at."""
    smaller: tuple[Finding, ...] = ()
    """Findings worth too little of this market to be ranked, dearest first."""
    beyond: tuple[Finding, ...] = ()
    """Findings beyond what a person reads, in order; no smaller than the last of those listed need be."""

    @property
    def unranked(self) -> tuple[Finding, ...]:
        """Every finding without a rank, the larger ones first."""
        return (*self.beyond, *self.smaller)
