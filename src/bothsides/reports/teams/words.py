"""The month of the teams in sentences, the same on the page and on a terminal."""

from collections.abc import Mapping, Sequence

from bothsides.goals import Pace
from bothsides.leads.sla.commitment_terms import Team
from bothsides.leads.sla.commitments import Kept, Word
from bothsides.reports.numbers import count, percent, plural
from bothsides.schema.period import parse_period

TEAMS: dict[Team, str] = {
    Team.MARKETING: "Marketing",
    Team.SALES: "Sales",
    Team.CUSTOMER_SUCCESS: "Customer success",
}
_MONTHS = "January February March April May June July August September October November December".split()
ON_TRACK, BELOW = "on track", "below"
"""Of a month under way: at least as much as is owed, and less."""


def month_words(label: str) -> str:
    """A month as people say it.

    >>> month_words("2026-04")
    'April 2026'
    """
    start = parse_period(label).start
    return f"{_MONTHS[start.month - 1]} {start.year}"


def word_of(one: Kept, *, is_over: bool, paces: Sequence[Pace] = ()) -> str:
    """The clause's word: kept, missed or not judged of a month that is over, how it stands of one under way.

    What marketing owes is owed by the month's end: until then it is what the pace says, and nobody has missed it.
    """
    if is_over or one.word is Word.NOT_JUDGED:
        return str(one.word)
    if one.word is Word.KEPT:
        return ON_TRACK
    if one.unit != "share" and one.delivered < one.owed:
        mine = (pace for pace in paces if pace.goal.metric == one.clause and pace.goal.side is one.side)
        pace = next(mine, None)
        return "too early" if pace is None else str(pace.verdict)
    return BELOW


def pace_heading(paces: Sequence[Pace]) -> str:
    """What stands above the paces: they know whole days only, while what is delivered is counted up to the moment."""
    return f"How the month paces, by its working days up to the end of {max(pace.as_of for pace in paces)}:"


def team_sentences(kept: Sequence[Kept], *, is_over: bool, paces: Sequence[Pace] = ()) -> tuple[str, ...]:
    """Who kept their word: one sentence for each team that owes something."""
    owing = [team for team in Team if any(one.team is team for one in kept)]
    said = _sentence if is_over else _so_far
    return tuple(said(team, [one for one in kept if one.team is team], paces) for team in owing)


def _sentence(team: Team, clauses: Sequence[Kept], _: Sequence[Pace]) -> str:
    name = TEAMS[team]
    missed = [one for one in clauses if one.word is Word.MISSED]
    known = [one for one in clauses if one.word is not Word.NOT_JUDGED]
    rest = _rest(len(clauses) - len(known))
    if not known:
        return f"{name}: nothing to judge yet, {plural(len(clauses), 'clause')} without a case."
    if not missed:
        how_many = {1: "its word", 2: "its word in both clauses"}.get(
            len(known), f"its word in all {len(known)} clauses"
        )
        return f"{name} kept {how_many}{': ' + _listed(known) if len(known) <= _FEW else ''}{rest}."
    part = f"{len(missed)} of {len(known)} clauses"
    if len(missed) == len(known):
        part = {1: "what it owes", 2: "both clauses"}.get(len(known), f"all {len(known)} clauses")
    return f"{name} missed {part}: {_listed(missed)}{rest}."


def _so_far(team: Team, clauses: Sequence[Kept], paces: Sequence[Pace]) -> str:
    """A month under way: each clause under its word, those on track by number only."""
    by_word: dict[str, list[Kept]] = {}
    for one in clauses:
        by_word.setdefault(word_of(one, is_over=False, paces=paces), []).append(one)
    unknown = by_word.pop(str(Word.NOT_JUDGED), [])
    if not by_word:
        return f"{TEAMS[team]}: nothing to judge yet, {plural(len(clauses), 'clause')} without a case."
    known = len(clauses) - len(unknown)
    parts = [f"{len(found)} of {plural(known, 'clause')} {word}" for word, found in by_word.items() if word == ON_TRACK]
    parts += [f"{_SPOKEN.get(word, word)}: {_listed(found)}" for word, found in by_word.items() if word != ON_TRACK]
    return f"{TEAMS[team]} so far: {'; '.join(parts)}{_rest(len(unknown))}."


_FEW = 3
_SPOKEN = {"too early": "too early to tell", BELOW: "below what is owed"}


def _rest(unknown: int) -> str:
    return f"; {plural(unknown, 'other')} cannot be judged" if unknown else ""


def _listed(clauses: Sequence[Kept]) -> str:
    return ", ".join(f"{one.clause} ({against(one)})" for one in clauses)


def against(one: Kept) -> str:
    """What was delivered against what is owed, in the clause's own unit.

    A clause on clocks says how many were met of how many decided, and the share agreed.
    """
    if one.unit == "share":
        if not one.n:
            return "no case"
        return f"{round(one.delivered * one.n)} of {one.n} in time, {percent(one.owed)} agreed"
    said = f"{count(round(one.delivered, 1))} of {count(one.owed)} owed"
    contact = one.contact
    if contact is not None and contact.rate is not None and one.word is Word.MISSED and one.delivered >= one.owed:
        return f"{said}, but {contact.words}"
    return said


def named(owner: str | None, names: Mapping[str, str]) -> str:
    """A person by name; the id where nobody gave one."""
    return "nobody in person" if owner is None else names.get(owner, owner)
