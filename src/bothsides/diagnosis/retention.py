"""Who stays and grows: net retention per side over a year and over the latest months, and the leak it shows."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from bothsides.diagnosis.benchmarks import Benchmark, compare
from bothsides.diagnosis.figures import figure, rate
from bothsides.diagnosis.finding import Evidence, Finding, Place, Rows, Sureness, Worth
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.retention_cause import cause_of_fall
from bothsides.diagnosis.span import Span
from bothsides.diagnosis.wording import count, counted, money, of_side, share
from bothsides.metrics import Basis, Query, Status, Store, Unit, Value, ask
from bothsides.metrics.interval import clustered_ratio
from bothsides.predict.comparison import worse_than
from bothsides.schema import Side, minor_units
from bothsides.schema.period import add_months

MOST_NAMED = 20
"""Accounts named for somebody to call."""

YEARLY = ("ndr_gmv", "grr_gmv", "logo_retention", "ndr_net_revenue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the accounts of one span brought in the span after it, major units."""

    months: int
    accounts: int
    stayed: int
    base: float
    later: float
    ndr: Value
    logo: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """An account that stopped or halved: what it brought in the earlier and in the later months, major units."""

    name: str
    before: float
    later: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SideRetention:
    """One side's retention: the yearly metrics, and the latest months against as many before."""

    side: Side
    yearly: dict[str, Value]
    recent: Kept | None
    end: date
    """The last day looked at."""
    lost: tuple[Lost, ...]
    """The accounts that stopped or halved in the latest months, those that lost most first, at most twenty."""
    earlier: Kept | None
    """The same as `recent`, a year earlier, where the history reaches so far: what seasons alone do."""

    @property
    def ndr(self) -> Value | None:
        """The yearly NDR on GMV, if the history carries it."""
        value = self.yearly.get("ndr_gmv")
        return value if value is not None and value.value is not None else None

    @property
    def logo(self) -> Value | None:
        """The yearly logo retention, if the history carries it."""
        value = self.yearly.get("logo_retention")
        return value if value is not None and value.value is not None else None


