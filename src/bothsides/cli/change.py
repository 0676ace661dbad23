"""`bothsides change`: why GMV or net revenue is not what it was."""

from __future__ import annotations

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from bothsides.cli.days import day
from bothsides.cli.places import WorkspaceFolder, published
from bothsides.cli.set_aside import warn_of_set_aside
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from bothsides.metrics.decompose import Change, Part, Split


def change(
    metric: Annotated[str, Parameter(help="gmv or net_revenue.")] = "gmv",
    *,
    period: Annotated[str | None, Parameter(help="E.g. 2013-Q2; the last whole month when it is not given.")] = None,
    against: Annotated[str | None, Parameter(help="An earlier one of the same length; else the one before.")] = None,
    side: Annotated[str | None, Parameter(help="buyer or supplier; else both, and the market.")] = None,
    by: Annotated[str | None, Parameter(help="Tell price from mix over one split: category, region, ...")] = None,
    where: Annotated[list[str] | None, Parameter(help="Only where, e.g. category=SaaS; repeat for and.")] = None,
    same_days: Annotated[
        bool, Parameter(negative=(), help="Compare an unfinished period with as many days of the other.")
    ] = False,
    as_of: Annotated[str | None, Parameter(help="Business date up to which data counts.")] = None,
    known_on: Annotated[int | None, Parameter(help="Load number: answer as was known then.")] = None,
    json: Annotated[bool, Parameter(negative=(), help="Print a record for scripts, amounts in minor units.")] = False,
    workspace: WorkspaceFolder = Path(),
) -> int | None:
    """Why GMV or net revenue changed: new, returned, grown, shrunk and lost accounts; volume, price and mix.

    The parts add up to the change, to the last minor unit. Where more than one currency is in the data, what
    exchange rates did is a part of its own. Examples:

    bothsides change gmv

    bothsides change gmv --period 2013-Q2 --against 2012-Q2 --side buyer --by category --json
    """
    from bothsides.metrics import open_store, parse_where, read_dictionary
    from bothsides.metrics.decompose import Comparison, decompose, named_period
    from bothsides.schema import Side
    from bothsides.workspace import Workspace

    if side is not None and side not in set(Side):
        raise ValueError(f"--side {side!r} is not one of {', '.join(Side)}")
    if by is not None and "," in by:
        raise ValueError(f"--by {by} names more than one split: a change is told apart over one at a time")

    def asked(fiscal_start: int) -> Comparison:
        return Comparison(
            metric=metric,
            period=named_period(period, fiscal_start=fiscal_start) if period else None,
            against=named_period(against, fiscal_start=fiscal_start) if against else None,
            side=Side(side) if side else None,
            dim=by,
            where=parse_where(where or []),
            same_days=same_days,
            as_of=day(as_of, "--as-of"),
        )

    asked(1)  # what is wrong whatever the data is told before they are opened
    opened = Workspace.open(workspace)
    with open_store(published(opened), known_on=known_on, dictionary=read_dictionary(opened.folder)) as store:
        found = decompose(store, asked(store.fiscal_start))
        warn_of_set_aside(store)
    if json:
        print(json_text.dumps(as_record(found), indent=2, ensure_ascii=False))
    else:
        show(screen(), found)
    return 1 if found.reason else None


def as_record(found: Change) -> dict[str, Any]:
    """The change as plain data: amounts in minor units of the currency, shares of the change."""
    return {
        "metric": found.metric,
        "definition": found.definition,
        "currency": found.currency,
        "period": found.period,
        "against": found.against,
        "days": [[day.isoformat() for day in span] for span in found.days or ()],
        "as_of": found.as_of.isoformat() if found.as_of else None,
        "status": "unavailable" if found.reason else "ok",
        "reason": found.reason,
        "notes": list(found.notes),
        "splits": [
            {
                "way": split.way,
                "side": split.side.value if split.side else None,
                "by": split.dim,
                "base": split.base,
                "now": split.now,
                "change": split.change,
                "accounts": split.accounts,
                "parts": [_part(part) for part in split.parts],
                "cells": [{"label": part.label} | _part(part) for part in split.cells],
            }
            for split in found.splits
        ],
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "part": part.part,
        "amount": part.amount,
        "share": part.share,
        "accounts": part.accounts,
        "orders_then": part.orders[0],
        "orders_now": part.orders[1],
    }


