"""Method and caveats: how to read a figure, what the data came with, which definitions were used."""

from collections.abc import Iterator

from bothsides.diagnosis.picture import Diagnosis
from bothsides.metrics import Value
from bothsides.reports.markup import Markup, element
from bothsides.reports.numbers import spoken
from bothsides.reports.pieces import Column, Section, coded, fold, prose, table
from bothsides.reports.sampling import is_sample
from bothsides.reports.trust import STATUS_MEANING, STATUS_WORDS, SURENESS_MEANING

_READING = (
    ("n", "rows, accounts or requests a number was computed from"),
    ("95 % range", "the range that other samples of accounts of this kind would give in 95 of 100 cases"),
    ("census", "every row there is was counted; there is nothing to estimate and so no range"),
    ("declared sample", "the file is a sample of a larger ledger and totals are weighted to it"),
    *((STATUS_WORDS[status], meaning) for status, meaning in STATUS_MEANING.items()),
    *((sure.value, meaning) for sure, meaning in SURENESS_MEANING.items()),
)
_OF_ALL = ("census", "certain")
"""Words that stand nowhere in a report of a sample."""


def method(diagnosis: Diagnosis) -> Section | None:
    """Caveats, the words beside the figures, and the definitions."""
    caveats = (
        element("ul", [element("li", coded(spoken(caveat))) for caveat in diagnosis.caveats])
        if diagnosis.caveats
        else None
    )
    reading_rows = [row for row in _READING if not (is_sample(diagnosis) and row[0] in _OF_ALL)]
    reading = table(
        "The words beside the figures", (Column(label="word"), Column(label="meaning")), reading_rows, class_="words"
    )
    parts = (
        caveats or prose("No caveat was recorded about the data."),
        prose(
            "Commands on this page are typed in the workspace's folder; from elsewhere ",
            element("code", "-w FOLDER"),
            " after them names it.",
        ),
        fold("How to read a figure", reading),
        _definitions(diagnosis),
    )
    body = Markup("".join(part for part in parts if part))
    return Section(id="method", nav="Method", heading="Method and caveats", body=body)


def _definitions(diagnosis: Diagnosis) -> Markup | None:
    used = sorted({value.definition for value in _values(diagnosis)})
    versions = (version for name in diagnosis.dictionary.ids for version in diagnosis.dictionary.versions(name))
    known = {version.metric.definition: version.metric for version in versions}
    rows = [
        (known[name].label, name, f"{known[name].meaning} {known[name].caveat}".strip(), known[name].source)
        for name in used
        if name in known
    ]
    if not rows:
        return None
    columns = (Column(label="number"), Column(label="definition"), Column(label="meaning"), Column(label="source"))
    return fold(
        "The definitions used", table("Definitions and their versions", columns, rows, class_="words"), printed=False
    )


def _values(diagnosis: Diagnosis) -> Iterator[Value]:
    for headline in diagnosis.headlines:
        yield headline.now
    for cell in diagnosis.cells:
        yield from cell.values.values()
    for economics in diagnosis.economics:
        yield from economics.values.values()
    for concentration in diagnosis.concentration:
        yield from concentration.values.values()
    for finding in diagnosis.findings:
        for evidence in finding.evidence:
            yield from evidence.values
