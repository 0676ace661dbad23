"""Fixes shown before they are made, made as records, and undone exactly."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bothsides.agreement.conditions import Fields
from bothsides.leads.hygiene.records import Fix
from bothsides.schema.instant import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value changed, with all it takes to put it back."""

    record_id: str
    field: str
    before: object
    after: object
    was_absent: bool = False
    """Whether the record did not have the field at all."""
    now_absent: bool = False
    at: Instant
    who: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A fix or an undoing that is not made, and why."""

    record_id: str
    field: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixing:
    """What would be or was changed, in order, and what was not."""

    changes: tuple[Change, ...]
    refused: tuple[Refused, ...]


_ABSENT = object()


def fixing(records: Mapping[str, Fields], fixes: Iterable[Fix], *, who: str, at: Instant) -> Fixing:
    """The changes that the fixes come to on the records as they stand now: the preview, and what is written once
    somebody says yes.

    A fix is refused where the value is no longer what the audit saw, and where a person has to find it out.
    """
    standing: dict[tuple[str, str], object] = {}
    changes: list[Change] = []
    refused: list[Refused] = []
    for fix in fixes:
        why_not = _why_not(records, standing, fix)
        if why_not is not None:
            refused.append(Refused(record_id=fix.record_id, field=fix.field, why=why_not))
            continue
        before = _value(records, standing, fix.record_id, fix.field)
        standing[fix.record_id, fix.field] = fix.after
        changes.append(
            Change(
                record_id=fix.record_id,
                field=fix.field,
                before=None if before is _ABSENT else before,
                after=fix.after,
                was_absent=before is _ABSENT,
                at=at,
                who=who,
                why=fix.why,
            )
        )
    return Fixing(changes=tuple(changes), refused=tuple(refused))


def undoing(records: Mapping[str, Fields], changes: Iterable[Change], *, who: str, at: Instant) -> Fixing:
    """The changes that put back what was, the last first. Refused where somebody has changed the value since."""
    standing: dict[tuple[str, str], object] = {}
    back: list[Change] = []
    refused: list[Refused] = []
    for change in reversed(tuple(changes)):
        value = _value(records, standing, change.record_id, change.field)
        expected = _ABSENT if change.now_absent else change.after
        if change.record_id not in records or not _same(value, expected):
            why = f"{change.field} is {_told(value)}, no longer {_told(expected)}: changed since, so it stays"
            refused.append(Refused(record_id=change.record_id, field=change.field, why=why))
            continue
        standing[change.record_id, change.field] = _ABSENT if change.was_absent else change.before
        back.append(
            Change(
                record_id=change.record_id,
                field=change.field,
                before=change.after,
                after=change.before,
                was_absent=change.now_absent,
                now_absent=change.was_absent,
                at=at,
                who=who,
                why=f"undone: {change.why}",
            )
        )
    return Fixing(changes=tuple(back), refused=tuple(refused))


def changed(records: Mapping[str, Fields], changes: Iterable[Change]) -> dict[str, dict[str, object]]:
    """The records with the changes made, in order; the given ones stay as they are."""
    made = {record_id: dict(fields) for record_id, fields in records.items()}
    for change in changes:
        if change.now_absent:
            made[change.record_id].pop(change.field, None)
        else:
            made[change.record_id][change.field] = change.after
    return made


def _why_not(records: Mapping[str, Fields], standing: Mapping[tuple[str, str], object], fix: Fix) -> str | None:
    if fix.by_hand:
        return f"by hand: {fix.who} has to find out what {fix.field} should be"
    if fix.record_id not in records:
        return "there is no such record"
    value = _value(records, standing, fix.record_id, fix.field)
    if not _same(None if value is _ABSENT else value, fix.before):
        return f"{fix.field} is {_told(value)}, no longer {_told(fix.before)}: look again"
    return "is so already" if _same(value, fix.after) else None


def _value(
    records: Mapping[str, Fields], standing: Mapping[tuple[str, str], object], record_id: str, name: str
) -> object:
    if (record_id, name) in standing:
        return standing[record_id, name]
    return records.get(record_id, {}).get(name, _ABSENT)


def _same(one: object, other: object) -> bool:
    """Equal and of one type: True, 1 and 1.0 are three values of a field."""
    return type(one) is type(other) and (one == other or repr(one) == repr(other))


def _told(value: object) -> str:
    return "absent" if value is _ABSENT else repr(value)
