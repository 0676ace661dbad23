"""Values as JSON for scripts and as a table for people."""

import json
import math
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from bothsides.cli.terminal import UNBOUNDED, plain
from bothsides.metrics import Basis, Dictionary, Status, Unit, Value
from bothsides.metrics.agreed.fingerprint import SHOWN, formula_text, metric_fingerprint
from bothsides.metrics.compile import NO_LABEL
from bothsides.metrics.dictionary import Version
from bothsides.schema import minor_units


def as_record(value: Value, dims: Sequence[str] = ()) -> dict[str, Any]:
    """One value as plain data: money in major units, `low` and `high` empty for a census, every dimension named."""
    return {
        "metric": value.metric,
        "period": value.period,
        "side": value.side,
        **dict.fromkeys(dims),
        **dict(value.dims),
        "value": value.value,
        "unit": value.unit.value,
        "n": value.n,
        "low": value.low,
        "high": value.high,
        "status": value.status.value,
        "definition": value.definition,
        "interval": value.basis.value,
        "currency": value.currency,
        "as_of": value.as_of.isoformat() if value.as_of else None,
        "reason": value.reason,
    }


def as_json(values: Sequence[Value], dims: Sequence[str] = ()) -> str:
    """A list of records."""
    return json.dumps([as_record(value, dims) for value in values], indent=2, ensure_ascii=False)


