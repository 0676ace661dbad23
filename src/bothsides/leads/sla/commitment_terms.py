"""What marketing, sales and customer success owe each other a month, as signed in `agreement/commitments.toml`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from bothsides.agreement import Agreed, AgreementError, Problem, load_policy
from bothsides.agreement.conditions import When
from bothsides.agreement.numbers import NotNegative, Positive, Share, WholeFromOne
from bothsides.goals.policy import PacingTerms
from bothsides.leads.sla.policy import ClockKind
from bothsides.schema import Side

FILE = "agreement/commitments.toml"


class Team(StrEnum):
    """Who owes and who is owed."""

    MARKETING = "marketing"
    SALES = "sales"
    CUSTOMER_SUCCESS = "customer_success"


class Counting(StrEnum):
    """How a qualified lead counts towards the number owed."""

    LEADS = "leads"
    """Each counts one."""
    WIN_CHANCE = "win_chance"
    """Each counts its chance of being won over the agreed standard chance."""
    MONEY = "money"
    """Each counts its lead quality in money; the number owed is in major units of the reporting currency."""


class Then(StrEnum):
    """What follows from a broken word."""

    PAUSE_VOLUME = "pause_volume"
    """The other team may pause its volume commitment of that side for the next month."""
    RETURN_LEADS = "return_leads"
    """The leads of the broken clocks go back to the other team."""
    MEETING = "meeting"
    """Both teams meet, and write down what they decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadsOwed:
    """One `[[marketing]]` clause: qualified leads of one side a month, and how many of them can be reached.

    Leads count in the month in which they became qualified, where `when` holds. `contact_rate` is the share with a
    two-way contact within `attempts` attempts of sales; a lead nobody tried to reach says nothing about it.
    """

    name: str
    side: Side
    leads: Positive
    counted: Counting = Counting.LEADS
    standard_win_chance: Share | None = None
    """The chance at which a lead counts exactly one, for `counted = "win_chance"`."""
    contact_rate: Share | None = None
    attempts: WholeFromOne = 6
    contact_within_hours: Positive = 240.0
    """Hours from assignment in which the attempts are made; then the lead is judged."""
    when: When = field(default_factory=dict)
    goal_metric: str | None = None
    """A metric of `agreement/goals.toml`: where that has a goal for the month and side, its target replaces `leads`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOwed:
    """One `[[sales]]` or `[[customer_success]]` clause: the share of clocks of one kind that are met in time.

    The clock itself (hours, calendar, pauses) is agreed in `agreement/sla.toml`; `clock` is its kind there.
    """

    name: str
    side: Side
    clock: ClockKind
    share: Share = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingTerms:
    """`[meeting]`: the alignment meeting that a pacing miss opens."""

    who: tuple[str, ...] = ("VP Marketing", "VP Sales", "RevOps analyst")
    owner: str = "VP Marketing"
    due_working_days: WholeFromOne = 3
    """Working days in which the decision must be written down."""
    least_clocks: WholeFromOne = 5
    """Decided clocks below which a clause on clocks calls nobody together."""
    listed_leads: WholeFromOne = 50
    """Leads of each list in the pack, the most telling first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DivergenceTerms:
    """`[divergence]`: when green clauses beside a flat market call for the quality-weighted clause."""

    months: WholeFromOne = 6
    """Months that must have been green, and over which the market is looked at."""
    expected_growth: NotNegative = 0.02
    """Growth a month that so much qualified demand should bring; below it the market counts as flat."""
    alpha: Share = 0.05
    """Chance of proposing the switch although the market grows as expected."""
    least_cases: WholeFromOne = 100
    """Cases (orders, requests, leads) behind each month's outcome; with fewer nothing is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """One `[[consequence]]`: what follows where `by` breaks its word more often than agreed in a month.

    It counts breaches that nobody has reversed by the close of the month. Empty `clauses` stand for all of that team.
    """

    name: str
    by: Team
    then: Then
    side: Side | None = None
    clauses: tuple[str, ...] = ()
    more_than: NotNegative = 0
    """Unreversed breaches of a side that are still tolerated."""
    more_than_share: Share | None = None
    """The same as a share of the clocks that were due; both must be passed where both are given."""
    clean_hands: bool = True
    """Only where the other team kept its own clauses of that side in the same month."""
    in_words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalTerms:
    """`[proposals]`: what it takes to propose a new response time."""

    least_grade: str = "instrumented"
    """randomised, instrumented or adjusted; below it the curve is shown and nothing is proposed."""
    least_leads: WholeFromOne = 1000
    alpha: Share = 0.05
    hours: tuple[Positive, ...] = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 24.0, 48.0, 72.0)
    """Response times that may be proposed, in hours as customers wait them."""
    widest: Positive = 8.0
    """The interval's upper end over its lower; a bend that may be anywhere is none."""
    draws: WholeFromOne = 200
    """Resamples of the leads behind the interval."""


