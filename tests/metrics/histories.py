"""Random histories of a small market, load by load: late rows, corrections, deletions, refunds, merges, new rates."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import duckdb
from hypothesis import strategies as st

from bothsides.metrics import refresh
from bothsides.schema import TABLES
from bothsides.warehouse import column_types, quoted
from bothsides.warehouse.ddl import create_books
from tests.metrics.conftest import _literal, _stored

FIRST = date(2024, 1, 15)
LOAD_DAYS = 25
"""Each load knows the market this much longer than the one before; rows of any earlier day may come late."""

BUYERS, SUPPLIERS = ("b0", "b1", "b2", "b3"), ("s0", "s1", "s2")
LABELS = st.sampled_from([None, "x", "y"])
Change = tuple[str, str, dict[str, Any] | None]
"""A table, a key, and what to lay over the row of that key (made if it is not there); None deletes it."""


@dataclass(kw_only=True)
class History:
    """A warehouse in memory to which loads are applied as ingest would: nothing overwritten, every row a version."""

    con: duckdb.DuckDBPyConnection = field(default_factory=lambda: duckdb.connect(config={"threads": 1}))
    current: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    load_id: int = 0

    def __post_init__(self) -> None:
        create_books(self.con)

    def load(self, changes: list[Change]) -> None:
        """Apply one load and publish: facts and states."""
        self.load_id += 1
        for table, key, change in changes:
            self._apply(table, key, change)
        until = FIRST + timedelta(days=LOAD_DAYS * self.load_id)
        self.con.execute("DELETE FROM watermarks")
        for table in {table for table, _ in self.current}:
            on = TABLES[table].event_time
            if on:
                self.con.execute(
                    f"INSERT INTO watermarks SELECT '{table}', 'test', greatest(max({on}), $until), min({on})"
                    f" FROM {table} WHERE superseded_in IS NULL HAVING count({on}) > 0",
                    {"until": until},
                )
        self.con.execute("INSERT INTO loads VALUES (?, NULL, NULL, 'ok', NULL)", [self.load_id])
        self.con.execute("DELETE FROM meta")
        self.con.execute("INSERT INTO meta VALUES ('name', 'test'), ('currency', 'EUR'), ('fiscal_year_start', '4')")
        refresh("EUR")(self.con)

    def _apply(self, table: str, key: str, change: dict[str, Any] | None) -> None:
        columns = column_types(TABLES[table])
        self.con.execute(
            f"CREATE TABLE IF NOT EXISTS {table} ({', '.join(f'{quoted(c)} {t}' for c, t in columns.items())})"
        )
        was = self.current.pop((table, key), None)
        if was is not None:
            stored = _stored(table, was, "EUR")
            self.con.execute(
                f"UPDATE {table} SET superseded_in = {self.load_id} WHERE superseded_in IS NULL"
                f" AND {TABLES[table].key} = '{stored[TABLES[table].key]}'"
            )
        if change is None:
            return
        row = {**(was or {TABLES[table].key: key}), **change}
        self.current[table, key] = row
        stored = _stored(table, row | {"loaded_in": self.load_id}, "EUR")
        self.con.execute(f"INSERT INTO {table} VALUES ({', '.join(_literal(stored[column]) for column in columns)})")


@st.composite
def histories(draw: st.DrawFn) -> list[list[Change]]:
    """Two to four loads; the first brings the accounts and some of everything."""
    known = _Known()
    first: list[Change] = []
    for name in (*BUYERS, *SUPPLIERS):
        side = "buyer" if name in BUYERS else "supplier"
        signed = FIRST + timedelta(days=draw(st.integers(0, 20)))
        first.append(("accounts", name, {"side": side, "name": name, "signed_up_at": signed}))
    first += [("fx_rates", "r0", {"currency": "USD", "quoted_on": FIRST, "rate": 0.5})]
    loads = []
    for load in range(1, draw(st.integers(2, 4)) + 1):
        # Later loads bring few kinds of changes, so that what follows from one table alone is seen to follow.
        kinds = _KINDS if load == 1 else draw(st.lists(st.sampled_from(_LATER), min_size=1, max_size=2))
        changes = first if load == 1 else []
        for _ in range(draw(st.integers(6, 14)) if load == 1 else draw(st.integers(0, 4))):
            changes = changes + draw(st.sampled_from(kinds))(draw, known, load)
        loads.append(changes)
    return loads


@dataclass(kw_only=True)
class _Known:
    orders: list[str] = field(default_factory=list)
    others: dict[str, int] = field(default_factory=dict)

    def key(self, kind: str) -> str:
        self.others[kind] = self.others.get(kind, 0) + 1
        return f"{kind}{self.others[kind]}"


def _day(draw: st.DrawFn, load: int) -> date:
    return FIRST + timedelta(days=draw(st.integers(0, LOAD_DAYS * load)))


def _order_row(draw: st.DrawFn, load: int) -> dict[str, Any]:
    return {
        "buyer_id": draw(st.sampled_from(BUYERS)),
        "supplier_id": draw(st.sampled_from(SUPPLIERS)),
        "placed_at": _day(draw, load),
        "amount": draw(st.integers(-500, 90_000)),
        "currency": draw(st.sampled_from(["EUR", "EUR", "USD"])),
        "category": draw(LABELS),
        "region": draw(LABELS),
        "channel": draw(LABELS),
        "status": draw(st.sampled_from(["completed", "completed", "completed", "cancelled"])),
        "on_platform": draw(st.booleans()),
    }


def _order(draw: st.DrawFn, known: _Known, load: int) -> list[Change]:
    known.orders.append(known.key("o"))
    return [("orders", known.orders[-1], _order_row(draw, load))]


def _correction(draw: st.DrawFn, known: _Known, load: int) -> list[Change]:
    if not known.orders:
        return []
    row = _order_row(draw, load)
    names = draw(st.sets(st.sampled_from(sorted(row)), min_size=1, max_size=2))
    return [("orders", draw(st.sampled_from(known.orders)), {name: row[name] for name in sorted(names)})]


def _deletion(draw: st.DrawFn, known: _Known, load: int) -> list[Change]:
    if not known.orders:
        return []
    gone = draw(st.sampled_from(known.orders))
    known.orders.remove(gone)
    return [("orders", gone, None)]


def _fee(draw: st.DrawFn, known: _Known, load: int) -> list[Change]:
    kind = draw(st.sampled_from(["commission", "subscription"]))
    row: dict[str, Any] = {"charged_at": _day(draw, load), "amount": draw(st.integers(1, 999)), "kind": kind}
    to_order = known.orders and draw(st.booleans())
    row |= (
        {"order_id": draw(st.sampled_from(known.orders))}
        if to_order
        else {"account_id": draw(st.sampled_from(SUPPLIERS))}
    )
    return [("fees", known.key("f"), row)]


def _refund(draw: st.DrawFn, known: _Known, load: int) -> list[Change]:
    if not known.orders:
        return []
    row = {"order_id": draw(st.sampled_from(known.orders)), "refunded_at": _day(draw, load)}
    return [
        (
            "refunds",
            known.key("r"),
            row | {"amount": draw(st.integers(1, 5_000)), "fee_amount": draw(st.integers(0, 99))},
        )
    ]


def _event(draw: st.DrawFn, known: _Known, load: int) -> list[Change]:
    row = {
        "account_id": draw(st.sampled_from([*BUYERS, None])),
        "name": draw(st.sampled_from(["search", "search", "supplier_view", "cart_add"])),
        "occurred_at": _day(draw, load),
        "category": draw(LABELS),
        "results": draw(st.sampled_from([None, 0, 3])),
    }
    return [("events", known.key("e"), row)]


def _lead(draw: st.DrawFn, known: _Known, load: int) -> list[Change]:
    lead, created = known.key("l"), _day(draw, load)
    side = draw(st.sampled_from(["buyer", "supplier"]))
    changes: list[Change] = [("leads", lead, {"side": side, "created_at": created, "channel": draw(LABELS)})]
    for stage in draw(st.lists(st.sampled_from(["mql", "opportunity", "closed_won"]), max_size=2, unique=True)):
        moved = created + timedelta(days=draw(st.integers(0, 60)))
        changes.append(("stage_changes", known.key("c"), {"lead_id": lead, "stage": stage, "changed_at": moved}))
    return changes


def _account(draw: st.DrawFn, known: _Known, load: int) -> list[Change]:
    """A merge into an organization, a head office, a flag, a label; or one more account."""
    if draw(st.integers(0, 4)) == 0:
        name = known.key("n")
        return [("accounts", name, {"side": "buyer", "name": name, "signed_up_at": _day(draw, load)})]
    change = draw(
        st.sampled_from(
            [
                {"organization_id": "one"},
                {"organization_id": None},
                {"parent_id": "b0"},
                {"is_internal": True},
                {"is_internal": False},
                {"category": "x"},
                {"category": "y", "region": "y"},
                {"channel": "x"},
            ]
        )
    )
    return [("accounts", draw(st.sampled_from([*BUYERS[1:], *SUPPLIERS])), change)]


def _rate(draw: st.DrawFn, known: _Known, load: int) -> list[Change]:
    rate = draw(st.sampled_from([0.5, 0.8, 2.0]))
    if draw(st.booleans()):
        return [("fx_rates", "r0", {"currency": "USD", "quoted_on": FIRST, "rate": rate})]
    return [("fx_rates", known.key("q"), {"currency": "USD", "quoted_on": _day(draw, load), "rate": rate})]


_KINDS: list[Callable[[st.DrawFn, _Known, int], list[Change]]] = [
    *(_order, _order, _order, _order, _event, _event, _lead, _fee, _refund),
]
_LATER = [_order, _event, _lead, _fee, _refund, _correction, _deletion, _account, _account, _account, _rate, _rate]
