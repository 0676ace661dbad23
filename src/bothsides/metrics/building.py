"""Builds the facts from the schema's tables: at publish, or on the fly as known at an earlier load or day."""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bothsides.metrics.compile.cut import NO_LABEL
from bothsides.metrics.fact import Fact
from bothsides.metrics.facts import FACTS
from bothsides.metrics.only_days import with_day_ends
from bothsides.metrics.query import DIMENSIONS
from bothsides.schema import TABLES, Table, minor_units
from bothsides.schema.money import CURRENCIES
from bothsides.schema.period import add_months
from bothsides.warehouse import DUCKDB_TYPES, Engine, version_filter

_PLACEHOLDER = re.compile(r"\{(\w+)(?:@(\w+))?\}")
_MONEY = re.compile(r"\{money:([^{}]*)\}")
_ALIAS = re.compile(r"\b(\w)\.")
_MADE = re.compile(r"CREATE (?:TABLE|VIEW) (\w+)")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What the facts are to know: the rows known at a load, and of those what had happened by a day; None for all."""

    known_on: int | None = None
    as_of: date | None = None

    @property
    def is_now(self) -> bool:
        """Whether it is everything there is, so that the facts are those that are kept."""
        return self.known_on is None and self.as_of is None

    def rows(self, table: Table) -> str:
        """The table's rows, to select from."""
        versions = version_filter(self.known_on)
        versions += f" AND {STANDING[table.name]}" if table.name in STANDING else ""
        if self.as_of is None:
            return f"SELECT * FROM {table.name} WHERE {versions}"
        columns = ", ".join(_told_by(self.as_of, table))
        return f"SELECT {columns} FROM {table.name} WHERE {versions}{self._dated(table)}"

    def _dated(self, table: Table) -> str:
        if self.as_of is None or table.event_time is None or table.name in ENTITIES:
            return ""
        return f" AND ({table.event_time} IS NULL OR {table.event_time} <= DATE '{self.as_of}')"


ENTITIES = ("accounts", "campaigns")
"""Tables whose rows are names for others' rows: an order may be older than the day its account was entered. They stay
whatever their day is; a metric that is dated by it does not read past the as-of date anyway."""

STANDING = {"leads": "merged_into IS NULL"}
"""Rows that stand for themselves: a lead that was found to be another one is that one."""

PLANNED = ("promised_on", "due_on", "trial_ends_on")
"""Days that were known before they came."""

_TOLD = {
    "quotes": ("awarded_on", {"status": "'open'", "order_id": "NULL"}),
    "opportunities": ("closed_on", {"status": "'open'", "reason": "NULL"}),
}
"""Columns that have no day of their own but came with one, and what stood there before."""


def later_days(table: Table) -> tuple[str, ...]:
    """The business dates of a row beside its own: what came of it."""
    days = (column.business_date for column in table.columns)
    return tuple(day for day in days if day and day != table.event_time and day not in PLANNED)


def _told_by(day: date, table: Table) -> list[str]:
    """The table's columns as they stood at the end of a day: what is dated later had not happened."""
    later, (hinge, before) = later_days(table), _TOLD.get(table.name, ("", {}))
    found = []
    for column in table.columns:
        name, on = column.name, column.business_date
        if on in later:
            found += [f"CASE WHEN {on} <= DATE '{day}' THEN {each} END AS {each}" for each in (name, on)]
            continue
        if name in before:
            found.append(f"CASE WHEN {hinge} > DATE '{day}' THEN {before[name]} ELSE {name} END AS {name}")
        elif table.name == "quotes" and name == "supplier_id":
            # Of a reply it is who replied, of a request who won it.
            found.append(f"CASE WHEN kind = 'request' AND {hinge} > DATE '{day}' THEN NULL ELSE {name} END AS {name}")
        else:
            found.append(name)
        found += [on] if on else []
    return found


