"""The agreement as the desk uses it: every section read, checked and made ready, with the version of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bothsides.agreement import AgreementError, Problem
from bothsides.agreement.versions import Signed, Version, as_policy, load_signed
from bothsides.goals import GoalsPolicy
from bothsides.goals.policy import problems as goals_problems
from bothsides.identity import Matching, MatchingPolicy, compile_matching
from bothsides.identity import problems as matching_problems
from bothsides.leads.decay import CompiledDecay, DecayPolicy, compile_decay
from bothsides.leads.decay import problems as decay_problems
from bothsides.leads.desk.agreement_files import misnamed
from bothsides.leads.desk.between_sections import problems as problems_between
from bothsides.leads.desk.condition_words import asked_anywhere
from bothsides.leads.hygiene import HygienePolicy
from bothsides.leads.hygiene import problems as hygiene_problems
from bothsides.leads.intake import IntakePolicy
from bothsides.leads.intake import problems as intake_problems
from bothsides.leads.models.in_force import NONE_IN_FORCE, NOTHING, InForce, champion_card, shadow_cards
from bothsides.leads.models.policy import ModelsPolicy
from bothsides.leads.models.policy import problems as models_problems
from bothsides.leads.quality import CompiledQuality, QualityPolicy
from bothsides.leads.quality import problems as quality_problems
from bothsides.leads.route import CompiledRouting, RoutingPolicy, compile_routing
from bothsides.leads.route import problems as routing_problems
from bothsides.leads.score import CompiledCard, ScoringPolicy
from bothsides.leads.score import problems as scoring_problems
from bothsides.leads.sla.commitment_terms import CommitmentsPolicy
from bothsides.leads.sla.commitment_terms import problems as commitments_problems
from bothsides.leads.sla.policy import DEFAULT_CALENDAR, DEFAULT_SLA, Clause, CompiledSla, Sla, compile_sla
from bothsides.leads.teams.reasons import ReasonsPolicy
from bothsides.leads.teams.reasons import problems as reasons_problems
from bothsides.leads.teams.standard_reasons import completed, standard_reasons
from bothsides.schema import Side
from bothsides.schema.instant import Instant, in_utc
from bothsides.schema.working_time import ALWAYS_OPEN, Calendars, WorkingTime, leave_of, working_time
from bothsides.schema.working_time import problems as calendar_problems
from bothsides.workspace import Workspace

COLLEAGUE = "company_lead_owner"
"""The field that names who has another lead of the same company."""

SECTIONS: dict[str, type[Any]] = {
    "intake": IntakePolicy,
    "matching": MatchingPolicy,
    "scoring": ScoringPolicy,
    "quality": QualityPolicy,
    "routing": RoutingPolicy,
    "calendar": Calendars,
    "sla": Sla,
    "decay": DecayPolicy,
    "commitments": CommitmentsPolicy,
    "goals": GoalsPolicy,
    "reasons": ReasonsPolicy,
    "models": ModelsPolicy,
    "hygiene": HygienePolicy,
}
"""The sections that decide on leads, by the name of their file."""

_CHECKS: dict[str, Callable[[Any], tuple[str, ...]]] = {
    "intake": intake_problems,
    "matching": matching_problems,
    "scoring": scoring_problems,
    "quality": quality_problems,
    "routing": routing_problems,
    "calendar": calendar_problems,
    "decay": decay_problems,
    "commitments": commitments_problems,
    "goals": goals_problems,
    "reasons": reasons_problems,
    "models": models_problems,
    "hygiene": hygiene_problems,
}

_SHIPPED = {"sla": DEFAULT_SLA, "calendar": DEFAULT_CALENDAR}
_OPTIONAL: dict[str, Callable[[], Any]] = {
    "intake": IntakePolicy,
    "matching": MatchingPolicy,
    "decay": DecayPolicy,
    "commitments": CommitmentsPolicy,
    "goals": GoalsPolicy,
    "reasons": ReasonsPolicy,
    "models": ModelsPolicy,
    "hygiene": HygienePolicy,
}
_WITHOUT = frozenset({"quality"})
"""Sections that stand for something only where they are signed: without one, leads have no worth in money."""

YEARS_BACK, YEARS_AHEAD = 2, 2
"""Of the calendars around the moment for which they are laid out."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Agreed:
    """What both teams signed, ready to decide by."""

    intake: IntakePolicy
    matching: Matching
    scoring: ScoringPolicy
    cards: Mapping[Side, CompiledCard]
    """The cards that decide: those of the agreement, with the promoted fitted points in them."""
    shadows: Mapping[Side, tuple[CompiledCard, ...]]
    quality: QualityPolicy | None = None
    """None where nobody signed what a lead is worth."""
    qualities: dict[int, CompiledQuality | None] = field(default_factory=dict)
    """The quality over the facts of each publish that was made ready so far."""
    routing_policy: RoutingPolicy
    routing: CompiledRouting
    calendars: Mapping[str, WorkingTime]
    """By calendar, and by member where a member has leave."""
    sla: CompiledSla
    slas: Mapping[str, Sla]
    """Every recorded version, the one in force among them."""
    decay: CompiledDecay
    commitments: CommitmentsPolicy = field(default_factory=CommitmentsPolicy)
    goals: GoalsPolicy = field(default_factory=GoalsPolicy)
    reasons: ReasonsPolicy = field(default_factory=standard_reasons)
    """With the house's codes of each kind of which none were signed."""
    models: ModelsPolicy = field(default_factory=ModelsPolicy)
    hygiene: HygienePolicy = field(default_factory=HygienePolicy)
    versions: Mapping[str, str]
    """The version of each section."""
    asks_colleagues: bool = True
    """Whether anything asks who has another lead of the same company."""
    currency: str = "EUR"
    """What amounts are told in; of the workspace where a desk was opened in one."""
    heard: frozenset[str] = frozenset()
    """Actions that delivery.toml sends on: nobody is told of what has no way out."""

    addressed: frozenset[str] = frozenset()
    """Those whom delivery.toml gives an address and who take no leads."""

    def clause(self, version: str, policy: str, name: str) -> Clause:
        """A clause by the SLA's version and the names of its policy and its own: a clock keeps what it began under.

        Raises LookupError where the logbook never recorded that version, or it has no such clause.
        """
        for one in self.slas[version].policy if version in self.slas else ():
            if one.name == policy:
                for clause in one.clause:
                    if clause.name == name:
                        return clause
        raise LookupError(f"sla {version!r} has no clause {name!r} in policy {policy!r}, or was never recorded")

    def hours_of(self, member: str | None) -> WorkingTime:
        """When the member works, leave taken out; the agreement's first calendar for nobody and for who has none."""
        if member is not None:
            if member in self.calendars:
                return self.calendars[member]
            named = next((one.calendar for one in self.routing_policy.member if one.id == member), "")
            if named:
                return self.hours(named)
        return next(iter(self.calendars.values()), ALWAYS_OPEN)

    def hours(self, calendar: str) -> WorkingTime:
        """The working hours of that name; day and night where nobody declared them."""
        return self.calendars.get(calendar, ALWAYS_OPEN)


