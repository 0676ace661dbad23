"""Write the reference pages from the declarations: `python docs/generate.py`, or `--check` to compare only."""

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from bothsides.cli.app import app
from bothsides.logbook import MEANINGS
from bothsides.metrics.agreed.columns import columns_of, facts_to_ask
from bothsides.metrics.catalogue import METRICS
from bothsides.metrics.catalogue.waiting import PARTLY, ROWS, WAITING
from bothsides.metrics.facts import FACTS
from bothsides.metrics.metric import Better, Metric, SideRule
from bothsides.metrics.value import Unit
from bothsides.schema import TABLES, Column, Kind, Table

_FOLDER = Path(__file__).resolve().parent

_NOTE = "<!-- Written by `make docs` from the declarations in {source}; change those, not this page. -->\n"

_KINDS = {
    Kind.ID: "key",
    Kind.TEXT: "text",
    Kind.CHOICE: "word from a list",
    Kind.MONEY: "amount",
    Kind.CURRENCY: "currency code",
    Kind.INTEGER: "whole number",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "yes or no",
    Kind.DATE: "date",
    Kind.TIMESTAMP: "date and time",
}

_UNITS = {
    Unit.MONEY: "money",
    Unit.COUNT: "count",
    Unit.RATE: "share, 0 to 1",
    Unit.RATIO: "ratio",
    Unit.DAYS: "days",
    Unit.HOURS: "hours",
    Unit.MONTHS: "months",
    Unit.INDEX: "index",
}

_SIDE_RULES = {
    SideRule.EACH: "once on each side, once in the total",
    SideRule.OWN: "each row belongs to one side",
    SideRule.SPLIT: "per side only, no total",
    SideRule.BUYER: "buyers only",
    SideRule.SUPPLIER: "suppliers only",
    SideRule.MARKET: "the market as a whole",
}

