"""`bothsides liquidity`: where the market is short, cell by cell and period by period, and whom to recruit."""

from __future__ import annotations

import json as json_text
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from bothsides.cli.days import day
from bothsides.cli.places import WorkspaceFolder, published
from bothsides.cli.set_aside import warn_of_set_aside
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bothsides.diagnosis import Diagnosis
    from bothsides.diagnosis.liquidity_audit import CellHistory, CoverageGap, LiquidityAudit
    from bothsides.metrics import Value


def liquidity(
    workspace: WorkspaceFolder = Path(),
    *,
    cell: Annotated[str | None, Parameter(help='One cell\'s page, e.g. "Electrical / South".')] = None,
    category: Annotated[str | None, Parameter(help="Only cells of this category.")] = None,
    region: Annotated[str | None, Parameter(help="Only cells of this region.")] = None,
    by: Annotated[str, Parameter(help="Tell each cell by quarter or by month.")] = "quarter",
    as_of: Annotated[str | None, Parameter(help="Business date up to which data counts.")] = None,
    known_on: Annotated[int | None, Parameter(help="Load number: what was known then.")] = None,
    json: Annotated[bool, Parameter(negative=(), help="Print a record for scripts.")] = False,
) -> None:
    """Where the market is short, cell by cell and period by period, and whom to recruit.

    A cell is one category in one region. Without --cell a map of them all, what was asked for and not met, and the
    shortest list of supplier types to recruit. Examples:

    bothsides liquidity

    bothsides liquidity --cell "Electrical / South" --by month
    """
    from bothsides.diagnosis import diagnose, read_policy
    from bothsides.diagnosis.cell_audit import by_period
    from bothsides.diagnosis.cell_history import HISTORY_GRAINS
    from bothsides.metrics import open_store, read_dictionary
    from bothsides.reports.cell_record import liquidity_json
    from bothsides.schema import Grain
    from bothsides.workspace import Workspace

    if by not in {grain.value for grain in HISTORY_GRAINS}:
        raise ValueError(f"--by {by!r} is not one of {', '.join(grain.value for grain in HISTORY_GRAINS)}")
    until = day(as_of, "--as-of")
    opened = Workspace.open(workspace)
    policy = read_policy(opened.folder)
    with open_store(published(opened), known_on=known_on, dictionary=read_dictionary(opened.folder)) as store:
        diagnosis = diagnose(store, as_of=until, policy=policy)
        if diagnosis.liquidity is not None and diagnosis.liquidity.grain.value != by:
            told = by_period(store, diagnosis.liquidity, Grain(by), policy, as_of=until)
            diagnosis = replace(diagnosis, liquidity=told)
        warn_of_set_aside(store)
    audit = diagnosis.liquidity
    cells = () if audit is None else chosen(audit.cells, cell=cell, category=category, region=region)
    if json:
        print(json_text.dumps(liquidity_json(diagnosis, cells), indent=2, ensure_ascii=False))
    elif audit is None:
        screen().print(NO_CELLS)
    elif cell is not None or len(cells) == 1:
        show_page(screen(), diagnosis, audit, cells[0])
    else:
        show_map(screen(), diagnosis, audit, cells)


NO_CELLS = (
    "No cells can be told apart: fewer than half of the orders carry a category or a region, or the orders are a\n"
    "declared sample. `bothsides doctor` says what is missing."
)


def chosen(
    cells: Sequence[CellHistory], *, cell: str | None, category: str | None, region: str | None
) -> tuple[CellHistory, ...]:
    """The cells asked for. Raises LookupError for a word that none of them has, with those that come near."""
    for option, word, words in (
        ("--cell", cell, [page.label for page in cells]),
        ("--category", category, [page.category for page in cells]),
        ("--region", region, [page.region for page in cells]),
    ):
        if word is not None and _key(word) not in {_key(name or "") for name in words}:
            raise LookupError(_unknown(option, word, sorted({name for name in words if name})))
    kept = tuple(
        page for page in cells if _is(cell, page.label) and _is(category, page.category) and _is(region, page.region)
    )
    if not kept:
        asked = (("--cell", cell), ("--category", category), ("--region", region))
        raise LookupError(f"no cell has {' and '.join(f'{name} {word!r}' for name, word in asked if word is not None)}")
    return kept


