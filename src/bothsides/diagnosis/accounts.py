"""What following accounts shows: who stays, what hangs on whom, which cells are short, what drives the other side.

Nothing of it can be read from a declared sample of orders, in which accounts cannot be followed.
"""

from dataclasses import dataclass
from datetime import date

from bothsides.diagnosis.at_risk import Risk, at_risk_findings, read_risks
from bothsides.diagnosis.benchmarks import Benchmark
from bothsides.diagnosis.cell_audit import audit_cells, read_gaps, read_history
from bothsides.diagnosis.cell_findings import cell_findings
from bothsides.diagnosis.cells import Cells, read_cells
from bothsides.diagnosis.cohorts import cohort_tables
from bothsides.diagnosis.concentration import (
    Ledger,
    concentration,
    concentration_findings,
    hanging_picture,
    read_ledger,
)
from bothsides.diagnosis.disintermediation import disintermediation_findings, look_for_leakage, quiet_pictures
from bothsides.diagnosis.economics import economics, economics_findings
from bothsides.diagnosis.elasticity import (
    ElasticityReading,
    Judgement,
    elasticity,
    elasticity_findings,
    is_leak,
    read_money,
)
from bothsides.diagnosis.finding import Finding
from bothsides.diagnosis.first_transaction import first_transaction
from bothsides.diagnosis.hanging import Hanging
from bothsides.diagnosis.lately import beside_last_periods
from bothsides.diagnosis.liquidity import Judged, judge
from bothsides.diagnosis.liquidity_audit import LiquidityAudit
from bothsides.diagnosis.onboarding import onboarding
from bothsides.diagnosis.panel import Panel, read_panel
from bothsides.diagnosis.picture import CohortTable, Funnel, SideConcentration, SideEconomics
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.recruits import suppliers_to_threshold
from bothsides.diagnosis.retention import SideRetention, retention, retention_findings
from bothsides.diagnosis.span import Spans
from bothsides.diagnosis.spend import below_threshold_spend, read_spend, spend_findings
from bothsides.diagnosis.threshold import Thresholds, read_thresholds, threshold_findings
from bothsides.metrics import Store
from bothsides.schema import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Pictures and findings, the findings unranked. Empty where accounts cannot be followed."""

    findings: tuple[Finding, ...] = ()
    found: Cells | None = None
    judged: tuple[Judged, ...] = ()
    liquidity: LiquidityAudit | None = None
    funnels: tuple[Funnel, ...] = ()
    cohorts: tuple[CohortTable, ...] = ()
    economics: tuple[SideEconomics, ...] = ()
    concentration: tuple[SideConcentration, ...] = ()
    hanging: Hanging | None = None
    elasticity: ElasticityReading | None = None
    threshold: Thresholds | None = None
    risks: tuple[Risk, ...] = ()


def look_at_accounts(
    store: Store,
    covered: Spans,
    as_of: date | None,
    policy: DiagnosisPolicy,
    benchmarks: tuple[Benchmark, ...],
    *,
    judgements: tuple[Judgement, ...] = (),
) -> Look:
    """Every picture and finding that follows accounts through the window, or further back where it says so."""
    kept = retention(store, covered.known, covered.window.end)
    ways, lost = _ways_in(store, covered, policy)
    held = _what_hangs(store, covered, kept, policy)
    leak = retention_findings(kept, store.currency, policy, benchmarks, store=store)
    forces = _forces(store, as_of, policy, judgements, retention_first=is_leak(leak))
    cells = _cells(store, covered, as_of, held, kept, forces=forces, policy=policy)
    earned = economics(store, covered.window, covered.known, policy)
    risks = read_risks(store, as_of, policy)
    return Look(
        findings=beside_last_periods(
            (
                *leak,
                *held.findings,
                *lost,
                *cells.findings,
                *(economics_findings(earned, store.currency, policy, benchmarks) if earned else ()),
                *forces.findings,
                *at_risk_findings(risks, store.currency, policy),
            ),
            cells.liquidity,
            cells.found,
        ),
        found=cells.found,
        judged=cells.judged,
        liquidity=cells.liquidity,
        funnels=ways,
        cohorts=cohort_tables(store, covered.known),
        economics=earned.sides if earned else (),
        concentration=held.sides,
        hanging=held.hanging,
        elasticity=forces.elasticity,
        threshold=forces.threshold,
        risks=risks,
    )


def _ways_in(store: Store, covered: Spans, policy: DiagnosisPolicy) -> tuple[tuple[Funnel, ...], list[Finding]]:
    pictures, findings = onboarding(store, covered.known, covered.window, policy)
    more, others = first_transaction(store, covered.known, covered.window, policy)
    return (*pictures, *more), [*findings, *others]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What hangs on few accounts, and pairs that went quiet."""

    ledger: Ledger
    sides: tuple[SideConcentration, ...]
    hanging: Hanging
    findings: tuple[Finding, ...]
    named: frozenset[tuple[Side | None, str | None]]
    """Sides and categories already said to hang on one account."""


