"""The teams' scorecard of a month as one HTML file: no network, no script, nothing beside it."""

import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from bothsides.leads.review.agenda import CONSEQUENCE, Item
from bothsides.leads.review.judging import MonthReview
from bothsides.leads.sla.proposals import Proposal
from bothsides.leads.sla.statements import Adjustment
from bothsides.reports.html import contents, page_head
from bothsides.reports.markup import Markup, element, join
from bothsides.reports.numbers import count, day, percent, plural, significant, spoken
from bothsides.reports.pieces import Section, fold, prose
from bothsides.reports.teams.clauses import clauses, excuses
from bothsides.reports.teams.people import closes, quality, reps
from bothsides.reports.teams.words import month_words, team_sentences
from bothsides.schema.instant import Instant, in_utc

_METHOD = """
A lead counts in the month in which it qualified, once, however often it came; a clock in the month in which it was due.
Breaches count when they are written, until later proof takes them back.

The contact rate is a Kaplan-Meier estimate over attempts: a lead that sales gave up early says what so many attempts
reach and no more. Shares have Wilson's 95 % interval.

A person is charged with what sales owes, while they had the lead and were not on leave or absent for so long that the
time allowed was not theirs. What customer success owes is charged to no person.

Expected wins are the calibrated chances of the leads; where a lead has none, the wins of leads of like score over all
people. Leads taken from a silent owner count as not won by that owner.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamsMonth:
    """What the page shows: the month, what is on the agenda, response times to propose, and people's names by id."""

    name: str
    review: MonthReview
    items: Sequence[Item] = ()
    proposals: Sequence[Proposal] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""
    zone: str = "UTC"
    """The desk's, by whose days the month begins and decisions are due."""
    folder: str = ""
    """The workspace, for the commands that the page tells; empty where they are typed in it."""


def scorecard_html(month: TeamsMonth) -> str:
    """The whole page: who kept their word first, the clauses, the leads, the people, what waits, the method last.

    The same month gives the same bytes.
    """
    review = month.review
    found = [
        clauses(review, month.currency),
        excuses(review),
        quality(review),
        reps(review, month.names),
        closes(review, month.currency),
        _decisions(month),
        _later(review),
        _method(month),
    ]
    sections = [section for section in found if section is not None]
    title = f"Who kept their word: {month.name}, {month_words(review.period)}"
    page = element("html", page_head(title), _body(month, sections), lang="en")
    return f"<!doctype html>\n{page}\n"


def _body(month: TeamsMonth, sections: Sequence[Section]) -> Markup:
    review = month.review
    verdict = element(
        "section",
        element("h2", "Who kept their word", id="verdict-heading"),
        [element("p", spoken(said), class_="long") for said in _verdict(review)]
        or [element("p", "Nothing is agreed on yet: write agreement/commitments.toml.")],
        id="verdict",
        tabindex="-1",
        aria_labelledby="verdict-heading",
    )
    inside = [_header(month), _banner(review), contents(sections)]
    main = element("main", verdict, [section.html() for section in sections])
    skip = element("a", "Skip to the verdict", href="#verdict", class_="skip")
    return element("body", skip, element("div", *inside, main, class_="page"))


def _verdict(review: MonthReview) -> tuple[str, ...]:
    return team_sentences(review.card.kept, is_over=review.is_over, paces=review.paces)


def _header(month: TeamsMonth) -> Markup:
    review = month.review
    facts = (
        ("Month", month_words(review.period)),
        ("As known at", _moment(review.known_at, month.zone)),
        ("Agreement version", review.card.policy_version),
        ("Market data of load", review.card.load_id),
        ("Money in", month.currency),
    )
    listed = [element("div", element("dt", term), element("dd", fact)) for term, fact in facts if fact]
    return element(
        "header",
        element("p", "Scorecard of the teams", class_="kind"),
        element("h1", month.name),
        element("dl", listed, class_="facts"),
    )


def _banner(review: MonthReview) -> Markup | None:
    if review.is_over:
        return None
    words = " Leads that are not due yet count for nobody; the number owed is that of the whole month."
    return element("p", element("b", "The month is not over."), words, class_="banner", role="note")


def _moment(at: Instant, zone: str) -> str:
    """A moment of the desk's own clock; its midnight is the end of the day before."""
    moment = in_utc(at).replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    if not (moment.hour or moment.minute or moment.second):
        return f"the end of {day((moment - timedelta(days=1)).date())}"
    return f"{day(moment.date())} {moment:%H:%M %Z}"


def _decisions(month: TeamsMonth) -> Section | None:
    """What waits for a person, then what was decided, then the rights that the month brought."""
    waiting = [one for one in month.items if one.decision is None]
    done = [one for one in month.items if one.decision is not None]
    withheld = [one for one in month.review.card.consequences if one.withheld]
    if not (waiting or done or withheld or month.proposals):
        return None
    parts: list[Markup] = []
    if waiting:
        parts.append(element("h3", f"{plural(len(waiting), 'decision')} to take"))
        parts += [_item(one, month) for one in waiting]
    if done:
        parts.append(element("h3", "Decided"))
        parts.append(element("ul", [element("li", _decided(one, month)) for one in done]))
    if withheld:
        told = [element("li", f"{one.words} It does not apply: {one.withheld}.") for one in withheld]
        parts.append(element("ul", told))
    if month.proposals:
        told = [element("li", spoken(f"{_sentence(one.words)}.")) for one in month.proposals]
        parts.append(join([element("h3", "Response times"), element("ul", told)]))
    return Section(id="decisions", nav="Decisions", heading="What is to be decided", body=join(parts))


