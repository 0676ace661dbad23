"""The liquidity audit: every cell's page, what was asked for and not met, and whom to recruit."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from bothsides.diagnosis.cell_findings import order_value
from bothsides.diagnosis.cell_history import history_periods, moved, read_histories, readings
from bothsides.diagnosis.cell_measures import read_measures
from bothsides.diagnosis.cells import Cells, Where, read_cells
from bothsides.diagnosis.coverage import coverage_gaps, read_titles, read_unmet
from bothsides.diagnosis.liquidity import Judged, judge
from bothsides.diagnosis.liquidity_audit import CellHistory, CoverageGap, LiquidityAudit, MainAccount
from bothsides.diagnosis.matching import matching
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.recruits import read_kinds, recruit_list
from bothsides.diagnosis.span import Span, spans
from bothsides.metrics import Store
from bothsides.metrics.hindsight import on_day
from bothsides.schema import Grain, Side, minor_units

MOST_ACCOUNTS = 3
"""Accounts of each side named on a cell's page."""


def read_gaps(store: Store, found: Cells, judged: Sequence[Judged], policy: DiagnosisPolicy) -> tuple[CoverageGap, ...]:
    """What was searched and asked for in each cell over the window and not met, most money first."""
    worth = {cell.where: order_value(cell, found) for cell in found.cells}
    priced = {where: value for where, value in worth.items() if value > 0}
    return coverage_gaps(judged, found, read_unmet(store, found), priced, policy, titles=read_titles(store, found))


def audit_cells(
    store: Store,
    found: Cells,
    judged: Sequence[Judged],
    gaps: tuple[CoverageGap, ...],
    policy: DiagnosisPolicy,
    *,
    known: Span,
    grain: Grain = Grain.QUARTER,
    as_of: date | None = None,
    to_threshold: Mapping[Where, int] | None = None,
) -> LiquidityAudit:
    """Every cell over the window and period by period, its gap and its main accounts, and whom to recruit.

    `known` are all known days, `to_threshold` the suppliers that a cell lacks to its threshold, where one is claimed.
    Raises ValueError for a grain that cells cannot be judged by.
    """
    periods = history_periods(known, found.span, grain)
    histories = read_histories(store, found, judged, periods, policy, as_of=as_of)
    window, accounts = read_measures(store, found, found.span), read_accounts(store, found)
    cells = tuple(
        CellHistory(
            category=j.cell.category,
            region=j.cell.region,
            verdict=j.verdict,
            why=j.why,
            window=window.get((None, j.cell.where), {}) | readings(j, store.currency),
            periods=(told := histories.get(j.cell.where, ())),
            moved=moved(told, grain, j.verdict),
            accounts=accounts.get(j.cell.where, ()),
        )
        for j in judged
    )
    recruits = recruit_list(gaps, found, read_kinds(store, found), policy, store.currency, to_threshold=to_threshold)
    return LiquidityAudit(
        grain=grain,
        periods=(labels := tuple(p.label for p in periods)),
        cells=cells,
        gaps=gaps,
        recruits=recruits,
        matching=matching(histories, labels, unseen=found.unseen),
    )


def by_period(
    store: Store, audit: LiquidityAudit, grain: Grain, policy: DiagnosisPolicy, *, as_of: date | None = None
) -> LiquidityAudit:
    """The same audit with its cells told by another grain; what the window says stays.

    Raises ValueError for a grain that cells cannot be judged by.
    """
    with on_day(store, as_of) as then:
        covered = spans(then, "orders", as_of=as_of, months=policy.window_months, slack=policy.complete_within_days)
        found = None if covered is None else read_cells(then, covered.window, as_of=as_of)
        if covered is None or found is None:
            return audit
        periods = history_periods(covered.known, covered.window, grain)
        histories = read_histories(then, found, judge(found, policy), periods, policy, as_of=as_of)
    cells = tuple(
        replace(
            page,
            periods=(told := histories.get((page.category, page.region), ())),
            moved=moved(told, grain, page.verdict),
        )
        for page in audit.cells
    )
    labels = tuple(p.label for p in periods)
    fitted = matching(histories, labels, unseen=found.unseen)
    return replace(audit, grain=grain, periods=labels, cells=cells, matching=fitted)


def read_accounts(store: Store, found: Cells) -> dict[Where, tuple[MainAccount, ...]]:
    """The largest buyers and suppliers of every cell over the window, buyers first."""
    category = "category" if found.by_category else "NULL::VARCHAR"
    region = "region" if found.by_region else "NULL::VARCHAR"
    unit = 10 ** minor_units(store.currency)
    named: dict[Where, list[MainAccount]] = defaultdict(list)
    for side in Side:
        rows = store.engine.rows(
            f"""
            WITH held AS (
                SELECT {category} AS category, {region} AS region, {side.value} AS account, sum(value) AS amount
                FROM fact_orders WHERE placed_on BETWEEN $first AND $last GROUP BY 1, 2, 3
            ),
            ranked AS (
                SELECT *, sum(amount) OVER cells AS total,
                       row_number() OVER (PARTITION BY category, region ORDER BY amount DESC, account) AS nth
                FROM held WHERE amount IS NOT NULL WINDOW cells AS (PARTITION BY category, region)
            )
            SELECT r.category, r.region, coalesce(d.name, 'account ' || r.account), amount::DOUBLE,
                   amount::DOUBLE / total::DOUBLE
            FROM ranked r LEFT JOIN dim_accounts d USING (account)
            WHERE nth <= $most AND total > 0 ORDER BY r.category, r.region, nth
            """,
            {"first": found.span.start, "last": found.span.end, "most": MOST_ACCOUNTS},
        )
        for c, r, name, amount, part in rows:
            named[c, r].append(MainAccount(side=side, name=name, gmv=amount / unit, share=part))
    return {where: tuple(accounts) for where, accounts in named.items()}
