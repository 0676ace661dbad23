"""One open warehouse as the metrics see it: which tables are fed, how far they are known, in which currency."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from bothsides.metrics.building import PRICED, build_facts, facts_version, fed_tables, known_range, missing_tables
from bothsides.metrics.dictionary import HOUSE, Dictionary
from bothsides.metrics.distinct import Bounds
from bothsides.metrics.fact import Fact
from bothsides.metrics.facts import FACTS
from bothsides.metrics.states.books import read_states
from bothsides.metrics.states.grains import NO_STATES, States
from bothsides.metrics.states.rollups import states_version
from bothsides.metrics.workings import Workings
from bothsides.schema import TABLES
from bothsides.schema.period import add_months
from bothsides.warehouse import DuckDB, Engine, WarehouseMissing, open_reader, version_filter
from bothsides.warehouse.address import Address
from bothsides.warehouse.postgres import open_postgres

OUTCOMES = ("orders", "events", "fees", "listings", "stage_changes", "touches", "shipments", "reviews")
"""Tables whose export may begin later than the rows whose outcome they hold, such as orders of the last two years
beside accounts of the last ten. Refunds are not among them: none is no gap."""

LATE_START_DAYS = 90
"""A market may wait this long for its first order; an export that begins later is taken to lack the earlier ones."""

LASTING = ("subscriptions",)
"""Tables whose amounts count on for as long as they run, not on one day."""

DENSE = ("orders", "events")
"""Tables in which a day without a row is rare: after their last day, an outcome that is not there may yet come."""

NEWCOMER_MONTHS = 3
"""In the month of the first known order and the two after it a first known order need not be the account's first."""

