"""Growth: a whole period over the one before it or the same one a year before, as reported and in constant currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from bothsides.metrics.cells import Key, Outcome, Reading
from bothsides.metrics.compile import Window
from bothsides.metrics.facts import FACTS
from bothsides.metrics.interval import clustered_ratio
from bothsides.metrics.measure import Combination, Measure
from bothsides.metrics.metric import Metric, Read
from bothsides.metrics.rates import read_rates
from bothsides.metrics.shapes.shape import Shape, run, source
from bothsides.metrics.value import Basis, Status
from bothsides.schema import Grain, Period

_ORIGINALS = {"value": "original", "amount": "original", "fee_amount": "fee_original"}
"""The column with an amount in the currency it was agreed in."""

_WEEKS = 52 * 7
"""A year of weeks and weekdays: a Monday is compared with a Monday."""

MOST_CELLS = 2_000
"""Account-clustered intervals are for cells that are shown; a larger answer goes without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth(Shape):
    """The period's total over that of the base period, less one. `of` is the metric whose formula it is.

    Only whole periods are compared; without a period in the split, the last whole month. In constant currency the
    period's amounts are priced anew at the mean daily rate of the base period; with one currency both are equal.
    n is the rows (for accounts, the accounts) of the base period; the interval treats accounts as clusters.
    Source: dictionary conventions C3 and C4; delta method as for retention (Cochran 1977, section 6.4).
    """

    of: str
    formula: Measure | Combination
    back: Literal["period", "year"] = "period"
    constant: bool = False

    def __post_init__(self) -> None:
        terms = self.formula.terms if isinstance(self.formula, Combination) else ((1, self.formula),)
        if any(not isinstance(term, Measure) or term.where for _, term in terms):
            raise ValueError(f"growth of {self.of!r} needs sums and counts without conditions, not {self.formula}")

    @property
    def _terms(self) -> tuple[tuple[int, Measure], ...]:
        terms = self.formula.terms if isinstance(self.formula, Combination) else ((1, self.formula),)
        return tuple((sign, term) for sign, term in terms if isinstance(term, Measure))

    @property
    def reads(self) -> tuple[Read, ...]:
        """What the total reads."""
        return tuple((term.fact, term.on) for _, term in self._terms)

    @property
    def amounts(self) -> tuple[Read, ...]:
        """Amounts in minor units."""
        named = ((term.fact, term.column) for _, term in self._terms if term.column)
        return tuple((fact, column) for fact, column in named if column in FACTS[fact].money)

    @property
    def histories(self) -> bool:
        """It holds accounts of one period against those of another."""
        return True

    def covers(self, reading: Reading, metric: Metric) -> Window:
        """The last whole month, where no period is in the split."""
        month = self._month(reading, metric)
        return replace(reading.window(metric), start=month.start, end=month.end)

    def reaches(self, reading: Reading, metric: Metric, fact: str) -> Window:  # noqa: ARG002 - all are compared
        """From the first base period on."""
        window = reading.window(metric)
        periods = reading.periods(window) or [self._month(reading, metric)]
        return replace(window, start=min(window.start, *(self.base(period).start for period in periods)))

    def outcomes(self, reading: Reading, metric: Metric) -> dict[Key, Outcome]:
        """Growth per period, side and label; periods that cannot be compared say why."""
        window = reading.window(metric)
        monthly = replace(reading, cut=replace(reading.cut, grain=reading.cut.grain or Grain.MONTH))
        periods = reading.periods(window) or [self._month(reading, metric)]
        waiting: dict[date | str | None, Outcome] = {
            p.start: reason for p in periods if (reason := self._waiting(reading, metric, p))
        }
        ready = [p for p in periods if p.start not in waiting]
        found = self._grown(monthly, metric, ready) if ready else {}
        if reading.cut.grain is None:
            found = {key[1:]: outcome for key, outcome in found.items()}
        for key in (*reading.keys(metric, iter(())), *found):
            start = key[0] if reading.cut.grain else periods[0].start
            if start in waiting:
                found[key] = waiting[start]
        return found

    def _month(self, reading: Reading, metric: Metric) -> Period:
        """The last whole month that is known."""
        return Period.containing(reading.window(metric).end + timedelta(days=1), Grain.MONTH).next(-1)

    def base(self, period: Period) -> Period:
        """The period that it is compared with."""
        if self.back == "period" or period.grain in (Grain.YEAR, Grain.FISCAL_YEAR):
            return period.next(-1)
        steps = {Grain.DAY: _WEEKS, Grain.WEEK: _WEEKS // 7, Grain.MONTH: 12, Grain.QUARTER: 4}
        return period.next(-steps[period.grain])

    def _waiting(self, reading: Reading, metric: Metric, period: Period) -> Outcome | None:
        """Why the period cannot be compared with its base."""
        window, first, base = reading.window(metric), reading.known(metric).start, self.base(period)
        agreed = reading.store.dictionary.held(self.of)
        if any(held.undefined or held.metric.formula != self.formula for held in agreed):
            reason = f"{self.of} is defined by agreement: its growth is of the house's definition only"
            return Outcome(value=None, n=0, status=Status.UNAVAILABLE, reason=reason)
        if period.end > window.end:
            reason = f"compares whole periods: known until {window.end}, the period ends {period.end}"
            return Outcome(value=None, n=0, status=Status.PARTIAL, reason=reason)
        if period.start < window.start:
            reason = f"compares whole periods: known from {window.start}, the period starts {period.start}"
            return Outcome(value=None, n=0, status=Status.PARTIAL, reason=reason)
        if base.start < first:
            reason = f"compares with {base.label}, which starts {base.start}; known from {first}"
            return Outcome(value=None, n=0, status=Status.IMMATURE, reason=reason)
        return None

    def _grown(self, reading: Reading, metric: Metric, periods: Sequence[Period]) -> dict[Key, Outcome]:
        """Totals of every period, set beside those of its base period."""
        sums = self._sums(reading, metric, periods)
        spread = reading.query.intervals and len(sums) <= MOST_CELLS
        found: dict[Key, Outcome] = {}
        for period in periods:
            base = self.base(period)
            for label in dict.fromkeys(key[1:] for key in sums if key[0] in (period.start, base.start)):
                now, then = sums.get((period.start, *label), _Sums()), sums.get((base.start, *label), _Sums())
                found[period.start, *label] = _outcome(now, then, spread=spread)
        return found

    def _sums(self, reading: Reading, metric: Metric, periods: Sequence[Period]) -> dict[Key, _Sums]:
        """Every cell of every period that is compared or compared with."""
        held, parameters = self._held(reading, metric, periods)
        keys, labels = ", ".join(reading.cut.keys), reading.cut.keys[1:]
        same = "".join(f" AND b.{name} IS NOT DISTINCT FROM n.{name}" for name in labels)
        both = f"""
            SELECT n.period{"".join(f", n.{name}" for name in labels)}, count(*) AS both_times,
                   sum(n.now * b.amount) AS products
            FROM held n JOIN moved_on b ON b.account = n.account AND b.next_period = n.period{same}
            GROUP BY n.period{"".join(f", n.{name}" for name in labels)}
        """
        none = f"SELECT {keys}, 0 AS both_times, CAST(0 AS DOUBLE) AS products FROM held WHERE false"
        rows = run(
            reading,
            f"""
            WITH held AS ({held}),
            moved_on AS (
                SELECT CAST(period + {self._shift(periods[0].grain)} AS DATE) AS next_period, account, amount
                       {"".join(f", {name}" for name in labels)}
                FROM held
            ),
            added AS (
                SELECT {keys}, count(*) AS accounts, sum(moved) AS moved, sum(amount) AS amount,
                       sum(amount * amount) AS squares, sum(now) AS now, sum(now * now) AS now_squares,
                       sum(unpriced) AS unpriced
                FROM held GROUP BY {keys}
            ),
            crossed AS ({both if reading.query.intervals else none})
            SELECT {", ".join(f"n.{key}" for key in reading.cut.keys)}, n.accounts, n.moved, n.amount, n.squares, n.now,
                   n.now_squares, n.unpriced, coalesce(b.both_times, 0), coalesce(b.products, 0)
            FROM added n LEFT JOIN crossed b ON b.period = n.period{same}
            """,
            parameters,
        )
        width = len(reading.cut.keys)
        return {tuple(row[:width]): _Sums(*(number or 0 for number in row[width:])) for row in rows}

    def _held(self, reading: Reading, metric: Metric, periods: Sequence[Period]) -> tuple[str, dict[str, object]]:
        """SQL for what each account moved in each period; in totals an order is its buyer's, so that it counts once.

        `amount` is as reported, `now` at the rates of the base period. Whole numbers below 2 to the 53rd add up
        exactly as doubles.
        """
        parameters: dict[str, object] = {"first": self.base(periods[0]).start, "last": periods[-1].end}
        priced, unpriced, rates = self._priced(reading, periods)
        moved = []
        for sign, term in self._terms:
            fact = FACTS[term.fact]
            data = source(reading, metric, term.fact, term.on, dated=False)
            parameters |= data.parameters
            distinct = term.aggregate == "count_distinct"
            account = fact.party_columns["account"][0] if fact.parties and not reading.cut.sided else "account"
            amount = "1" if term.column is None or distinct else term.column
            foreign = bool(rates) and term.column in fact.money
            moved.append(
                f"""
                SELECT {data.keys} coalesce({"account" if distinct else account}, 0) AS account,
                       CAST({sign} * {amount} AS DOUBLE) AS amount
                       {
                    f", currency, CAST({sign} * {_ORIGINALS[term.column or amount]} AS DOUBLE) AS original"
                    if foreign
                    else ", NULL AS currency, 0 AS original"
                    if rates
                    else ""
                }
                FROM {fact.parties if distinct else data.relation}
                WHERE {data.condition} AND {term.on} BETWEEN $first AND $last
                """
            )
        keys = ", ".join(reading.cut.keys)
        counts = all(term.aggregate == "count_distinct" for _, term in self._terms)
        columns = (
            "CAST(1 AS DOUBLE) AS amount, CAST(1 AS DOUBLE) AS now, 1 AS moved, 0 AS unpriced"
            if counts
            else f"sum(amount) AS amount, sum({priced}) AS now, count(*) AS moved, sum({unpriced}) AS unpriced"
        )
        statement = f"""
            SELECT {keys}, account, {columns}
            FROM ({" UNION ALL ".join(moved)}) AS moves {rates} GROUP BY {keys}, account
        """
        return statement, parameters

    def _priced(self, reading: Reading, periods: Sequence[Period]) -> tuple[str, str, str]:
        """SQL for an amount at the base period's rates, for whether it has none, and the join to the rates."""
        currencies = self._currencies(reading) if self.constant else []
        if not currencies:
            return "amount", "0", ""
        known = read_rates(reading.store, currencies)
        rows = []
        for period in periods:
            base = self.base(period)
            for currency in currencies:
                rate = known.average(currency, base.start, base.end)
                priced = "CAST(NULL AS DOUBLE)" if rate is None else repr(rate)
                rows.append(f"('{currency}', DATE '{period.start}', {priced})")
        own = f"currency IS NULL OR currency = '{reading.store.currency}' OR original = 0"
        return (
            f"CASE WHEN {own} THEN amount ELSE original * rate END",
            f"CASE WHEN {own} OR rate IS NOT NULL THEN 0 ELSE 1 END",
            f"LEFT JOIN (VALUES {', '.join(rows)}) AS rated(code, since, rate) ON code = currency AND since = period",
        )

    def _currencies(self, reading: Reading) -> list[str]:
        """The other currencies that the amounts stand in."""
        found: set[str] = set()
        for fact, _ in self.amounts:
            rows = run(reading, f"SELECT DISTINCT currency FROM {FACTS[fact].relation}", {})
            found |= {currency for (currency,) in rows if currency is not None}
        return sorted(found - {reading.store.currency})

    def _shift(self, grain: Grain) -> str:
        """SQL for the time from a base period to its period."""
        if grain in (Grain.DAY, Grain.WEEK):
            days = _WEEKS if self.back == "year" else {Grain.DAY: 1, Grain.WEEK: 7}[grain]
            return f"INTERVAL '{days}' DAY"
        months = {Grain.MONTH: 1, Grain.QUARTER: 3}.get(grain, 12)
        return f"INTERVAL '{12 if self.back == 'year' else months}' MONTH"


@dataclass(frozen=True, slots=True)
class _Sums:
    """One cell of one period over its accounts: as reported, and as priced at the rates of its base period."""

    accounts: int = 0
    moved: int = 0
    amount: float = 0.0
    squares: float = 0.0
    now: float = 0.0
    now_squares: float = 0.0
    unpriced: int = 0
    both: int = 0
    """Accounts that are in the base period as well, and the sum of their products of now and then."""
    products: float = 0.0


def _outcome(now: _Sums, base: _Sums, *, spread: bool) -> Outcome:
    """Growth with the clustered interval of a ratio."""
    n = int(base.moved)
    if now.unpriced:
        reason = "needs fx_rates: a currency of the period has no rate on the first day of its base period"
        return Outcome(value=None, n=n, status=Status.UNAVAILABLE, reason=reason)
    if base.amount <= 0:
        reason = f"the base period's total is {'zero' if base.amount == 0 else 'negative'}"
        return Outcome(value=None, n=n, status=Status.NO_DENOMINATOR, reason=reason)
    value, accounts = now.now / base.amount - 1, now.accounts + base.accounts - now.both
    bounds = clustered_ratio(accounts, now.now, base.amount, now.now_squares, base.squares, now.products)
    if bounds is None or not spread:
        return Outcome(value=value, n=n, basis=Basis.NOT_COMPUTED)
    low = max(bounds[0], 0.0) if now.now >= 0 else bounds[0]
    return Outcome(value=value, n=n, low=low - 1, high=bounds[1] - 1, basis=Basis.CLUSTER)
