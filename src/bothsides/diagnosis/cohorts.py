"""Cohort tables: accounts by the period of their first order, followed by months or quarters of their own age."""

from collections import defaultdict

from bothsides.diagnosis.picture import CohortTable
from bothsides.diagnosis.span import Span
from bothsides.diagnosis.wording import count, of_side, share
from bothsides.metrics import Store
from bothsides.schema import Grain, Period, Side

LONG_HISTORY_MONTHS = 18
"""From here on cohorts and ages are quarters: months would fill a wall."""
BLOCK_DAYS = {Grain.MONTH: 30, Grain.QUARTER: 91}
MOST_AGES = 12
LEAST_ACCOUNTS = 5
"""Cohorts with fewer accounts at an age are left blank: one account would be the whole picture."""


def cohort_tables(store: Store, known: Span) -> tuple[CohortTable, ...]:
    """One table a side; age n is the n-th block of 30 or 91 days after the account's own first order.

    Ages count from each account's first order, so that the first column is a whole block for everybody. A cell is
    blank until every account of the cohort has lived through the block.
    """
    grain = Grain.QUARTER if known.whole_months > LONG_HISTORY_MONTHS else Grain.MONTH
    return tuple(table for side in Side if (table := _table(store, side, grain, known)) is not None)


def _table(store: Store, side: Side, grain: Grain, known: Span) -> CohortTable | None:
    rows = store.engine.rows(
        f"""
        WITH each AS (
            SELECT o.account, (o.placed_on - f.first_order_on) // $block AS age, sum(o.value) AS value
            FROM fact_accounts f JOIN fact_order_parties o USING (account)
            WHERE o.side = $side AND o.placed_on <= $last GROUP BY 1, 2
        )
        SELECT date_trunc('{grain.value}', f.first_order_on)::DATE, e.age, count(*), coalesce(sum(e.value), 0)::DOUBLE
        FROM each e JOIN fact_accounts f USING (account) GROUP BY 1, 2 ORDER BY 1, 2
        """,
        {"side": side.value, "last": known.end, "block": BLOCK_DAYS[grain]},
    )
    found: dict[Period, dict[int, tuple[int, float]]] = defaultdict(dict)
    for start, age, accounts, amount in rows:
        found[Period(start=start, grain=grain)][age] = (accounts, amount)
    cohorts = [period for period in sorted(found) if 0 in found[period]]
    if not cohorts:
        return None
    ages = tuple(range(min(MOST_AGES, known.days // BLOCK_DAYS[grain]) + 1))
    shares = [_row(found[period], period, ages, known) for period in cohorts]
    active = tuple(tuple(cell[0] for cell in row) for row in shares)
    return CohortTable(
        side=side,
        grain=grain.value,
        cohorts=tuple(period.label for period in cohorts),
        sizes=tuple(found[period][0][0] for period in cohorts),
        ages=ages,
        active_share=active,
        gmv_share=tuple(tuple(cell[1] for cell in row) for row in shares),
        sentence=_sentence(side, grain, [found[period][0][0] for period in cohorts], active),
    )


def _row(
    seen: dict[int, tuple[int, float]], period: Period, ages: tuple[int, ...], known: Span
) -> list[tuple[float | None, float | None]]:
    size, first = seen[0]
    row: list[tuple[float | None, float | None]] = []
    for age in ages:
        lived = (known.end - period.end).days + 1 >= BLOCK_DAYS[period.grain] * (age + 1)
        if not lived or size < LEAST_ACCOUNTS:
            row.append((None, None))
            continue
        accounts, amount = seen.get(age, (0, 0.0))
        row.append((accounts / size, amount / first if first > 0 else None))
    return row


def _sentence(side: Side, grain: Grain, sizes: list[int], active: tuple[tuple[float | None, ...], ...]) -> str:
    age = 2 if grain is Grain.QUARTER else 6
    known = [(n, row[age]) for n, row in zip(sizes, active, strict=True) if len(row) > age and row[age] is not None]
    if not known:
        return f"No cohort of {of_side(side)} is old enough to say how many stay."
    total = sum(n for n, _ in known)
    kept = sum(n * (part or 0) for n, part in known) / total
    trend = ""
    if len(known) >= 4:
        half = len(known) // 2
        early, late = (
            sum(n * (p or 0) for n, p in part) / sum(n for n, _ in part) for part in (known[:half], known[half:])
        )
        if abs(late - early) >= 0.05:
            trend = f", {'up' if late > early else 'down'} from {share(early)} to {share(late)} over the cohorts"
    return f"Half a year after their first order {share(kept)} of {count(total)} {of_side(side)} trade{trend}."
