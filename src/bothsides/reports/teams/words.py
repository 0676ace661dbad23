"""The month of the teams in sentences, the same on the page and on a terminal."""

from collections.abc import Mapping, Sequence

from bothsides.leads.sla.commitment_terms import Team
from bothsides.leads.sla.commitments import Kept, Word
from bothsides.reports.numbers import count, percent, plural

TEAMS: dict[Team, str] = {
    Team.MARKETING: "Marketing",
    Team.SALES: "Sales",
    Team.CUSTOMER_SUCCESS: "Customer success",
}


def team_sentences(kept: Sequence[Kept], *, is_over: bool) -> tuple[str, ...]:
    """Who kept their word: one sentence for each team that owes something."""
    owing = [team for team in Team if any(one.team is team for one in kept)]
    return tuple(_sentence(team, [one for one in kept if one.team is team], is_over) for team in owing)


def _sentence(team: Team, clauses: Sequence[Kept], is_over: bool) -> str:
    name = TEAMS[team]
    missed = [one for one in clauses if one.word is Word.MISSED]
    known = [one for one in clauses if one.word is not Word.NOT_JUDGED]
    unknown = len(clauses) - len(known)
    rest = f"; {plural(unknown, 'other')} cannot be judged" if unknown else ""
    if not known:
        return f"{name}: nothing to judge yet, {plural(len(clauses), 'clause')} without a case."
    if not is_over:
        behind = f"below what is owed: {_listed(missed)}" if missed else "nothing below what is owed"
        return f"{name} so far: {len(known) - len(missed)} of {len(known)} clauses kept, {behind}{rest}."
    if not missed:
        how_many = {1: "its word", 2: "its word in both clauses"}.get(
            len(known), f"its word in all {len(known)} clauses"
        )
        return f"{name} kept {how_many}{': ' + _listed(known) if len(known) <= _FEW else ''}{rest}."
    part = f"{len(missed)} of {len(known)} clauses"
    if len(missed) == len(known):
        part = {1: "what it owes", 2: "both clauses"}.get(len(known), f"all {len(known)} clauses")
    return f"{name} missed {part}: {_listed(missed)}{rest}."


_FEW = 3


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
