"""What is wrong in one record: nine checks, each with the fix that would put it right."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bothsides.agreement.conditions import Tests, read_tests
from bothsides.identity.addresses import reaches_somebody
from bothsides.leads.hygiene.policy import Check, HygienePolicy, Required, worded
from bothsides.leads.hygiene.policy import problems as problems_of
from bothsides.leads.hygiene.records import MERGED_INTO, Fault, Fix, Member, Record, Surroundings
from bothsides.leads.wording import plural
from bothsides.metrics.facts.hygiene import STANDARD_SOURCES
from bothsides.schema.instant import DAY, Instant, in_utc, instant
from bothsides.schema.stage import CLOSED

GIVEN_EMAIL = "given_email"
"""Where intake keeps an e-mail address that is none."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompiledHygiene:
    """A policy and its surroundings, ready for many records."""

    policy: HygienePolicy
    around: Surroundings
    members: Mapping[str, Member]
    required: tuple[tuple[Tests, Required], ...]
    sources: Mapping[str, str]
    earliest: Instant
    kept: Mapping[str, str]
    """By id of a record that another record repeats, the one to keep."""
    names: tuple[str, ...]
    """Date fields that are looked at."""


def compile_hygiene(policy: HygienePolicy, around: Surroundings) -> CompiledHygiene:
    """The policy made ready. Raises ValueError naming every problem of it."""
    if found := problems_of(policy):
        raise ValueError("; ".join(found))
    spelled = {worded(one): standard for standard, spellings in policy.sources.items() for one in spellings}
    dates = (*policy.dates.not_future, *(name for pair in policy.dates.in_order for name in pair))
    return CompiledHygiene(
        policy=policy,
        around=around,
        members={member.owner: member for member in around.roster},
        required=tuple((read_tests(one.when), one) for one in policy.required),
        sources={**spelled, **{name: name for name in STANDARD_SOURCES}},
        earliest=instant(datetime.combine(policy.dates.earliest, datetime.min.time(), UTC)),
        kept={one: cluster[0] for cluster in around.clusters for one in cluster[1:]},
        names=tuple(dict.fromkeys(dates)),
    )


def team_of(ready: CompiledHygiene, record: Record) -> str:
    """The team of the owner, also of one who left; else the team that answers for records without one."""
    member = ready.members.get(str(record.fields.get("owner")))
    return ready.policy.unowned_team if member is None else member.team


def blank(ready: CompiledHygiene, name: str, value: object) -> bool:
    """Whether a field says nothing: absent, empty, or a null in disguise.

    Words are compared whole and in any case; numbers only in the fields for which they are named.
    """
    return value is None or (isinstance(value, str) and not value.strip()) or disguised(ready, name, value)


def disguised(ready: CompiledHygiene, name: str, value: object) -> bool:
    """Whether a value stands for "not known"."""
    nulls = ready.policy.nulls
    if name in nulls.not_in or isinstance(value, bool):
        return False
    if isinstance(value, str):
        return nulls.hide(name, value)
    return isinstance(value, int | float) and value in nulls.numbers.get(name, ())


def faults(ready: CompiledHygiene, record: Record, now: Instant) -> tuple[Fault, ...]:
    """Everything that is wrong in the record, in the order of the checks; at most one fault a field and check."""
    return (
        *_sources(ready, record),
        *_nulls(ready, record),
        *_addresses(ready, record),
        *_missing(ready, record),
        *_dates(ready, record, now),
        *_references(ready, record),
        *_owners(ready, record, now),
        *_stale(ready, record, now),
        *_duplicates(ready, record),
    )


def applicable(ready: CompiledHygiene, record: Record) -> tuple[Check, ...]:
    """The checks that could find something in this record: others neither help nor hurt its team's score."""
    policy, fields = ready.policy, record.fields
    stage = fields.get("stage")
    could: dict[Check, bool] = {
        "source": any(not blank(ready, name, fields.get(name)) for name in policy.source_fields),
        "null": bool(fields),
        "address": _written_address(ready, record) is not None,
        "missing": any(tests.hold(fields) for tests, _ in ready.required),
        "date": any(isinstance(fields.get(name), int) for name in ready.names),
        "reference": any(
            fields.get(name) and kind in ready.around.known_ids for name, kind in policy.references.items()
        ),
        "owner": bool(ready.members) and bool(fields.get("owner")) and stage not in CLOSED,
        "stale": str(stage) in policy.stale_after_days and record.stage_since is not None,
        "duplicate": bool(ready.around.clusters),
    }
    return tuple(check for check, does in could.items() if does)


def _fault(
    ready: CompiledHygiene,
    record: Record,
    check: Check,
    name: str,
    says: str,
    *,
    after: object = None,
    hand: bool = True,
) -> Fault:
    owner = str(record.fields.get("owner") or "")
    member = ready.members.get(owner)
    fix = Fix(
        record_id=record.record_id,
        field=name,
        before=record.fields.get(name),
        after=after,
        why=says,
        who=owner if member is not None and member.left_at is None else team_of(ready, record),
        check=check,
        by_hand=hand,
    )
    return Fault(record_id=record.record_id, check=check, field=name, says=says, fix=fix)