def _what_hangs(store: Store, covered: Spans, kept: dict[Side, SideRetention], policy: DiagnosisPolicy) -> _Held:
    ledger = read_ledger(store, covered.window)
    sides = concentration(store, covered.window, ledger, policy)
    hanging = concentration_findings(ledger, sides, policy, {side: of.logo for side, of in kept.items()})
    leakage = look_for_leakage(store, covered.known, ledger.names, policy)
    return _Held(
        ledger=ledger,
        sides=sides,
        hanging=hanging_picture(ledger, policy, quiet_pictures(leakage)),
        findings=(*hanging, *disintermediation_findings(leakage)),
        named=frozenset((f.place.side, f.place.category) for f in hanging),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Forces:
    """What one side does for the other, and from which level on."""

    elasticity: ElasticityReading | None
    threshold: Thresholds
    findings: tuple[Finding, ...]


def _forces(
    store: Store,
    as_of: date | None,
    policy: DiagnosisPolicy,
    judgements: tuple[Judgement, ...],
    *,
    retention_first: bool,
) -> _Forces:
    panel = read_panel(store, as_of=as_of, policy=policy)
    reading, funded = None, []
    costs: dict[Side, float | None] = {}
    if isinstance(panel, Panel):
        amounts = read_money(store, panel)
        costs = {side: of.cost for side, of in amounts.items()}
        reading = elasticity(
            panel, money=amounts, policy=policy, judgements=judgements, retention_first=retention_first
        )
        funded = elasticity_findings(reading, amounts, store.currency, policy)
    thresholds = read_thresholds(panel, policy.threshold, costs=costs)
    return _Forces(
        elasticity=reading,
        threshold=thresholds,
        findings=(*funded, *threshold_findings(thresholds, store.currency)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """The cells with their verdicts, the audit of them and the findings about them."""

    found: Cells | None = None
    judged: tuple[Judged, ...] = ()
    liquidity: LiquidityAudit | None = None
    findings: tuple[Finding, ...] = ()


def _cells(
    store: Store,
    covered: Spans,
    as_of: date | None,
    held: _Held,
    kept: dict[Side, SideRetention],
    *,
    forces: _Forces,
    policy: DiagnosisPolicy,
) -> _Cells:
    trade = read_history(store, covered.known, covered.window, as_of=as_of)
    found = None if trade is None else read_cells(store, covered.window, as_of=as_of, trade=trade)
    if found is None:
        return _Cells()
    judged = judge(found, policy)
    gaps = read_gaps(store, found, judged, policy, trade=trade)
    leave = {side: of.logo for side, of in kept.items()}
    lacking = suppliers_to_threshold(forces.threshold.readings)
    return _Cells(
        found=found,
        judged=judged,
        liquidity=audit_cells(
            store, found, judged, gaps, policy, known=covered.known, as_of=as_of, to_threshold=lacking, trade=trade
        ),
        findings=(
            *cell_findings(judged, found, held.ledger, policy, leave, named=held.named, gaps=gaps),
            *_misplaced(store, covered, found, judged, forces=forces, policy=policy),
        ),
    )


def _misplaced(
    store: Store,
    covered: Spans,
    found: Cells,
    judged: tuple[Judged, ...],
    *,
    forces: _Forces,
    policy: DiagnosisPolicy,
) -> list[Finding]:
    """Spend for cells whose other side is too thin, by the cells themselves or by a claimed threshold."""
    spent = read_spend(store, found)
    if spent is None:
        return []
    thin = spend_findings(spent, judged, found, store.currency, policy)
    named = [finding.place for finding in thin]
    readings, months = forces.threshold.readings, covered.window.months
    return [*thin, *below_threshold_spend(spent, readings, months, store.currency, policy, named=named)]
