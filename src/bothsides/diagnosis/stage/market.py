"""Who trades what, as anchors and verticals read it: money by account and category, what was asked for in vain."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from bothsides.diagnosis.cells import Where
from bothsides.diagnosis.span import Span
from bothsides.metrics import Store
from bothsides.schema import Side, minor_units


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What one buyer searched or asked for in a place it bought nothing in over the window."""

    buyer: int
    category: str
    region: str | None
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SideTrade:
    """One side's trade by account and category over the window, major units, and each account's main category.

    A supplier that lists a category and sold nothing of it stands there with 0.
    """

    amounts: Mapping[int, Mapping[str, float]]
    main: Mapping[int, str]

    def total(self, account: int) -> float:
        """Everything the account traded."""
        return sum(self.amounts[account].values())

    def also(self, category: str, *, least: int) -> dict[str, float]:
        """Of the accounts with each main category, the share that also trades this one; few accounts say nothing."""
        having, counted = defaultdict[str, int](int), defaultdict[str, int](int)
        for account, main in self.main.items():
            counted[main] += 1
            having[main] += category in self.amounts[account]
        return {main: having[main] / n for main, n in counted.items() if n >= least and main != category}


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketTrade:
    """Both sides of the window."""

    buyers: SideTrade
    suppliers: SideTrade
    wanted: tuple[Wanted, ...]
    unmet: Mapping[str, int]
    """Searches and requests by category that came to nothing."""
    names: Mapping[int, str]
    regions: Mapping[int, str | None]
    """The region in which each buyer bought most."""
    months: float
    answered: float | None
    """Of pairs of a buyer and a place it searched or asked in, the share in which it also bought."""
    gmv: Mapping[str, float] = field(default_factory=dict)


def read_trade(store: Store, window: Span) -> MarketTrade | None:
    """Trade and unmet demand by category over the window; None where orders carry no category."""
    unit = 10 ** minor_units(store.currency)
    bought = store.engine.rows(
        "SELECT buyer, supplier, category, region, coalesce(sum(value), 0)::DOUBLE FROM fact_orders"
        " WHERE placed_on BETWEEN $first AND $last AND category IS NOT NULL GROUP BY ALL ORDER BY ALL",
        {"first": window.start, "last": window.end},
    )
    if not bought:
        return None
    amounts: dict[Side, dict[int, dict[str, float]]] = {side: defaultdict(dict) for side in Side}
    places: dict[int, dict[str | None, float]] = defaultdict(dict)
    gmv: dict[str, float] = defaultdict(float)
    for buyer, supplier, category, region, value in bought:
        for side, account in ((Side.BUYER, buyer), (Side.SUPPLIER, supplier)):
            amounts[side][account][category] = amounts[side][account].get(category, 0.0) + value / unit
        places[buyer][region] = places[buyer].get(region, 0.0) + value
        gmv[category] += value / unit
    for account, category in _listed(store, window):
        amounts[Side.SUPPLIER][account].setdefault(category, 0.0)
    pairs = _looked(store, window)
    wanted = tuple(Wanted(buyer=b, category=c, region=r, times=n) for b, c, r, n, met in pairs if not met)
    return MarketTrade(
        buyers=_side(amounts[Side.BUYER]),
        suppliers=_side(amounts[Side.SUPPLIER]),
        wanted=wanted,
        unmet=_unmet(store, window),
        names=dict(store.engine.rows("SELECT account, coalesce(name, 'account ' || account) FROM dim_accounts")),
        regions={account: max(sorted(held, key=str), key=lambda r: held[r]) for account, held in places.items()},
        months=window.months,
        answered=1 - len(wanted) / len(pairs) if pairs else None,
        gmv=gmv,
    )


def _side(amounts: Mapping[int, Mapping[str, float]]) -> SideTrade:
    main = {account: max(sorted(held), key=lambda c: held[c]) for account, held in amounts.items()}
    return SideTrade(amounts=amounts, main=main)


def _listed(store: Store, window: Span) -> list[tuple[int, str]]:
    """Suppliers and the categories in which they had a listing at the window's end."""
    if store.missing("listings"):
        return []
    return store.engine.rows(
        "SELECT DISTINCT account, category FROM fact_listings WHERE account IS NOT NULL AND category IS NOT NULL"
        " AND listed_on <= $last AND (closed_on IS NULL OR closed_on > $last) ORDER BY ALL",
        {"last": window.end},
    )


def _asked(store: Store) -> str:
    """Searches and requests with their account, place and outcome; empty where neither is known."""
    parts = []
    if not store.missing("events"):
        parts.append(
            "SELECT account, category, region, occurred_on AS on_day, converted AS met FROM fact_events"
            " WHERE side = 'buyer' AND name = 'search'"
        )
    if not store.missing("requests"):
        parts.append(
            "SELECT account, category, region, requested_on AS on_day, filled AS met FROM fact_requests"
            " WHERE NOT cancelled"
        )
    return " UNION ALL ".join(parts)


def _looked(store: Store, window: Span) -> list[tuple[int, str, str | None, int, bool]]:
    """Each buyer and place it searched or asked in, how often, and whether it bought there."""
    if not (asked := _asked(store)):
        return []
    return store.engine.rows(
        f"""
        WITH asked AS ({asked}),
        bought AS (SELECT DISTINCT buyer, category, region FROM fact_orders WHERE placed_on BETWEEN $first AND $last)
        SELECT a.account, a.category, a.region, count(*), any_value(b.buyer) IS NOT NULL
        FROM asked a LEFT JOIN bought b
          ON b.buyer = a.account AND b.category = a.category AND b.region IS NOT DISTINCT FROM a.region
        WHERE a.account IS NOT NULL AND a.category IS NOT NULL AND a.on_day BETWEEN $first AND $last
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        """,
        {"first": window.start, "last": window.end},
    )


def _unmet(store: Store, window: Span) -> dict[str, int]:
    if not (asked := _asked(store)):
        return {}
    return dict(
        store.engine.rows(
            f"WITH asked AS ({asked}) SELECT category, count(*) FROM asked WHERE category IS NOT NULL AND NOT met"
            " AND on_day BETWEEN $first AND $last GROUP BY 1 ORDER BY 1",
            {"first": window.start, "last": window.end},
        )
    )


def at(category: str, region: str | None, *, by_region: bool) -> Where:
    """The cell of a category and region where the market is split by both."""
    return category, region if by_region else None


def wallet(side: SideTrade, category: str) -> float | None:
    """Median share of their spend that accounts with another main category give this one; None where none does."""
    parts = sorted(
        amount / total
        for account, held in side.amounts.items()
        if side.main[account] != category
        and (amount := held.get(category, 0.0)) > 0
        and (total := side.total(account)) > 0
    )
    return parts[len(parts) // 2] if parts else None
