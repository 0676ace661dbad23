"""The audit on one screen of a terminal: verdict, headline numbers, what to do first, the next command to run."""

import re
import textwrap

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from bothsides.diagnosis.finding import Finding
from bothsides.diagnosis.picture import Diagnosis, Headline
from bothsides.metrics import METRICS, Value
from bothsides.reports.names import change_words
from bothsides.reports.numbers import count, plural, shown, span
from bothsides.reports.trust import interval, status, worth_words

_NARROWEST = 48
_SCREEN = 24
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")  # a name must not steer the terminal


def audit_summary(diagnosis: Diagnosis, *, width: int) -> Text:
    """The summary in lines of at most `width` cells; `.plain` is the same without colour."""
    width = max(width, _NARROWEST)
    name = f"{_clean(diagnosis.name)} · {diagnosis.currency} · {span(diagnosis.first_day, diagnosis.as_of)}"
    above = [
        Text(_fit(name, width), "bold"),
        *(Text(line) for line in _wrapped(diagnosis.verdict, width, most=3)),
        Text(),
        *_numbers(diagnosis.headlines, width),
        Text(),
    ]
    below = [*_unknown(diagnosis, width), Text.assemble(("Next  ", "bold"), next_command(diagnosis))]
    return Text("\n").join([*above, *_first(diagnosis.findings, width, room=_SCREEN - len(above) - len(below)), *below])


def _clean(words: str) -> str:
    return " ".join(_UNSEEN.sub(" ", words).split())


def _fit(words: str, width: int) -> str:
    return words if cell_len(words) <= width else set_cell_size(words, width - 1).rstrip() + "…"


def _wrapped(words: str, width: int, *, most: int, indent: str = "") -> list[str]:
    return textwrap.wrap(
        _clean(words), width, initial_indent=indent, subsequent_indent=indent, max_lines=most, placeholder=" …"
    )


def _numbers(headlines: tuple[Headline, ...], width: int) -> list[Text]:
    """One line a number: name, value, change, and what it rests on as far as the width allows."""
    rows = [
        (_clean(h.label), shown(h.now), change_words(h.now, h.before, short=True), _rests_on(h.now)) for h in headlines
    ]
    if not rows:
        return []
    room = [max(cell_len(row[i]) for row in rows) for i in range(3)]
    name = min(room[0], max(12, width - room[1] - room[2] - 6))
    lines = []
    for label, value, moved, rests in rows:
        line = Text(set_cell_size(_fit(label, name), name))
        line.append(f"  {' ' * (room[1] - cell_len(value))}{value}", "bold")
        line.append(f"  {' ' * (room[2] - cell_len(moved))}{moved}")
        left = width - line.cell_len - 2
        line.append(f"  {_fit(rests, left)}" if left >= 8 else "", "dim")
        line.truncate(width)
        lines.append(line)
    return lines


def _rests_on(value: Value) -> str:
    if value.value is None:
        return status(value)
    return f"n {count(value.n)}, {interval(value).replace(' to ', '–')}, {status(value)}"


def _first(findings: tuple[Finding, ...], width: int, *, room: int) -> list[Text]:
    """Two lines a finding; a title runs over a second line while the screen has room."""
    top = sorted(findings, key=lambda finding: finding.rank)[:3]
    if not top:
        return [Text("No problem found that the data can show.")]
    lines: list[Text] = []
    spare = room - 2 * len(top)
    for place, finding in enumerate(top, start=1):
        worth = worth_words(finding.worth) if finding.worth else ""
        facts = " · ".join(part for part in (worth, finding.sure.value, _clean(finding.owner)) if part)
        title = _wrapped(f"{place}. {finding.title}", width, most=2 if spare > 0 else 1)
        spare -= len(title) - 1
        lines += [Text(line, "bold") for line in title]
        lines.append(Text(_fit(f"   {facts}", width)))
    return lines


def _unknown(diagnosis: Diagnosis, width: int) -> list[Text]:
    more = len(diagnosis.findings) - 3
    parts = [plural(more, "more finding")] if more > 0 else []
    parts += [f"{plural(len(diagnosis.gaps), 'question')} the data cannot answer"] if diagnosis.gaps else []
    return [Text(_fit(f"In the report: {'; '.join(parts)}.", width), "dim")] if parts else []


def next_command(diagnosis: Diagnosis) -> str:
    """The command that shows the numbers behind the first finding; without one, what the data still lack."""
    for finding in sorted(diagnosis.findings, key=lambda finding: finding.rank):
        values = [value for evidence in finding.evidence for value in evidence.values if value.metric in METRICS]
        if values:
            ids = dict.fromkeys(value.metric for value in values)
            dims = dict.fromkeys(name for value in values if value.metric in ids for name, _ in value.dims)
            by = [*(["side"] if any(value.side for value in values) else []), *dims]
            return f"bothsides metrics {','.join(list(ids)[:3])} --by {','.join(['quarter', *by])}"
    return "bothsides doctor"
