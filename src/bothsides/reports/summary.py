"""The audit on one screen of a terminal: verdict, headline numbers, what to do first, the next command to run."""

import re
import shlex
import textwrap

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from bothsides.diagnosis.finding import Sureness
from bothsides.diagnosis.picture import Diagnosis, Headline
from bothsides.metrics import Value
from bothsides.reports.names import change_words, gloss
from bothsides.reports.numbers import count, plural, shown, span
from bothsides.reports.sampling import as_told, is_sample
from bothsides.reports.trust import interval, status, worth_words
from bothsides.reports.unranked import none_ranked

_NARROWEST = 48
_SCREEN = 24
_CUT_NUMBER = re.compile(r"(?: [A-Z]{3})?(?: \S*\d\S*)* …$")
_CLAUSE = re.compile(r"(?<=[.;]) ")
_MOST_VERDICT, _MOST_FINDINGS, _MOST_TITLE = 6, 3, 3
_MOST_SET_ASIDE = 3
_SAMPLE = "A declared sample of the orders, weighted up to the whole."
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")  # a name must not steer the terminal


def audit_summary(diagnosis: Diagnosis, *, width: int, workspace: str = "") -> Text:
    """The summary in lines of at most `width` cells; `.plain` is the same without colour.

    `workspace` is the folder to name in the next command, where that is not run from it.
    """
    width = max(width, _NARROWEST)
    diagnosis = as_told(diagnosis)
    known = tuple(headline for headline in diagnosis.headlines if headline.now.value is not None)
    above = [
        Text(_titled(diagnosis, width), "bold"),
        *([Text(_fit(_SAMPLE, width), "bold")] if is_sample(diagnosis) else []),
        *(Text(line, "bold") for line in _set_aside(diagnosis, width)),
        *(Text(line) for line in _told(diagnosis.verdict, width)),
        Text(),
        *_numbers(known, width),
        Text(_legend(known, width), "dim") if known else Text(),
    ]
    next_line = Text.assemble(("Next  ", "bold"), next_command(diagnosis, workspace))
    room = _SCREEN - len(above) - 2
    first, shown_findings = _first(diagnosis, width, room=room)
    unknown = _unknown(diagnosis, width, shown_findings)
    return Text("\n").join([*above, *first, *unknown, next_line])


def _titled(diagnosis: Diagnosis, width: int) -> str:
    """The name and the days the numbers stand for; where room is short the name gives way, never a day."""
    rest = f" · {diagnosis.currency} · {span(*diagnosis.window)}"
    return _fit(_clean(diagnosis.name), max(width - cell_len(rest), 1)) + rest


def _set_aside(diagnosis: Diagnosis, width: int) -> list[str]:
    """The source of which most was set aside; of others only how many."""
    if not diagnosis.set_aside:
        return []
    more = len(diagnosis.set_aside) - 1
    others = f" And {plural(more, 'other')}." if more else ""
    return _wrapped(f"{diagnosis.set_aside[0]}{others}", width, most=_MOST_SET_ASIDE)


def _told(verdict: str, width: int) -> list[str]:
    """The verdict; of one too long whole clauses are left out before its last sentence, which says what to do."""
    said = _clean(verdict)
    *before, action = _CLAUSE.split(said)
    for kept in range(len(before), 0, -1):
        words = said if kept == len(before) else f"{' '.join(before[:kept])} … {action}"
        lines = textwrap.wrap(words, width)
        if len(lines) <= _MOST_VERDICT:
            return lines
    return _wrapped(said, width, most=_MOST_VERDICT)


def _legend(known: tuple[Headline, ...], width: int) -> str:
    """The words beside the numbers, as many as the line holds."""
    rests = [(headline, _rests_on(headline.now)) for headline in known]
    parts = ["n: how many counted"]
    parts += ["census: all of them"] if any("census" in words for _, words in rests) else []
    parts += [f"NDR: {gloss('ndr')}"] if any(headline.metric.startswith("ndr") for headline, _ in rests) else []
    while len(parts) > 1 and cell_len(" · ".join(parts)) > width:
        parts.pop()
    return " · ".join(parts)


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
        fitting = next((part for part in _shorter(rests) if cell_len(part) <= left), "")
        line.append(f"  {fitting}" if fitting else "", "dim")
        line.truncate(width)
        lines.append(line)
    return lines


def _rests_on(value: Value) -> str:
    if value.value is None:
        return status(value)
    return f"n {count(value.n)}, {interval(value).replace(' to ', '–')}, {status(value)}"


def _shorter(rests: str) -> list[str]:
    """What a number rests on with ever fewer parts, its status last; a part is left out whole, never cut."""
    parts = rests.split(", ")
    return [rests, ", ".join((parts[0], parts[-1])), parts[-1]] if len(parts) > 1 else parts


def _first(diagnosis: Diagnosis, width: int, *, room: int) -> tuple[list[Text], int]:
    """The first findings with what they are worth, as many as the screen has room for; and how many those are."""
    top = sorted(diagnosis.findings, key=lambda finding: finding.rank)[:_MOST_FINDINGS]
    if not top:
        return [Text(f"{none_ranked(diagnosis)}.")], 0
    lines: list[Text] = []
    for place, finding in enumerate(top, start=1):
        worth = worth_words(finding.worth) if finding.worth else ""
        sure = "counted, worth estimated" if finding.sure is Sureness.CERTAIN and worth else finding.sure.value
        facts = " · ".join(part for part in (worth, sure, _clean(finding.owner)) if part)
        title = _wrapped(f"{place}. {finding.title}", width, most=_MOST_TITLE)
        if lines and len(lines) + len(title) + 1 > room:
            title = [_CUT_NUMBER.sub(" …", line) for line in _wrapped(f"{place}. {finding.title}", width, most=1)]
        if lines and len(lines) + len(title) + 1 > room:
            return lines, place - 1
        lines += [Text(line, "bold") for line in title]
        lines.append(Text(_fit(f"   {facts}", width)))
    return lines, len(top)


def _unknown(diagnosis: Diagnosis, width: int, told: int) -> list[Text]:
    more = len(diagnosis.findings) - told + len(diagnosis.beyond)
    parts = [plural(more, "more finding")] if more > 0 else []
    parts += [plural(len(diagnosis.smaller), "smaller one")] if diagnosis.smaller else []
    parts += [f"{plural(len(diagnosis.gaps), 'question')} the data cannot answer"] if diagnosis.gaps else []
    return [Text(_fit(f"In the report: {'; '.join(parts)}.", width), "dim")] if parts else []


def next_command(diagnosis: Diagnosis, workspace: str = "") -> str:
    """The command that shows the first finding with the records behind it; without one, what the data still lack."""
    where = f" -w {shlex.quote(workspace)}" if workspace else ""
    return f"bothsides finding 1{where}" if diagnosis.findings else f"bothsides doctor{where}"
