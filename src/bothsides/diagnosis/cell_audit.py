"""The liquidity audit: every cell's page, what was asked for and not met, and whom to recruit."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from bothsides.diagnosis.cell_findings import order_value
from bothsides.diagnosis.cell_history import history_periods, moved, read_histories
from bothsides.diagnosis.cell_measures import read_measures
from bothsides.diagnosis.cell_trade import Held, Trade, read_trade
from bothsides.diagnosis.cells import Cells, Where, read_cells, read_split, spans_of, split_of
from bothsides.diagnosis.coverage import coverage_gaps, read_titles, read_unmet
from bothsides.diagnosis.liquidity import Judged, cell_readings, judge
from bothsides.diagnosis.liquidity_audit import CellHistory, CoverageGap, LiquidityAudit, MainAccount
from bothsides.diagnosis.matching import matching
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.recruits import read_kinds, recruit_list
from bothsides.diagnosis.span import Span, spans
from bothsides.metrics import Store
from bothsides.metrics.hindsight import on_day
from bothsides.schema import Grain, minor_units

MOST_ACCOUNTS = 3
"""Accounts of each side named on a cell's page."""


def read_gaps(
    store: Store, found: Cells, judged: Sequence[Judged], policy: DiagnosisPolicy, *, trade: Trade | None = None
) -> tuple[CoverageGap, ...]:
    """What was searched and asked for in each cell over the window and not met, most money first.

    `trade` is what accounts did in the window, where it has been read.
    """
    worth = {cell.where: order_value(cell, found) for cell in found.cells}
    priced = {where: value for where, value in worth.items() if value > 0}
    unmet = read_unmet(store, found, trade=trade)
    return coverage_gaps(judged, found, unmet, priced, policy, titles=read_titles(store, found))


def read_history(
    store: Store, known: Span, window: Span, *, grain: Grain = Grain.QUARTER, as_of: date | None = None
) -> Trade | None:
    """What accounts did in the cells of the window and of its periods; None where no dimension splits the market."""
    split = read_split(store, window)
    if split is None:
        return None
    return read_trade(store, split, (*spans_of(history_periods(known, window, grain), window), window), as_of=as_of)


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
    trade: Trade | None = None,
) -> LiquidityAudit:
    """Every cell over the window and period by period, its gap and its main accounts, and whom to recruit.

    `known` are all known days, `to_threshold` the suppliers that a cell lacks to its threshold, where one is claimed.
    `trade` is what accounts did in the periods and the window, where it has been read.
    Raises ValueError for a grain that cells cannot be judged by.
    """
    periods = history_periods(known, found.span, grain)
    trade = trade or read_trade(store, split_of(found), (*spans_of(periods, found.span), found.span), as_of=as_of)
    histories = read_histories(store, found, judged, periods, policy, as_of=as_of, trade=trade)
    window = read_measures(store, found, found.span, trade=trade)
    accounts = main_accounts(store, found, trade)
    cells = tuple(
        CellHistory(
            category=j.cell.category,
            region=j.cell.region,
            verdict=j.verdict,
            why=j.why,
            window=window.get((None, j.cell.where), {}) | cell_readings(j.cell),
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


def main_accounts(store: Store, found: Cells, trade: Trade) -> dict[Where, tuple[MainAccount, ...]]:
    """The largest buyers and suppliers of every cell over the window, buyers first."""
    unit = 10 ** minor_units(store.currency)
    largest = [(side, row) for side, held in trade.orders.items() for row in _largest(trade.over(held, [found.span]))]
    ids = ", ".join(str(account) for account in sorted({account for _, (_, account, _, _) in largest}))
    told = store.engine.rows(f"SELECT account, name FROM dim_accounts WHERE account IN ({ids})") if ids else []
    names: dict[int, str] = dict(told)
    named: dict[Where, list[MainAccount]] = defaultdict(list)
    for side, (cell, account, amount, total) in largest:
        name = names.get(account) or f"account {account}"
        named[trade.cells[cell]].append(MainAccount(side=side, name=name, gmv=amount / unit, share=amount / total))
    return {where: tuple(accounts) for where, accounts in named.items()}


def _largest(held: Held) -> list[tuple[int, int, float, float]]:
    """Cell, account, amount and the cell's total of its largest accounts; equal ones by their ids."""
    by = held.by_cell()
    total = np.repeat(by.total(held["amount"]), by.accounts)
    order = np.lexsort((held.account, -held["amount"], held.cell))
    order = order[(held["rows"] > held.sums.get("unpriced", 0))[order]]
    first = np.searchsorted(held.cell[order], held.cell[order])
    order = order[(np.arange(len(order)) - first < MOST_ACCOUNTS) & (total[order] > 0)]
    columns = (held.cell, held.account, held["amount"].astype(float), total.astype(float))
    return list(zip(*(column[order].tolist() for column in columns), strict=True))
