"""The headline numbers: now, against the span before, their run, and what each rests on."""

from collections.abc import Iterable

from bothsides.diagnosis.picture import Diagnosis, Headline
from bothsides.metrics import Better
from bothsides.reports.charts.sparkline import sparkline
from bothsides.reports.markup import Markup, element
from bothsides.reports.names import better, change_words, first_glosses
from bothsides.reports.numbers import NO_CHANGE, shown, span, spoken
from bothsides.reports.pieces import (
    VALUE_COLUMNS,
    Column,
    Section,
    fold,
    number_of,
    prose,
    table,
    trust_line,
    value_cells,
)
from bothsides.reports.trust import is_firm, status


def headlines(diagnosis: Diagnosis) -> Section | None:
    """A tile per headline number and, folded, the table behind them."""
    known, unknown = known_first(diagnosis.headlines)
    if not known:
        return None
    compared = any(headline.before is not None for headline in known)
    against = "Against the same span before, where a number does not say otherwise."
    lead = prose(
        f"{against if compared else 'No earlier span is known to compare with.'} Under each number: what it rests on. "
        "Hollow points are periods that are not complete."
    )
    window = prose(element("b", span(*diagnosis.window)), class_="window")
    glosses = first_glosses(headline.metric for headline in known)
    tiles = element(
        "ul",
        [_tile(h, _note(h, diagnosis), gloss, compared=compared) for h, gloss in zip(known, glosses, strict=True)],
        class_="tiles",
    )
    runs = _runs(known)
    behind = fold("The table behind these numbers", _now_and_before(diagnosis.headlines))
    behind = Markup(behind + fold("The run of each number", runs, printed=False)) if runs else behind
    body = Markup(lead + window + tiles + (_missing(unknown) or "") + behind)
    return Section(id="numbers", nav="Numbers", heading=_heading(len(known)), body=body)


def known_first(headlines: tuple[Headline, ...]) -> tuple[tuple[Headline, ...], tuple[Headline, ...]]:
    """The numbers that are known, and those that are not: they get no tile of their own."""
    known = tuple(headline for headline in headlines if headline.now.value is not None)
    return known, tuple(headline for headline in headlines if headline.now.value is None)


def _missing(unknown: tuple[Headline, ...]) -> Markup | None:
    if not unknown:
        return None
    named = "; ".join(f"{h.label} ({h.now.reason or status(h.now)})" for h in unknown)
    return prose(spoken(f"Not known: {named}."), class_="note")


def _heading(how_many: int) -> str:
    words = {2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six", 7: "Seven", 8: "Eight", 9: "Nine", 10: "Ten"}
    return f"{words[how_many]} headline numbers" if how_many in words else "Headline numbers"


def _note(headline: Headline, diagnosis: Diagnosis) -> str:
    """The headline's own note; nothing where it only repeats the days that stand above all of them."""
    repeats = headline.note.startswith(" to ".join(day.isoformat() for day in diagnosis.window))
    return "" if repeats else spoken(headline.note)


def _tile(headline: Headline, note: str, gloss: str, *, compared: bool) -> Markup:
    return element(
        "li",
        element("h3", headline.label),
        element("small", gloss, class_="gloss") if gloss else None,
        element("p", number_of(headline.now, strong=True), class_="big"),
        _moved(headline) if compared else None,
        sparkline(headline.label, headline.run),
        trust_line(headline.now),
        element("small", note) if note else None,
        class_="tile",
    )


def _moved(headline: Headline) -> Markup:
    words = change_words(headline.now, headline.before)
    judged = _judged(headline)
    arrow = {1: "▲ ", -1: "▼ "}.get(_direction(headline), "")
    return element(
        "p",
        element("span", arrow, aria_hidden="true") if arrow else None,
        words,
        element("b", f" {judged}") if judged else None,
        class_="moved",
    )


def _direction(headline: Headline) -> int:
    if headline.before is None or headline.now.value is None or headline.before.value is None:
        return 0
    if change_words(headline.now, headline.before).startswith(NO_CHANGE):
        return 0
    return (headline.now.value > headline.before.value) - (headline.now.value < headline.before.value)


def _judged(headline: Headline) -> str:
    """Better or worse, where both numbers are firm enough to say so."""
    if headline.before is None or not (is_firm(headline.now) and is_firm(headline.before)):
        return ""
    direction, good = _direction(headline), better(headline.metric)
    if not direction or good is Better.NEITHER:
        return ""
    return "better" if (direction > 0) == (good is Better.UP) else "worse"


def _now_and_before(rows: Iterable[Headline]) -> Markup:
    columns = (
        Column(label="number"),
        *VALUE_COLUMNS,
        Column(label="span before", numeric=True),
        Column(label="change", numeric=True),
    )
    cells = [(h.label, *value_cells(h.now), shown(h.before), change_words(h.now, h.before)) for h in rows]
    return table("Headline numbers now and in the span before", columns, cells)


def _runs(rows: Iterable[Headline]) -> Markup | None:
    cells = [(f"{h.label}, {value.period or '–'}", *value_cells(value)) for h in rows for value in h.run]
    if not cells:
        return None
    return table("The run of each number", (Column(label="number and period"), *VALUE_COLUMNS), cells)
