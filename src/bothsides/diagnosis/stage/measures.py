"""The readings that a stage is told by, each with its reason where the data cannot give it."""

from collections.abc import Sequence
from dataclasses import replace

from bothsides.diagnosis.cells import Cells
from bothsides.diagnosis.figures import counted, figure, one
from bothsides.diagnosis.liquidity_audit import CellVerdict
from bothsides.diagnosis.span import Span, Spans
from bothsides.diagnosis.stage.policy import StagePolicy
from bothsides.diagnosis.threshold import Thresholds
from bothsides.metrics import Query, Status, Store, Unit, Value, ask
from bothsides.metrics.appraisal import SMALL_N
from bothsides.schema import Side
from bothsides.schema.period import add_months

YEAR = 12
SAMPLED = "the orders are a declared sample, which cannot follow accounts or fill cells"


def measures(
    store: Store,
    covered: Spans,
    found: Cells | None,
    verdicts: Sequence[CellVerdict],
    threshold: Thresholds | None,
    policy: StagePolicy,
) -> dict[str, Value]:
    """Every reading that the rules may test, and the suppliers' net retention, by id.

    `found` says which dimensions split the market, without them it is one cell; `verdicts` are those of its cells,
    `threshold` what was found out about liquidity thresholds.
    """
    values = [_months(covered), _monthly(store, covered.window), _growth(store, covered), _balanced(verdicts)]
    values.append(_above(threshold))
    if store.sampled:
        names = ("buyer_repeat", "ndr_buyers", "ndr_suppliers", "newcomer_gmv_share", "top_ten_buyers_share")
        values += [_unknown(name, Unit.RATE, SAMPLED) for name in names]
        values += [_unknown(name, unit, SAMPLED) for name, unit in _CELL_READINGS]
    else:
        values += [
            _repeat(store, covered),
            *_working_cells(store, covered.window, found, policy),
            *(_ndr(store, covered.window, side) for side in Side),
            _newcomers(store, covered),
            _top_ten(store, covered.window),
        ]
    return {value.metric: value for value in values}


_CELL_READINGS = (("working_cells", Unit.COUNT), ("working_cell_share", Unit.RATE))


def _unknown(name: str, unit: Unit, reason: str, side: Side | None = None) -> Value:
    return figure(name, None, unit, n=0, side=side.value if side else None, reason=reason)


def _months(covered: Spans) -> Value:
    """Months of known trade up to the window's end: the market is at least so old."""
    whole = Span(start=covered.known.start, end=covered.window.end).whole_months
    return figure("months_of_trade", whole, Unit.MONTHS, n=whole, period=_period(covered.known))


def _monthly(store: Store, window: Span) -> Value:
    """GMV a mean month of the window."""
    name, total = "gmv_per_month", one(store, window, "gmv")
    if total is None:
        return _unknown(name, Unit.MONEY, "nothing was bought")
    return replace(total, metric=name, value=float(total.value or 0) / window.months, low=None, high=None)


def _growth(store: Store, covered: Spans) -> Value:
    """GMV of the latest months against as many before, as a yearly pace; partial where these are not twelve."""
    if covered.before is None:
        return _unknown("gmv_growth_year", Unit.RATE, "no earlier months to compare with")
    now, before = one(store, covered.now, "gmv"), one(store, covered.before, "gmv")
    if now is None or before is None or float(before.value or 0) <= 0 or float(now.value or 0) <= 0:
        return _unknown("gmv_growth_year", Unit.RATE, "no GMV in the months before")
    months = covered.now.whole_months
    pace = (float(now.value or 0) / float(before.value or 0)) ** (YEAR / months) - 1
    value = figure("gmv_growth_year", pace, Unit.RATE, n=now.n, period=_period(covered.now))
    if months >= YEAR:
        return value
    reason = f"{months} months against the {months} before, at a yearly pace: seasons do not cancel"
    return replace(value, status=Status.PARTIAL, reason=reason)


def _repeat(store: Store, covered: Spans) -> Value:
    """Share of new buyers that order again within 90 days: those of the window, or of all history where these are few.

    Where the first known order need not be the first, the first months are left out.
    """
    name, told = "buyer_repeat", store.newcomers(spend=False)
    for start in (covered.window.start, covered.known.start):
        since = max(start, told) if told else start
        if since > covered.window.end:
            continue
        found = one(store, Span(start=since, end=covered.window.end), "buyer_repeat_rate_90d", side=Side.BUYER.value)
        if found is not None and (found.n >= SMALL_N or start == covered.known.start):
            return _renamed(found, name, Side.BUYER)
    return _unknown(name, Unit.RATE, "no new buyer had 90 days to order again", Side.BUYER)


