"""Who trades what, as anchors and verticals read it: what accounts with one main category do beside it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from bothsides.diagnosis.span import Span
from bothsides.metrics import Store
from bothsides.schema import Side, minor_units

LARGEST = 500
"""Buyers that may be named: what a smaller one could bring would not reach the list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One side's accounts by the category they trade most, and what else they trade.

    `accounts` counts them by main category; `also` counts those of a main category that trade another one as well. A
    supplier that only lists a category counts as trading it. `wallet` is the median share of its trade that an account
    with another main category gives the category; `amounts` the category's total, major units.
    """

    accounts: Mapping[str, int] = field(default_factory=dict)
    also: Mapping[tuple[str, str], int] = field(default_factory=dict)
    wallet: Mapping[str, float] = field(default_factory=dict)
    amounts: Mapping[str, float] = field(default_factory=dict)

    def chance(self, main: str, category: str, *, least: int) -> float:
        """Share of the accounts with this main category that also trade the other; 0 where they are too few."""
        accounts = self.accounts.get(main, 0)
        return self.also.get((main, category), 0) / accounts if accounts >= least and main != category else 0.0

    def adjacent(self, category: str, *, least: int) -> float:
        """Accounts that would trade the category, if those that do not did as others with the same main category."""
        return sum(
            (accounts - self.also.get((main, category), 0)) * self.chance(main, category, least=least)
            for main, accounts in sorted(self.accounts.items())
            if main != category
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """One of the largest buyers: what it bought a month, its main category and region, everything it bought."""

    account: int
    name: str
    per_month: float
    main: str
    region: str | None
    categories: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What one buyer searched or asked for in a place, how often, and whether it bought there in the window."""

    buyer: int
    category: str
    region: str | None
    times: int
    bought: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketTrade:
    """Both sides over the window, its largest buyers, and what was asked for."""

    buyers: Beside
    suppliers: Beside
    largest: tuple[Buyer, ...] = ()
    wanted: tuple[Wanted, ...] = ()
    """Of the largest buyers."""
    unmet: Mapping[str, int] = field(default_factory=dict)
    """Searches and requests by category that came to nothing."""

    @property
    def answered(self) -> float:
        """Of places that a large buyer searched or asked in, the share in which it also bought."""
        return sum(wanted.bought for wanted in self.wanted) / len(self.wanted) if self.wanted else 0.0


def read_trade(store: Store, window: Span, *, by_region: bool = True) -> MarketTrade | None:
    """Trade and unmet demand by category over the window; None where orders carry no category.

    `by_region` says whether regions split the market; where they do not, a place is a category.
    """
    buyers = _beside(store, window, Side.BUYER)
    if not buyers.accounts:
        return None
    largest = _largest(store, window)
    return MarketTrade(
        buyers=buyers,
        suppliers=_beside(store, window, Side.SUPPLIER),
        largest=largest,
        wanted=_wanted(store, window, largest, by_region=by_region),
        unmet=_unmet(store, window),
    )


_HELD = """
    SELECT account, category, sum(value) AS amount FROM fact_account_months
    WHERE side = $side AND month BETWEEN $first AND $last AND orders > 0 AND category IS NOT NULL GROUP BY 1, 2
"""
_LISTED = """
    UNION ALL SELECT DISTINCT account, category, 0 FROM fact_listings WHERE account IS NOT NULL
    AND category IS NOT NULL AND listed_on <= $until AND (closed_on IS NULL OR closed_on > $until)
"""


def _beside(store: Store, window: Span, side: Side) -> Beside:
    lists = side is Side.SUPPLIER and not store.missing("listings")
    rows = store.engine.rows(
        f"""
        WITH held AS ({_HELD}{_LISTED if lists else ""}),
        each AS (SELECT account, category, sum(amount) AS amount FROM held GROUP BY 1, 2),
        mains AS (
            SELECT account, arg_max(category, (amount, category)) AS main, sum(amount) AS total FROM each GROUP BY 1
        ),
        parts AS (SELECT m.main, e.category, e.amount, m.total FROM each e JOIN mains m USING (account))
        SELECT main, category, count(*), coalesce(sum(amount), 0)::DOUBLE, NULL::DOUBLE FROM parts GROUP BY 1, 2
        UNION ALL
        SELECT NULL, category, 0, 0, percentile_cont(0.5) WITHIN GROUP (ORDER BY amount::DOUBLE / total)
        FROM parts WHERE main <> category AND amount > 0 AND total > 0 GROUP BY 2
        """,
        _bound(window, side=side.value, **({"until": window.end} if lists else {})),
    )
    unit = 10 ** minor_units(store.currency)
    amounts: dict[str, float] = defaultdict(float)
    for main, category, _, amount, _ in rows:
        if main is not None:
            amounts[category] += amount / unit
    return Beside(
        accounts={main: n for main, category, n, _, _ in rows if main == category},
        also={(main, category): n for main, category, n, _, _ in rows if main is not None},
        wallet={category: part for main, category, _, _, part in rows if main is None and part is not None},
        amounts=amounts,
    )


