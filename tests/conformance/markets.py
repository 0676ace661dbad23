"""Markets to compare engines on: drawn from the tables' own declarations with every edge, and a simulated one."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from bothsides.metrics import Store
from bothsides.schema import TABLES, Kind
from bothsides.schema.column import Column
from bothsides.simulate import demo_plan, simulate
from tests.diagnosis.conftest import store_of
from tests.metrics.conftest import build_market

Rows = list[dict[str, Any]]

FIRST, DAYS = date(2022, 11, 20), 800
LABELS = ("Tools", "Paper", "Größe", "a, b", "")
NAMES = (
    *("Müller GmbH", "MÜLLER GMBH", " müller gmbh\u3000", "Mu\u0308ller GmbH", "Straße 1", "STRASSE 1", "STRAẞE 1"),
    *("ISTANBUL", "İstanbul", "ıstanbul", "ΟΔΟΣ", "οδος", "Жук", "ЖУК ", "Acme", "ACME", "acme\u00a0"),
)
"""Names that are one or two, depending on what an engine knows of letters and blanks."""
SOURCES = ("Trade Show\u2003", "REFERRAL", "Réferral", "rеferral")
"""Channels likewise; the last has a Cyrillic letter."""
CURRENCIES = ("EUR", "EUR", "USD", "JPY", "KWD")
SIZES = {"accounts": 60, "orders": 420, "events": 500, "fees": 380, "refunds": 60}
ROWS = 90
"""Rows of a table that SIZES does not name."""


def drawn(seed: int, *, currencies: tuple[str, ...] = CURRENCIES) -> dict[str, Rows]:
    """Rows for every table by the kinds of its columns: empty where they may be, restated here and there.

    Organizations stand on both sides, branches belong to head offices, orders are cancelled, tests, self-dealing and
    credit notes, days lie close enough together to tie, labels are empty, odd or none.
    """
    rng = random.Random(seed)
    keys = {name: [f"{name}-{i}" for i in range(SIZES.get(name, ROWS))] for name in TABLES}
    sides = {key: "buyer" if i % 2 else "supplier" for i, key in enumerate(keys["accounts"])}
    tables: dict[str, Rows] = {}
    for name, table in TABLES.items():
        rows = []
        for key in keys[name]:
            row = {c.name: _cell(c, rng, keys, sides, currencies) for c in table.columns[1:]}
            rows.append({table.key: key, **row})
        tables[name] = rows
    for row in tables["accounts"]:
        row["side"] = sides[row["account_id"]]
        row["organization_id"] = rng.choice([None, *(f"company-{i}" for i in range(12))])
        row["parent_id"] = rng.choice([None, None, rng.choice(keys["accounts"])])
        row["is_internal"] = rng.random() < 0.05
    tables["fx_rates"] = _rates(rng, currencies)
    _name(tables, random.Random(seed))
    return {name: [version for row in rows for version in _versions(row, rng)] for name, rows in tables.items()}


def _name(tables: dict[str, Rows], rng: random.Random) -> None:
    """Names that repeat but for the case of their letters, and channels that are on a list but for it."""
    for row in (*tables["accounts"], *tables["leads"]):
        row["name"] = rng.choice([None, *NAMES])
        if row["channel"] and rng.random() < 0.3:
            row["channel"] = rng.choice(SOURCES)
    for row in tables["contacts"]:
        row["email"] = rng.choice([None, *NAMES])


def _cell(
    column: Column, rng: random.Random, keys: dict[str, list[str]], sides: dict[str, str], currencies: tuple[str, ...]
) -> object:
    if not column.required and rng.random() < 0.2:
        return None
    day = FIRST + timedelta(days=int(DAYS * rng.random() ** 0.7))
    match column.kind:
        case Kind.ID if column.references in keys:
            among = keys[column.references]
            return rng.choice([key for key in among if column.side is None or sides.get(key) == column.side.value])
        case Kind.ID:
            return f"thing-{rng.randint(0, 20)}"
        case Kind.TEXT:
            return rng.choice(LABELS)
        case Kind.CHOICE:
            return rng.choice(column.allowed)
        case Kind.CURRENCY:
            return rng.choice(currencies)
        case Kind.MONEY:
            return rng.choice([-1, 1, 1, 1, 1, 1]) * rng.choice([0, 5, 1_015, 99_999, 250_000, 7_654_321])
        case Kind.INTEGER:
            return rng.randint(0, 6)
        case Kind.NUMBER:
            return rng.choice([1, 2, 5.5])
        case Kind.BOOLEAN:
            return rng.random() < (0.1 if column.name.startswith("is_") else 0.7)
        case Kind.DATE:
            return day
        case Kind.TIMESTAMP:
            return datetime(day.year, day.month, day.day, rng.choice([0, 9]), rng.choice([0, 30]), rng.choice([0, 59]))


def _rates(rng: random.Random, currencies: tuple[str, ...]) -> Rows:
    """Rates that hold for some weeks each, from the first day on."""
    start = {"USD": 0.92, "JPY": 0.0063, "KWD": 3.0}
    return [
        {
            "currency": code,
            "quoted_on": FIRST + timedelta(days=i),
            "rate": round(start[code] * rng.uniform(0.9, 1.1), 6),
        }
        for code in sorted(set(currencies) & set(start))
        for i in range(0, DAYS, 17)
    ]


def _versions(row: dict[str, Any], rng: random.Random) -> Rows:
    """The row, or what the first load said of it and what the second or third one corrected."""
    if rng.random() > 0.1:
        return [row | {"loaded_in": rng.choice([1, 1, 1, 2, 3])}]
    load = rng.choice([2, 3])
    before = dict(row)
    if "amount" in before and before["amount"] is not None:
        before["amount"] += 700
    if before.get("category"):
        before["category"] = "Tools"
    return [before | {"loaded_in": 1, "superseded_in": load}, row | {"loaded_in": load}]


MARKETS: dict[str, Callable[[], Store]] = {
    "every edge": lambda: build_market(fiscal_start=4, **drawn(1)),
    "every edge, in yen": lambda: build_market(
        currency="JPY", fiscal_start=7, **drawn(2, currencies=("JPY", "JPY", "EUR"))
    ),
    "a sample": lambda: build_market(sample=True, **drawn(4, currencies=("EUR",))),
    "orders alone": lambda: build_market(
        **{name: rows for name, rows in drawn(5, currencies=("EUR",)).items() if name == "orders"}
    ),
    "simulated": lambda: store_of(simulate(demo_plan(seed=7, orders=3_000))),
}
"""A market by name; the one in yen has no rate for the euro, so what needs it says so."""


@cache
def market(name: str) -> Store:
    """The market on DuckDB, made once."""
    return MARKETS[name]()