GRADES = ("randomised", "instrumented", "adjusted", "correlational")
"""How the effect of response time was identified, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentsPolicy:
    """`agreement/commitments.toml`: what is owed both ways, and what follows."""

    marketing: tuple[LeadsOwed, ...] = ()
    sales: tuple[ServiceOwed, ...] = ()
    customer_success: tuple[ServiceOwed, ...] = ()
    consequence: tuple[Consequence, ...] = ()
    pacing: PacingTerms = field(default_factory=PacingTerms)
    meeting: MeetingTerms = field(default_factory=MeetingTerms)
    divergence: DivergenceTerms = field(default_factory=DivergenceTerms)
    proposals: ProposalTerms = field(default_factory=ProposalTerms)

    @property
    def services(self) -> Iterator[tuple[Team, ServiceOwed]]:
        """The clauses on clocks, with the team that owes."""
        yield from ((Team.SALES, clause) for clause in self.sales)
        yield from ((Team.CUSTOMER_SUCCESS, clause) for clause in self.customer_success)


def load_commitments(path: Path) -> Agreed[CommitmentsPolicy]:
    """The signed commitments. Raises AgreementError naming every mistake, FileNotFoundError where there is no file."""
    agreed = load_policy(path, CommitmentsPolicy)
    if wrong := problems(agreed.policy):
        raise AgreementError([Problem(file=str(path), key="commitments", value="", allowed=text) for text in wrong])
    return agreed


def problems(policy: CommitmentsPolicy) -> tuple[str, ...]:
    """What cannot stand together, each as one sentence."""
    found = []
    team_of = {clause.name: Team.MARKETING for clause in policy.marketing}
    names = [clause.name for clause in policy.marketing]
    for team, service in policy.services:
        names.append(service.name)
        team_of[service.name] = team
    found += [f"two clauses are called {name!r}" for name in sorted(set(names)) if names.count(name) > 1]
    for clause in policy.marketing:
        if (clause.counted is Counting.WIN_CHANCE) != bool(clause.standard_win_chance):
            found.append(
                f"{clause.name!r}: standard_win_chance is needed with counted = 'win_chance', and only there;"
                f" counted is {clause.counted.value!r}"
            )
    for rule in policy.consequence:
        unknown = [name for name in rule.clauses if team_of.get(name) is not rule.by]
        if unknown:
            allowed = sorted(name for name, team in team_of.items() if team is rule.by)
            found.append(f"consequence {rule.name!r}: {unknown} are not clauses of {rule.by.value}; allowed: {allowed}")
        if rule.then is Then.PAUSE_VOLUME and rule.by is not Team.SALES:
            found.append(
                f"consequence {rule.name!r}: by {rule.by.value!r}; only breaches by sales pause marketing's volume"
            )
    if policy.proposals.least_grade not in GRADES[:3]:
        found.append(f"proposals: least_grade {policy.proposals.least_grade!r}; allowed: {', '.join(GRADES[:3])}")
    if len(policy.proposals.hours) < 4:
        found.append(f"proposals: hours {list(policy.proposals.hours)}; at least four are needed to find a bend")
    return tuple(found)
