"""Versions of what was signed: recorded in the logbook before anything is decided by them, read back for replay."""

import datetime as dates
import json
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic

from bothsides.agreement.policy import AgreementError, PolicyT, Problem, fingerprint, read_toml, validated
from bothsides.logbook import Book, Entry, Kind
from bothsides.schema.instant import CLOCK_AHEAD, Instant, in_utc, instant

SIGNED = "signed"
"""The table of a file that says from when it holds and who signed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """`[signed]` of an agreement's file."""

    since: dates.date
    """The first business day on which it holds."""
    by: tuple[str, ...] = ()
    restate: bool = False
    """Whether it may hold for days that were already decided under an earlier version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed(Generic[PolicyT]):
    """A policy, its version, and the plain data it was read from."""

    section: str
    policy: PolicyT
    version: str
    """The first 12 digits of the sha256 of its canonical JSON, the signature left out."""
    effective_from: Instant
    signature: Signature | None
    content: dict[str, Any] = field(repr=False)


Check = Callable[[PolicyT], tuple[str, ...]]
"""What no single key shows: sentences, each a problem."""


def load_signed(
    path: Path, policy_type: type[PolicyT], *, time_zone: str, check: Check[PolicyT] | None = None
) -> Signed[PolicyT]:
    """The file as the policy, with its version and from when it holds (always, where it is not signed).

    Raises AgreementError naming every mistake at once, and FileNotFoundError where there is no file.
    """
    data = read_toml(path)
    written = data.pop(SIGNED, None)
    policy, problems = validated(path, (), data, policy_type)
    signature: Signature | None = None
    if written is not None:
        if isinstance(written, dict):
            signature, wrong = validated(path, (SIGNED,), written, Signature)
        else:
            wrong = [Problem(file=str(path), key=SIGNED, value=str(written), allowed="must be a table: [signed]")]
        problems += wrong
    if policy is not None and check is not None:
        problems += [Problem(file=str(path), key=path.stem, value="", allowed=said) for said in check(policy)]
    if policy is None or problems:
        raise AgreementError(problems)
    # Dates and times become text, so that what the logbook keeps is what a later reading gets.
    content = json.loads(json.dumps(data, default=str))
    return Signed(
        section=path.stem,
        policy=policy,
        version=fingerprint(content)[:12],
        effective_from=_midnight(signature.since, time_zone) if signature else 0,
        signature=signature,
        content=content,
    )


def adopt(book: Book, signed: Signed[PolicyT], *, now: Instant, last_tick: Instant | None) -> bool:
    """Records the version unless it is in force already; whether it was recorded.

    Raises AgreementError where it would hold before the last tick, for moments that were decided under another version,
    unless it says `restate = true`. The first version of a section may hold since ever.
    """
    if signed.effective_from > now:
        standing = version_at(book, signed.section, signed.effective_from)
    else:
        standing = version_at(book, signed.section, now)
    if standing is not None and standing.version == signed.version:
        return False
    since = signed.effective_from
    if standing is not None and signed.signature is None:
        # The clock of whoever went round last may be a little ahead of this one.
        ahead = last_tick is not None and now < last_tick <= now + CLOCK_AHEAD
        since = last_tick if ahead and last_tick is not None else now
    restates = signed.signature is not None and signed.signature.restate
    if standing is not None and last_tick is not None and since < last_tick and not restates:
        written = signed.signature.since.isoformat() if signed.signature else ""
        allowed = _too_late(now, last_tick)
        raise AgreementError(
            [Problem(file=f"{signed.section}.toml", key=f"{SIGNED}.since", value=written, allowed=allowed)]
        )
    data = {
        "version": signed.version,
        "effective_from": since,
        "content": signed.content,
        "signed_by": list(signed.signature.by) if signed.signature else [],
    }
    key = f"policy:{signed.section}:{signed.version}:{since}"
    entry = Entry(kind=Kind.POLICY_ADOPTED, subject=signed.section, at=now, data=data, key=key, policy=signed.version)
    book.post([entry], now=now)
    return True


def _too_late(now: Instant, last_tick: Instant) -> str:
    """Why a version cannot begin before the last tick, and what to write instead."""
    gone = f"{in_utc(last_tick):%Y-%m-%d %H:%M} UTC"
    if last_tick > now + CLOCK_AHEAD:
        return (
            f"the desk was gone round as if it were {gone} already, which is still to come (it is"
            f" {in_utc(now):%Y-%m-%d %H:%M} UTC), so a change from now on would change what was decided under the"
            f" version before; with [signed] since = {in_utc(now):%Y-%m-%d} and restate = true it holds all the same"
        )
    return (
        f"is before the last tick ({gone}), so it would change what was decided under the version before;"
        " write a later day, or restate = true"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A recorded version of a section."""

    section: str
    version: str
    effective_from: Instant
    content: dict[str, Any] = field(repr=False)


def version_at(book: Book, section: str, at: Instant) -> Version | None:
    """The version of the section that holds at that moment; of two from one moment, the one recorded last."""
    row = book.one(
        "SELECT version, effective_from, content FROM policy_versions WHERE section = ? AND effective_from <= ?"
        " ORDER BY effective_from DESC, recorded_at DESC, version LIMIT 1",
        section,
        at,
    )
    return Version(section=section, version=row[0], effective_from=row[1], content=json.loads(row[2])) if row else None


def version_named(book: Book, section: str, version: str) -> Version:
    """A version that was recorded. Raises LookupError where it was not."""
    row = book.one(
        "SELECT version, effective_from, content FROM policy_versions WHERE section = ? AND version = ?"
        " ORDER BY effective_from LIMIT 1",
        section,
        version,
    )
    if row is None:
        raise LookupError(f"{section} {version!r} was never recorded in this logbook")
    return Version(section=section, version=row[0], effective_from=row[1], content=json.loads(row[2]))


def as_policy(version: Version, policy_type: type[PolicyT]) -> PolicyT:
    """The recorded content as the policy. Raises AgreementError where this release cannot read it any more."""
    policy, problems = validated(Path(f"{version.section}@{version.version}"), (), version.content, policy_type)
    if policy is None or problems:
        raise AgreementError(problems)
    return policy


def _midnight(day: dates.date, time_zone: str) -> Instant:
    return instant(dates.datetime.combine(day, dates.time(), zoneinfo.ZoneInfo(time_zone)))
