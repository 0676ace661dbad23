"""Fixes by name: shown, made as lines of the journal, and taken back exactly."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.candidates import identity_keys
from bothsides.leads.desk.merged_events import absorbing
from bothsides.leads.desk.merged_keys import keys_below
from bothsides.leads.desk.merging import merge_leads, undo_merge
from bothsides.leads.desk.standing import LeadNow, leads_by_id, normal_lead
from bothsides.leads.desk.taking import hold_intake
from bothsides.leads.hygiene import MERGED_INTO, Change, Fix, Fixing, Refused, changed, fixing, undoing
from bothsides.leads.upkeep.reading import COLUMNS
from bothsides.logbook import Book, Entry, Kind, set_timer
from bothsides.schema.instant import Instant

LETTERS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was done: by key, with which it is taken back, and what was not done."""

    keys: tuple[str, ...]
    changes: tuple[Change, ...]
    merged: tuple[tuple[str, str], ...]
    """Leads that were taken into others, and the keys that part them again."""
    refused: tuple[Refused, ...]


def fix_id(fix: Fix) -> str:
    """What a fix is called: the same record, field and values have the same name."""
    text = repr((fix.record_id, fix.check, fix.field, fix.before, fix.after))
    return hashlib.sha256(text.encode()).hexdigest()[:LETTERS]


def named(fixes: Iterable[Fix], names: Sequence[str]) -> list[Fix]:
    """The fixes of these names or their beginnings. Raises LookupError where one names none or several."""
    by_name = {fix_id(fix): fix for fix in fixes}
    found = []
    for name in names:
        like = [fix for known, fix in by_name.items() if known.startswith(name)] if name else []
        if len(like) != 1:
            said = "several fixes begin so" if like else "no such fix now; bothsides hygiene fixes lists them"
            raise LookupError(f"fix {name!r}: {said}")
        found += like
    return found


def safe(fixes: Iterable[Fix]) -> list[Fix]:
    """Those that need nobody to find anything out: spellings and nulls in disguise, never merges."""
    return [fix for fix in fixes if not fix.by_hand and fix.field != MERGED_INTO and fix.field not in COLUMNS]


def preview(leads: Mapping[str, LeadNow], fixes: Iterable[Fix], *, who: str, at: Instant) -> Fixing:
    """What the fixes would come to on the leads as they stand, and which would be refused, and why."""
    allowed, refused = _allowed([fix for fix in fixes if fix.field != MERGED_INTO])
    found = fixing({name: lead.fields for name, lead in leads.items()}, allowed, who=who, at=at)
    # A value that is emptied leaves no field behind: leads hold nothing that is unknown.
    changes = tuple(replace(one, now_absent=one.after is None) for one in found.changes)
    return Fixing(changes=changes, refused=(*refused, *found.refused))


def make(
    book: Book, agreed: Agreed, fixes: Sequence[Fix], *, who: str, now: Instant, provider: str | None = None
) -> Made:
    """Makes the fixes that can still be made, each a line of the journal with a key; the leads are scored anew.

    `provider` is whose bought data they come from.
    """
    merges = [fix for fix in fixes if fix.field == MERGED_INTO]
    others = [fix for fix in fixes if fix.field != MERGED_INTO]
    hold_intake(book)
    # All leads are held before the first merge takes the turns of pools: else two workers could wait for each other.
    touched = {fix.record_id for fix in fixes} | {str(fix.after) for fix in merges}
    held = leads_by_id(book, sorted(touched))
    leads = {name: held[name] for name in {fix.record_id for fix in others} if name in held}
    shown = preview(leads, others, who=who, at=now)
    by_change = {(fix.record_id, fix.field, fix.why): fix for fix in others}
    lines: list[Entry] = []
    keys = []
    theirs = {name: keys_below(book, name) for name in absorbing(book, sorted(leads))}
    for change in shown.changes:
        fix, lead = by_change[change.record_id, change.field, change.why], leads[change.record_id]
        moved = _moved(lead, change, theirs.get(lead.lead_id, ()))
        line = _line(lead, change, fix, moved, now=now, provider=provider, policy=_version(agreed))
        lines.append(line)
        keys.append(str(line.key))
    lines += [set_timer("score", name, now, now=now) for name in sorted({c.record_id for c in shown.changes})
              if leads[name].is_open]  # fmt: skip
    book.post(lines, now=now)
    merged, refused = [], list(shown.refused)
    for fix in merges:
        try:
            key, kept = merge_leads(book, agreed, str(fix.after), fix.record_id, who=who, why=fix.why, now=now)
        except ValueError as error:
            refused.append(Refused(record_id=fix.record_id, field=fix.field, why=str(error)))
        else:
            merged.append((kept.lead_id, key))
            keys.append(key)
    return Made(keys=tuple(keys), changes=shown.changes, merged=tuple(merged), refused=tuple(refused))