def _largest(store: Store, window: Span) -> tuple[Buyer, ...]:
    """The largest buyers with everything they bought, largest first."""
    rows = store.engine.rows(
        """
        WITH traded AS (
            SELECT account, category, region, value::DOUBLE AS amount FROM fact_account_months
            WHERE side = 'buyer' AND month BETWEEN $first AND $last AND orders > 0 AND category IS NOT NULL
        ),
        chosen AS (
            SELECT account, sum(amount) AS total FROM traded GROUP BY 1 HAVING sum(amount) > 0
            ORDER BY 2 DESC, 1 LIMIT $most
        ),
        bought AS (
            SELECT account, category, region, sum(amount) AS amount FROM traded JOIN chosen USING (account)
            GROUP BY 1, 2, 3
        )
        SELECT c.account, coalesce(d.name, 'account ' || c.account), c.total, b.category, b.region, b.amount
        FROM chosen c JOIN bought b USING (account) LEFT JOIN dim_accounts d USING (account)
        ORDER BY c.total DESC, c.account, b.category, b.region
        """,
        _bound(window, most=LARGEST),
    )
    unit, found = 10 ** minor_units(store.currency) * window.months, defaultdict[int, list[tuple[object, ...]]](list)
    for account, *rest in rows:
        found[account].append(tuple(rest))
    return tuple(_buyer(account, parts, unit) for account, parts in found.items())


def _buyer(account: int, parts: list[tuple[object, ...]], unit: float) -> Buyer:
    by_category: dict[str, float] = defaultdict(float)
    by_region: dict[str | None, float] = defaultdict(float)
    for _, _, category, region, amount in parts:
        by_category[str(category)] += float(str(amount))
        by_region[None if region is None else str(region)] += float(str(amount))
    return Buyer(
        account=account,
        name=str(parts[0][0]),
        per_month=float(str(parts[0][1])) / unit,
        main=max(sorted(by_category), key=lambda c: by_category[c]),
        region=max(sorted(by_region, key=str), key=lambda r: by_region[r]),
        categories=frozenset(by_category),
    )


def _asked(store: Store) -> str:
    """Searches and requests with their account, place and outcome; empty where neither is known."""
    parts = []
    if not store.missing("events"):
        parts.append(
            "SELECT account, category, region, converted AS met FROM fact_events WHERE side = 'buyer'"
            " AND name = 'search' AND category IS NOT NULL AND occurred_on BETWEEN $first AND $last"
        )
    if not store.missing("requests"):
        parts.append(
            "SELECT account, category, region, filled AS met FROM fact_requests WHERE NOT cancelled"
            " AND category IS NOT NULL AND requested_on BETWEEN $first AND $last"
        )
    return " UNION ALL ".join(parts)


def _wanted(store: Store, window: Span, largest: tuple[Buyer, ...], *, by_region: bool) -> tuple[Wanted, ...]:
    """Each place a large buyer searched or asked in, how often, and whether it bought there.

    Where regions split the market a search without one names no place.
    """
    if not largest or not (asked := _asked(store)):
        return ()
    region, named = ("region", "WHERE a.region IS NOT NULL") if by_region else ("CAST(NULL AS VARCHAR)", "")
    chosen = ", ".join(str(buyer.account) for buyer in largest)
    rows = store.engine.rows(
        f"""
        WITH asked AS (
            SELECT account, category, {region} AS region FROM ({asked}) AS every WHERE account IN ({chosen})
        ),
        bought AS (
            SELECT DISTINCT buyer, category, {region} AS region FROM fact_orders
            WHERE placed_on BETWEEN $first AND $last AND buyer IN ({chosen})
        )
        SELECT a.account, a.category, a.region, count(*), max(CASE WHEN b.buyer IS NULL THEN 0 ELSE 1 END)
        FROM asked a LEFT JOIN bought b
          ON b.buyer = a.account AND b.category = a.category AND b.region IS NOT DISTINCT FROM a.region
        {named} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        """,
        {"first": window.start, "last": window.end},
    )
    return tuple(Wanted(buyer=b, category=c, region=r, times=n, bought=bool(met)) for b, c, r, n, met in rows)


def _unmet(store: Store, window: Span) -> dict[str, int]:
    if not (asked := _asked(store)):
        return {}
    return dict(
        store.engine.rows(
            f"SELECT category, count(*) FROM ({asked}) AS asked WHERE NOT met GROUP BY 1 ORDER BY 1",
            {"first": window.start, "last": window.end},
        )
    )


def _bound(window: Span, **more: object) -> dict[str, object]:
    """The window's months as parameters."""
    return {"first": window.start.replace(day=1), "last": window.end, **more}