_NO_SLAS: Mapping[str, Sla] = {}


def read_agreement(workspace: Workspace) -> dict[str, Signed[Any]]:
    """Every section of the workspace's agreement. Those that may be left out take the house's own.

    Raises AgreementError naming every mistake of every file at once.
    """
    found: dict[str, Signed[Any]] = {}
    problems: list[Problem] = []
    for section in SECTIONS:
        path = workspace.agreement_dir / f"{section}.toml"
        try:
            found[section] = read_section(path, section, time_zone=workspace.settings.time_zone)
        except AgreementError as error:
            problems += error.problems
        except FileNotFoundError:
            if section in _WITHOUT:
                continue
            allowed = "is missing; bothsides leads agree drafts one to start from"
            problems.append(Problem(file=str(path), key="file", value="", allowed=allowed))
    problems += misnamed(workspace.agreement_dir, SECTIONS)
    policies = {section: one.policy for section, one in found.items()}
    problems += problems_between(policies, workspace.agreement_dir)
    if problems:
        raise AgreementError(problems)
    return found


def read_section(path: Path, section: str, *, time_zone: str) -> Signed[Any]:
    """One section from its file, the house's own where there is none and it may be left out.

    Raises AgreementError naming every mistake in it, and FileNotFoundError.
    """
    if not path.exists():
        if section in _SHIPPED:
            path = _SHIPPED[section]
        elif section in _OPTIONAL:
            made = _OPTIONAL[section]()
            return Signed(section=section, policy=made, version="house", effective_from=0, signature=None, content={})
    signed = load_signed(path, SECTIONS[section], time_zone=time_zone, check=_CHECKS.get(section))
    return Signed(
        section=section,
        policy=signed.policy,
        version=signed.version,
        effective_from=signed.effective_from,
        signature=signed.signature,
        content=signed.content,
    )


