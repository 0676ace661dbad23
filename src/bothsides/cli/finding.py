"""`bothsides finding`: the findings of the audit as a list, or one of them whole, with the records behind it."""

from __future__ import annotations

import json as json_text
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from bothsides.cli.days import day, warn_of_later_day
from bothsides.cli.places import WorkspaceFolder, published, word_and_folder
from bothsides.cli.set_aside import warn_of_set_aside
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from bothsides.diagnosis import Diagnosis, Evidence, Finding, Rows
    from bothsides.metrics import Value


def finding(
    which: Annotated[
        str | None, Parameter(help="A finding's id, the beginning of one, or its rank; all of them without it.")
    ] = None,
    *,
    as_of: Annotated[str | None, Parameter(help="Business date up to which data counts.")] = None,
    known_on: Annotated[int | None, Parameter(help="Load number: what was known then.")] = None,
    json: Annotated[bool, Parameter(negative=(), help="Print records for scripts, those of rank null last.")] = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """The findings of the audit as a list, or one of them whole, with the records behind it.

    An id is the problem and its place; it stays the same from run to run as long as the problem does. Findings too
    small to rank, or beyond the number that is listed, have ids too; with --json their rank is null. Examples:

    bothsides finding

    bothsides finding supply-short-cell/supplier/electrical/south --json
    """
    from bothsides.diagnosis import behind, diagnose, read_policy
    from bothsides.diagnosis.span import Span
    from bothsides.metrics import open_store, read_dictionary
    from bothsides.reports import finding_json
    from bothsides.reports.sampling import as_told
    from bothsides.workspace import Workspace

    which, folder = word_and_folder(which, workspace)
    opened = Workspace.open(folder)
    with open_store(published(opened), known_on=known_on, dictionary=read_dictionary(opened.folder)) as store:
        asked = day(as_of, "--as-of")
        diagnosis = as_told(diagnose(store, as_of=asked, policy=read_policy(opened.folder)))
        warn_of_later_day(asked, diagnosis.as_of)
        warn_of_set_aside(store)
        found = [*diagnosis.findings, *diagnosis.unranked]
        if which is not None:
            start, end = diagnosis.window
            found = [*behind.with_rows(store, chosen(tuple(found), which), Span(start=start, end=end))]
    if json:
        print(json_text.dumps([finding_json(one) for one in found], indent=2, ensure_ascii=False))
        return
    console = screen()
    if which is None:
        _list(console, diagnosis)
    for one in found if which is not None else ():
        _whole(console, one, diagnosis.currency)


def chosen(findings: tuple[Finding, ...], which: str) -> list[Finding]:
    """The finding of that rank or id, or those whose ids begin so. Raises KeyError with ids like it, else with all."""
    exact = [one for one in findings if which == one.id or (one.rank and which == str(one.rank))]
    found = exact or [one for one in findings if one.id.startswith(which)]
    if not found or not which:
        ids = [one.id for one in findings]
        near = get_close_matches(which.casefold(), ids, n=3, cutoff=0.6)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(ids)}"
        raise KeyError(f"no finding {which!r}; {hint if ids else 'there are none: nothing was found'}")
    return found


def _list(console: Console, diagnosis: Diagnosis) -> None:
    from bothsides.cli.figures import print_whole
    from bothsides.reports.unranked import none_ranked, unranked_lines

    found = (*diagnosis.findings, *diagnosis.unranked)
    if not found:
        console.print(f"{none_ranked(diagnosis)}; `bothsides doctor` says what they cannot.")
        return
    if diagnosis.findings:
        print_whole(console, _ranked(diagnosis))
    else:
        console.print(f"{none_ranked(diagnosis)}.")
    for line, unranked in unranked_lines(diagnosis):
        console.print(plain(f"{line}: {', '.join(one.id for one in unranked)}"))
    console.print(plain(f"One of them whole: bothsides finding {found[0].id}", style="dim"))


def _ranked(diagnosis: Diagnosis) -> Table:
    from bothsides.reports.numbers import money

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("", "worth a month", "severity", "sure", "id"):
        table.add_column(name, justify="right" if name in ("", "worth a month") else "left", no_wrap=True)
    for one in diagnosis.findings:
        worth = f"{money(one.worth.per_month, one.worth.currency)} {one.worth.of}" if one.worth else "not known"
        table.add_row(str(one.rank), worth, str(one.severity), str(one.sure), plain(one.id))
    return table


def _whole(console: Console, one: Finding, currency: str) -> None:
    from bothsides.reports.success import success_words
    from bothsides.reports.trust import worth_range, worth_words
    from bothsides.schema.plays import PLAYS

    console.print(plain(f"{one.rank}. {one.title}" if one.rank else one.title, style="bold"))
    worth = f"{worth_words(one.worth)} {worth_range(one.worth)}".strip()
    reckoning = f" {one.worth.reckoning}" if one.worth else ""
    lines = (
        ("Id", one.id),
        ("Where", one.place.label),
        ("Worth", f"{worth}{'.' if reckoning else ''}{reckoning}"),
        ("Severity", str(one.severity)),
        ("How sure", f"{one.sure}. {one.why_sure}"),
        ("Likely cause", one.cause),
        ("Owner", one.owner),
        ("Play", PLAYS.get(one.play, one.play)),
        ("First step", one.first_step),
        ("Success", success_words(one)),
        ("Caveat", one.caveat),
    )
    facts = Table(box=None, show_header=False, pad_edge=False)
    facts.add_column(style="bold", no_wrap=True)
    facts.add_column(overflow="fold")
    for name, said in lines:
        if said:
            facts.add_row(name, plain(said))
    console.print(facts)
    for evidence in one.evidence:
        _evidence(console, evidence, currency)
    console.print()


def _evidence(console: Console, evidence: Evidence, currency: str) -> None:
    from bothsides.cli.figures import print_whole

    console.print()
    console.print(plain(evidence.sentence))
    for value in evidence.values:
        console.print(plain(f"  {_told(value)}", style="dim"))
    if evidence.rows is not None:
        print_whole(console, _records(evidence.rows, currency))
        if evidence.rows.of > len(evidence.rows.rows):
            console.print(plain(f"the first {len(evidence.rows.rows)} of {evidence.rows.of:,}", style="dim"))


def _told(value: Value) -> str:
    """A value with what it rests on."""
    from bothsides.reports.names import value_name
    from bothsides.reports.numbers import shown
    from bothsides.reports.trust import trust

    return f"{value_name(value)}: {shown(value)} ({trust(value)})"


def _records(rows: Rows, currency: str) -> Table:
    from bothsides.reports.records import is_number, record_cell

    table = Table(box=None, header_style="bold", pad_edge=False)
    for place, name in enumerate(rows.columns):
        table.add_column(name, justify="right" if is_number(rows, place) else "left", no_wrap=True)
    for row in rows.rows:
        table.add_row(*(plain(record_cell(rows, place, value, currency)) for place, value in enumerate(row)))
    return table
