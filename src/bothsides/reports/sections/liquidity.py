"""The liquidity map: category x region, each cell with its verdict in word and shape and the numbers behind it."""

from collections import Counter
from collections.abc import Mapping, Sequence

from bothsides.diagnosis.cells import Where
from bothsides.diagnosis.explained import fewer_served
from bothsides.diagnosis.liquidity_audit import CellVerdict, cell_split
from bothsides.diagnosis.picture import Diagnosis, LiquidityCell
from bothsides.metrics import Value
from bothsides.reports.marks import verdict_class, verdict_mark
from bothsides.reports.markup import Child, Markup, breakable, element
from bothsides.reports.names import metric_name
from bothsides.reports.numbers import count, money, plural, spoken
from bothsides.reports.pieces import Column, Section, figure, fold, number_and_trust, number_of, prose, table
from bothsides.reports.sections.cell_pages import cell_anchor, cell_pages, told_cells

_MOST_ROWS, _MOST_COLUMNS, _MOST_LISTED, _MOST_PRINTED = 14, 7, 150, 40
_RATES = (("fill_rate", "of requests filled", "filled"), ("search_to_order", "of searches end in an order", "ordered"))
_LISTED = ("fill_rate", "search_to_order", "zero_result_rate", "matching_efficiency")
_NOTE = (
    "A cell is one {split}, the place where a buyer and a supplier can meet. What each number rests on stands in the "
    "table. Grey numbers are small n, or not complete: do not lean on them."
)
_ONE = {"category and region": "category in one region", "market": "market"}


def liquidity(diagnosis: Diagnosis) -> Section | None:
    """The map of the largest categories and regions, the table of the cells, and the pages that the map leads to."""
    cells = diagnosis.cells
    if not cells:
        return None
    audit = diagnosis.liquidity
    linked = frozenset((page.category, page.region) for page in told_cells(audit))
    body = figure(
        map_title(cells),
        _map(cells, diagnosis.currency, linked, _marked(diagnosis)),
        note=_NOTE.format(split=_ONE.get(split := _split(cells), split)),
        behind=fold(
            "The table behind the map", _listed(cells, diagnosis.currency), printed=len(cells) <= _MOST_PRINTED
        ),
    )
    if audit is not None:
        body = Markup(body + cell_pages(audit, diagnosis.currency, diagnosis.findings))
    return Section(id="liquidity", nav="Liquidity map", heading="Where buyers and suppliers meet", body=body)


def _marked(diagnosis: Diagnosis) -> dict[Where, str]:
    """Cells that serve fewer than usual for a reason which a ranked finding names, and which one."""
    gaps = diagnosis.liquidity.gaps if diagnosis.liquidity else ()
    marks = {(gap.category, gap.region): fewer_served(gap, diagnosis.findings) for gap in gaps}
    return {where: mark for where, mark in marks.items() if mark}


def _split(cells: Sequence[LiquidityCell]) -> str:
    """By what the cells of this market are told apart."""
    named = next((cell.category for cell in cells if cell.category is not None), None)
    return cell_split(named, next((cell.region for cell in cells if cell.region is not None), None))


def map_title(cells: Sequence[LiquidityCell]) -> str:
    """How many cells suffer from what, worst first."""
    found = Counter(cell.verdict for cell in cells)
    named = [
        f"{found[verdict]} {verdict.value}"
        for verdict in CellVerdict
        if found[verdict] and verdict is not CellVerdict.UNKNOWN
    ]
    judged = sum(found.values()) - found[CellVerdict.UNKNOWN]
    if not judged:
        return f"None of {plural(len(cells), 'cell')} has enough data for a verdict"
    if judged < found[CellVerdict.UNKNOWN]:
        return (
            f"Of {plural(len(cells), 'cell')} {count(judged)} could be judged: {', '.join(named)}. Of the other "
            f"{count(found[CellVerdict.UNKNOWN])} it is not known which side is short"
        )
    unknown = f"; {plural(found[CellVerdict.UNKNOWN], 'cell is', 'cells are')} not judged"
    return f"Of {plural(judged, 'cell')}: {', '.join(named)}{unknown if found[CellVerdict.UNKNOWN] else ''}"


def _map(
    cells: Sequence[LiquidityCell], currency: str, linked: frozenset[Where], marked: Mapping[Where, str]
) -> Markup:
    categories = _largest([(cell.category, cell.gmv) for cell in cells], _MOST_ROWS)
    regions = _largest([(cell.region, cell.gmv) for cell in cells], _MOST_COLUMNS)
    at = {(cell.category, cell.region): cell for cell in cells}
    head = element(
        "tr",
        element("th", "Category" if categories != [None] else "", scope="col"),
        [element("th", breakable(_named(region, regions, "in all")), scope="col") for region in regions],
    )
    rows = [
        element(
            "tr",
            element("th", breakable(_named(category, categories, "in all")), scope="row"),
            [
                _cell(at.get((category, region)), _named(region, regions, "in all"), currency, linked, marked)
                for region in regions
            ],
        )
        for category in categories
    ]
    shown_cells = sum((category, region) in at for category in categories for region in regions)
    caption = element("caption", _key(cells, currency))
    grid = element("table", caption, element("thead", head), element("tbody", rows), class_="map")
    hidden = len(cells) - shown_cells
    if not hidden:
        return grid
    rest = prose(f"{plural(hidden, 'smaller cell')} not drawn; the table below lists the larger ones.", class_="of")
    return Markup(grid + rest)