_KINDS = {"meeting": "Meeting", "escalation": "Review of leads", "consequence": "What follows"}


def _item(one: Item, month: TeamsMonth) -> Markup:
    content, now = one.content, month.review.known_at
    why = str(content.get("in_words") or content.get("why") or content.get("words") or "")
    late = one.due_at is not None and one.due_at < now
    until = "" if one.due_at is None else f", {'overdue since' if late else 'by'} {_moment(one.due_at, month.zone)}"
    head = f"{_KINDS[one.kind]} ({content.get('side', '')}s), {one.owner or 'nobody'}{until}: "
    offers = [
        element(
            "li",
            element("code", str(offer["proposal_id"])),
            f": {offer['what']}. {_sentence(offer['words'])}.",
        )
        for offer in content.get("proposals", ())
    ]
    figures = [
        element("li", f"{figure['name']}: {figure_words(figure['value'], figure['unit'])}")
        for figure in content.get("figures", ())
        if figure["value"] is not None
    ]
    lists = [element("li", f"{listed['name']}: {plural(listed['n'], 'lead')}") for listed in content.get("lists", ())]
    pack = [*offers, *figures, *lists]
    body = fold("The pack", element("ul", pack)) if pack else None
    waived = (", or with ", element("code", "--waive"), " in place of ", element("code", "--use"))
    instead = waived if one.kind == "consequence" else ()
    named = element("small", element("code", decision_command(one, month.folder)), *instead, class_="trust")
    # What it was opened on has moved since: the page tells other numbers of the same clause.
    then = "" if one.kind == CONSEQUENCE else f" So it stood at {_moment(one.opened_at, month.zone)}."
    said = f"{_sentence(why)}.{then}"
    return element("div", prose(element("b", head), spoken(said)), body, named, class_="finding")


def _sentence(words: str) -> str:
    """Without its full stop, and begun as sentences begin.

    >>> _sentence("hold back a source until it converts.")
    'Hold back a source until it converts'
    """
    bare = words.rstrip(".")
    return f"{bare[:1].upper()}{bare[1:]}"


def decision_command(one: Item, folder: str = "") -> str:
    """What is typed to write the decision down; `folder` is the workspace where that is not the current folder.

    >>> calls = Item(item_id="alignment/2026-04/buyer/calls", kind="meeting", state="open", opened_at=0,
    ...              due_at=None, owner=None, content={})
    >>> decision_command(calls)
    'bothsides sla decide "alignment/2026-04/buyer/calls" --words "..."'
    >>> decision_command(calls, "/srv/acme")
    'bothsides sla decide "alignment/2026-04/buyer/calls" --words "..." -w /srv/acme'
    """
    offers = ' --choose "..."' if one.content.get("proposals") else ""
    right = " --use" if one.kind == "consequence" else ""
    where = f" -w {shlex.quote(folder)}" if folder else ""
    return f'bothsides sla decide "{one.item_id}"{offers}{right} --words "..."{where}'


def figure_words(value: float, unit: str) -> str:
    """A figure of a pack.

    >>> figure_words(0.8, "share"), figure_words(1234.56, "leads")
    ('80 %', '1,235')
    """
    return percent(value) if unit == "share" else count(round(value, 1))


def _decided(one: Item, month: TeamsMonth) -> str:
    decision = one.decision or {}
    chosen = f" ({', '.join(decision['chosen'])})" if decision.get("chosen") else ""
    when = _moment(int(decision["at"]), month.zone)
    does = "" if one.state == "waived" else f"; {decision.get('owner') or one.owner or 'nobody'} does it"
    # The item's name holds a day, which stays as it is typed.
    said = spoken(f"{decision['words']}{chosen}. {one.state.capitalize()} by {decision['by']}, {when}{does}.")
    return f"{_KINDS[one.kind]}, {one.item_id}: {said}"


def _later(review: MonthReview) -> Section | None:
    """What the statement says of earlier months that proved different."""
    shares = {one.clause for one in review.card.kept if one.unit == "share"}
    told = [
        element("li", spoken(f"{month_words(one.period)}, {one.clause}: {one.figure.replace('_', ' ')} "
                             f"{_figure(one, one.told, shares)} becomes {_figure(one, one.told + one.value, shares)}."))
        for one in review.card.adjustments
    ]  # fmt: skip
    if not told:
        return None
    first = prose("Statements never change. What proved different since they were frozen stands here:")
    body = join([first, element("ul", told)])
    return Section(id="adjustments", nav="Adjustments", heading="What earlier months proved to be", body=body)


def _figure(one: Adjustment, value: float, shares: Collection[str]) -> str:
    is_share = one.figure == "contact_rate" or (one.figure in ("delivered", "owed") and one.clause in shares)
    return percent(value) if is_share else significant(value)


def _method(month: TeamsMonth) -> Section:
    review = month.review
    frozen = "frozen" if review.frozen else "not frozen yet"
    known = _moment(review.known_at, month.zone)
    counted = f"Lines 1 to {review.last_seq:,} of the logbook, as known at {known}; {frozen}."
    lines = (*_METHOD.strip().split("\n\n"), counted)
    body = element("ul", [element("li", spoken(line)) for line in lines])
    return Section(id="method", nav="Method", heading="How it was counted", body=body)