def _sources(ready: CompiledHygiene, record: Record) -> Iterator[Fault]:
    for name in ready.policy.source_fields:
        value = record.fields.get(name)
        if blank(ready, name, value) or value in STANDARD_SOURCES:
            continue
        standard = ready.sources.get(worded(str(value)))
        if standard is None and not ready.policy.sources:
            # Nobody agreed which spellings there are: a way in may be called as one likes.
            continue
        if standard is None:
            says = f"{name} {value!r} is no standard source, and no spelling of one is agreed"
            yield _fault(ready, record, "source", name, says)
        else:
            says = f"{name} {value!r} means {standard}"
            yield _fault(ready, record, "source", name, says, after=standard, hand=False)


def _nulls(ready: CompiledHygiene, record: Record) -> Iterator[Fault]:
    for name, value in record.fields.items():
        if name not in ("stage", "side", "owner") and disguised(ready, name, value):
            yield _fault(ready, record, "null", name, f"{name} {value!r} says that it is not known", hand=False)


def _written_address(ready: CompiledHygiene, record: Record) -> object:
    """The e-mail address as it came; None where nothing came, or what stands for "not known"."""
    for name in ("email", GIVEN_EMAIL):
        value = record.fields.get(name)
        if not blank(ready, name, value):
            return value
    return None


def _addresses(ready: CompiledHygiene, record: Record) -> Iterator[Fault]:
    value = _written_address(ready, record)
    if value is not None and not reaches_somebody(str(value)):
        yield _fault(ready, record, "address", "email", f"email {value!r} is no address that anybody can write to")


def _missing(ready: CompiledHygiene, record: Record) -> Iterator[Fault]:
    told = set()
    for tests, required in ready.required:
        if tests.hold(record.fields):
            for name in required.fields:
                if name not in told and blank(ready, name, record.fields.get(name)):
                    told.add(name)
                    yield _fault(ready, record, "missing", name, f"{name} is missing: {required.why}")


def _dates(ready: CompiledHygiene, record: Record, now: Instant) -> Iterator[Fault]:
    policy, fields = ready.policy.dates, record.fields
    told = set()
    for name in ready.names:
        value = fields.get(name)
        if not isinstance(value, int):
            continue
        if value < ready.earliest:
            told.add(name)
            says = f"{name} {_day(value)} is before {policy.earliest}, the first day agreed"
            yield _fault(ready, record, "date", name, says)
        elif name in policy.not_future and value > now:
            told.add(name)
            yield _fault(ready, record, "date", name, f"{name} {_day(value)} has not come yet")
    for first, second in policy.in_order:
        early, late = fields.get(first), fields.get(second)
        if isinstance(early, int) and isinstance(late, int) and early > late and not told & {first, second}:
            told.add(second)
            says = f"{second} {_day(late)} is before {first} {_day(early)}"
            yield _fault(ready, record, "date", second, says)


def _references(ready: CompiledHygiene, record: Record) -> Iterator[Fault]:
    for name, kind in ready.policy.references.items():
        value, known = record.fields.get(name), ready.around.known_ids.get(kind)
        if known is not None and not blank(ready, name, value) and str(value) not in known:
            yield _fault(ready, record, "reference", name, f"{name} {value!r}: there is no such {kind}")


def _owners(ready: CompiledHygiene, record: Record, now: Instant) -> Iterator[Fault]:
    owner = record.fields.get("owner")
    if not owner or not ready.members or record.fields.get("stage") in CLOSED:
        return
    member = ready.members.get(str(owner))
    if member is None:
        yield _fault(ready, record, "owner", "owner", f"owner {owner!r} is on no roster")
    elif member.left_at is not None and member.left_at <= now:
        yield _fault(ready, record, "owner", "owner", f"owner {owner!r} left on {_day(member.left_at)}")


def _stale(ready: CompiledHygiene, record: Record, now: Instant) -> Iterator[Fault]:
    stage = str(record.fields.get("stage"))
    most = ready.policy.stale_after_days.get(stage)
    if most is None or record.stage_since is None:
        return
    still = now - max(record.stage_since, record.touched_at or record.stage_since)
    if still > most * DAY:
        says = f"{stage} without a touch or a move for {plural(still // DAY, 'day')}, at most {most:g} agreed"
        yield _fault(ready, record, "stale", "stage", says)


def _duplicates(ready: CompiledHygiene, record: Record) -> Iterator[Fault]:
    keep = ready.kept.get(record.record_id)
    if keep is not None:
        yield _fault(ready, record, "duplicate", MERGED_INTO, f"is the same as {keep}", after=keep)


def _day(moment: Instant) -> str:
    return f"{in_utc(moment):%Y-%m-%d}"
