"""Cohort heat maps per side: cohorts down, age across; what is not complete yet stays empty and is marked."""

import math
from datetime import date

from bothsides.diagnosis.picture import CohortTable, Diagnosis
from bothsides.reports.markup import Markup, element
from bothsides.reports.names import sides
from bothsides.reports.numbers import count, percent
from bothsides.reports.pieces import Section, figure, fold, prose
from bothsides.reports.trust import counted
from bothsides.schema import Grain, Period, Side

_STEPS = 10


def cohorts(diagnosis: Diagnosis) -> Section | None:
    """A heat map per side; nothing without a cohort."""
    told = [table for table in diagnosis.cohorts if table.cohorts]
    if not told:
        return None
    older = dict.fromkeys(words for table in told if (words := _older(table, diagnosis.first_day)))
    legend = (
        "Stronger colour means more. At the left the number of accounts of the cohort, the n of its row "
        f"({counted(diagnosis)}). "
    )
    key = element("span", "· = not yet complete, or too few accounts.", class_="wide")
    notes = [*(prose(words, class_="of") for words in older), prose(legend, key, class_="note")]
    body = Markup("".join([*(_figure(table) for table in told), *notes]))
    return Section(id="cohorts", nav="Cohorts", heading="Who stays", body=body)


def _figure(table: CohortTable) -> Markup:
    active = _heat(table, table.active_share, f"{sides(table.side)}: share of accounts still active")
    gmv = _heat(table, table.gmv_share, f"{sides(table.side)}: GMV as a share of the first {table.grain}'s")
    folded = fold(f"The same {table.side} cohorts by GMV", gmv) if any(map(any, table.gmv_share)) else None
    return figure(table.sentence or f"{sides(table.side)}: who stays", active, behind=folded)


def _older(table: CohortTable, first_day: date) -> str:
    """What the cohort in which the data begin cannot tell."""
    if table.cohorts[0] != Period.containing(first_day, Grain(table.grain)).label:
        return ""
    return (
        f"Orders are known from {table.cohorts[0]} on: accounts older than that stand in its row as if new, so it can "
        "look more loyal than the rows under it."
    )


def _heat(table: CohortTable, shares: tuple[tuple[float | None, ...], ...], caption: str) -> Markup:
    known = [place for place in range(len(table.ages)) if any(row[place] is not None for row in shares)]
    head = element(
        "tr",
        element("th", f"First order in {table.grain}", scope="col"),
        element("th", "accounts", scope="col", class_="r"),
        [element("th", _age(table.ages[place]), scope="col", class_="r") for place in known],
    )
    rows = [
        element(
            "tr",
            element("th", cohort, scope="row"),
            element("td", count(size), class_="r n", data_label="accounts"),
            [_cell(row[place], table.ages[place], table) for place in known],
        )
        for cohort, size, row in zip(table.cohorts, table.sizes, shares, strict=True)
    ]
    words = element("caption", f"{caption}, by age in {table.grain}s")
    return element("table", words, element("thead", head), element("tbody", rows), class_="heat")


def _age(age: int) -> str:
    return f"age {age}" if age == 0 else f"{age}"


def _cell(share: float | None, age: int, table: CohortTable) -> Markup:
    label = f"age {age}"
    if share is None or not math.isfinite(share):
        return element("td", "·", class_="r weak", data_label=label, title="not yet complete")
    step = min(_STEPS, max(0, round(share * _STEPS)))
    side = "b" if table.side is Side.BUYER else "s"
    exact = f"{share * 100:.2f} %"
    return element("td", percent(round(share, 2)), class_=f"r h-{side}{step}", data_label=label, title=exact)
