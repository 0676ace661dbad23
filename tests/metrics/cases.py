"""What a hand-computed fixture is: a market written out in rows, a question, and the values worked out on paper."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from bothsides.metrics import Query, Store, Value, ask, parse_by, parse_where

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class World:
    """A market's rows and how it was loaded; built once however many cases ask about it."""

    tables: Mapping[str, Rows]
    options: Mapping[str, Any] = field(default_factory=dict)

    def but(self, tables: Mapping[str, Rows | None] | None = None, **options: Any) -> "World":
        """The same market with some tables replaced (None: never loaded) or loaded otherwise."""
        merged = {**self.tables, **(tables or {})}
        return World({k: v for k, v in merged.items() if v is not None}, {**self.options, **options})


def world(until: str, *, options: Mapping[str, Any] | None = None, **tables: Rows) -> World:
    """A market of these tables, known until that day."""
    return World(tables, {"known_until": day(until), **(options or {})})


@dataclass(frozen=True)
class Case:
    """One question about one metric with its answer.

    `rows` are the expected values, a row a line or between semicolons: period (when split by one), side (when split
    by it), labels, value, n, status; `-` is empty and 1/3 a third. `reason`, `bounds`, `basis` and `span` are the last
    value's. Empty rows mean one value that is unavailable.
    """

    metric: str
    world: World
    about: str
    rows: str = ""
    by: str = ""
    where: tuple[str, ...] = ()
    start: str | None = None
    end: str | None = None
    as_of: str | None = None
    reason: str | None = None
    bounds: tuple[float, float] | None = None
    basis: str | None = None
    span: str | None = None

    def __str__(self) -> str:
        return f"{self.metric}: {self.about}"

    def query(self) -> Query:
        """The question as `bothsides metrics` would ask it."""
        grain, by_side, dims = parse_by([word for word in self.by.split(",") if word])
        days = {name: day(text) for name in ("start", "end", "as_of") if (text := getattr(self, name))}
        return Query(
            metrics=(self.metric,), grain=grain, by_side=by_side, dims=dims, where=parse_where(self.where), **days
        )


case = Case


def day(text: str) -> date:
    """A day written as 2024-01-31."""
    return date.fromisoformat(text)


def order(buyer: str, supplier: str, on: str, amount: int, **more: Any) -> dict[str, Any]:
    """An order of so many minor units."""
    return {"buyer_id": buyer, "supplier_id": supplier, "placed_at": day(on), "amount": amount, **more}


def account(name: str, signed_up: str | None = None, **more: Any) -> dict[str, Any]:
    """An account: its name begins with b for a buyer and with s for a supplier; other days as texts."""
    side = {"b": "buyer", "s": "supplier"}[name[0]]
    signed = {"signed_up_at": signed_up} if signed_up else {}
    return {"account_id": name, "side": side, "name": name} | dated(signed | more)


def dated(row: dict[str, Any]) -> dict[str, Any]:
    """The row with its days read from text."""
    return {k: day(v) if k.endswith(("_at", "_on")) and isinstance(v, str) else v for k, v in row.items()}


def check(one: Case, build: Callable[[World], Store]) -> None:
    """Ask the question and compare every value with the paper."""
    query = one.query()
    values = ask(build(one.world), query)
    assert [v.metric for v in values] == [one.metric] * len(values)
    if one.rows:
        assert [_shown(value, query) for value in values] == [_read(row) for row in _lines(one.rows)]
    else:
        assert [(v.value, v.status.value) for v in values] == [(None, "unavailable")], values
    last = values[-1]
    assert (last.value is None) <= bool(last.reason), "an empty value says why"
    assert one.reason is None or one.reason in (last.reason or ""), last.reason
    assert one.span is None or one.span == last.period
    assert one.basis is None or one.basis == last.basis.value
    if one.bounds is not None:
        assert (_figure(last.low), _figure(last.high)) == (_figure(one.bounds[0]), _figure(one.bounds[1]))


def _shown(value: Value, query: Query) -> tuple[Any, ...]:
    period = (value.period,) if query.grain else ()
    side = (value.side,) if query.by_side else ()
    labels = tuple(label for _, label in value.dims)
    return (*period, *side, *labels, _figure(value.value), value.n, value.status.value)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.replace(";", "\n").splitlines() if line.strip()]


def _read(row: str) -> tuple[Any, ...]:
    *labels, value, n, status = (word.strip() for word in row.split("|"))
    number = None if value == "-" else _figure(float(Fraction(value)))
    return (*(None if label == "-" else label for label in labels), number, int(n), status)


def _figure(value: float | None) -> float | None:
    """Five decimals: what a person carries on paper."""
    return None if value is None else round(value, 5) + 0.0
