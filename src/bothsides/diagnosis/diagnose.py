"""One look at a market: every picture, every finding, and the verdict."""

from datetime import date

from bothsides.diagnosis.accounts import Look, look_at_accounts
from bothsides.diagnosis.at_risk import at_risk, risk_counts
from bothsides.diagnosis.behind import with_rows
from bothsides.diagnosis.benchmarks import BENCHMARKS, Benchmark
from bothsides.diagnosis.caveats import caveats, set_aside
from bothsides.diagnosis.elasticity import Judgement
from bothsides.diagnosis.figures import one
from bothsides.diagnosis.flywheel import EDGES, flywheel
from bothsides.diagnosis.gaps import filled, readiness
from bothsides.diagnosis.headlines import headlines
from bothsides.diagnosis.liquidity import Judged, pictures
from bothsides.diagnosis.liquidity_audit import CellVerdict
from bothsides.diagnosis.picture import Diagnosis
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.ranking import Market, ranked
from bothsides.diagnosis.sales_funnel import sales_funnels
from bothsides.diagnosis.span import Spans, spans
from bothsides.diagnosis.stage.stage import read_stage
from bothsides.diagnosis.trend import recent_fall, recent_turn
from bothsides.diagnosis.verdict import BLIND, SAMPLED, SIDE_SHORT, verdict
from bothsides.metrics import Store
from bothsides.metrics.hindsight import on_day


def diagnose(
    store: Store,
    *,
    as_of: date | None = None,
    policy: DiagnosisPolicy | None = None,
    benchmarks: tuple[Benchmark, ...] = BENCHMARKS,
    judgements: tuple[Judgement, ...] = (),
) -> Diagnosis:
    """What is wrong with the market, where, how sure, worth what, and what the data cannot show.

    `as_of` is the last business day to look at, the last known one by default; `judgements` are what people wrote down
    of the two sides, shown beside the data. Raises ValueError where the store holds no dated order by then: without
    trade there is nothing to diagnose.
    """
    with on_day(store, as_of) as then:
        return _from_orders(then, as_of, policy or DiagnosisPolicy(), benchmarks, judgements)


def _from_orders(
    store: Store,
    as_of: date | None,
    policy: DiagnosisPolicy,
    benchmarks: tuple[Benchmark, ...],
    judgements: tuple[Judgement, ...],
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
    return _diagnose(store, covered, as_of, policy, benchmarks, judgements)


def _diagnose(
    store: Store,
    covered: Spans,
    as_of: date | None,
    policy: DiagnosisPolicy,
    benchmarks: tuple[Benchmark, ...],
    judgements: tuple[Judgement, ...],
) -> Diagnosis:
    look = Look()
    if not store.sampled:
        look = look_at_accounts(store, covered, as_of, policy, benchmarks, judgements=judgements)
    won = sales_funnels(store, as_of, policy)
    ranking = ranked(look.findings, policy, _market(store, covered))
    final = with_rows(store, ranking.listed, covered.window)
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
            turn=recent_turn(store, covered),
        ),
        findings=final,
        beyond=ranking.beyond,
        smaller=ranking.smaller,
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
        set_aside=set_aside(store),
        dictionary=store.dictionary,
        stage=read_stage(
            store, covered, look.found, look.judged, policy, threshold=look.threshold, leaving=at_risk(look.risks)
        ),
        elasticity=look.elasticity,
        threshold=look.threshold,
        predictions=tuple(risk.prediction.card for risk in look.risks),
        at_risk=risk_counts(look.risks),
    )


def _market(store: Store, covered: Spans) -> Market:
    """GMV and net revenue of a mean month of the window."""
    gmv, revenue = (one(store, covered.window, name) for name in ("gmv", "net_revenue"))
    months = covered.window.months
    return Market(
        gmv=float(gmv.value or 0) / months if gmv else 0.0,
        net_revenue=float(revenue.value or 0) / months if revenue else None,
    )


def _limit(store: Store, look: Look) -> str:
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
