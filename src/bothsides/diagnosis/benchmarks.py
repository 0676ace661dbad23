"""Outside figures with source, year and grade. A market is compared with its own history first, with these second."""

from collections.abc import Container
from dataclasses import dataclass
from enum import StrEnum

from bothsides.metrics import Better, Status, Value
from bothsides.metrics.catalogue import METRICS

LEAST_PERIODS = 4
"""Fewer earlier months or quarters make no history to stand in."""


class Grade(StrEnum):
    """How far a benchmark can be trusted. A: the author's own data or rule. B: second-hand quote of a named primary.

    C: vendor or agency heuristic. X: invented or untraceable; kept so that nobody adds it again, never shown.
    """

    A = "A"
    B = "B"
    C = "C"
    X = "X"


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """A published figure: `good` or better is good, between `poor` and `good` is ordinary; shares from 0 to 1.

    `metric` is the metric or reading it stands beside; None where no number of an audit is of its kind.
    """

    metric: str | None
    good: float | None
    poor: float | None
    text: str
    source: str
    year: int | None
    grade: Grade
    applies: str


BENCHMARKS: tuple[Benchmark, ...] = (
    Benchmark(
        metric="cac_payback_months",
        good=18.0,
        poor=36.0,
        text="6-18 months for small and medium accounts, 24-36 tolerable for enterprise, above 36 a brake",
        source="Bessemer, Cloud Computing Law 6",
        year=2012,
        grade=Grade.A,
        applies="cloud software; marketplaces only with care",
    ),
    Benchmark(
        metric="cac_payback_months",
        good=12.0,
        poor=24.0,
        text="small accounts 8-12 months, mid-market 14-18, enterprise 18-24; median 15",
        source="Optifai, n = 356",
        year=2025,
        grade=Grade.C,
        applies="software vendors",
    ),
    Benchmark(
        metric="ltv_to_cac",
        good=3.0,
        poor=1.0,
        text="at least 3",
        source="Skok, via secondary sources",
        year=None,
        grade=Grade.B,
        applies="subscription businesses",
    ),
    Benchmark(
        metric="ndr_net_revenue",
        good=1.2,
        poor=0.8,
        text="80 % very small, 95 % small and medium, 120 % enterprise customers",
        source="SaaStr (opinion)",
        year=None,
        grade=Grade.A,
        applies="cloud software revenue, not GMV",
    ),
    Benchmark(
        metric="ndr_net_revenue",
        good=1.2,
        poor=None,
        text="about 120 %",
        source="Bessemer, Scaling to $100M, via summaries",
        year=2021,
        grade=Grade.B,
        applies="cloud software revenue, not GMV",
    ),
    Benchmark(
        metric="ndr_gmv",
        good=1.0,
        poor=0.45,
        text="100 % and more with the best supply; 80-95 % early falling to 45-50 % at month 12 on average",
        source="a16z on GMV retention, quoted by Omega Point and Causo",
        year=None,
        grade=Grade.B,
        applies="marketplace cohorts, month 12 against the first; here last year's accounts against this year",
    ),
    Benchmark(
        metric="grr_net_revenue",
        good=0.85,
        poor=None,
        text="about 85 % and more",
        source="Bessemer, Scaling to $100M, via summaries",
        year=2021,
        grade=Grade.B,
        applies="cloud software revenue",
    ),
    Benchmark(
        metric="take_rate",
        good=None,
        poor=None,
        text="0.5 % to 30 % over all marketplaces; business-to-business at the low end",
        source="Point Nine, marketplace napkin",
        year=2018,
        grade=Grade.A,
        applies="all marketplaces: a range, not a target",
    ),
    Benchmark(
        metric="gmv_per_month",
        good=None,
        poor=None,
        text="EUR 50-200 k a month when a seed round is raised",
        source="Point Nine, marketplace napkin",
        year=2018,
        grade=Grade.A,
        applies="marketplaces raising a seed round, in EUR: a range, not a target",
    ),
    Benchmark(
        metric="ltv_to_cac",
        good=None,
        poor=None,
        text="3 times CAC earned back within 18-24 months",
        source="Golden Ventures, on Sacra (opinion)",
        year=None,
        grade=Grade.A,
        applies="marketplaces; an opinion",
    ),
    Benchmark(
        metric=None,
        good=None,
        poor=None,
        text="rounds of $1-4 m (seed), $7-12 m (A), $20-50 m (B)",
        source="Point Nine, B2B marketplace napkin",
        year=2021,
        grade=Grade.A,
        applies="business-to-business marketplaces raising money",
    ),
    Benchmark(
        metric=None,
        good=None,
        poor=None,
        text="supply is short where 20-30 % of trips carry a surge price",
        source="Uber, in Lenny's newsletter",
        year=2019,
        grade=Grade.A,
        applies="ride hailing (an anecdote)",
    ),
    Benchmark(
        metric=None,
        good=None,
        poor=None,
        text="a city works by itself from about 100 deliveries a day",
        source="DoorDash, in Lenny's newsletter",
        year=2019,
        grade=Grade.A,
        applies="food delivery (an anecdote)",
    ),
    Benchmark(
        metric="three_quotes_share",
        good=0.6,
        poor=None,
        text="healthy when 60 % of requests get at least three quotes",
        source="Thumbtack, in Lenny's newsletter",
        year=2019,
        grade=Grade.A,
        applies="request-for-quotation marketplaces (an anecdote)",
    ),
    Benchmark(
        metric="logo_retention",
        good=0.5,
        poor=0.3,
        text="30 % good, 50 % great after six months",
        source="Lenny and Casey Winters, survey of 20",
        year=None,
        grade=Grade.B,
        applies="transactional products, six months; here twelve",
    ),
    Benchmark(
        metric="top_1_share",
        good=0.2,
        poor=0.3,
        text="one account above 20 % flagged, above 30 % material",
        source="vendor heuristic",
        year=None,
        grade=Grade.C,
        applies="any",
    ),
    Benchmark(
        metric="liquidity_ratio",
        good=0.4,
        poor=0.1,
        text="10/20/40 % bands",
        source="search-engine articles, no origin found",
        year=None,
        grade=Grade.X,
        applies="none",
    ),
    Benchmark(
        metric="buyer_to_seller_ratio",
        good=5.0,
        poor=None,
        text="five buyers per seller",
        source="search-engine articles, no origin found",
        year=None,
        grade=Grade.X,
        applies="none",
    ),
    Benchmark(
        metric="buyer_activation_rate",
        good=None,
        poor=None,
        text="generic activation percentages",
        source="search-engine articles, no origin found",
        year=None,
        grade=Grade.X,
        applies="none",
    ),
)
"""Every benchmark that ships, the refused ones included."""


