"""One look at a market: every picture, every finding, and the verdict."""

from dataclasses import dataclass
from datetime import date

from bothsides.diagnosis.at_risk import Risk, at_risk_findings, read_risks
from bothsides.diagnosis.behind import with_rows
from bothsides.diagnosis.benchmarks import BENCHMARKS, Benchmark
from bothsides.diagnosis.caveats import caveats
from bothsides.diagnosis.cell_audit import audit_cells, read_gaps
from bothsides.diagnosis.cell_findings import cell_findings
from bothsides.diagnosis.cells import Cells, read_cells
from bothsides.diagnosis.cohorts import cohort_tables
from bothsides.diagnosis.concentration import concentration, concentration_findings, hanging_picture, read_ledger
from bothsides.diagnosis.disintermediation import disintermediation_findings, look_for_leakage, quiet_pictures
from bothsides.diagnosis.economics import economics, economics_findings
from bothsides.diagnosis.elasticity import ElasticityReading, elasticity, elasticity_findings, read_money
from bothsides.diagnosis.figures import one
from bothsides.diagnosis.finding import Finding
from bothsides.diagnosis.first_transaction import first_transaction
from bothsides.diagnosis.flywheel import EDGES, flywheel
from bothsides.diagnosis.gaps import filled, readiness
from bothsides.diagnosis.hanging import Hanging
from bothsides.diagnosis.headlines import headlines
from bothsides.diagnosis.liquidity import Judged, judge, pictures
from bothsides.diagnosis.liquidity_audit import CoverageGap, LiquidityAudit
from bothsides.diagnosis.onboarding import onboarding
from bothsides.diagnosis.panel import Panel, read_panel
from bothsides.diagnosis.picture import (
    CellVerdict,
    CohortTable,
    Diagnosis,
    Funnel,
    SideConcentration,
    SideEconomics,
)
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.ranking import ranked
from bothsides.diagnosis.recruits import suppliers_to_threshold
from bothsides.diagnosis.retention import retention, retention_findings
from bothsides.diagnosis.sales_funnel import sales_funnels
from bothsides.diagnosis.span import Spans, spans
from bothsides.diagnosis.spend import below_threshold_spend, read_spend, spend_findings
from bothsides.diagnosis.stage.stage import read_stage
from bothsides.diagnosis.threshold import Thresholds, read_thresholds, threshold_findings
from bothsides.diagnosis.trend import recent_fall
from bothsides.diagnosis.verdict import BLIND, SAMPLED, SIDE_SHORT, verdict
from bothsides.metrics import Store
from bothsides.metrics.hindsight import on_day


def diagnose(
    store: Store,
    *,
    as_of: date | None = None,
    policy: DiagnosisPolicy | None = None,
    benchmarks: tuple[Benchmark, ...] = BENCHMARKS,
) -> Diagnosis:
    """What is wrong with the market, where, how sure, worth what, and what the data cannot show.

    `as_of` is the last business day to look at, the last known one by default. Raises ValueError where the store
    holds no dated order by then: without trade there is nothing to diagnose.
    """
    with on_day(store, as_of) as then:
        return _from_orders(then, as_of, policy or DiagnosisPolicy(), benchmarks)