def _key(cells: Sequence[LiquidityCell], currency: str) -> str:
    """What stands in each cell of the map."""
    rate = next((f"share {words}; " for metric, words, _ in _RATES if any(metric in c.values for c in cells)), "")
    return f"In each cell: verdict; buyers : suppliers; {rate}GMV of the window, {currency}"


def _largest(labelled: list[tuple[str | None, float]], most: int) -> list[str | None]:
    totals: Counter[str | None] = Counter()
    for label, gmv in labelled:
        totals[label] += gmv  # type: ignore[assignment]  # a Counter adds floats as well
    return sorted(totals, key=lambda label: (label is None, -totals[label], label or ""))[:most]


def _named(label: str | None, labels: list[str | None], everything: str) -> str:
    """A row or column without a label: the rest where others have one, else everything."""
    return label if label is not None else "not given" if len(labels) > 1 else everything


def _cell(
    cell: LiquidityCell | None, label: str, currency: str, linked: frozenset[Where], marked: Mapping[Where, str]
) -> Markup:
    if cell is None:
        return element("td", element("span", "no trade", class_="weak"), class_="none", data_label=label)
    buyers, suppliers = _two_sides(cell)
    lines = [
        element("span", _verdict(cell, linked), class_="line"),
        element("span", mark, class_="line") if (mark := marked.get((cell.category, cell.region))) else None,
        _side_line(buyers, suppliers),
        _rate_line(cell),
        element("span", f"GMV {money(cell.gmv, None)}", class_="line", title=f"{currency} {cell.gmv:,.2f}"),
    ]
    return element("td", lines, class_=verdict_class(cell.verdict), data_label=label, title=cell.why or None)


def _verdict(cell: LiquidityCell, linked: frozenset[Where]) -> Markup:
    """The cell's verdict, leading to its page where it has one."""
    mark = verdict_mark(cell.verdict)
    where = (cell.category, cell.region)
    return element("a", mark, href=f"#{cell_anchor(*where)}") if where in linked else mark


def _two_sides(cell: LiquidityCell) -> tuple[Value | None, Value | None]:
    """Who looks, asks or buys and who can sell; where that is not known, who traded."""
    buyers = cell.values.get("cell_buyers") or cell.values.get("active_buyers")
    suppliers = cell.values.get("cell_suppliers") or cell.values.get("active_suppliers")
    return buyers, suppliers


def _side_line(buyers: Value | None, suppliers: Value | None) -> Markup | None:
    if buyers is None and suppliers is None:
        return None
    unseen = [
        element("span", f" {noun}" if value and value.value == 1 else f" {noun}s", class_="unseen")
        for noun, value in (("buyer", buyers), ("supplier", suppliers))
    ]
    return element("span", number_of(buyers), unseen[0], " : ", number_of(suppliers), unseen[1], class_="line")


def _rate_line(cell: LiquidityCell) -> Markup | None:
    for metric, _, words in _RATES:
        value = cell.values.get(metric)
        if value is not None and value.value is not None:
            return element("span", number_of(value, strong=True), f" {words}", class_="line")
    return None


def _listed(cells: Sequence[LiquidityCell], currency: str) -> Markup:
    ranked = sorted(cells, key=lambda cell: (-cell.gmv, cell.category or "", cell.region or ""))[:_MOST_LISTED]
    metrics = [name for name in _LISTED if any(name in cell.values for cell in ranked)]
    columns = (
        Column(label="cell and verdict"),
        Column(label="GMV" if any("gmv" in cell.values for cell in ranked) else f"GMV, {currency}", numeric=True),
        Column(label="buyers", numeric=True),
        Column(label="suppliers", numeric=True),
        *(Column(label=metric_name(name).lower(), numeric=True) for name in metrics),
    )
    listed = table("Cells, largest GMV first", columns, [_row(cell, metrics) for cell in ranked], class_="cells")
    if len(cells) <= len(ranked):
        return listed
    return Markup(listed + prose(f"The {count(_MOST_LISTED)} largest of {plural(len(cells), 'cell')}.", class_="of"))


def _row(cell: LiquidityCell, metrics: list[str]) -> list[Child]:
    name = " · ".join(part for part in (cell.category, cell.region) if part) or "whole market"
    usual = cell.verdict in {CellVerdict.BALANCED, CellVerdict.UNKNOWN}
    why = element("small", spoken(cell.why), class_="usual" if usual else None) if cell.why else None
    gmv = number_and_trust(cell.values["gmv"]) if "gmv" in cell.values else money(cell.gmv, None)
    values = [*_two_sides(cell), *(cell.values.get(metric) for metric in metrics)]
    return [
        [name, element("div", verdict_mark(cell.verdict)), why],
        gmv,
        *(number_and_trust(value) for value in values),
    ]