def ready(
    policies: Mapping[str, Any],
    versions: Mapping[str, str],
    *,
    now: Instant,
    older: Mapping[str, Sla] = _NO_SLAS,
    fitted: Mapping[Side, InForce] = NONE_IN_FORCE,
) -> Agreed:
    """The policies by section, made ready for decisions around that moment, with the fitted cards in force.

    Sections that may be left out take the house's own. Raises AgreementError where they cannot stand together.
    """
    policies = {**{section: make() for section, make in _OPTIONAL.items() if section not in policies}, **policies}
    versions = {**dict.fromkeys(policies, "house"), **versions}
    calendars = _laid_out(policies["calendar"], policies["routing"], in_utc(now).year)
    scoring: ScoringPolicy = policies["scoring"]
    try:
        routing = compile_routing(policies["routing"], calendars)
        live = {card.side for card in scoring.card if card.status == "live"}
        return Agreed(
            intake=policies["intake"],
            matching=compile_matching(policies["matching"]),
            scoring=scoring,
            cards={side: champion_card(scoring, side, fitted.get(side, NOTHING)) for side in Side if side in live},
            shadows={side: shadow_cards(scoring, side, fitted.get(side, NOTHING)) for side in Side},
            quality=policies.get("quality"),
            routing_policy=policies["routing"],
            routing=routing,
            calendars=calendars,
            sla=compile_sla(policies["sla"]),
            slas={**older, versions["sla"]: policies["sla"]},
            decay=compile_decay(policies["decay"]),
            commitments=policies["commitments"],
            goals=policies["goals"],
            reasons=completed(policies["reasons"]),
            models=policies["models"],
            hygiene=policies["hygiene"],
            versions=dict(versions),
            asks_colleagues=COLLEAGUE in routing.owner_first.fields or asked_anywhere(policies, COLLEAGUE),
        )
    except ValueError as error:
        raise AgreementError(
            [Problem(file="agreement", key="together", value="", allowed=said) for said in str(error).split("; ")]
        ) from None


def recorded(versions: Mapping[str, Version], *, now: Instant) -> Agreed:
    """The agreement as it was recorded, for replay."""
    policies = {section: as_policy(version, SECTIONS[section]) for section, version in versions.items()}
    return ready(policies, {section: version.version for section, version in versions.items()}, now=now)


def _laid_out(calendars: Calendars, routing: RoutingPolicy, year: int) -> dict[str, WorkingTime]:
    first, last = year - YEARS_BACK, year + YEARS_AHEAD
    named = {calendar.name: calendar for calendar in calendars.calendar}
    found = {name: working_time(calendar, first, last) for name, calendar in named.items()}
    for member in routing.member:
        leave = leave_of(calendars, member.id)
        if leave and member.calendar in named:
            found[member.id] = working_time(named[member.calendar], first, last, leave=leave)
    return found