_NAMES = {
    "new": "new accounts",
    "between": "won in between",
    "returned": "returned",
    "expansion": "more than then",
    "contraction": "less than then",
    "unchanged": "as much as then",
    "churned": "gone",
    "settled": "fees given back to accounts of other days",
    "volume": "volume: number of orders",
    "price": "price: value of an order",
    "mix": "mix of",
    "other fees": "fees not on orders of these days",
    "returned fees": "fees given back",
    "currency": "exchange rates",
}


def show(console: Console, found: Change) -> None:
    """One small table per way of taking the change apart, each with its total."""
    from bothsides.cli.figures import print_whole

    label = {"gmv": "GMV", "net_revenue": "Net revenue"}[found.metric]
    if found.reason:
        console.print(plain(f"{label} cannot be compared: {found.reason}", style="dim"))
        return
    console.print(plain(f"{label} in {found.period} against {found.against}, {found.currency}"))
    for split in found.splits:
        console.print()
        print_whole(console, _table(found, split))
        if split.cells:
            console.print()
            print_whole(console, _by_label(found, split))
    if not all(_net_is_told(split) for split in found.splits):
        console.print(plain("Gains and losses nearly cancel: shares of so small a change would mislead.", style="dim"))
    for note in found.notes:
        console.print(plain(note, style="dim"))


def _table(found: Change, split: Split) -> Table:
    heading = f"{split.side} accounts" if split.way == "accounts" else "volume and price"
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(heading, no_wrap=True)
    for name in ("amount", "of the change"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("accounts" if split.way == "accounts" else "orders", justify="right", no_wrap=True)
    table.add_row(plain(found.against), _money(split.base, found.currency), "", "")
    told = _net_is_told(split)
    for part in split.parts:
        name = _NAMES[part.part] + (f" {split.dim}" if part.part == "mix" else "")
        # What rates did concerns the accounts of every row above.
        behind = f"{part.accounts:,}" if split.way == "accounts" and part.part != "currency" else ""
        table.add_row(
            f"  {name}",
            _money(part.amount, found.currency, signed=True),
            "" if part.share is None or not told else f"{part.share:+.1%}",
            f"{part.orders[0]:,} to {part.orders[1]:,}" if part.part == "volume" else behind,
            style="" if part.amount else "dim",
        )
    grown = f" ({_grown(split)})" if split.base > 0 else ""
    table.add_row(plain(found.period + grown), _money(split.now, found.currency), "", "", style="bold")
    return table


_LEAST_NET = 0.1
_TENFOLD = 10


def _net_is_told(split: Split) -> bool:
    """Whether the change is large enough beside its parts for shares of it: of one that nearly cancels they mislead."""
    return abs(split.change) >= _LEAST_NET * sum(abs(part.amount) for part in split.parts)


def _grown(split: Split) -> str:
    """By how much, as per cent; from a small beginning as so many times."""
    times = split.now / split.base
    return f"{times:,.1f} times" if times >= _TENFOLD else f"{times - 1:+.1%}"


_LABELS_SHOWN = 12


def _by_label(found: Change, split: Split) -> Table:
    """The same factors label by label, those with the largest change first."""
    from bothsides.metrics.compile import NO_LABEL

    cells: dict[str | None, dict[str, int]] = {}
    for part in split.cells:
        cells.setdefault(part.label, {})[part.part] = part.amount
    names = [part.part for part in split.parts]
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(split.dim or "", overflow="fold", min_width=20, max_width=32)
    for name in ("change", *names):
        table.add_column(name, justify="right", no_wrap=True)
    ranked = sorted(cells, key=lambda label: -abs(sum(cells[label].values())))
    for label in ranked[:_LABELS_SHOWN]:
        amounts = (sum(cells[label].values()), *(cells[label][name] for name in names))
        table.add_row(
            plain(NO_LABEL if label is None else label), *(_money(a, found.currency, signed=True) for a in amounts)
        )
    if rest := ranked[_LABELS_SHOWN:]:
        amounts = tuple(sum(cells[label][name] for label in rest) for name in names)
        shown = (_money(a, found.currency, signed=True) for a in (sum(amounts), *amounts))
        table.add_row(f"{len(rest)} others", *shown)
    return table


def _money(minor: int, currency: str, *, signed: bool = False) -> str:
    """An amount in major units, whole where the currency has none smaller."""
    from bothsides.schema import minor_units
    from bothsides.schema.money import from_minor

    return f"{from_minor(minor, currency):{'+' if signed else ''},.{minor_units(currency)}f}"