def build_facts(
    engine: Engine,
    *,
    currency: str,
    known_on: int | None = None,
    as_of: date | None = None,
    relations: Collection[str] | None = None,
) -> None:
    """Make every fact anew, or those that the relations named are and are made of.

    `known_on` is a load, `as_of` a business day: with either the facts become temporary tables, over what was known
    at the load and what had happened by the day. Raises ValueError for a reporting currency that ISO 4217 does not
    list.
    """
    past = Past(known_on=known_on, as_of=as_of)
    unit = 10 ** minor_units(currency)
    fed = fed_tables(engine, known_on=known_on)
    priced = _factors(engine, currency, past) if "fx_rates" in fed else None
    constants = {
        "unit": str(unit),
        "has_replies": _has_replies(fed, known_on),
        "account_versions": _every_version(TABLES["accounts"], fed, known_on),
    }
    blank = _blank_labels(engine, fed)
    zone: tuple[str] = engine.row("SELECT value FROM meta WHERE key = 'time_zone'") or ("UTC",)
    for statement in _statements() if relations is None else _making(relations):
        dated = with_day_ends(statement, zone[0])
        engine.run(_render(dated, fed, constants, past, currency=currency, priced=priced, blank=blank))
    if past.is_now:
        engine.run("DELETE FROM meta WHERE key = 'facts'")
        engine.run("INSERT INTO meta VALUES ('facts', $version)", {"version": facts_version()})


def facts_version() -> str:
    """Changes whenever a fact is built differently; facts of another version are not read."""
    return hashlib.sha256("\n".join(_statements()).encode()).hexdigest()[:16]


def _statements() -> tuple[str, ...]:
    return (*(build for fact in FACTS.values() for build in fact.builds), _UNPRICED)


def _making(relations: Collection[str]) -> tuple[str, ...]:
    """The statements that make the relations, with what these are made of and what has no price, in order."""
    made = {match[1]: statement for statement in _statements() if (match := _MADE.search(statement))}
    wanted = {"unpriced", *relations}
    for name in reversed(made):
        if name in wanted:
            wanted |= made.keys() & set(_WORD.findall(made[name]))
    return tuple(statement for name, statement in made.items() if name in wanted)


def fed_tables(engine: Engine, *, known_on: int | None = None) -> frozenset[str]:
    """The schema tables that hold at least one row, or held one after the load `known_on`."""
    loaded = "true" if known_on is None else f"loaded_in <= {int(known_on)}"
    found = (name for name in engine.tables() if name in TABLES)
    return frozenset(n for n in found if engine.row(f"SELECT 1 FROM {n} WHERE {loaded} LIMIT 1"))


def known_range(engine: Engine, fed: frozenset[str], *, known_on: int | None = None) -> dict[str, tuple[date, date]]:
    """First and last business date of each fed table, the last day of the month where dates stand for whole months."""
    marks = engine.rows(
        "SELECT table_name, min(first_on), max(last_on) FROM watermarks WHERE last_on IS NOT NULL GROUP BY table_name"
    )
    ranges = {name: (first, last) for name, first, last in marks if name in fed}
    if known_on is None:
        return ranges
    return {name: then for name in ranges if (then := _range_then(engine, TABLES[name], ranges[name], known_on))}


def _range_then(engine: Engine, table: Table, now: tuple[date, date], known_on: int) -> tuple[date, date] | None:
    """The range at an earlier load; dates stand for whole months where today's watermark lies past the last date."""
    row = engine.row(
        f"SELECT min({table.event_time}) FILTER (WHERE {version_filter(known_on)}),"
        f" max({table.event_time}) FILTER (WHERE {version_filter(known_on)}), max({table.event_time}) FROM {table.name}"
    )
    if row is None or row[0] is None:
        return None
    first, last, latest = row
    if now[1] > latest:
        last = add_months(last.replace(day=1), 1) - timedelta(days=1)
    return first, last