CHARGED_DAYS = 90
CHARGED_SHARE = 0.9
CHANCE = 0.001
"""Where at least this share of the orders of so many days carried a fee, orders after the last fee that all carry none
are orders whose fees have not been loaded, if that many would by chance be without one less often than this."""


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Rows of a table in a currency that has no exchange rate on their day.

    `counted` are the first and last day of what they belong to: the orders of fees and refunds, the close of deals.
    """

    table: str
    currency: str
    rows: int
    first: date
    last: date
    counted: tuple[date, date] | None = None

    def __str__(self) -> str:
        return f"{self.rows:,} rows of {self.table} from {self.first} to {self.last} in {self.currency} have no rate"

    def touches(self, dates: tuple[str, ...], first: date, last: date) -> bool:
        """Whether amounts read by one of these dates from the first day to the last may lack these rows.

        By dates that the rows do not have they may stand on any day.
        """
        priced_on, counted_on = PRICED[self.table]
        held = {priced_on: (self.first, date.max if self.table in LASTING else self.last), counted_on: self.counted}
        if not any(on in held for on in dates):
            return True
        return any(span[0] <= last and first <= span[1] for on in dates if (span := held.get(on)) is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A read-only view on the facts. `sampled` says that orders are a declared sample with weights."""

    engine: Engine
    name: str
    currency: str
    fiscal_start: int
    fed: frozenset[str]
    ranges: dict[str, tuple[date, date]]
    sampled: bool = False
    known_on: int | None = None
    as_of: date | None = None
    """The business day whose facts these are, where they were built without what came after it."""
    unpriced: tuple[Unpriced, ...] = ()
    dictionary: Dictionary = HOUSE
    """The definitions in force."""
    bounds: Bounds = field(default_factory=Bounds, repr=False, compare=False)
    """What its columns hold, for distinct counts: looked up once."""
    states: States = field(default=NO_STATES, repr=False, compare=False)
    """What is read from states instead of facts; NO_STATES forbids them."""
    workings: Workings | None = field(default=None, repr=False, compare=False)
    """What several questions share; without it each works it out anew."""
    _lacking: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)
    """What `lacks` has found out: a store does not change while it is open."""
    _ended: dict[tuple[date, date], bool] = field(default_factory=dict, repr=False, compare=False)
    """What has been found out about fees, by their last day and that of orders."""
    _veiled: dict[date, bool] = field(default_factory=dict, repr=False, compare=False)
    """Whether accounts may be older than the orders, by the first known day of these."""

    def missing(self, fact: str) -> tuple[str, ...]:
        """The tables the fact lacks; empty when it can be read."""
        return missing_tables(FACTS[fact], self.fed)

    def lacks(self, need: str) -> bool:
        """Whether a table, a `table.column` or a `table.column=value` has never been fed."""
        if need not in self._lacking:
            self._lacking[need] = self._looked_up(need)
        return self._lacking[need]

    def _looked_up(self, need: str) -> bool:
        name, _, rest = need.partition(".")
        if name not in self.fed:
            return True
        if not rest:
            return False
        column, equals, value = rest.partition("=")
        TABLES[name].column(column)
        found = f"{column}::VARCHAR = $value" if equals else f"{column} IS NOT NULL"
        row = self.engine.row(
            f"SELECT EXISTS (SELECT 1 FROM {name} WHERE {version_filter(self.known_on)} AND {found})",
            {"value": value} if equals else {},
        )
        return row == (False,)

    def known(self, fact: Fact, on: str) -> tuple[date, date] | None:
        """First and last business date on which the fact is known by that date, None when no row has it."""
        since = self.ranges.get(fact.dates[on])
        marks = [self.ranges[name][1] for name in fact.known_by if name in self.ranges]
        if since is None or not marks:
            return None
        ended = self.until("fees") if "fees" in fact.requires else None
        return since[0], min(max(marks), ended or date.max)

    def since(self, need: str, rows: date) -> date | None:
        """The first day on which a table that holds outcomes is known, None where it begins about when `rows` do."""
        name = need.partition(".")[0]
        if name not in OUTCOMES or name not in self.ranges:
            return None
        first = self.ranges[name][0]
        return first.replace(day=1) if (first - rows).days > LATE_START_DAYS else None

    def until(self, need: str) -> date | None:
        """The last known day of a table that outcomes wait for, None for one in which quiet days are common."""
        name = need.partition(".")[0]
        waits = name in self.ranges and (name in DENSE or (name == "fees" and self._fees_ended()))
        return self.ranges[name][1] if waits else None

    def newcomers(self, *, spend: bool) -> date | None:
        """The first day from which first orders are known to be first; None where they are from the beginning.

        With `spend` it is also the first day from which what was spent on those accounts is counted: what was spent
        before the first known order has won the first of them.
        """
        if "orders" not in self.ranges:
            return None
        first = self.ranges["orders"][0]
        early = spend and "spend" in self.ranges and self.ranges["spend"][0] < first
        return add_months(first.replace(day=1), NEWCOMER_MONTHS) if early or self._may_be_older(first) else None

    def outlasts(self, told: date) -> bool:
        """Whether as much is known from the day on as it took to tell who is new; else the first months stay in."""
        return self.ranges["orders"][1] >= add_months(told, NEWCOMER_MONTHS) - timedelta(days=1)

    def _may_be_older(self, first: date) -> bool:
        """Whether an account of the first months may have ordered before: its signup is unknown or long before."""
        if first not in self._veiled:
            row = self.engine.row(
                """
                SELECT EXISTS (
                    SELECT 1 FROM fact_accounts
                    WHERE first_order_on < $told AND (signed_up_on IS NULL OR signed_up_on < $old)
                )
                """,
                {
                    "told": add_months(first.replace(day=1), NEWCOMER_MONTHS),
                    "old": first - timedelta(days=LATE_START_DAYS),
                },
            )
            self._veiled[first] = row == (True,)
        return self._veiled[first]

    def _fees_ended(self) -> bool:
        """Whether orders go on without a fee after the fees' last day, where nearly every one had its fee before."""
        (_, fees), (_, orders) = self.ranges["fees"], self.ranges.get("orders", (date.min, date.min))
        if fees >= orders:
            return False
        if (fees, orders) not in self._ended:
            after = "FILTER (WHERE placed_on > $fees)"
            before = "FILTER (WHERE placed_on <= $fees)"
            rows = self.engine.rows(
                f"""
                SELECT count(*) {before}, count(CASE WHEN fee <> 0 THEN 1 END) {before},
                       count(*) {after}, count(CASE WHEN fee <> 0 THEN 1 END) {after}
                FROM fact_orders WHERE placed_on BETWEEN $first AND $orders
                """,
                {"first": fees - timedelta(days=CHARGED_DAYS), "fees": fees, "orders": orders},
            )
            self._ended[fees, orders] = _have_ended(*rows[0])
        return self._ended[fees, orders]