def _is(asked: str | None, word: str | None) -> bool:
    return asked is None or _key(asked) == _key(word or "")


def _key(label: str) -> str:
    """A label as it is compared: whatever its case and the blanks about its stroke.

    >>> _key("Electrical / South") == _key("electrical/south ")
    True
    """
    return "/".join(" ".join(part.split()) for part in label.casefold().split("/"))


def _unknown(option: str, word: str, words: list[str]) -> str:
    by_key = {_key(name): name for name in words}
    near = [by_key[key] for key in get_close_matches(_key(word), list(by_key), n=3, cutoff=0.6)]
    shown = near or words[:_MOST_WORDS]
    more = f" and {len(words) - len(shown)} more" if not near and len(words) > len(shown) else ""
    return f"{option} {word!r} is not in the market: {'did you mean' if near else 'there are'} {', '.join(shown)}{more}"


_MOST_WORDS = 12
_MOST_ROWS, _MOST_COLUMNS, _MOST_LISTED = 14, 6, 6
_SIGNS = {
    "supply-short": "▼",
    "demand-short": "▲",
    "balanced": "●",
    "stalled": "■",
    "fragile": "◆",
    "not judged": "–",
}


def show_map(console: Console, diagnosis: Diagnosis, audit: LiquidityAudit, cells: Sequence[CellHistory]) -> None:
    """Every cell by its shape, the ones that are not balanced with how they moved, the gaps, whom to recruit."""
    from bothsides.cli.figures import print_whole
    from bothsides.reports.numbers import span

    console.print(plain(f"{diagnosis.name} · {diagnosis.currency} · {span(*diagnosis.window)}", style="bold"))
    print_whole(console, _map(cells))
    signs = [f"{sign} {word}" for word, sign in _SIGNS.items() if any(page.verdict == word for page in cells)]
    console.print(plain(f"buyers : suppliers   {'   '.join(signs)}", style="dim"))
    ill = sorted(
        (page for page in cells if page.verdict.value not in ("balanced", "not judged")),
        key=lambda page: (list(_SIGNS).index(page.verdict.value), page.label),
    )
    if ill:
        console.print()
    for page in ill[:_MOST_LISTED]:
        console.print(plain(f"{_SIGNS[page.verdict.value]} {page.label}: {page.moved}"))
    if len(ill) > _MOST_LISTED:
        console.print(plain(f"and {len(ill) - _MOST_LISTED} more", style="dim"))
    _show_gaps(console, diagnosis, audit, cells)
    console.print()
    console.print(plain(f"Recruit: {audit.recruits.sentence}"))
    named = (ill or list(cells))[0].label
    console.print(plain(f'Next: bothsides liquidity --cell "{named}"', style="dim"))


def _map(cells: Sequence[CellHistory]) -> Table:
    rows = _largest(cells, "category")
    columns = _largest(cells, "region")
    at = {(page.category, page.region): page for page in cells}
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("", no_wrap=True)
    for name in columns[:_MOST_COLUMNS]:
        table.add_column(plain(name or ""), no_wrap=True)
    for name in rows[:_MOST_ROWS]:
        drawn = [at.get((name, column)) for column in columns[:_MOST_COLUMNS]]
        table.add_row(plain(name or "all"), *(plain(_drawn(page) if page else "") for page in drawn))
    hidden = len(cells) - sum((row, column) in at for row in rows[:_MOST_ROWS] for column in columns[:_MOST_COLUMNS])
    if hidden:
        table.caption = f"{hidden} smaller cells are not drawn"
        table.caption_justify = "left"
    return table


def _largest(cells: Sequence[CellHistory], dim: str) -> list[str | None]:
    """The labels of a dimension, most GMV first."""
    totals: dict[str | None, float] = {}
    for page in cells:
        gmv = page.window.get("gmv")
        label = getattr(page, dim)
        totals[label] = totals.get(label, 0.0) + float((gmv.value if gmv else 0) or 0)
    return sorted(totals, key=lambda label: (label is None, -totals[label], label or ""))


def _drawn(page: CellHistory) -> str:
    return f"{_SIGNS[page.verdict.value]} {_sides(page)}"


