"""`bothsides sla scorecard | month | reps | propose`: the teams' month, its statement, the people, response times."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.console import Console

from bothsides.cli.at_the_desk import Moment, OpenDesk, at_the_desk
from bothsides.cli.lead_words import AsJson, cut, hint, print_record, show_table, with_moments
from bothsides.cli.places import WorkspaceFolder, of_folder
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from bothsides.leads.review.agenda import Item
    from bothsides.leads.review.judging import MonthReview
    from bothsides.leads.sla.commitments import Kept
    from bothsides.leads.sla.divergence import Divergence
    from bothsides.logbook import Book

COMMANDS: dict[str, tuple[str, str]] = {
    "scorecard": (
        "sla_scorecard:scorecard",
        "The teams' month: who kept their word, clause by clause, as text or page.",
    ),
    "month": ("sla_scorecard:month", "The month's frozen statement with its adjustments; how it paces while it runs."),
    "reps": ("sla_scorecard:reps", "What each person made of the leads given, adjusted for how good they were."),
    "propose": ("sla_scorecard:propose", "Response times to propose, graded by how their effect was identified."),
    "meetings": ("sla_agenda:meetings", "Meetings that a missed pace opened, with their packs and decisions."),
    "escalations": ("sla_agenda:escalations", "Reviews of leads that sales turns away, with the data and proposals."),
    "escalate": ("sla_agenda:escalate", "Call a review of a side's leads."),
    "decide": ("sla_agenda:decide", "Write down what a meeting or review decided, or use or waive a right."),
    "review": (
        "sla_agenda:review",
        "Look now for months to freeze, meetings and reviews to open; once a day by itself.",
    ),
    "pipeline": ("pipeline:pipeline", "Open deals that deserve a question, and the money that hangs on them."),
}
"""Subcommands of `bothsides sla`, where each stands and its one line of help."""

Month = Annotated[
    str | None,
    Parameter(help="The month, such as 2026-04; without it the one under way, or the last in which leads moved."),
]


def scorecard(
    *,
    month: Month = None,
    html: Annotated[bool, Parameter(negative=(), help="Write reports/sla-MONTH.html too.")] = False,
    later: Annotated[bool, Parameter(negative=(), help="As it is known now, not as it was told at its close.")] = False,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """The teams' month: who kept their word, clause by clause. Examples:

    bothsides sla scorecard --month 2026-04

    bothsides sla scorecard --month 2026-04 --html
    """
    from bothsides.leads.review.plain import plain as values
    from bothsides.reports.teams import TeamsMonth, scorecard_html
    from bothsides.reports.writing import write_page

    with at_the_desk(workspace, at) as desk:
        review, items, proposed = _month(desk, month, later=later, proposing=html or json)
        names = {member.id: member.name or member.id for member in desk.agreed.routing_policy.member}
        written = None
        if html:
            page = TeamsMonth(
                name=desk.workspace.settings.name,
                review=review,
                items=items,
                proposals=proposed,
                names=names,
                currency=desk.workspace.settings.currency,
                zone=desk.agreed.routing_policy.time_zone,
                folder=str(desk.workspace.folder.resolve()),  # the page is read far from where it was written
            )
            written = write_page(scorecard_html(page), desk.workspace.reports_dir / f"sla-{review.period}.html")
    if json:
        record = {**values(review), "agenda": values(items), "proposals": values(proposed)}
        print_record(with_moments(record, "start", "close"))
        return
    console = screen()
    _print_month(console, review, items)
    if month is None and review.period != _under_way(desk):
        hint(console, f"No lead moved since {review.period}. The month under way: --month {_under_way(desk)}")
    if written is not None:
        hint(console, f"Written: {written}")
    else:
        hint(console, f"As a page: bothsides sla scorecard --month {review.period} --html{of_folder(workspace)}")


def _month(
    desk: OpenDesk, label: str | None, *, later: bool, proposing: bool
) -> tuple[MonthReview, tuple[Item, ...], tuple[Any, ...]]:
    """The month and its agenda; what is proposed where that is shown, for it is counted from every lead there was."""
    from bothsides.leads.review.agenda import items_of
    from bothsides.leads.review.judging import proposals
    from bothsides.leads.review.months import last_month, month_named
    from bothsides.leads.review.statement_book import month_as_told

    with desk.reading() as book:
        period = last_month(book, desk.agreed, desk.now) if label is None else month_named(label)
        review = month_as_told(book, desk.agreed, period, now=desk.now, later=later)
        proposed = proposals(book, desk.agreed, review.known_at) if proposing else ()
        return review, items_of(book, desk.agreed, period, now=desk.now), proposed


def _under_way(desk: OpenDesk) -> str:
    from bothsides.leads.review.months import month_of

    return month_of(desk.agreed, desk.now).label


def _print_month(console: Console, review: MonthReview, items: tuple[Item, ...]) -> None:
    from bothsides.reports.numbers import percent, plural
    from bothsides.reports.teams import team_sentences
    from bothsides.reports.teams.words import pace_heading, word_of

    frozen = "as told at its close" if review.frozen else "so far" if not review.is_over else "not frozen yet"
    console.print(plain(f"{review.period}, {frozen}", style="bold"))
    if not review.card.kept:
        console.print("Nothing is agreed on yet: write agreement/commitments.toml (docs/commitments.md shows one).")
        return
    for said in team_sentences(review.card.kept, is_over=review.is_over, paces=review.paces):
        console.print(plain(f"  {said}"))
    if review.paces:
        console.print(plain(f"  {pace_heading(review.paces)}", style="dim"))
    for pace in review.paces:
        console.print(plain(f"    {pace.goal.side}: {pace.words}", style="dim"))
    console.print()
    show_table(
        console,
        ("clause", "side", "word", "owed", "delivered", "95 % range", "n"),
        [_clause(one, word_of(one, is_over=review.is_over, paces=review.paces)) for one in review.card.kept],
        numbers=("owed", "delivered", "95 % range", "n"),
    )
    for one in review.card.quality:
        rejected = "" if one.reject_rate is None else f", rejected {one.rejected} ({percent(one.reject_rate)})"
        decided = f"; {one.decided} decided, rejections among them, {one.won} won" if one.decided else ""
        console.print(
            plain(
                f"  {one.side}s: {plural(one.handed_over, 'lead')}, answered {one.answered}{rejected}{decided}",
                style="dim",
            )
        )
    waiting = [one for one in items if one.decision is None]
    if waiting:
        console.print()
        console.print(plain("To decide", style="bold"))
        for item in waiting:
            said = item.content.get("in_words") or item.content.get("why") or item.content.get("words") or ""
            console.print(plain(f"  {item.item_id}"))
            console.print(plain(f"    {cut(said, 92)}", style="dim"))


def _clause(one: Kept, word: str) -> tuple[object, ...]:
    from bothsides.metrics import Unit
    from bothsides.reports.numbers import between, count, percent

    share = one.unit == "share"
    owed = percent(one.owed) if share else count(one.owed)
    done = ("" if not one.n else percent(one.delivered)) if share else count(round(one.delivered, 1))
    known = "" if one.low is None or one.high is None else between(one.low, one.high, Unit.RATE)
    return cut(one.clause, 34), one.side.value, word, owed, done, known, one.n


def month(
    month: Annotated[str | None, Parameter(help="The month, such as 2026-04; the last frozen one without it.")] = None,
    *,
    at: Moment = None,
    json: AsJson = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """A month's statement as it was frozen, and what it says of earlier months. Example:

    bothsides sla month 2026-04
    """
    from bothsides.leads.review.months import month_named
    from bothsides.leads.review.plain import plain as values
    from bothsides.leads.review.statement_book import read_statements
    from bothsides.leads.sla.statements import untouched

    with at_the_desk(workspace, at) as desk, desk.reading() as book:
        told = read_statements(book)
    wanted = month_named(month).label if month else told[-1].period if told else None
    found = next((one for one in told if one.period == wanted), None)
    if found is None:
        closed = ", ".join(one.period for one in told) or "none"
        what = f"{wanted} has no statement" if wanted else "no month has a statement yet"
        raise LookupError(f"{what}; frozen are {closed}: bothsides sla review freezes those that are over")
    whole = untouched(found)
    if json:
        print_record(with_moments({**values(found), "untouched": whole}))
        return
    console = screen()
    sealed = f"seal {found.seal[:12]} {'holds' if whole else 'IS BROKEN: what it says was changed'}"
    console.print(plain(f"{found.period}, agreement {found.policy_version}, {sealed}", style="bold"))
    clauses = dict.fromkeys(line.clause for line in found.lines)
    told_of = {(line.clause, line.figure): line.value for line in found.lines}
    figures = ("owed", "delivered", "n", "breaches", "contact_rate")
    rows = [
        (
            cut(name, 36),
            "missed" if told_of.get((name, "missed")) else "",
            *(_told(told_of, name, one) for one in figures),
        )
        for name in clauses
        if (name, "owed") in told_of
    ]
    show_table(console, ("clause", "", "owed", "told", "n", "breaches", "reached"), rows, numbers=_NUMBERS)
    for line in found.lines:
        if line.figure == "consequence" and line.value:
            console.print(plain(f"  {line.clause}: {line.words}"))
    for one in found.adjustments:
        console.print(plain(f"  {one.words}"))
    hint(console, "It never changes: what proves different later stands in the next statement.")


_NUMBERS = ("owed", "told", "n", "breaches", "reached")


def _told(told: dict[tuple[str, str], float], clause: str, figure: str) -> str:
    """A figure as people write it: what is owed of clocks, and how many were reached, are shares."""
    from bothsides.reports.numbers import percent

    value = told.get((clause, figure))
    if value is None:
        return ""
    of_clocks = (clause, "breaches") in told
    is_share = figure == "contact_rate" or (of_clocks and figure in ("owed", "delivered"))
    return percent(value) if is_share else f"{value:,.1f}".removesuffix(".0")


def reps(*, at: Moment = None, json: AsJson = False, workspace: WorkspaceFolder = Path()) -> None:
    """What each person made of the leads given in the last half year, against what those promised. Example:

    bothsides sla reps --json
    """
    from bothsides.leads.review.judging import read_rep_scores
    from bothsides.leads.review.plain import plain as values
    from bothsides.leads.teams.rep_scorecard import Standing

    with at_the_desk(workspace, at) as desk, desk.reading() as book:
        scores = read_rep_scores(book, desk.agreed, desk.now)
    if json:
        print_record(values(scores))
        return
    console = screen()
    if not scores:
        console.print("Nobody was given a lead yet.")
        return
    show_table(
        console,
        ("person", "side", "leads", "won", "expected", "ratio", "reading", "accepted", "in time"),
        [
            (
                cut(one.rep, 16),
                one.side.value,
                one.leads,
                one.wins.observed,
                f"{one.wins.expected:.1f}",
                "" if one.standing is Standing.TOO_FEW else f"{one.shrunk:.2f}",
                cut(one.standing, 22),
                f"{one.accepted.observed}/{one.accepted.expected:.1f}",
                f"{one.in_time.observed}/{one.in_time.expected:.1f}",
            )
            for one in scores
        ],
        numbers=("leads", "won", "expected", "ratio", "accepted", "in time"),
    )
    hint(console, "expected: what all together reach on leads of the same score, over the last half year.")
    hint(console, "ratio: won over expected, luck taken out; accepted, in time: observed/expected.")


def propose(*, at: Moment = None, json: AsJson = False, workspace: WorkspaceFolder = Path()) -> None:
    """Response times to propose by side, graded by how their effect was identified, or why there is none; and whether
    marketing's clauses were kept month after month while GMV did not grow, where there is a warehouse. Example:

    bothsides sla propose
    """
    from bothsides.leads.review.judging import proposals
    from bothsides.leads.review.plain import plain as values
    from bothsides.leads.wording import plural

    with at_the_desk(workspace, at) as desk, desk.reading() as book:
        found = proposals(book, desk.agreed, desk.now)
        diverged = _divergences(desk, book)
    if json:
        print_record({"response_times": values(found), "divergences": values(diverged)})
        return
    console = screen()
    for one in found:
        console.print(plain(f"{one.words[0].upper()}{one.words[1:]}.", style="bold" if one.hours else ""))
        for way in (*one.estimates, one.naive):
            console.print(plain(f"  {way.grade}, {plural(way.n, 'lead')}: {way.words}", style="dim"))
    for told in diverged:
        console.print(plain(f"{told.clause}: {told.finding}. {told.words}."))


def _divergences(desk: OpenDesk, book: Book) -> tuple[Divergence, ...]:
    """Marketing's clauses beside the market's GMV by month; nothing without a warehouse."""
    from bothsides.leads.review.market import divergences
    from bothsides.leads.review.statement_book import read_statements
    from bothsides.metrics import Query, Status, ask, open_store, read_dictionary
    from bothsides.schema import Grain

    if not desk.workspace.warehouse_path.exists():
        return ()
    with open_store(desk.workspace.warehouse_path, dictionary=read_dictionary(desk.workspace.folder)) as store:
        answered = ask(store, Query(metrics=("gmv",), grain=Grain.MONTH))
    # A month that is not over yet would look like a fall.
    whole = [one for one in answered if one.status is not Status.PARTIAL]
    months = {one.period: (float(one.value), one.n) for one in whole if one.period and one.value is not None}
    return divergences(desk.agreed.commitments, read_statements(book), "GMV", months)