def _have_ended(before: int, charged: int, after: int, charged_after: int) -> bool:
    """Whether so many orders without a fee are too many to be chance, by the rule of succession.

    >>> _have_ended(27, 27, 9, 0), _have_ended(27, 27, 2, 0), _have_ended(27, 9, 9, 0), _have_ended(27, 27, 9, 1)
    (True, False, False, False)
    """
    if charged_after or not charged or charged < CHARGED_SHARE * before:
        return False
    uncharged = (before - charged + 1) / (before + 2)
    return bool(uncharged**after < CHANCE)


@contextmanager
def open_store(
    place: Path | Address | Engine, *, known_on: int | None = None, dictionary: Dictionary = HOUSE
) -> Iterator[Store]:
    """Open a warehouse file, its mirror in PostgreSQL or an engine; with `known_on`, as it was known at that load.

    Readers never block a sync; a mirror waits for those of the old copy before it puts the new one in its place.
    `dictionary` holds the definitions in force (`read_dictionary` reads a workspace's).

    Raises ValueError for a load that the warehouse does not have.
    """
    with _opened(place) as engine:
        yield read_store(engine, known_on=known_on, dictionary=dictionary)


@contextmanager
def _opened(place: Path | Address | Engine) -> Iterator[Engine]:
    if isinstance(place, Address):
        with open_postgres(place) as engine:
            if not engine.holds_warehouse():
                raise WarehouseMissing(f"{place} holds no warehouse: run bothsides mirror {place}")
            yield engine
    elif isinstance(place, Path):
        con = open_reader(place)
        try:
            yield DuckDB(con)
        finally:
            con.close()
    else:
        yield place


def read_store(engine: Engine, *, known_on: int | None = None, dictionary: Dictionary = HOUSE) -> Store:
    """The store over an open engine whose facts are built; states are read where those of its last load are there."""
    states = NO_STATES
    meta: dict[str, str] = dict(engine.rows("SELECT key, value FROM meta"))
    if known_on is not None:
        loads = [row[0] for row in engine.rows("SELECT load_id FROM loads WHERE status = 'ok' ORDER BY 1")]
        if known_on not in loads:
            raise ValueError(f"--known-on {known_on}: no such load; loads are {', '.join(map(str, loads)) or 'none'}")
        known_on = None if known_on == loads[-1] else known_on  # what the last load knew is what is known now
    if known_on is not None:
        build_facts(engine, currency=meta["currency"], known_on=known_on)
    elif meta.get("facts") != facts_version():
        build_facts(engine, currency=meta["currency"], known_on=_latest_load(engine))
    else:
        states = read_states(engine, states_version(meta["currency"]), _latest_load(engine))
    fed = fed_tables(engine, known_on=known_on)
    return Store(
        engine=engine,
        name=meta.get("name", ""),
        currency=meta["currency"],
        fiscal_start=int(meta.get("fiscal_year_start", "1")),
        fed=fed,
        ranges=known_range(engine, fed, known_on=known_on),
        sampled=_is_sample(engine, known_on),
        known_on=known_on,
        dictionary=dictionary,
        states=states,
        unpriced=read_unpriced(engine),
    )


def read_unpriced(engine: Engine) -> tuple[Unpriced, ...]:
    """What has no exchange rate, as the facts were built."""
    return tuple(
        Unpriced(table, currency, rows, first, last, None if since is None else (since, until))
        for table, currency, rows, first, last, since, until in engine.rows(
            "SELECT * FROM unpriced ORDER BY 1, 2, 3, 4, 5"
        )
    )


def _latest_load(engine: Engine) -> int:
    """The load whose rows are current: facts that another version of the software built are built anew from them."""
    row = engine.row("SELECT coalesce(max(load_id), 0) FROM loads WHERE status = 'ok'")
    return int(row[0]) if row else 0


def _is_sample(engine: Engine, known_on: int | None) -> bool:
    """Whether any source of the orders declared them a sample, by its last load."""
    loads = "" if known_on is None else f"AND load_id <= {int(known_on)}"
    row = engine.row(
        f"""SELECT coalesce(bool_or(sample), false) FROM (
            SELECT arg_max(sample, load_id) AS sample FROM load_sources
            WHERE table_name = 'orders' {loads} GROUP BY "source")"""
    )
    return row == (True,)