def _sides(page: CellHistory) -> str:
    """Buyers and suppliers, where they are known."""
    numbers = [page.window.get(name) for name in ("cell_buyers", "cell_suppliers")]
    return " : ".join(f"{value.value:,.0f}" if value and value.value is not None else "?" for value in numbers)


def _show_gaps(console: Console, diagnosis: Diagnosis, audit: LiquidityAudit, cells: Sequence[CellHistory]) -> None:
    from bothsides.cli.figures import print_whole
    from bothsides.diagnosis.explained import explaining
    from bothsides.reports.numbers import money
    from bothsides.reports.sections.cell_pages import APART

    places = {(page.category, page.region) for page in cells}
    gaps = [gap for gap in audit.gaps if (gap.category, gap.region) in places]
    told = [gap for gap in gaps if gap.told]
    if gaps and not told:
        console.print()
        console.print(plain("No cell left more unmet than chance brings."))
    if not told:
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("asked for and not met", no_wrap=True)
    for name in ("GMV a month", "no result", "no reply", "not filled", "buyers"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("for want of", no_wrap=True)
    for gap in told[:_MOST_LISTED]:
        table.add_row(
            plain(gap.label),
            money(gap.money or 0.0, diagnosis.currency),
            f"{gap.searches_without_result:,}",
            f"{gap.requests_without_reply:,}",
            f"{gap.requests_replied_not_filled:,}",
            f"{gap.buyers:,}",
            "suppliers" if gap.for_lack_of_suppliers else _other_reason(gap, diagnosis),
        )
    console.print()
    print_whole(console, table)
    console.print(plain(_COUNTED, style="dim"))
    if any(explaining(gap, diagnosis.findings) for gap in told):
        console.print(plain(APART, style="dim"))


def _other_reason(gap: CoverageGap, diagnosis: Diagnosis) -> str:
    """What else keeps the cell from serving: the finding that says it, where there is one."""
    from bothsides.diagnosis.explained import explaining

    found = explaining(gap, diagnosis.findings)
    return f"finding {found.rank}" if found else "something else"


_COUNTED = (
    "over the window: searches without a result, requests without a reply, requests not filled, buyers who got nothing"
)

_PAGE = (
    "gmv",
    "orders",
    "cell_buyers",
    "cell_suppliers",
    "buyers_per_supplier",
    "active_buyers",
    "active_suppliers",
    "buyer_to_seller_ratio",
    "liquidity_ratio",
    "matching_efficiency",
    "search_to_order",
    "zero_result_rate",
    "requests",
    "fill_rate",
    "unanswered_request_rate",
    "responses_per_request",
    "first_reply_hours",
    "time_to_fill_days",
    "coverage",
    "supplier_utilisation",
    "listing_sell_through",
    "active_listings",
    "median_listings_per_supplier",
    "top_buyer_share",
    "top_supplier_share",
)
"""The measures of a cell's page in the order of the trade: both sides, how they meet, what is met, who sells."""

_NAME_WIDTH, _NUMBER_WIDTH = 44, 11


def show_page(console: Console, diagnosis: Diagnosis, audit: LiquidityAudit, page: CellHistory) -> None:
    """One cell: its verdict, every measure over time, its gap, whom to recruit, its accounts and findings."""
    from bothsides.cli.figures import print_whole
    from bothsides.diagnosis.explained import fewer_served
    from bothsides.reports.sections.cell_pages import MAIN

    console.print(plain(f"{page.label} · {page.verdict.value}", style="bold"))
    console.print(plain(page.why))
    console.print(plain(page.moved))
    if mark := fewer_served(audit.gap(page.category, page.region), diagnosis.findings):
        console.print(plain(f"{mark[0].upper()}{mark[1:]}."))
    console.print()
    print_whole(console, _measures(console, page, diagnosis.currency))
    console.print(plain("* not the whole period, too young or too few: do not lean on it", style="dim"))
    if "liquidity_ratio" in page.window:
        console.print(
            plain("The liquidity ratio falls as a healthy market grows: compare no sizes by it.", style="dim")
        )
    if (matched := _matched(audit, page)) is not None:
        console.print(plain(matched))
    gap = audit.gap(page.category, page.region)
    if gap is not None:
        console.print()
        console.print(plain(f"Not met: {_gap_words(gap, diagnosis.currency)}"))
    for words in _recruit_words(audit, page, diagnosis.currency):
        console.print(plain(f"Recruit: {words}"))
    for side, main in MAIN.items():
        named = [f"{a.name} ({a.share:.0%})" for a in page.accounts if a.side is side]
        if named:
            console.print(plain(f"{main}: {', '.join(named)}"))
    _show_findings(console, diagnosis, page)


def _matched(audit: LiquidityAudit, page: CellHistory) -> str | None:
    """What the cell makes of its two sides beside the median cell, where the matching function could be fitted."""
    value = audit.matching.efficiency.get((page.category, page.region)) if audit.matching else None
    if value is None or value.value is None:
        return None
    bounds = f" ({value.low:.2f} to {value.high:.2f})" if value.low is not None and value.high is not None else ""
    return f"Matching: {value.value:.2f}{bounds} of the orders the median cell makes of as many buyers and suppliers."


def _measures(console: Console, page: CellHistory, currency: str) -> Table:
    from bothsides.reports.names import measure_name

    fit = max(1, (console.width - _NAME_WIDTH) // _NUMBER_WIDTH - 1)
    periods = page.periods[-fit:]
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("", no_wrap=True)
    for name in ("window", *(period.label for period in periods)):
        table.add_column(name, justify="right", no_wrap=True)
    signs = [_SIGNS[verdict.value] for verdict in (page.verdict, *(period.verdict for period in periods))]
    table.add_row("verdict", *signs)
    for name in _PAGE:
        values = [page.window.get(name), *(period.values.get(name) for period in periods)]
        if any(_number(value) for value in values):
            table.add_row(plain(measure_name(name, currency)), *(_number(value) for value in values))
    return table


def _number(value: Value | None) -> str:
    """A number as people read it, starred where it should not be leaned on; empty where it is not known."""
    from bothsides.reports.names import unit_of
    from bothsides.reports.numbers import number
    from bothsides.reports.sections.cell_pages import NOT_REACHED, is_waiting
    from bothsides.reports.trust import is_firm

    if value is None:
        return ""
    if value.value is None:
        return NOT_REACHED if is_waiting(value) else ""
    return f"{number(value.value, unit_of(value))}{'' if is_firm(value) else '*'}"


def _gap_words(gap: CoverageGap, currency: str) -> str:
    """What was asked for and not met, in one or two sentences."""
    from bothsides.diagnosis.cell_findings import unmet_sentence
    from bothsides.reports.numbers import money

    said = unmet_sentence(gap)
    if gap.money is None:
        return f"{said} What it is worth is not known: {gap.reason}."
    span = f" ({money(gap.low, None)} to {money(gap.high, None)})" if gap.low is not None and gap.high else ""
    return f"{said} About {money(gap.money, currency)} a month{span} of orders, {gap.cause}."


def _recruit_words(audit: LiquidityAudit, page: CellHistory, currency: str) -> list[str]:
    """The supplier types that would serve the cell."""
    from bothsides.diagnosis.recruits import how_many
    from bothsides.reports.numbers import money

    words = []
    for kind in audit.recruits.types:
        here = next(
            (part for part in kind.covers if (part.category, part.region) == (page.category, page.region)), None
        )
        if here is not None:
            lifts = "; that lifts it over its threshold" if f", {page.label}, " in f", {kind.lifts}, " else ""
            words.append(f"{how_many(kind)} of {kind.label}, {money(here.money, currency)} a month here{lifts}")
    return words


def _show_findings(console: Console, diagnosis: Diagnosis, page: CellHistory) -> None:
    from bothsides.reports.cell_record import cell_findings_of

    by_id = {finding.id: finding for finding in diagnosis.findings}
    found = [by_id[name] for name in cell_findings_of(diagnosis, page)]
    console.print()
    for finding in found:
        console.print(plain(f"Finding {finding.rank}: {finding.title}"))
    after = f"bothsides finding {found[0].id}" if found else "bothsides liquidity"
    console.print(plain(f"Next: {after}", style="dim"))