def show(console: Console, values: Sequence[Value], dims: Sequence[str], asked: Sequence[str] = ()) -> None:
    """A table with one row per cell; why a metric is unavailable stands below it.

    Metrics of which a version was asked for are named with the one that answers.
    """
    versioned = {name.partition("@")[0] for name in asked if "@" in name}
    named = {value: value.definition if value.metric in versioned else value.metric for value in values}
    sided = any(value.side for value in values)
    periods = {value.period for value in values if value.period}
    if len(periods) == 1:
        console.print(plain(f"{min(periods)}"))
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("metric", *(("period",) if len(periods) > 1 else ()), *(("side",) if sided else ())):
        table.add_column(name, no_wrap=True)
    for name in dims:
        table.add_column(name, overflow="fold", max_width=_WIDEST_LABEL)
    for name in ("value", "95 % interval", "n"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("status", no_wrap=True)
    for value in values:
        labels = dict(value.dims)
        table.add_row(
            named[value],
            *((value.period or "",) if len(periods) > 1 else ()),
            *((value.side or "",) if sided else ()),
            *(plain(_label(labels, dim)) for dim in dims),
            figure(value.value, value.unit, value.currency),
            _interval(value),
            f"{value.n:,}",
            value.status.value,
            style="dim" if value.status in (Status.SMALL_N, Status.UNAVAILABLE, Status.IMMATURE) else "",
        )
    print_whole(console, table)
    for note in dict.fromkeys(f"{named[v]} {v.status.value}: {v.reason}" for v in values if v.reason and not v.period):
        console.print(plain(note, style="dim"))


def footer(values: Sequence[Value], currency: str) -> list[str]:
    """What a person needs to know of the figures shown: one line, or none."""
    said = {
        f"money in {currency}": any(v.unit is Unit.MONEY and v.value is not None for v in values),
        "census: counted, not estimated": any(_interval(v) == "census" for v in values),
    }
    return [" · ".join(text for text, holds in said.items() if holds)] if any(said.values()) else []


def definitions(dictionary: Dictionary) -> Table:
    """The metrics there are, one a row, each agreed version with its first day and every one with its fingerprint."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("definition", *(("from",) if dictionary.agreed else ()), "unit", "side", "fingerprint"):
        table.add_column(name, no_wrap=True)
    table.add_column("meaning", min_width=_NARROWEST_MEANING)
    for metric_id in dictionary.ids:
        for version in dictionary.versions(metric_id):
            metric = version.metric
            table.add_row(
                metric.definition,
                *((_since(version),) if dictionary.agreed else ()),
                metric.unit.value,
                metric.side.value,
                metric_fingerprint(metric)[:SHOWN],
                plain(metric.meaning),
            )
    return table


def show_dictionary(console: Console, dictionary: Dictionary, names: Sequence[str]) -> None:
    """The metrics there are, or those named whole."""
    if not names:
        print_whole(console, definitions(dictionary))
    for name in names:
        show_definitions(console, dictionary, name)


def show_definitions(console: Console, dictionary: Dictionary, name: str) -> None:
    """Everything that each version of one metric says. Raises KeyError for an unknown id."""
    metric_id, _, number = name.partition("@")
    for version in dictionary.versions(metric_id):
        metric = version.metric
        if number and number != str(metric.version):
            continue
        console.print(plain(f"{metric.definition}  {metric.label}", style="bold"))
        said = {
            "meaning": metric.meaning,
            "formula": formula_text(metric),
            "unit": metric.unit.value,
            "side": metric.side.value,
            "window": metric.window,
            "maturity": f"{metric.maturity_days} days" if metric.maturity_days else "",
            "needs": ", ".join(metric.needs),
            "better": metric.better.value,
            "source": metric.source,
            "caveat": metric.caveat,
            "from": _since(version),
            "fingerprint": metric_fingerprint(metric)[:SHOWN],
        }
        for word, text in said.items():
            if text:
                console.print(plain(f"  {word:11} {text}"), soft_wrap=True)


_NARROWEST_MEANING = 40


def definition_notes(values: Sequence[Value], dictionary: Dictionary, asked: Sequence[str]) -> list[str]:
    """Which definition answers which periods, for every id asked for that changed its definition on the way."""
    notes = []
    for metric_id in (name for name in dict.fromkeys(asked) if "@" not in name):
        held = dictionary.held(metric_id)
        seen = {v.definition: v.period for v in reversed(values) if v.metric == metric_id and v.value is not None}
        if len(held) < 2 or not seen:
            continue
        first, *later = reversed(seen.items())
        if later:
            notes.append(
                f"{metric_id}: by {first[0]}" + "".join(f", from {start} on by {name}" for name, start in later)
            )
        elif len(starts := [h for h in held if h.metric.definition != first[0] and h.first]) == 1:
            notes.append(f"{metric_id}: by {first[0]}; {starts[0].metric.definition} holds from {starts[0].first} on")
    return notes


def _since(version: Version) -> str:
    """From when a definition holds."""
    day = version.effective_from.isoformat() if version.effective_from else "" if version.restate else "ever"
    return f"{day} restates".strip() if version.restate else day


def print_whole(console: Console, table: Table) -> None:
    """Print the table without shortening a figure: wider than the screen rather than cut off.

    Where the screen is no terminal, labels stand on one line as well, however long.
    """
    for column in table.columns:
        if not console.is_terminal:
            column.max_width = None
        if column.no_wrap:
            widths = (Measurement.get(console, console.options, cell).maximum for cell in column.cells)
            column.min_width = max(widths, default=0)
    needed = Measurement.get(console, console.options.update(max_width=UNBOUNDED), table).minimum
    wide = console if needed <= console.width else Console(file=console.file, width=needed)
    wide.print(table)


_WIDEST_LABEL = 32


def _label(labels: dict[str, str | None], dim: str) -> str:
    """The label, shortened where it would push the figures off the screen; rows without one say so."""
    if dim not in labels:
        return ""
    label = labels[dim]
    if label is None:
        return NO_LABEL
    return label if len(label) <= 3 * _WIDEST_LABEL else label[: 3 * _WIDEST_LABEL - 1] + "…"


def _interval(value: Value) -> str:
    """The bounds, or where there are none, why."""
    low, high = (figure(bound, value.unit, value.currency) for bound in (value.low, value.high))
    if low and high:
        return f"{low} to {high}"
    if low or high:
        return f"{low} or more" if low else f"{high} or less"
    return "census" if value.basis is Basis.CENSUS and value.value is not None else ""


def figure(number: float | None, unit: Unit, currency: str | None = None) -> str:
    """A number as a person writes it; the unit, of money the currency, decides the digits.

    >>> figure(0.1234, Unit.RATE), figure(1234567.891, Unit.MONEY), figure(None, Unit.COUNT)
    ('12.3%', '1,234,567.89', '')
    >>> figure(1234.5678, Unit.MONEY, "KWD"), figure(1234, Unit.MONEY, "JPY"), figure(0.0000123, Unit.INDEX)
    ('1,234.568', '1,234', '0.0000123')
    """
    if number is None:
        return ""
    match unit:
        case Unit.RATE:
            return f"{number:z.1%}"
        case Unit.COUNT:
            return f"{number:z,.0f}" if float(number).is_integer() else f"{number:z,.1f}"
        case Unit.MONEY:
            return f"{number:z,.{minor_units(currency) if currency else 2}f}"
        case Unit.INDEX:
            return f"{number:z,.{_index_decimals(number)}f}"
        case _:
            return f"{number:z,.2f}"


def _index_decimals(number: float) -> int:
    """Four, and more where that is less than three digits of a small number."""
    return max(4, 2 - math.floor(math.log10(abs(number)))) if number and math.isfinite(number) else 4