def retention(store: Store, known: Span, end: date) -> dict[Side, SideRetention]:
    """Both sides' retention up to a month's end."""
    query = Query(metrics=YEARLY, by_side=True, end=end)
    values = [v for v in ask(store, query) if v.status is not Status.UNAVAILABLE]
    whole = Span(start=known.start, end=end).whole_months - (known.start.day > 10)
    months = min(6, whole // 2)
    found = {}
    for side in Side:
        recent = kept(store, side, end, months) if months >= 3 else None
        reaches = whole >= 12 + 2 * months
        found[side] = SideRetention(
            side=side,
            yearly={v.metric: v for v in values if v.side == side},
            recent=recent,
            end=end,
            lost=lost(store, side, end, months) if recent else (),
            earlier=kept(store, side, _year_before(end), months) if recent and reaches else None,
        )
    return found


def _year_before(end: date) -> date:
    """The last day of the same month a year earlier."""
    return add_months(end.replace(day=1), -11) - timedelta(days=1)


def kept(store: Store, side: Side, end: date, months: int) -> Kept | None:
    """The accounts with positive GMV in the months before the last `months`, followed into them."""
    last_month = end.replace(day=1)
    row = store.engine.row(
        """
        WITH followed AS (
            SELECT account, coalesce(sum(value) FILTER (month < $split), 0)::DOUBLE AS base,
                   coalesce(sum(value) FILTER (month >= $split), 0)::DOUBLE AS later,
                   coalesce(sum(orders) FILTER (month >= $split), 0) AS later_orders
            FROM fact_account_months WHERE side = $side AND month BETWEEN $first AND $last GROUP BY account
        )
        SELECT count(*), count(*) FILTER (later_orders > 0), sum(base), sum(later),
               sum(later * later), sum(base * base), sum(later * base)
        FROM followed WHERE base > 0
        """,
        {
            "side": side.value,
            "last": last_month,
            "split": add_months(last_month, 1 - months),
            "first": add_months(last_month, 1 - 2 * months),
        },
    )
    if row is None or not row[0]:
        return None
    accounts, stayed, base, later, *squares = row
    unit, bound = 10 ** minor_units(store.currency), clustered_ratio(accounts, later, base, *squares)
    low, high = (None, None) if bound is None else (max(0.0, bound[0]), bound[1])
    month_end = add_months(last_month, 1) - timedelta(days=1)
    span = f"{months} months to {last_month:%Y-%m}" if end >= month_end else f"{months} months to {end}"
    lacking = f"known until {end}, the month ends {month_end}" if end < month_end else None
    return Kept(
        months=months,
        accounts=accounts,
        stayed=stayed,
        base=base / unit,
        later=later / unit,
        ndr=_as_far(
            figure(
                "recent_ndr_gmv",
                later / base,
                Unit.RATE,
                n=accounts,
                low=low,
                high=high,
                basis=Basis.CLUSTER,
                side=side.value,
                period=span,
            ),
            lacking,
        ),
        logo=_as_far(rate("recent_logo_retention", stayed, accounts, side=side.value, period=span), lacking),
    )


def _as_far(value: Value, lacking: str | None) -> Value:
    """The value, partial where days of its last month are not known."""
    return value if lacking is None else replace(value, status=Status.PARTIAL, reason=lacking)


def lost(store: Store, side: Side, end: date, months: int) -> tuple[Lost, ...]:
    """The accounts that brought at most half of what they did in the months before, by what is gone."""
    last_month, unit = end.replace(day=1), 10 ** minor_units(store.currency)
    rows = store.engine.rows(
        """
        WITH followed AS (
            SELECT account, coalesce(sum(value) FILTER (month < $split), 0)::DOUBLE AS base,
                   coalesce(sum(value) FILTER (month >= $split), 0)::DOUBLE AS later
            FROM fact_account_months WHERE side = $side AND month BETWEEN $first AND $last GROUP BY account
        )
        SELECT coalesce(d.name, 'account ' || f.account), f.base, f.later
        FROM followed f LEFT JOIN dim_accounts d USING (account)
        WHERE f.base > 0 AND f.later <= f.base / 2 ORDER BY f.base - f.later DESC, f.account LIMIT $most
        """,
        {
            "side": side.value,
            "last": last_month,
            "split": add_months(last_month, 1 - months),
            "first": add_months(last_month, 1 - 2 * months),
            "most": MOST_NAMED,
        },
    )
    return tuple(Lost(name=name, before=base / unit, later=later / unit) for name, base, later in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leak:
    """How one side leaks: over which months, from what base, at which NDR."""

    of: SideRetention
    months: int
    base: float
    ndr: Value
    logo: Value
    settled: bool


def retention_findings(
    sides: dict[Side, SideRetention],
    currency: str,
    policy: DiagnosisPolicy,
    benchmarks: tuple[Benchmark, ...],
    *,
    store: Store | None = None,
) -> list[Finding]:
    """At most one leak, for what buyers stop buying suppliers stop selling.

    Where both sides fall, buyers are named, who decide to order, unless suppliers leave more beyond chance. The cause
    is read from the store; without it the finding says only that accounts leave or trade less.
    """
    leaks = {side: leak for side, found in sides.items() if (leak := _leak(found, policy))}
    if not leaks:
        return []
    leak = leaks.get(Side.BUYER) or leaks[Side.SUPPLIER]
    if len(leaks) == 2 and _leaves_more(leaks[Side.SUPPLIER].logo, leaks[Side.BUYER].logo) <= policy.alarm_rate:
        leak = leaks[Side.SUPPLIER]
    line = policy.ndr_leak if leak.months == 12 else policy.recent_ndr_leak
    read = "" if store is None else cause_of_fall(store, leak.of.side, leak.months, leak.of.end)
    found = _finding(leak, sides[leak.of.side.other], line, currency, benchmarks)
    return [replace(found, cause=_cause(leak, read))]


def _leaves_more(one: Value, other: Value) -> float:
    """p-value that the first side keeps fewer of its accounts."""
    return worse_than(float(one.value or 0) * one.n, one.n, float(other.value or 0) * other.n, other.n)


def _leak(side: SideRetention, policy: DiagnosisPolicy) -> _Leak | None:
    ndr, logo, recent = side.ndr, side.logo, side.recent
    if recent is not None and _recent_leak(side, policy):
        return _Leak(
            of=side,
            months=recent.months,
            base=recent.base,
            ndr=recent.ndr,
            logo=recent.logo,
            settled=(recent.ndr.high or 9.9) < policy.recent_ndr_leak,
        )
    yearly_base = None if recent is None else recent.base / recent.months * 12
    if ndr is None or logo is None or yearly_base is None or float(ndr.value or 0) >= policy.ndr_leak:
        return None
    if ndr.n < policy.least_n:
        return None
    return _Leak(
        of=side,
        months=12,
        base=yearly_base,
        ndr=ndr,
        logo=logo,
        settled=(ndr.high or 9.9) < policy.ndr_leak,
    )


def _recent_leak(side: SideRetention, policy: DiagnosisPolicy) -> bool:
    """The latest months fall short, and by more than the same months a year earlier did."""
    recent, earlier = side.recent, side.earlier
    if recent is None or recent.accounts < policy.least_n or float(recent.ndr.value or 0) >= policy.recent_ndr_leak:
        return False
    seasonal = earlier is not None and float(earlier.ndr.value or 0) <= float(recent.ndr.value or 0)
    return not seasonal


def _evidence(leak: _Leak, other: SideRetention, left: int, benchmarks: tuple[Benchmark, ...]) -> tuple[Evidence, ...]:
    side, ndr = leak.of.side, float(leak.ndr.value or 0)
    who, count_all = of_side(side), count(leak.logo.n)
    stayed = (
        f"{count(left)} of {count_all} {who} did not come back; those who did trade less."
        if left
        else f"Every one of {count_all} {who} came back, but they trade less."
    )
    evidence = [
        Evidence(
            sentence=f"In the last {leak.months} months {who} brought {share(ndr)} of the same accounts' GMV of the "
            f"months before ({count(leak.ndr.n)} accounts).",
            values=(leak.ndr,),
        ),
        Evidence(sentence=stayed, values=(leak.logo,)),
    ]
    if other.recent is not None:
        evidence.append(
            Evidence(
                sentence=f"Seen from the {of_side(side.other)}: {share(float(other.recent.ndr.value or 0))} of GMV and "
                f"{share(float(other.recent.logo.value or 0))} of accounts kept over {other.recent.months} months.",
                values=(other.recent.ndr, other.recent.logo),
            )
        )
    if leak.of.lost and leak.of.recent is not None:
        evidence.append(_to_call(leak.of.side, leak.of.lost, leak.of.recent.months))
    if leak.months < 12 and leak.of.ndr is not None:
        yearly = f"Over a whole year {who} brought {share(float(leak.of.ndr.value or 0))} of the year before."
        evidence.append(Evidence(sentence=yearly, values=(leak.of.ndr,)))
    if leak.ndr.metric == "ndr_gmv" and (against := compare(leak.ndr, (), benchmarks)):
        evidence.append(Evidence(sentence=against))
    return tuple(evidence)


def _to_call(side: Side, lost: tuple[Lost, ...], months: int) -> Evidence:
    """The accounts that stopped or halved, those that lost most first."""
    before, since = f"GMV of {months} months before", f"GMV of the last {months} months"
    return Evidence(
        sentence=f"To call: the {counted(len(lost), side.value)} that stopped or halved and lost most.",
        rows=Rows(
            columns=(side.value, before, since),
            rows=tuple((account.name, account.before, account.later) for account in lost),
            of=len(lost),
            money=frozenset({before, since}),
        ),
    )


def _cause(leak: _Leak, read: str) -> str:
    """What the records say of the cause, and whether seasons may be it."""
    seasons = " Seasons may play a part: the history is too short to compare with a year ago."
    return f"{read or 'Existing accounts leave or trade less.'}{seasons if _unseasoned(leak) else ''}"


def _finding(
    leak: _Leak, other: SideRetention, line: float, currency: str, benchmarks: tuple[Benchmark, ...]
) -> Finding:
    side, ndr = leak.of.side, float(leak.ndr.value or 0)
    monthly, who = leak.base / leak.months, of_side(side)
    left = leak.logo.n - round(float(leak.logo.value or 0) * leak.logo.n)
    lost = monthly * (1 - ndr)
    high, low = leak.ndr.low, leak.ndr.high
    return Finding(
        kind="ndr_leak",
        title=f"{who.capitalize()} active {_months_before(leak)} {VERB[side]} {share(1 - ndr)} less since: "
        f"{money(lost, currency)} a month has gone",
        place=Place(side=side),
        sure=Sureness.LIKELY if leak.settled else Sureness.DIRECTIONAL,
        why_sure="The interval over accounts lies below the line."
        if leak.settled
        else "The interval over accounts reaches the line.",
        evidence=_evidence(leak, other, left, benchmarks),
        worth=Worth(
            per_month=lost,
            low=max(0.0, monthly * (1 - low)) if low is not None else None,
            high=monthly * (1 - high) if high is not None else None,
            currency=currency,
            reckoning=f"{money(monthly, currency)} a month from these accounts before x {share(1 - ndr)} lost since.",
        ),
        cause=_cause(leak, ""),
        owner="Customer-success lead",
        play="retain_before_acquire",
        first_step=f"Call the {counted(len(leak.of.lost), side.value)} named in the evidence that stopped or halved, "
        "and record why."
        if leak.of.lost
        else f"Call the largest {who} and ask why they trade less.",
        caveat="GMV retention, not revenue retention: the two differ where fees differ.",
        aim=f"Net retention on GMV of {who}, over {count(leak.months)} months, is above {share(line)} for two "
        f"quarters; now it is {share(ndr)}.",
    )


def _months_before(leak: _Leak) -> str:
    """The months whose accounts are followed, e.g. `October 2025 to March 2026`."""
    last = leak.of.end.replace(day=1)
    return f"{add_months(last, 1 - 2 * leak.months):%B %Y} to {add_months(last, -leak.months):%B %Y}"


VERB = {Side.BUYER: "spend", Side.SUPPLIER: "sell"}


def _unseasoned(leak: _Leak) -> bool:
    return leak.months < 12 and leak.of.earlier is None