def _working_cells(store: Store, window: Span, found: Cells | None, policy: StagePolicy) -> tuple[Value, Value]:
    """Cells in which enough buyers ordered from enough suppliers in each of the last months, of those that traded.

    Market depth as it is felt, buyers and suppliers who really meet; a16z, 13 Metrics for Marketplace Companies.
    """
    months = policy.cell_months
    if window.whole_months < months:
        reason = f"fewer than {months} months are known"
        first, second = (_unknown(name, unit, reason) for name, unit in _CELL_READINGS)
        return first, second
    category, region = _split(found)
    row = store.engine.row(
        f"""
        WITH monthly AS (
            SELECT {category} AS category, {region} AS region, month, {_traders(found, Side.BUYER)} AS buyers,
                   {_traders(found, Side.SUPPLIER)} AS suppliers
            FROM fact_account_months WHERE month BETWEEN $first AND $last AND orders > 0 GROUP BY 1, 2, 3
        ),
        cells AS (
            SELECT category, region,
                   count(*) FILTER (month >= $since AND buyers >= $buyers AND suppliers >= $suppliers) AS good
            FROM monthly WHERE category IS NOT NULL AND region IS NOT NULL GROUP BY 1, 2
        )
        SELECT count(*) FILTER (good >= $months), count(*) FROM cells
        """,
        {
            "first": window.start.replace(day=1),
            "last": window.end,
            "since": add_months(window.end.replace(day=1), 1 - months),
            "buyers": policy.cell_buyers,
            "suppliers": policy.cell_suppliers,
            "months": months,
        },
    )
    working, traded = row or (0, 0)
    period = f"{months} months to {window.end:%Y-%m}"
    share = working / traded if traded else None
    return (
        figure("working_cells", working, Unit.COUNT, n=traded, period=period),
        figure("working_cell_share", share, Unit.RATE, n=traded, period=period, reason=None if traded else "no cell"),
    )


def _balanced(verdicts: Sequence[CellVerdict]) -> Value:
    """Share of the cells with a verdict that are balanced."""
    name, judged = "balanced_cell_share", [v for v in verdicts if v is not CellVerdict.UNKNOWN]
    if len(judged) < max(1, len(verdicts) / 2):
        return _unknown(name, Unit.RATE, "fewer than half of the cells could be judged")
    return figure(name, judged.count(CellVerdict.BALANCED) / len(judged), Unit.RATE, n=len(judged))


def _above(threshold: Thresholds | None) -> Value:
    """Share of cells that have as many of the other side as every claimed threshold takes."""
    name = "cells_above_threshold"
    claimed = [reading for reading in threshold.readings if reading.claimed] if threshold else []
    if not claimed:
        return _unknown(name, Unit.RATE, "no liquidity threshold is claimed")
    across: dict[str, bool] = {}
    for reading in claimed:
        for cell in reading.distances:
            across[cell.label] = across.get(cell.label, True) and cell.across
    if not across:
        return _unknown(name, Unit.RATE, "no cell's distance from the threshold is known")
    return figure(name, sum(across.values()) / len(across), Unit.RATE, n=len(across))


def _traders(found: Cells | None, side: Side) -> str:
    """A side's accounts in a cell's month: one row of the fact each, unless a cell holds several of its places."""
    if found is not None and found.by_category and found.by_region:
        return f"count(*) FILTER (side = '{side}')"
    return f"count(DISTINCT CASE WHEN side = '{side}' THEN account END)"


def _split(found: Cells | None) -> tuple[str, str]:
    """The columns that split the market into cells; one word for a dimension that does not."""
    one_cell = "'all'"
    if found is None:
        return one_cell, one_cell
    return "category" if found.by_category else one_cell, "region" if found.by_region else one_cell


def _ndr(store: Store, window: Span, side: Side) -> Value:
    """Net retention on GMV over twelve months at the window's end."""
    name, where = f"ndr_{side.value}s", (("side", (side.value,)),)
    found = ask(store, Query(metrics=("ndr_gmv",), where=where, end=window.end, as_of=window.end))
    if found and found[0].value is not None:
        return _renamed(found[0], name, side)
    return _unknown(name, Unit.RATE, (found[0].reason if found else None) or "less than two years are known", side)


def _newcomers(store: Store, covered: Spans) -> Value:
    """Share of the window's GMV from buyers whose first order falls into it."""
    name, told = "newcomer_gmv_share", store.newcomers(spend=False)
    if told is not None and told > covered.window.start:
        reason = f"orders are known from {covered.known.start} only: who was new in the window cannot be told"
        return _unknown(name, Unit.RATE, reason, Side.BUYER)
    row = store.engine.row(
        """
        WITH bought AS (
            SELECT account, sum(value) AS amount FROM fact_account_months
            WHERE side = 'buyer' AND month BETWEEN $first AND $last AND orders > 0 GROUP BY 1
        )
        SELECT coalesce(sum(b.amount) FILTER (f.first_order_on >= $first), 0)::DOUBLE / nullif(sum(b.amount), 0),
               count(*)
        FROM bought b JOIN fact_accounts f USING (account)
        """,
        {"first": covered.window.start.replace(day=1), "last": covered.window.end},
    )
    share, buyers = row or (None, 0)
    if share is None:
        return _unknown(name, Unit.RATE, "nothing was bought", Side.BUYER)
    return figure(name, share, Unit.RATE, n=buyers, side=Side.BUYER.value, period=_period(covered.window))


def _top_ten(store: Store, window: Span) -> Value:
    name = "top_ten_buyers_share"
    found = one(store, window, "top_10_share", side=Side.BUYER.value)
    if found is None:
        return _unknown(name, Unit.RATE, "nothing was bought", Side.BUYER)
    return _renamed(counted(found), name, Side.BUYER)


def _renamed(value: Value, name: str, side: Side) -> Value:
    """A metric's value under the reading's name; its definition still says which metric it is."""
    return replace(value, metric=name, side=side.value)


def _period(span: Span) -> str:
    return f"{span.start}..{span.end}"
