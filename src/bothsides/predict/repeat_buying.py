"""What each account bought and when, up to a day: the record that repeat-buying models and heuristics read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from bothsides.metrics import Store
from bothsides.predict.maximum_likelihood import Histories
from bothsides.predict.purchase import Uncounted, uncounted
from bothsides.predict.reading import int_columns
from bothsides.schema import Side, minor_units
from bothsides.schema.period import add_months

Numbers = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]

NEVER = date.max.toordinal()

DAYS_PER_WEEK = 7.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatBuying:
    """Accounts that have bought or sold by a day, one place in every array each; times are in weeks.

    An occasion is a day with at least one completed order; the first one makes an account and is not a repeat. A credit
    note is no occasion. Money is GMV in major units of the reporting currency, gross of refunds, credit notes taken
    off. Source of the layout (x, tx, T):
    Schmittlein, Morrison, Colombo 1987, Management Science 33(1).
    """

    accounts: Whole
    frequency: Numbers
    """x: repeat occasions up to the day."""
    recency: Numbers
    """tx: weeks from the first occasion to the last one; 0 without a repeat."""
    age: Numbers
    """T: weeks from the first occasion to the day."""
    value: Numbers
    """Mean GMV per occasion, the first included, what was credited taken off; at least 0."""
    squares: Numbers
    """Sum of squared differences of the account's occasions from their mean before credit notes."""
    recent: Numbers
    """Repeat occasions in the last span as long as the one that will be forecast."""

    def __len__(self) -> int:
        return len(self.accounts)

    def __post_init__(self) -> None:
        sizes = {name: len(getattr(self, name)) for name in _ARRAYS}
        if len(set(sizes.values())) > 1:
            raise ValueError(f"arrays of one length are needed, one place per account: {sizes}")
        if len(self) and (np.any(self.recency > self.age + 1e-9) or np.any(self.recency < 0)):
            raise ValueError("recency must lie between 0 and age")
        if np.any((self.frequency <= 0) & (self.recency > 0)):
            raise ValueError("an account without a repeat has recency 0")

    @property
    def histories(self) -> Histories:
        """Frequency, recency and age alone, in weeks."""
        return Histories(frequency=self.frequency, recency=self.recency, age=self.age)

    def at(self, places: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> "RepeatBuying":
        """The accounts at these places, in their order; a place named twice stands twice."""
        return RepeatBuying(**{name: getattr(self, name)[places] for name in _ARRAYS})


_ARRAYS = ("accounts", "frequency", "recency", "age", "value", "squares", "recent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the same accounts did in a span after the day: occasions and GMV, 0 for those that did nothing."""

    occasions: Numbers
    value: Numbers


def repeat_buying(
    accounts: Sequence[int] | Whole,
    days: Sequence[int] | Whole,
    values: Sequence[float] | Numbers,
    *,
    until: int,
    recent_days: int,
    buys: Sequence[bool] | Truths | None = None,
) -> RepeatBuying:
    """The record from plain arrays, one place per row: account, day as a whole number, amount.

    Rows that do not buy, by default none, are credit notes: no occasions, but their money is taken off. Rows after
    `until` are left out; `recent_days` is the length of the span that will be forecast. Raises ValueError for arrays of
    different length or a `recent_days` below 1.
    """
    who, when, worth = np.asarray(accounts, np.int64), np.asarray(days, np.int64), np.asarray(values, np.float64)
    if not len(who) == len(when) == len(worth):
        raise ValueError(f"arrays of one length are needed: {len(who)} accounts, {len(when)} days, {len(worth)} values")
    if recent_days < 1:
        raise ValueError(f"recent_days {recent_days} must be at least 1")
    known, purchase = when <= until, _all_or(buys, len(who))
    noted, credit = who[known & ~purchase], worth[known & ~purchase]
    known &= purchase
    who, when, worth = _by_occasion(who[known], when[known], worth[known])
    names, first, count = np.unique(who, return_index=True, return_counts=True)
    last = first + count - 1
    lately = (when > until - recent_days).astype(np.float64)
    lately[first] = 0.0
    total = _added(worth, first)
    kept = np.maximum(total + _of_each(names, noted, credit), 0.0)
    return RepeatBuying(
        accounts=names,
        frequency=(count - 1).astype(np.float64),
        recency=(when[last] - when[first]) / DAYS_PER_WEEK,
        age=(until - when[first]) / DAYS_PER_WEEK,
        value=kept / count,
        squares=_added((worth - np.repeat(total / count, count)) ** 2, first),
        recent=_added(lately, first),
    )


def _added(numbers: Numbers, first: Whole) -> Numbers:
    """Sums of the stretches that begin at these places."""
    return np.add.reduceat(numbers, first) if len(first) else np.zeros(0)


def held_out(
    accounts: Whole,
    who: Whole,
    when: Whole,
    worth: Numbers,
    *,
    after: int,
    until: int,
    buys: Truths | None = None,
) -> Held:
    """What the accounts did on the days after `after` up to `until`; rows of other accounts are left out.

    Rows that do not buy are no occasions, and their money counts.
    """
    inside = (when > after) & (when <= until) & np.isin(who, accounts)
    bought = inside & _all_or(buys, len(who))
    buyer, _, _ = _by_occasion(who[bought], when[bought], worth[bought])
    place = np.searchsorted(accounts, buyer)
    return Held(
        occasions=np.bincount(place, minlength=len(accounts)).astype(np.float64),
        value=_of_each(accounts, who[inside], worth[inside]),
    )


def _all_or(buys: Sequence[bool] | Truths | None, n: int) -> Truths:
    """Which rows are purchases: all of them where nothing is said."""
    return np.ones(n, bool) if buys is None else np.asarray(buys, bool)


def _of_each(accounts: Whole, who: Whole, worth: Numbers) -> Numbers:
    """The rows' money by account, of accounts that stand in order; rows of others are left out."""
    place = np.minimum(np.searchsorted(accounts, who), max(len(accounts) - 1, 0))
    own = accounts[place] == who if len(accounts) else np.zeros(len(who), bool)
    return np.bincount(place[own], weights=worth[own], minlength=len(accounts)).astype(np.float64)


def _by_occasion(who: Whole, when: Whole, worth: Numbers) -> tuple[Whole, Whole, Numbers]:
    """Rows of one account and day as one, ordered by account and day."""
    if not len(who):
        return who, when, worth
    order = np.lexsort((when, who))
    who, when, worth = who[order], when[order], worth[order]
    new = np.r_[True, (who[1:] != who[:-1]) | (when[1:] != when[:-1])]
    starts = np.flatnonzero(new)
    return who[starts], when[starts], np.add.reduceat(worth, starts)


def months_before(day: date, months: int) -> date:
    """The day so many months earlier, month ends staying month ends; later where `months` is below 0.

    >>> months_before(date(2014, 6, 30), 3), months_before(date(2014, 5, 12), 3)
    (datetime.date(2014, 3, 31), datetime.date(2014, 2, 12))
    """
    return add_months(day + timedelta(days=1), -months) - timedelta(days=1)


NOTHING = Uncounted(credits=0, unvalued=0, currency="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchases:
    """One side's completed orders as plain arrays: account, day as an ordinal, GMV in major units; by account, day.

    `buys` says which rows are purchases, the others being credit notes; None for all. `closed_on` is the day an account
    was closed, where that is on record. `uncounted` tells how many orders of the market are no purchases or no rows.
    """

    who: Whole
    when: Whole
    worth: Numbers
    buys: Truths | None = None
    closed_on: Mapping[int, int] = field(default_factory=dict)
    uncounted: Uncounted = NOTHING

    def by(self, day: date) -> "Purchases":
        """Only what was there by the day."""
        seen = self.when <= day.toordinal()
        buys = None if self.buys is None else self.buys[seen]
        return replace(self, who=self.who[seen], when=self.when[seen], worth=self.worth[seen], buys=buys)

    @property
    def accounts(self) -> Whole:
        """Who has bought, in order."""
        return np.unique(self.who if self.buys is None else self.who[self.buys])

    def known_by(self, day: date, *, recent_days: int) -> RepeatBuying:
        """The record as of a day: only orders up to it are read, whatever is known now."""
        return repeat_buying(
            self.who, self.when, self.worth, until=day.toordinal(), recent_days=recent_days, buys=self.buys
        )

    def gone(self, accounts: Whole, day: date) -> Truths:
        """Which of the accounts, which stand in order, were closed by the day and have bought nothing since."""
        closed = np.array([self.closed_on.get(account, NEVER) for account in accounts.tolist()], np.int64)
        last = np.zeros(len(accounts), np.int64)
        rows = (self.when <= day.toordinal()) & np.isin(self.who, accounts) & _all_or(self.buys, len(self.who))
        np.maximum.at(last, np.searchsorted(accounts, self.who[rows]), self.when[rows])
        return (closed <= day.toordinal()) & (last <= closed)

    def spent(self, accounts: Whole, day: date, until: date) -> Numbers:
        """GMV of the accounts, which stand in order, after the day up to another one; of others nothing."""
        inside = (self.when > day.toordinal()) & (self.when <= until.toordinal())
        return _of_each(accounts, self.who[inside], self.worth[inside])

    def after(self, accounts: Whole, day: date, until: date) -> Held:
        """What the accounts did after the day, up to another one."""
        days = {"after": day.toordinal(), "until": until.toordinal()}
        return held_out(accounts, self.who, self.when, self.worth, **days, buys=self.buys)


def read_purchases(store: Store, side: Side, *, until: date) -> Purchases:
    """The side's completed orders up to a day. Those of unknown value, as without a rate, are left out and counted.

    Raises ValueError where orders are a declared sample, which follows no account.
    """
    if store.sampled:
        raise ValueError("orders are a declared sample: accounts cannot be followed from order to order")
    found = int_columns(
        store.engine,
        "SELECT account, placed_on - DATE '1970-01-01' AS day, CASE WHEN value > 0 THEN 1 ELSE 0 END AS buys,"
        " CAST(sum(value) AS BIGINT) AS amount"
        " FROM fact_order_parties WHERE side = $side AND placed_on <= $until AND value IS NOT NULL"
        " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        ("account", "day", "buys", "amount"),
        {"side": side.value, "until": until},
    )
    closed = store.engine.rows(
        "SELECT account, max(closed_on) FROM dim_accounts WHERE closed_on <= $until GROUP BY 1", {"until": until}
    )
    return Purchases(
        who=found["account"],
        when=found["day"] + date(1970, 1, 1).toordinal(),
        worth=found["amount"] / 10 ** minor_units(store.currency),
        buys=found["buys"] > 0,
        closed_on={account: on.toordinal() for account, on in closed},
        uncounted=uncounted(store, until + timedelta(days=1)),
    )
