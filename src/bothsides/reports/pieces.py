"""The repeated pieces of the page: sections, figures, folds and tables."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bothsides.metrics import Status, Value
from bothsides.reports.markup import Child, Markup, element, join
from bothsides.reports.numbers import count, exact, shown, spoken
from bothsides.reports.trust import interval, is_firm, status, trust

_LONG_TITLE = 160
_NUMBERED = re.compile(r"\bfinding (\d+)\b")
_SENTENCE = re.compile(r"(?<=[a-z%)][.]) (?=[A-Z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of the page: where it is linked to, what the contents call it, its heading and its body."""

    id: str
    nav: str
    heading: str
    body: Markup

    def html(self) -> Markup:
        """The section as a landmark, named by its heading."""
        heading = element("h2", self.heading, id=f"{self.id}-heading")
        return element("section", heading, self.body, id=self.id, aria_labelledby=f"{self.id}-heading")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table; numbers are set to the right."""

    label: str
    numeric: bool = False


def number_of(value: Value | None, *, strong: bool = False) -> Markup:
    """A value as people read it, every digit on hovering, grey where it should not be leaned on."""
    if value is None:
        return element("span", "not known", class_="num weak")
    classes = "num" if is_firm(value) else "num weak"
    return element("b" if strong else "span", shown(value), class_=classes, title=f"{exact(value)} · {trust(value)}")


def trust_line(value: Value) -> Markup:
    """What a number rests on, as a small line under it."""
    return element("small", trust(value), class_="trust")


def number_and_trust(value: Value | None) -> Markup:
    """A table cell that holds a number and, under it, what it rests on; a dash where there is no such number."""
    return Markup("–") if value is None else Markup(number_of(value) + trust_line(value))


def prose(*children: Child, class_: str | None = None) -> Markup:
    """A paragraph."""
    return element("p", *children, class_=class_)


def coded(words: str) -> Markup:
    """The words with their commands, which stand between backticks, set as commands.

    >>> coded("See `bothsides doctor`.")
    'See <code>bothsides doctor</code>.'
    """
    return join(element("code", part) if place % 2 else part for place, part in enumerate(words.split("`")))


def linked(words: str) -> Markup:
    """The words with the numbers of findings as links to them."""
    parts = _NUMBERED.split(words)
    return join(
        element("a", f"finding {part}", href=f"#finding-{part}") if place % 2 else part
        for place, part in enumerate(parts)
    )


def fold(summary: str, *children: Child, printed: bool = True) -> Markup:
    """Something a reader opens when wanted. Printed open, or left to screens where it would fill pages."""
    return element("details", element("summary", summary), *children, class_=None if printed else "long")


def table(caption: str, columns: Sequence[Column], rows: Iterable[Sequence[Child]], *, class_: str = "") -> Markup:
    """A table whose first column names its rows. On a narrow screen every row becomes a small list."""
    head = element(
        "thead",
        element("tr", [element("th", c.label, scope="col", class_="r" if c.numeric else None) for c in columns]),
    )
    body = element("tbody", [_row(columns, row) for row in rows])
    return element("table", element("caption", caption), head, body, class_=f"data {class_}".strip())


def _row(columns: Sequence[Column], cells: Sequence[Child]) -> Markup:
    rest = [
        element("td", cell, data_label=column.label, class_="r" if column.numeric else None)
        for column, cell in zip(columns[1:], cells[1:], strict=True)
    ]
    return element("tr", element("th", cells[0], scope="row"), rest)


VALUE_COLUMNS = (
    Column(label="value", numeric=True),
    Column(label="n", numeric=True),
    Column(label="95 % range", numeric=True),
    Column(label="status"),
)


def value_cells(value: Value) -> tuple[Markup, str, Markup, str]:
    """The cells under `VALUE_COLUMNS`. A missing value says its reason where its status stands."""
    said = status(value)
    if value.value is None and value.reason:
        said = value.reason if value.status is Status.NO_DENOMINATOR else f"{said}: {value.reason}"
    return number_of(value), count(value.n), element("span", interval(value), class_="num"), spoken(said)


def value_table(caption: str, first: str, rows: Sequence[tuple[str, Value]]) -> Markup | None:
    """Values with what each rests on; nothing without a row."""
    if not rows:
        return None
    columns = (Column(label=first), *VALUE_COLUMNS)
    return table(caption, columns, [(label, *value_cells(value)) for label, value in rows])


def figure(title: str, *children: Child, note: str | Markup = "", behind: Child = None) -> Markup:
    """A picture under its finding, a line on how to read it, and the table behind it one fold away.

    Of a finding in several long sentences the first is the title, the others stand under it.
    """
    first, *others = _SENTENCE.split(title, maxsplit=1) if len(title) > _LONG_TITLE else [title]
    caption = element("figcaption", element("h3", spoken(first)))
    more = [prose(spoken(sentence)) for sentence in others]
    return element(
        "figure",
        caption,
        more,
        *children,
        prose(note if isinstance(note, Markup) else spoken(note), class_="note") if note else None,
        behind,
    )
