"""The weekly audit: a score per team, the records to fix, and what became of last week's."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bothsides.leads.hygiene.checks import CompiledHygiene, applicable, faults, team_of
from bothsides.leads.hygiene.policy import CHECKS, Check
from bothsides.leads.hygiene.records import Fault, Fix, Record
from bothsides.schema.instant import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamScore:
    """How clean a team's records are, 0 to 100.

    A record is clean to the share of its checks' weights that found nothing; checks that cannot apply to it are left
    out. The score is the mean over the team's records, each counted as its stage weighs, in hundredths, one decimal.
    """

    team: str
    records: int
    faulty: int
    """Records with at least one fault."""
    score: float | None
    """None where no check applies to any record."""
    faults: tuple[tuple[Check, int], ...]
    """How many of each check, those found only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The records as they were at a moment."""

    at: Instant
    records: int
    teams: tuple[TeamScore, ...]
    """The worst first."""
    faults: tuple[Fault, ...]
    not_checked: tuple[str, ...]
    """What could not be looked at, and why."""

    @property
    def fixes(self) -> tuple[Fix, ...]:
        """The fix list: those that need only a yes first, then those that a person has to find out."""
        return tuple(sorted((fault.fix for fault in self.faults), key=lambda fix: fix.by_hand))


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What became of the faults of an earlier audit; new + lasting are the later one's."""

    new: tuple[Fault, ...]
    lasting: tuple[Fault, ...]
    gone: tuple[Fault, ...]
    scores: tuple[tuple[str, float | None, float | None], ...]
    """By team, the score before and after; None where the team had no records to look at."""


def audit(ready: CompiledHygiene, records: Iterable[Record], now: Instant) -> Audit:
    """Every record looked at, in order of record id, so that the same records give the same audit."""
    ordered = sorted(records, key=lambda record: record.record_id)
    tallies: dict[str, _Tally] = {}
    found: list[Fault] = []
    for record in ordered:
        wrong = faults(ready, record, now)
        found += wrong
        tallies.setdefault(team_of(ready, record), _Tally()).add(ready, record, wrong)
    teams = [tally.score(team) for team, tally in tallies.items()]
    return Audit(
        at=now,
        records=len(ordered),
        teams=tuple(sorted(teams, key=lambda one: (one.score is None, one.score, one.team))),
        faults=tuple(found),
        not_checked=_not_checked(ready),
    )


def progress(before: Audit, after: Audit) -> Progress:
    """The later audit against the earlier: a fault is the same if record, check and field are."""
    old, new = ({(one.record_id, one.check, one.field): one for one in of.faults} for of in (before, after))
    was, now = ({one.team: one.score for one in of.teams} for of in (before, after))
    return Progress(
        new=tuple(fault for key, fault in new.items() if key not in old),
        lasting=tuple(fault for key, fault in new.items() if key in old),
        gone=tuple(fault for key, fault in old.items() if key not in new),
        scores=tuple((team, was.get(team), now.get(team)) for team in sorted({*was, *now})),
    )


class _Tally:
    """Sums of one team."""

    def __init__(self) -> None:
        self.records = self.faulty = 0
        self.clean = self.weight = 0.0
        self.checks: Counter[Check] = Counter()

    def add(self, ready: CompiledHygiene, record: Record, wrong: tuple[Fault, ...]) -> None:
        policy = ready.policy
        self.records += 1
        self.faulty += bool(wrong)
        self.checks.update(fault.check for fault in wrong)
        failed = {fault.check for fault in wrong}
        weight = {check: policy.check_weights.get(check, 1.0) for check in {*applicable(ready, record), *failed}}
        if total := sum(weight.values()):
            counts_as = policy.stage_weights.get(str(record.fields.get("stage")), 1.0)
            self.clean += counts_as * (1 - sum(weight[check] for check in failed) / total)
            self.weight += counts_as

    def score(self, team: str) -> TeamScore:
        return TeamScore(
            team=team,
            records=self.records,
            faulty=self.faulty,
            score=round(100 * self.clean / self.weight, 1) if self.weight else None,
            faults=tuple((check, self.checks[check]) for check in CHECKS if self.checks[check]),
        )


def _not_checked(ready: CompiledHygiene) -> tuple[str, ...]:
    policy, around = ready.policy, ready.around
    told = [
        f"{name}: the ids of every {kind} are not known here"
        for name, kind in policy.references.items()
        if kind not in around.known_ids
    ]
    if not ready.members:
        told.append("owner: there is no roster")
    if not policy.stale_after_days:
        told.append("stale: no days are agreed for any stage")
    if not policy.required:
        told.append("missing: no fields are required")
    return tuple(told)