def _render(
    statement: str,
    fed: frozenset[str],
    constants: dict[str, str],
    past: Past,
    *,
    currency: str,
    priced: date | None,
    blank: Mapping[str, tuple[str, ...]],
) -> str:
    def relation(match: re.Match[str]) -> str:
        name, priced_on = match.groups()
        if name in constants:
            return constants[name]
        return _relation(TABLES[name], fed, past, priced_on=priced_on, currency=currency, priced=priced)

    kind = "CREATE OR REPLACE " if past.is_now else "CREATE OR REPLACE TEMP "
    text = _MONEY.sub(_money, statement)
    text = _PLACEHOLDER.sub(lambda found: _labelled(relation(found), blank.get(found[1], ())), text).strip()
    return text.replace("CREATE ", kind, 1)


def _blank_labels(engine: Engine, fed: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """The columns of each table in which some row has for a label the word by which a row without one is shown."""
    found = {}
    for name in sorted(fed):
        columns = [
            c.name for c in TABLES[name].columns if c.name in DIMENSIONS or (name, c.name) == ("campaigns", "name")
        ]
        # Column by column: the engine then passes over blocks whose words all come later in the alphabet.
        there = (c for c in columns if engine.row(f"SELECT 1 FROM {name} WHERE {c} = '{NO_LABEL}' LIMIT 1"))
        found[name] = tuple(there)
    return found


def _labelled(relation: str, blank: tuple[str, ...]) -> str:
    """The relation with such words as what they say, no label: the two are one cell of every table."""
    words = ", ".join(f"nullif({name}, '{NO_LABEL}') AS {name}" for name in blank)
    return f"(SELECT * REPLACE ({words}) FROM {relation} AS worded)" if words else relation


def _money(match: re.Match[str]) -> str:
    """The amount in reporting minor units, rounded half to even; empty where no rate is known on its day."""
    amount = match.group(1)
    alias = _ALIAS.search(amount)
    if alias is None:
        raise ValueError(f"money expression {amount!r} must name its relation's alias")
    fx = f"{alias[1]}.fx"
    return f"CASE WHEN {fx} = 1 AND {fx}_by = 1 THEN {amount} ELSE round_even({amount} * {fx} / {fx}_by, 0)::BIGINT END"


def _relation(
    table: Table,
    fed: frozenset[str],
    past: Past,
    *,
    priced_on: str | None,
    currency: str,
    priced: date | None,
) -> str:
    if table.name not in fed:
        return _empty(table, fx=priced_on is not None)
    rows = past.rows(table)
    if priced_on is None:
        return f"({rows})"
    own = f"currency = '{currency}'"
    if priced is None:
        return f"(SELECT *, CASE WHEN {own} THEN 1::DOUBLE END AS fx, 1::DOUBLE AS fx_by FROM ({rows}) r)"
    last = f"DATE '{priced}'"
    return (
        f"(SELECT t.*, CASE WHEN t.{own} THEN 1 ELSE f.factor END AS fx, coalesce(f.divisor, 1) AS fx_by"
        f" FROM ({rows}) t LEFT JOIN fx_days f ON t.currency = f.currency"
        f" AND f.day = CASE WHEN t.{priced_on} > {last} THEN {last} ELSE t.{priced_on} END)"
    )


def _empty(table: Table, *, fx: bool) -> str:
    columns = [f"NULL::{DUCKDB_TYPES[c.kind]} AS {c.name}" for c in table.columns]
    columns += [f"NULL::DATE AS {c.business_date}" for c in table.columns if c.business_date]
    if fx:
        columns += ["1::DOUBLE AS fx", "1::DOUBLE AS fx_by"]
    return f"(SELECT {', '.join(columns)} WHERE false)"


def _has_replies(fed: frozenset[str], known_on: int | None) -> str:
    if "quotes" not in fed:
        return "false"
    return f"(SELECT count(*) > 0 FROM quotes WHERE kind = 'reply' AND {version_filter(known_on)})"


def _every_version(table: Table, fed: frozenset[str], known_on: int | None) -> str:
    """Every version of the table's rows that was ever loaded, with the loads from which to which it held."""
    if table.name not in fed:
        return f"(SELECT *, 0 AS loaded_in, NULL::INTEGER AS superseded_in FROM {_empty(table, fx=False)})"
    return table.name if known_on is None else f"(SELECT * FROM {table.name} WHERE loaded_in <= {int(known_on)})"


def _factors(engine: Engine, currency: str, past: Past) -> date | None:
    """Reporting minor units per minor unit of each currency, day by day; returns the last day of them, which holds on.

    Powers of ten stand apart, above and below the line: 1,015 fils at 3.0 are 304.5 cents and round to 304, which
    a factor of 0.30000000000000004 would miss.
    """
    rates = f"({past.rows(TABLES['fx_rates'])}) given WHERE currency <> '{currency}'"
    first, last = engine.row(f"SELECT min(quoted_on), max(quoted_on) FROM {rates}") or (None, None)
    if first is None:
        return None
    exponents = ", ".join(f"('{code}', {digits})" for code, digits in CURRENCIES.items())
    engine.run(
        f"""
        CREATE OR REPLACE TEMP TABLE fx_days AS
        WITH quoted AS (
            SELECT currency, quoted_on, rate, row_number() OVER (PARTITION BY currency ORDER BY quoted_on) AS nth
            FROM (
                SELECT currency, quoted_on, rate,
                       row_number() OVER (PARTITION BY currency, quoted_on ORDER BY rate_id DESC) AS place
                FROM {rates}
            ) r WHERE place = 1
        ),
        calendar AS (
            SELECT DATE '{first}' + CAST(i AS INTEGER) AS day FROM generate_series(0, {(last - first).days}) AS t(i)
        ),
        held AS (
            SELECT c.currency, d.day, count(q.nth) OVER (PARTITION BY c.currency ORDER BY d.day) AS nth
            FROM (SELECT DISTINCT currency FROM quoted) c CROSS JOIN calendar d
            LEFT JOIN quoted q ON q.currency = c.currency AND q.quoted_on = d.day
        )
        SELECT h.currency, h.day, q.rate * power(10, greatest(0, {minor_units(currency)} - e.digits)) AS factor,
               power(10, greatest(0, e.digits - {minor_units(currency)})) AS divisor
        FROM held h JOIN quoted q ON q.currency = h.currency AND q.nth = h.nth
        JOIN (VALUES {exponents}) e(code, digits) ON e.code = h.currency
        """
    )
    known_until: date = last
    return known_until


PRICED = {
    "orders": ("placed_on", None),
    "fees": ("charged_on", "placed_on"),
    "refunds": ("refunded_on", "placed_on"),
    "opportunities": ("opened_on", "closed_on"),
    "spend": ("spent_on", None),
    "subscriptions": ("started_on", None),
}
"""By table with amounts: the date whose rate holds, and the other one that facts count the amount by."""


def _holes(table: str, on: str, other: str | None) -> str:
    """The table's amounts without a rate by currency, with the days that they stand on by either date."""
    rows, counted = f"{{{table}@{on}}} p", "CAST(NULL AS DATE)"
    if other == "placed_on":
        rows, counted = f"{rows} LEFT JOIN {{orders}} o ON o.order_id = p.order_id", "o.placed_on"
    elif other:
        counted = f"CASE WHEN p.status <> 'open' THEN p.{other} END"
    return (
        f"SELECT '{table}' AS table_name, p.currency, count(*) AS unpriced_rows, min(p.{on}) AS first_on,"
        f" max(p.{on}) AS last_on, min({counted}) AS first_counted_on, max({counted}) AS last_counted_on"
        f" FROM {rows} WHERE p.fx IS NULL AND p.amount IS NOT NULL GROUP BY p.currency"
    )


_UNPRICED = "CREATE TABLE unpriced AS " + " UNION ALL ".join(
    _holes(table, on, other) for table, (on, other) in PRICED.items()
)
"""What no amount can be given for: a metric that would need it says so instead of leaving it out."""


def missing_tables(fact: Fact, fed: frozenset[str]) -> tuple[str, ...]:
    """The tables without which the fact says nothing."""
    return tuple(name for name in fact.requires if name not in fed)
