"""How each cell's verdict moved: every period judged on its own days, by the same rules as the map."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby

from bothsides.diagnosis.cell_measures import Measured, read_measures
from bothsides.diagnosis.cell_trade import Trade
from bothsides.diagnosis.cells import Cells, Where, read_periods
from bothsides.diagnosis.liquidity import Judged, cell_readings, judge
from bothsides.diagnosis.liquidity_audit import CellPeriod, CellVerdict
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.span import Span
from bothsides.metrics import Store
from bothsides.schema import Grain, Period
from bothsides.schema.period import periods_between

HISTORY_GRAINS = (Grain.QUARTER, Grain.MONTH)
"""Periods long enough to judge a cell by and short enough to see it move."""

SICK = (CellVerdict.SUPPLY_SHORT, CellVerdict.DEMAND_SHORT, CellVerdict.STALLED)
"""Verdicts that are tested against chance; a fragile cell is counted."""

MOST_PERIODS = {Grain.QUARTER: 8, Grain.MONTH: 12}
"""Periods that are told, the latest ones: two years of quarters, a year of months."""


def history_periods(known: Span, window: Span, grain: Grain) -> tuple[Period, ...]:
    """The latest periods that are known from their first day and end with the window, oldest first.

    Raises ValueError for a grain that is too short or too long to judge a cell by.

    >>> year = Span(start=date(2013, 1, 1), end=date(2013, 12, 31))
    >>> [p.label for p in history_periods(Span(start=date(2013, 2, 1), end=date(2014, 1, 9)), year, Grain.QUARTER)]
    ['2013-Q2', '2013-Q3', '2013-Q4']
    """
    if grain not in HISTORY_GRAINS:
        raise ValueError(f"cells by {grain} cannot be judged: choose {' or '.join(HISTORY_GRAINS)}")
    whole_to = Period.containing(window.end, grain)
    last = whole_to if _ends_with(whole_to, window.end) else whole_to.next(-1)
    whole = [
        p for p in periods_between(known.start, last.end, grain) if p.start >= _month_of(known.start) and p <= last
    ]
    return tuple(whole[-MOST_PERIODS[grain] :])


def _month_of(day: date) -> date:
    """The first day from which the history counts as whole: its month's, where it begins within ten days of it."""
    return day.replace(day=1) if day.day <= 10 else day


def _ends_with(period: Period, day: date) -> bool:
    """Whether the period's last month is the one the window ends in; a window's last month counts as whole."""
    return (period.end.year, period.end.month) == (day.year, day.month)


def read_histories(
    store: Store,
    found: Cells,
    judged: Sequence[Judged],
    periods: Sequence[Period],
    policy: DiagnosisPolicy,
    *,
    as_of: date | None = None,
    trade: Trade | None = None,
) -> dict[Where, tuple[CellPeriod, ...]]:
    """Every cell's periods, oldest first; cells that a period does not know are left out of it.

    `judged` is the window's verdict. What a period shows of a cell that the window found sick is tested by itself;
    for every other cell the claims of all periods share the alarm rate, so that a healthy market stays without one.
    One account must hold more of a short period than of a year before the cell is called fragile. `trade` is what
    accounts did, where it has been read for these periods.
    """
    if not periods:
        return {}
    days = Span(start=periods[0].start, end=min(periods[-1].end, found.span.end))
    measured = read_measures(store, found, days, grain=periods[0].grain, trade=trade)
    careful = replace(
        policy,
        alarm_rate=policy.alarm_rate / len(periods),
        fragile_share=max(policy.fragile_share, policy.fragile_share_period),
    )
    suspected = frozenset(j.cell.where for j in judged if j.verdict in SICK)
    histories: dict[Where, list[CellPeriod]] = {}
    counted = read_periods(store, found, periods, as_of=as_of, trade=trade)
    for period, cells in zip(periods, counted, strict=True):
        for then in judge(cells, careful, suspected=suspected):
            told = _period(then, period, cells.span, measured)
            histories.setdefault(then.cell.where, []).append(told)
    return {where: tuple(told) for where, told in histories.items()}


def _period(judged: Judged, period: Period, span: Span, measured: Measured) -> CellPeriod:
    return CellPeriod(
        label=period.label,
        first=span.start,
        last=span.end,
        verdict=judged.verdict,
        why=judged.why,
        values=measured.get((period.label, judged.cell.where), {}) | cell_readings(judged.cell, period=period.label),
    )


def moved(periods: Sequence[CellPeriod], grain: Grain, verdict: CellVerdict) -> str:
    """How the cell came to the window's verdict, in one sentence.

    Says how often it held and since when; a period that is not judged neither makes nor breaks a run. A period shows
    less than the window: where its own verdict differs, both are said.
    """
    if not periods:
        return f"No whole {grain} is known."
    judged = [p for p in periods if p.verdict is not CellVerdict.UNKNOWN]
    if not judged:
        return _by_no_period(len(periods), grain, verdict)
    runs = [(of, list(run)) for of, run in groupby(judged, key=lambda p: p.verdict)]
    last, run = runs[-1]
    if last is not verdict:
        times = sum(p.verdict is verdict for p in judged)
        alone = f"in {times} of {len(judged)} {grain}s by themselves" if times else f"in no {grain} by itself"
        return f"{_capital(verdict)} over the whole window, {alone}; {last} in {judged[-1].label}."
    since = _since(len(periods) - 1 - list(periods).index(judged[-1]), grain)
    if len(judged) == 1 and since:
        return f"{_capital(verdict)} over the whole window. By itself only {run[0].label} could be judged{since}."
    if len(judged) == 1:
        return f"{_capital(verdict)} in {run[0].label}, the only {grain} that could be judged."
    if len(runs) == 1:
        return f"{_capital(verdict)} in every {grain} that could be judged, {run[0].label} to {run[-1].label}{since}."
    said = f"{_capital(verdict)} since {run[0].label}" if len(run) > 1 else f"{_capital(verdict)} in {run[0].label}"
    times = sum(p.verdict is verdict for p in judged)
    more = f"; {verdict} in {times} of {len(judged)} {grain}s in all" if times > len(run) else ""
    return f"{said}, {runs[-2][0]} before{more}{since}."


def _by_no_period(periods: int, grain: Grain, verdict: CellVerdict) -> str:
    """What is said where no period can be judged by itself."""
    if verdict is CellVerdict.UNKNOWN:
        return f"None of {periods} {grain}s can be judged by itself, and the whole window cannot either."
    return (
        f"{_capital(verdict)} over the whole window; each of its {periods} {grain}s holds too little to be judged by "
        "itself."
    )


def _since(later: int, grain: Grain) -> str:
    """That the latest periods could not be judged, so that what was found before them is no verdict of today."""
    if not later:
        return ""
    return f"; the {later} {grain}s since could not" if later > 1 else f"; the {grain} since could not"


def _capital(verdict: CellVerdict) -> str:
    return verdict.value[:1].upper() + verdict.value[1:]