def _from_orders(
    store: Store, as_of: date | None, policy: DiagnosisPolicy, benchmarks: tuple[Benchmark, ...]
) -> Diagnosis:
    covered = spans(store, "orders", as_of=as_of, months=policy.window_months, slack=policy.complete_within_days)
    if covered is None:
        known = store.ranges.get("orders")
        detail = (
            f"orders are known from {known[0]}"
            if known
            else "load orders first; `bothsides doctor` says what is missing"
        )
        raise ValueError(f"nothing to diagnose as of {as_of or 'today'}: {detail}")
    return _diagnose(store, covered, as_of, policy, benchmarks)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What following accounts shows: pictures and findings. Empty where orders are a sample, which cannot follow."""

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


def _diagnose(
    store: Store, covered: Spans, as_of: date | None, policy: DiagnosisPolicy, benchmarks: tuple[Benchmark, ...]
) -> Diagnosis:
    look = _Look() if store.sampled else _accounts(store, covered, as_of, policy, benchmarks)
    won = sales_funnels(store, as_of, policy)
    gmv = one(store, covered.window, "gmv")
    final = ranked(
        look.findings,
        policy,
        gmv=float(gmv.value or 0) / covered.window.months if gmv else 0.0,
    )
    final = with_rows(store, final, covered.window)
    shown = headlines(store, covered, policy, as_of=as_of)
    fed = filled(store, (need for edge in EDGES for need in edge.needs))
    wheel = flywheel(store, covered, look.found, fed, policy, as_of=as_of)
    return Diagnosis(
        name=store.name,
        currency=store.currency,
        first_day=covered.known.start,
        as_of=covered.known.end,
        window=covered.window.pair,
        load_id=_load(store),
        verdict=verdict(
            final,
            shown,
            judged=_judged(look.judged),
            limit=_limit(store, look),
            fall=recent_fall(store, covered, policy),
            wheel=wheel,
        ),
        findings=final,
        headlines=shown,
        flywheel=wheel,
        funnels=(*look.funnels, *won),
        cells=pictures(look.judged, store.currency),
        liquidity=look.liquidity,
        cohorts=look.cohorts,
        economics=look.economics,
        concentration=look.concentration,
        hanging=look.hanging,
        gaps=readiness(store).gaps,
        caveats=caveats(store, covered, look.found),
        dictionary=store.dictionary,
        stage=read_stage(store, covered, look.found, look.judged, policy, threshold=look.threshold),
        elasticity=look.elasticity,
        threshold=look.threshold,
        predictions=tuple(risk.prediction.card for risk in look.risks),
    )


def _accounts(
    store: Store, covered: Spans, as_of: date | None, policy: DiagnosisPolicy, benchmarks: tuple[Benchmark, ...]
) -> _Look:
    window = covered.window
    ledger = read_ledger(store, window)
    sides = concentration(store, window, ledger, policy)
    leakage = look_for_leakage(store, covered.known, ledger.names, policy)
    kept = retention(store, covered.known, window.end)
    leave = {side: of.logo for side, of in kept.items()}
    found = read_cells(store, window, as_of=as_of)
    judged = judge(found, policy) if found else ()
    hanging = concentration_findings(ledger, sides, policy, leave)
    named = frozenset((f.place.side, f.place.category) for f in hanging)
    funnels, lost = _funnels(store, covered, policy)
    findings = [*retention_findings(kept, store.currency, policy, benchmarks), *hanging, *lost]
    findings += disintermediation_findings(leakage)
    liquidity, spent = None, None
    gaps: tuple[CoverageGap, ...] = ()
    if found is not None:
        gaps = read_gaps(store, found, judged, policy)
        findings += cell_findings(judged, found, ledger, policy, leave, named=named, gaps=gaps)
        spent = read_spend(store, found)
        findings += spend_findings(spent, judged, found, store.currency, policy) if spent else []
    earned = economics(store, window, covered.known, policy)
    if earned is not None:
        findings += economics_findings(earned, store.currency, policy, benchmarks)
    panel = read_panel(store, as_of=as_of, policy=policy)
    drawn, funded = _elasticity(store, panel, policy) if isinstance(panel, Panel) else (None, [])
    findings += funded
    thresholds = read_thresholds(panel, policy.threshold)
    findings += threshold_findings(thresholds, store.currency)
    if found is not None:
        lacking = suppliers_to_threshold(thresholds.readings)
        known = covered.known
        liquidity = audit_cells(store, found, judged, gaps, policy, known=known, as_of=as_of, to_threshold=lacking)
    if spent is not None:
        named_already = [f.place for f in findings if f.kind == "thin_cell_spend"]
        readings, months = thresholds.readings, window.months
        findings += below_threshold_spend(spent, readings, months, store.currency, policy, named=named_already)
    risks = read_risks(store, as_of, policy)
    findings += at_risk_findings(risks, store.currency, policy)
    return _Look(
        findings=tuple(findings),
        found=found,
        judged=judged,
        liquidity=liquidity,
        funnels=funnels,
        cohorts=cohort_tables(store, covered.known),
        economics=earned.sides if earned else (),
        concentration=sides,
        hanging=hanging_picture(ledger, policy, quiet_pictures(leakage)),
        elasticity=drawn,
        threshold=thresholds,
        risks=risks,
    )


def _elasticity(store: Store, panel: Panel, policy: DiagnosisPolicy) -> tuple[ElasticityReading, list[Finding]]:
    amounts = read_money(store, panel)
    reading = elasticity(panel, money=amounts, policy=policy)
    return reading, elasticity_findings(reading, amounts, store.currency, policy)


def _limit(store: Store, look: _Look) -> str:
    if store.sampled:
        return SAMPLED
    short = any(f.kind in SIDE_SHORT for f in look.findings)
    return BLIND if look.found is not None and look.found.unseen and not short else ""


def _load(store: Store) -> int | None:
    if store.known_on is not None:
        return store.known_on
    row = store.engine.row("SELECT max(load_id) FROM loads WHERE status = 'ok'")
    return None if row is None else row[0]


def _judged(judged: tuple[Judged, ...]) -> int:
    return sum(1 for j in judged if j.verdict is not CellVerdict.UNKNOWN)


def _funnels(store: Store, covered: Spans, policy: DiagnosisPolicy) -> tuple[tuple[Funnel, ...], list[Finding]]:
    pictures, findings = onboarding(store, covered.known, covered.window, policy)
    more, others = first_transaction(store, covered.known, covered.window, policy)
    return (*pictures, *more), [*findings, *others]