def take_back(
    book: Book,
    agreed: Agreed,
    key: str,
    *,
    who: str,
    now: Instant,
    why: str = "taken back",
    snapshot: int | None = None,
) -> Change | None:
    """Puts back what was, exactly; the change that did it, None where two merged leads were parted.

    Raises LookupError for a key that names no fix, and ValueError for one that was taken back already or whose value
    somebody has changed since.
    """
    row = book.one("SELECT kind, subject, data FROM entries WHERE key = ?", key)
    if row is None or row[0] not in (Kind.FIX_APPLIED.value, Kind.LEADS_MERGED.value):
        raise LookupError(f"{key!r} names no fix that was made; latest: {', '.join(_latest(book)) or 'none yet'}")
    if row[0] == Kind.LEADS_MERGED.value:
        undo_merge(book, agreed, key, who=who, why=why, now=now, snapshot=snapshot)
        return None
    if book.one("SELECT 1 FROM entries WHERE key = ?", f"undone:{key}") is not None:
        raise ValueError(f"{key} was taken back already")
    hold_intake(book)
    lead = leads_by_id(book, [row[1]])[row[1]]
    if lead.merged_into is not None:
        raise ValueError(f"{key}: its lead was taken into {lead.merged_into} since; part them first")
    told = orjson.loads(row[2])
    done = Change(
        record_id=lead.lead_id, field=told["field"], before=told["value_before"], after=told["value_after"],
        was_absent=told["was_absent"], now_absent=told["now_absent"], at=now, who=who, why=told["why"],
    )  # fmt: skip
    back = undoing({lead.lead_id: lead.fields}, [done], who=who, at=now)
    if back.refused:
        raise ValueError(f"{key}: {back.refused[0].why}")
    (change,) = back.changes
    moved = _moved(lead, change, keys_below(book, lead.lead_id))
    data = {**moved, "why": change.why, "check": told["check"]}
    lines = [
        Entry(
            kind=Kind.FIX_UNDONE,
            subject=lead.lead_id,
            at=now,
            data=data,
            key=f"undone:{key}",
            actor=who,
            reason=why,
            policy=_version(agreed),
            reverses=key,
        )
    ]
    if lead.is_open:
        lines.append(set_timer("score", lead.lead_id, now, now=now))
    book.post(lines, now=now)
    return change


def _allowed(fixes: Sequence[Fix]) -> tuple[list[Fix], list[Refused]]:
    """Fixes of the lead's own fields; what the desk keeps beside them is changed where it is kept."""
    refused = [
        Refused(record_id=fix.record_id, field=fix.field, why=f"{fix.field} is no field of the lead: the desk keeps it")
        for fix in fixes
        if fix.field in COLUMNS
    ]
    return [fix for fix in fixes if fix.field not in COLUMNS], refused


def _line(
    lead: LeadNow,
    change: Change,
    fix: Fix,
    moved: Mapping[str, Any],
    *,
    now: Instant,
    provider: str | None,
    policy: str,
) -> Entry:
    name = hashlib.sha256(f"{fix_id(fix)} {now}".encode()).hexdigest()[:LETTERS]
    data = {
        **moved,
        "why": fix.why,
        "check": fix.check,
        "fix": fix_id(fix),
        "origin": "fixed" if provider is None else "enriched",
        "by": change.who if provider is None else provider,
    }
    return Entry(
        kind=Kind.FIX_APPLIED,
        subject=lead.lead_id,
        at=now,
        data=data,
        key=f"fix:{name}",
        actor=change.who,
        reason=fix.why,
        policy=policy,
    )


def _moved(lead: LeadNow, change: Change, others: Collection[str]) -> dict[str, Any]:
    """The part of a line that says what changed; the lead has changed after it. `others` are the identity keys of leads
    that went into it, by which it is found whatever it is called itself.
    """
    keys_before = identity_keys(normal_lead(lead))
    lead.fields = changed({lead.lead_id: lead.fields}, [change])[lead.lead_id]
    keys_after = identity_keys(normal_lead(lead))
    return {
        "field": change.field,
        "value_before": change.before,
        "value_after": change.after,
        "was_absent": change.was_absent,
        "now_absent": change.now_absent,
        "fields": dict(lead.fields),
        "keys": [key for key in keys_after if key not in keys_before],
        "keys_gone": [key for key in keys_before if key not in keys_after and key not in others],
    }


def _latest(book: Book) -> list[str]:
    rows = book.all("SELECT key FROM entries WHERE kind = ? ORDER BY seq DESC LIMIT 3", Kind.FIX_APPLIED.value)
    return [key for (key,) in rows]


def _version(agreed: Agreed) -> str:
    return agreed.versions["hygiene"]