def shown(metric_id: str, benchmarks: tuple[Benchmark, ...] = BENCHMARKS) -> tuple[Benchmark, ...]:
    """The metric's benchmarks, best grade first, never one of grade X."""
    found = [b for b in benchmarks if b.metric == metric_id and b.grade is not Grade.X]
    return tuple(sorted(found, key=lambda b: b.grade))


def unplaced(seen: Container[str], benchmarks: tuple[Benchmark, ...] = BENCHMARKS) -> tuple[Benchmark, ...]:
    """The figures that stand beside none of the metrics seen, never one of grade X."""
    return tuple(b for b in benchmarks if b.grade is not Grade.X and (b.metric is None or b.metric not in seen))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the latest complete month or quarter of a run stands among those before it.

    `percentile` is the share of earlier periods below it, ties counted by half (mid-rank); `better` says whether that
    is the good half of them, None where neither direction is good or it stands in the middle. `passed_over` is the
    first period after the latest one, which is not complete or not old enough.
    """

    latest: Value
    earlier: int
    below: int
    percentile: float
    better: bool | None
    passed_over: Value | None = None


def standing(run: tuple[Value, ...]) -> Standing | None:
    """The standing of a run, oldest first; None with fewer than four complete periods before the latest one."""
    whole = [value for value in run if value.value is not None and value.status in (Status.OK, Status.RESTATED)]
    if len(whole) <= LEAST_PERIODS:
        return None
    *before, latest = whole
    now = float(latest.value or 0)
    below = sum(1 for value in before if float(value.value or 0) < now)
    equal = sum(1 for value in before if value.value == latest.value)
    percentile = (below + equal / 2) / len(before)
    way = _way(latest.metric)
    return Standing(
        latest=latest,
        earlier=len(before),
        below=below,
        percentile=percentile,
        better=None if way is Better.NEITHER or percentile == 0.5 else (percentile > 0.5) == (way is Better.UP),
        passed_over=next(iter(run[run.index(latest) + 1 :]), None),
    )


def _way(metric_id: str) -> Better:
    return METRICS[metric_id].better if metric_id in METRICS else Better.NEITHER


def compare(value: Value, history: tuple[Value, ...] = (), benchmarks: tuple[Benchmark, ...] = BENCHMARKS) -> str:
    """One sentence: the value against its own run first, then against the best-graded benchmark; empty if neither.

    `history` is the metric's own run, oldest first; at least four known values make a run.
    """
    parts = [own_history(value, history), _outside(value, benchmarks)]
    return " ".join(part for part in parts if part)


def own_history(value: Value, history: tuple[Value, ...]) -> str:
    """Where the value stands among its own earlier values."""
    known = [v.value for v in history if v.value is not None]
    if value.value is None or len(known) < LEAST_PERIODS:
        return ""
    below = sum(1 for v in known if v < value.value)
    place = f"higher than {below} of the {len(known)} periods before"
    better = _way(value.metric)
    if better is Better.NEITHER:
        return f"It is {place}."
    good = below / len(known) >= 0.5 if better is Better.UP else below / len(known) <= 0.5
    return f"It is {place}, {'better' if good else 'worse'} than its own usual level."


def _outside(value: Value, benchmarks: tuple[Benchmark, ...]) -> str:
    found = shown(value.metric, benchmarks)
    if value.value is None or not found:
        return ""
    mark = next((m for m in found if m.good is not None or m.poor is not None), found[0])
    dated = f"{mark.source}, {mark.year}" if mark.year else mark.source
    return f"{verdict(value.value, mark)}{mark.text} ({dated}; grade {mark.grade}; {mark.applies})."


def verdict(number: float, mark: Benchmark) -> str:
    """Good, ordinary or poor against the benchmark, as the beginning of a sentence."""
    up = _way(mark.metric or "") is not Better.DOWN
    if mark.good is not None and (number >= mark.good if up else number <= mark.good):
        return "Good against a benchmark of "
    if mark.poor is not None and (number < mark.poor if up else number > mark.poor):
        return "Poor against a benchmark of "
    return "A benchmark says "
