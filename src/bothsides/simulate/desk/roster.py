"""Who works the leads of the simulated quarter: eight reps in two teams, onboarding, customer success."""

from dataclasses import dataclass
from datetime import date, timedelta

from bothsides.simulate.desk.hours import WorkingHours, public_holidays, working_hours

LEAVE_WEEKS = (4, 5)
"""The weeks (counted from 0) in which one rep is on leave."""
LEAVES_AFTER_WEEK = 8
"""The rep who leaves the company has the Friday of this week as last day."""
TAIL_WEEKS = 30
"""Leads of the last week may close this long after the quarter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rep:
    """A person with their true ways of working, none of which the desk is told.

    `median_hours` is working time to the first touch of a warm lead, `skill` is added to the log-odds of winning,
    `neglect` is the share of leads never touched, `discipline` how often a due time pulls a late touch forward,
    `answers` the share of worked leads that get a disposition, `late_logging` the share of touches written down
    hours after they happened.
    """

    rep_id: str
    name: str
    email: str
    team: str
    zone: str
    senior: bool = False
    median_hours: float
    skill: float
    neglect: float
    discipline: float
    answers: float
    late_logging: float
    away: tuple[date, date] | None = None
    left_on: date | None = None
    hours: WorkingHours


_UK, _EU, _ONBOARDING, _SUCCESS = "uk", "europe", "onboarding", "customer_success"
_LONDON, _BERLIN, _PARIS = "Europe/London", "Europe/Berlin", "Europe/Paris"

# name, team, zone, senior, median hours, skill, neglect, discipline, answers, late logging
_PEOPLE: tuple[tuple[str, str, str, bool, float, float, float, float, float, float], ...] = (
    ("Priya Nair", _UK, _LONDON, True, 2.0, 0.45, 0.02, 0.9, 0.97, 0.04),
    ("Tom Hadley", _UK, _LONDON, False, 4.5, 0.10, 0.05, 0.7, 0.90, 0.08),
    ("Amara Osei", _UK, _LONDON, False, 1.5, 0.00, 0.03, 0.9, 0.95, 0.03),
    ("Callum Reid", _UK, _LONDON, False, 7.0, -0.30, 0.14, 0.3, 0.70, 0.15),
    ("Jonas Weber", _EU, _BERLIN, True, 3.0, 0.35, 0.04, 0.8, 0.94, 0.06),
    ("Lucie Marchand", _EU, _PARIS, False, 2.5, 0.15, 0.04, 0.8, 0.92, 0.05),
    ("Marek Nowak", _EU, "Europe/Warsaw", False, 5.5, -0.05, 0.08, 0.6, 0.85, 0.10),
    ("Sofia Conti", _EU, "Europe/Rome", False, 3.5, 0.05, 0.05, 0.7, 0.90, 0.25),
    ("Ines Duarte", _ONBOARDING, "Europe/Lisbon", False, 3.0, 0.15, 0.03, 0.9, 0.95, 0.05),
    ("Ben Archer", _ONBOARDING, _LONDON, False, 4.0, 0.00, 0.05, 0.8, 0.90, 0.08),
    ("Hanna Lindqvist", _SUCCESS, "Europe/Stockholm", False, 3.0, 0.10, 0.02, 0.9, 0.96, 0.05),
    ("Owen Price", _SUCCESS, _LONDON, False, 5.0, 0.00, 0.05, 0.7, 0.90, 0.08),
)
_ON_LEAVE, _LEAVER = "Jonas Weber", "Callum Reid"


def roster(start: date, weeks: int) -> dict[str, Rep]:
    """Everybody by id, with their working hours from a week before the quarter until long after it."""
    return {rep.rep_id: rep for rep in (_rep(start, weeks, person) for person in _PEOPLE)}


def _rep(start: date, weeks: int, person: tuple[str, str, str, bool, float, float, float, float, float, float]) -> Rep:
    name, team, zone, senior, median_hours, skill, neglect, discipline, answers, late_logging = person
    away = left_on = None
    closed = {day for year in {start.year, start.year + 1} for day in public_holidays(year)}
    first, days = start - timedelta(days=7), 7 * (weeks + TAIL_WEEKS)
    if name == _ON_LEAVE:
        away = (start + timedelta(weeks=LEAVE_WEEKS[0]), start + timedelta(weeks=LEAVE_WEEKS[1], days=6))
        closed |= {away[0] + timedelta(days=day) for day in range(14)}
    if name == _LEAVER:
        left_on = start + timedelta(weeks=LEAVES_AFTER_WEEK, days=4)
        days = (left_on - first).days + 1
    rep_id = name.lower().replace(" ", ".")
    return Rep(
        rep_id=rep_id,
        name=name,
        email=f"{rep_id}@fixwell.example",
        team=team,
        zone=zone,
        senior=senior,
        median_hours=median_hours,
        skill=skill,
        neglect=neglect,
        discipline=discipline,
        answers=answers,
        late_logging=late_logging,
        away=away,
        left_on=left_on,
        hours=working_hours(first, days, zone, closed),
    )
