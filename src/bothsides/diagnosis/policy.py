"""Every threshold of a diagnosis, as data: what counts as material, as enough evidence, as a leak."""

from dataclasses import dataclass, field
from pathlib import Path

from bothsides.agreement import load_policy
from bothsides.diagnosis.stage.policy import StagePolicy
from bothsides.diagnosis.threshold_policy import ThresholdPolicy

FILE = "agreement/diagnosis.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosisPolicy:
    """Thresholds a team may change in `agreement/diagnosis.toml`. Shares are 0 to 1, money-free, per the window.

    Where no source is named the value is this product's own default, chosen so that a healthy simulated market
    raises no alarm and every planted problem is found; it is a rule of thumb, not a law of markets.
    """

    window_months: int = 12
    """Months that headline figures and cells stand for: a full year cancels the seasons."""

    complete_within_days: int = 3
    """A month counts as complete when its last known day is at most this many days before its end."""

    alarm_rate: float = 0.01
    """Share of false alarms tolerated among the places tested for one question (Benjamini and Hochberg 1995)."""
    supporting_p: float = 0.1
    """A second, independent sign counts as support at this one-sided level, once the first is beyond chance."""
    least_n: int = 30
    """Observations below which a share is not judged (metric dictionary convention C9)."""

    material_shortfall: float = 0.25
    """A rate this much below its reference (relative) is worth a person's time, if it is also significant."""

    short_factor: float = 1.6
    """One side counts as short when it is this many times scarcer per account of the other than a cell usually has."""
    short_factor_on_orders: float = 3.0
    """The same where neither searches nor requests are recorded: more is asked, and it stays directional."""
    stalled_share: float = 0.5
    """Both sides together (geometric mean) at most this share of what a cell of its category and region usually has:
    the cell never started."""
    stalled_side_share: float = 0.75
    """Neither side of a stalled cell has more than this share of its usual number: else only the other is missing."""
    fragile_share: float = 0.5
    """One account with this share of a cell's GMV makes the cell fragile."""
    fragile_cell_gmv_share: float = 0.02
    """Cells below this share of the market's GMV are left to the map."""
    least_cells: int = 4
    """Fewer cells than this have no typical cell to compare with."""

    matching_exponent: float = 0.5
    """Orders grow with one side's accounts to this power while the other side stays (constant returns to scale, as in
    the dictionary's matching efficiency; Cullen and Farronato 2014)."""
    matching_exponent_low: float = 0.25
    matching_exponent_high: float = 0.75
    """How far the exponent is varied for the range of a worth."""

    step_days: int = 90
    """Days an account has for its way in; younger accounts are not judged (as the onboarding metrics)."""
    step_shortfall: float = 0.3
    """An onboarding or first-order step passing this much less (relative) than the median other step is the leak."""

    over_equal: float = 3.0
    """A share of few accounts is only flagged at this multiple of what equal accounts would hold: where five accounts
    trade, one of them with a third is no surprise."""
    top_account_share: float = 0.2
    """Flagged: one account with this share of its side's GMV (vendor heuristic: over 20 % flagged, 30 % material)."""
    top_ten_share: float = 0.4
    """Flagged: ten accounts with this share."""
    few_accounts: int = 10
    """Below this many accounts concentration describes the few, not the market (metric dictionary row 46)."""
    category_supplier_share: float = 0.3
    """Flagged: one supplier with this share of a category (vendor heuristic: 30 % material)."""
    category_buyer_share: float = 0.2
    """Flagged: one buyer with this share of a category (vendor heuristic: over 20 % flagged)."""
    category_gmv_share: float = 0.02
    """Categories below this share of GMV are not flagged."""
    dependent_share: float = 0.8
    """A buyer depends on one supplier when this share of what it buys comes from it."""

    ndr_leak: float = 1.0
    """NDR below this leaks: retention ranks before acquisition."""
    recent_ndr_leak: float = 0.85
    """The same for half a year against the half before, where seasons do not cancel."""
    yearly_leave_share: float = 0.15
    """Chance that a large account leaves within a year, where the market's own logo retention is unknown."""

    payback_slow_months: float = 24.0
    """CAC payback above this is slow (Bessemer 2012: SMB 6-18 months, enterprise 24-36 tolerable)."""
    ltv_to_cac_least: float = 1.0
    """Below this an account never returns what it cost; the common bar of 3 is shown beside it."""
    channel_accounts: int = 10
    """Channels with fewer new accounts are not judged."""

    channel_months: int = 12
    """Months that enough accounts of a channel must have lived through before what they bring is judged."""

    thin_spend_share: float = 0.05
    """A cell with this share of a side's acquisition spend is worth naming when its other side is thin."""

    edge_least_n: int = 100
    """Observations at a flywheel edge below which it cannot be called limiting."""
    edge_gap: float = 0.1
    """An edge limits only where a reachable level is at least this much above it (relative)."""

    recent_fall: float = 0.2
    """The last three months this much below their year's average are named at the top, unless seasons explain it."""

    least_worth_share: float = 0.001
    """Findings worth less than this share of GMV a month are folded into one line: a team has better things to do."""
    least_margin_share: float = 0.005
    """The same for spend and net revenue, of which a unit weighs more than one of GMV: of net revenue a month, where it
    is not known `least_worth_share` of GMV."""

    high_worth_share: float = 0.01
    """A finding worth this share of GMV a month is of high severity, unless it is only directional."""

    elasticity_cells: int = 10
    """Cells below which a cross-side effect gets no number (10 x 26 ranks the stronger side right in 93 %)."""
    elasticity_weeks: int = 26
    """Weeks below which it gets none."""
    first_stage_least: float = 10.0
    """Effective F under which pushes are too weak an instrument (Staiger and Stock 1997)."""
    fund_horizon_weeks: int = 52
    """Weeks over which what a unit of spend brings is counted."""
    fund_side_least: float = 0.9
    """Probability that a side returns more, from which it is proposed."""
    fund_gap_least: float = 1.25
    """Return over the other side's, below which moving money is not worth the trouble."""
    fund_shift_share: float = 0.25
    """Share of the worse side's spend that the worth of moving is reckoned on: returns fall when all of it moves."""

    most_findings: int = 20
    """A list longer than this is not read."""

    fragile_share_period: float = 2 / 3
    """In a quarter or month one account must hold this much of a cell for fragile: one order weighs more there."""
    recruit_cover: float = 0.8
    """Whom to recruit is listed until this share of the demand that waits for suppliers is covered."""
    most_supplier_types: int = 8
    """Supplier types named at most: a longer list is nobody's plan."""

    recapture_share: float = 0.5
    """Share of a lost supplier's or buyer's orders assumed to move, where the partner already trades with another in
    the category. No source: an assumption, with the range it is shown with."""
    recapture_low: float = 0.25
    recapture_high: float = 0.75

    cluster_share: float = 0.25
    """Flagged: one supplier on which this share of a category's returning buyers depend."""

    trusted_orders: int = 3
    """A pair with this many orders knows each other (metric dictionary row 47)."""
    quiet_drop: float = 0.3
    """Flagged: known pairs order this much less than matched pairs do, beyond chance."""
    quiet_least_pairs: int = 5
    """Fewer judged pairs than this say nothing about a supplier or a cell."""
    quiet_least_expected: float = 12.0
    """Fewer orders expected of them than this say nothing either."""

    @property
    def recapture_range(self) -> tuple[float, float, float]:
        """The assumed share that moves, the least and the most: the loss as assumed, at worst, at best."""
        return self.recapture_share, self.recapture_low, self.recapture_high

    at_risk_probability: float = 0.5
    """An account is at risk when it will more likely than not stop within three months."""
    at_risk_share: float = 0.02
    """Flagged: accounts at risk are expected to take this share of the side's GMV a month with them. A rule of thumb:
    below it the turnover is every market's."""

    threshold: ThresholdPolicy = field(default_factory=ThresholdPolicy)
    """What it takes to claim a liquidity threshold."""

    stage: StagePolicy = field(default_factory=StagePolicy)
    """The rules of the marketplace's stages."""


def read_policy(workspace: Path) -> DiagnosisPolicy:
    """The workspace's signed thresholds, the defaults where it has none. Raises AgreementError naming every mistake."""
    path = workspace / FILE
    return load_policy(path, DiagnosisPolicy).policy if path.exists() else DiagnosisPolicy()