_BETTER = {Better.UP: "more", Better.DOWN: "less", Better.NEITHER: ""}


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _grid(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [_row(heads), _row("---" for _ in heads), *map(_row, rows)]


def _kind(column: Column, table: Table) -> str:
    if column.references is None:
        return _KINDS[column.kind]
    side = f" ({column.side})" if column.side else ""
    target = f"[{column.references}](#{column.references})" if column.references in TABLES else column.references
    return f"key of {'this table' if column.references == table.name else target}{side}"


def _meaning(column: Column) -> str:
    parts = [column.meaning]
    if column.allowed:
        parts.append("one of " + ", ".join(f"`{word}`" for word in column.allowed))
    if column.default is not None:
        parts.append(f"`{column.default}` where nothing is said")
    if column.minimum is not None:
        parts.append(f"at least {column.minimum:g}")
    if column.at_most is not None:
        parts.append(f"at most `{column.at_most}`")
    return "; ".join(parts)


def _table(table: Table) -> list[str]:
    rows = (
        (f"`{column.name}`", _kind(column, table), "yes" if column.required else "", _meaning(column))
        for column in table.columns
    )
    dated = next((c.name for c in table.columns if table.event_time in (c.name, c.business_date)), None)
    known = f" Known up to its latest `{dated}`." if dated else ""
    return [
        f"## {table.name}",
        "",
        f"{table.meaning} {table.grain[0].upper()}{table.grain[1:]}.{known} Ask for it: {table.owner}.",
        "",
        *_grid(("Column", "Kind", "Needed", "What it holds"), rows),
        "",
    ]


def tables_page() -> str:
    """Every table a mapping can feed, with its columns."""
    lines = [
        "# The tables",
        "",
        _NOTE.format(source="src/bothsides/schema/"),
        "These are the tables a [mapping](mapping.md) can fill. You need not fill all of them, nor every column:",
        "`bothsides doctor` says which questions the filled ones can answer. A column marked *needed* must have a",
        "value on every row; a row without it is set aside with the reason (see [quarantine](quarantine.md)).",
        "Amounts are stored in the smallest unit of the row's currency (pence, cents), so that sums are exact;",
        "times are stored in UTC, and a column `placed_at` keeps its local business date beside it as `placed_on`.",
        "",
        "Tables: " + ", ".join(f"[{name}](#{name})" for name in TABLES) + ".",
        "",
    ]
    for table in TABLES.values():
        lines += _table(table)
    return "\n".join(lines).rstrip() + "\n"


def _needs(metric: Metric) -> str:
    """The tables without which the metric is unavailable."""
    required = [table for fact in metric.facts for table in FACTS[fact].requires]
    names = dict.fromkeys([*required, *metric.needs])
    return ", ".join(f"[{name}](tables.md#{name.partition('.')[0]})" for name in names)


def _definition(metric: Metric) -> str:
    parts = [metric.meaning.rstrip(".")]
    if metric.window != "the period":
        parts.append(f"Over {metric.window}")
    if metric.maturity_days:
        parts.append(f"Final {metric.maturity_days} days after the period ends, immature before")
    if metric.caveat:
        parts.append(metric.caveat.rstrip("."))
    return ". ".join(parts) + "."


def _family(name: str, metrics: list[Metric]) -> list[str]:
    rows = (
        (
            f"`{metric.id}`",
            metric.label,
            _definition(metric),
            _UNITS[metric.unit],
            _SIDE_RULES[metric.side],
            _BETTER[metric.better],
            _needs(metric),
        )
        for metric in metrics
    )
    heads = ("Id", "Name", "What it is", "Unit", "By side", "Good is", "Needs")
    return [f"## {name}", "", *_grid(heads, rows), ""]


def _rows_that_wait() -> list[str]:
    """Rows of the published dictionary that have no metric yet, or not all of it, with the reason."""
    declared = {metric.row for metric in METRICS.values()}
    whole = ((str(row), name, why) for row, (name, why) in WAITING.items() if row not in declared)
    return [
        "## Rows that wait",
        "",
        f"The published dictionary has {ROWS} rows. These have no metric yet, since what they need is not here:",
        "",
        *_grid(("Row", "Metric", "Waits for"), whole),
        "",
        "And these are declared but for a part:",
        "",
        *_grid(("Row", "Waits for"), ((str(row), why) for row, why in PARTLY.items())),
        "",
    ]


def metrics_page() -> str:
    """The dictionary: every metric by family, with its definition."""
    families: dict[str, list[Metric]] = {}
    for metric in METRICS.values():
        families.setdefault(metric.family, []).append(metric)
    lines = [
        "# The metrics",
        "",
        _NOTE.format(source="src/bothsides/metrics/catalogue/"),
        f"The {len(METRICS)} metrics of the dictionary, by family. Ask for any of them by id:",
        "`bothsides metrics gmv,active_buyers --by quarter,side`. Each number comes with n, an interval or the",
        "word *census*, a status, and the definition's id and version; see [Reading the audit](reading-the-audit.md).",
        "*Needs* names the tables without which the metric is unavailable; it is then empty and says so, never 0.",
        "",
        "Families: " + ", ".join(f"[{name}](#{name.replace(' ', '-')})" for name in families) + ".",
        "",
    ]
    for name, metrics in families.items():
        lines += _family(name, metrics)
    lines += _rows_that_wait()
    return "\n".join(lines).rstrip() + "\n"


def _fact(name: str) -> list[str]:
    fact = FACTS[name]
    rows = (
        (f"`{column}`", _KINDS[kind], "yes" if column in fact.party_columns else "")
        for column, kind in columns_of(name).items()
    )
    return [
        f"## {name}",
        "",
        f"{fact.grain[0].upper()}{fact.grain[1:]}.",
        "",
        f"Dated by {', '.join(f'`{day}`' for day in fact.dates)}. Splits: {', '.join(fact.dimensions) or 'none'}.",
        "",
        *_grid(("Column", "Holds", "Differs by party"), rows),
        "",
    ]


def facts_page() -> str:
    """What a formula of the agreement can name: every fact with its dates and columns."""
    names = facts_to_ask()
    lines = [
        "# The facts",
        "",
        _NOTE.format(source="src/bothsides/metrics/facts/"),
        "Metrics count and add rows of these facts, which are built from [the tables](tables.md) at every load. A",
        "[definition of your own](agreement-metrics.md) may name any of their columns. The first date is the one meant",
        "when a formula names none. Amounts can be added, and held against 0; keys can be counted.",
        "",
        "Facts: " + ", ".join(f"[{name}](#{name})" for name in names) + ".",
        "",
    ]
    for name in names:
        lines += _fact(name)
    return "\n".join(lines).rstrip() + "\n"


def commands_page() -> str:
    """Every command with its arguments and options, as its own help says."""
    started_as, sys.argv[0] = sys.argv[0], "bothsides"
    try:
        # Usage lines begin with how this process was started: `python -m pytest` would become part of them.
        body = app.generate_docs()
    finally:
        sys.argv[0] = started_as
    return "\n".join([_NOTE.format(source="src/bothsides/cli/"), body.rstrip()]) + "\n"


def logbook_page() -> str:
    """The page as it was written by hand, with every kind of line between its two marks."""
    rows = ((f"`{kind}`", meaning) for kind, meaning in MEANINGS.items())
    note = _NOTE.format(source="src/bothsides/logbook/entry.py").rstrip().replace("this page", "this table")
    lines = [_KINDS_BEGIN, note, "", *_grid(("Kind", "What it says"), rows), "", _KINDS_END]
    text = _LOGBOOK.read_text(encoding="utf-8")
    marked = re.compile(f"{re.escape(_KINDS_BEGIN)}.*?{re.escape(_KINDS_END)}", re.DOTALL)
    return marked.sub(lambda _: "\n".join(lines), text)


_LOGBOOK = _FOLDER / "logbook.md"
_KINDS_BEGIN, _KINDS_END = "<!-- kinds: begin -->", "<!-- kinds: end -->"

PAGES: dict[str, Callable[[], str]] = {
    "cli.md": commands_page,
    "facts.md": facts_page,
    "logbook.md": logbook_page,
    "metrics.md": metrics_page,
    "tables.md": tables_page,
}


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` name those that differ from their declarations."""
    if unknown := [word for word in arguments if word != "--check"]:
        sys.stderr.write(f"docs/generate.py: {unknown[0]!r} is not allowed; allowed: --check\n")
        return 2
    stale = []
    for name, page in PAGES.items():
        path = _FOLDER / name
        text = page()
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not arguments:
            path.write_text(text, encoding="utf-8")
    if arguments and stale:
        sys.stderr.write(f"Differ from their declarations: {', '.join(stale)}. Run `make docs` and commit the pages.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
