"""From shadow to use and back: pure records in the order they happened, from which each side's card in use follows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import TypeAdapter

from bothsides.predict.gate import ALPHA
from bothsides.predict.scorecard.trial import Trial
from bothsides.schema import Side
from bothsides.schema.instant import DAY, Instant

YEAR = 365 * DAY


class Act(StrEnum):
    """What happened to a card."""

    SHADOWED = "shadowed"
    TRIED = "tried"
    PROMOTED = "promoted"
    ROLLED_BACK = "rolled back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One act on one side's cards. `version` is the card that it concerns; rolled back, the card that is used again.

    `signed_by` are the people who signed, one of each team.
    """

    act: Act
    side: Side
    version: str
    at: Instant
    by: str
    reason: str = ""
    signed_by: tuple[str, ...] = ()
    trial: Trial | None = None


_ENTRY = TypeAdapter(Entry)


def entry_to_json(entry: Entry) -> str:
    """The entry as text, its trial within."""
    return _ENTRY.dump_json(entry).decode()


def entry_from_json(text: str) -> Entry:
    """An entry as it was written. Raises ValueError where something is missing or of another kind."""
    return _ENTRY.validate_json(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A side's cards after all entries: `in_use` and `shadow`, and those used `before`, the latest last.

    `passed` is the latest trial of the shadow against the card in use that it passed.
    """

    side: Side
    in_use: str
    shadow: str | None = None
    shadow_since: Instant | None = None
    before: tuple[str, ...] = ()
    passed: Trial | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionPolicy:
    """What repeated looks may err by in a year, over how many looks, and how long a card runs in the shadow first."""

    yearly_alpha: float = 0.05
    looks_a_year: int = 12
    shadow_days: int = 14


def standing(entries: Iterable[Entry], side: Side, first: str) -> Standing:
    """The side's cards after the entries; `first` is the version used before any, the agreed points."""
    now = Standing(side=side, in_use=first)
    for entry in entries:
        if entry.side is side:
            now = _after(now, entry)
    return now


def _after(now: Standing, entry: Entry) -> Standing:
    if entry.act is Act.SHADOWED:
        return Standing(
            side=now.side, in_use=now.in_use, before=now.before, shadow=entry.version, shadow_since=entry.at
        )
    if entry.act is Act.TRIED:
        trial = entry.trial
        counts = trial is not None and trial.challenger == now.shadow and trial.champion == now.in_use
        return Standing(
            side=now.side,
            in_use=now.in_use,
            shadow=now.shadow,
            shadow_since=now.shadow_since,
            before=now.before,
            passed=trial if counts and trial is not None and trial.passed else None,
        )
    if entry.act is Act.PROMOTED:
        return Standing(side=now.side, in_use=entry.version, before=(*now.before, now.in_use))
    return Standing(
        side=now.side, in_use=entry.version, before=now.before[:-1], shadow=now.shadow, shadow_since=now.shadow_since
    )


def shadowed(now: Standing, version: str, *, at: Instant, by: str) -> Entry:
    """The card scores every lead beside the one in use, and decides nothing.

    Raises ValueError for the card in use.
    """
    if version == now.in_use:
        raise ValueError(f"card {version} is already in use for {now.side.value}s")
    return Entry(act=Act.SHADOWED, side=now.side, version=version, at=at, by=by)


def alpha_for(entries: Sequence[Entry], side: Side, *, at: Instant, policy: PromotionPolicy | None = None) -> float:
    """What the next look at a side may err by, so that all looks of a year together err by no more than was agreed.

    What is left of the year's share is spread evenly over the looks left, and no look takes more than one alone may.
    Source: Bonferroni over the looks of any 365 days. Raises ValueError where the year's looks are used up.
    """
    policy = policy or PromotionPolicy()
    looks = [e.trial.alpha for e in entries if e.trial is not None and e.side is side and at - YEAR < e.at <= at]
    left = policy.yearly_alpha - sum(looks)
    if len(looks) >= policy.looks_a_year or left <= 0:
        raise ValueError(f"the {policy.looks_a_year} looks of a year are used up for {side.value}s")
    return min(ALPHA, left / (policy.looks_a_year - len(looks)))


def recorded(trial: Trial, *, by: str) -> Entry:
    """A trial as an entry: what it spent counts whether it was passed or not."""
    return Entry(
        act=Act.TRIED, side=trial.side, version=trial.challenger, at=trial.at, by=by, trial=trial,
        reason="; ".join(trial.failed),
    )  # fmt: skip


def promoted(
    now: Standing, *, at: Instant, by: str, signed_by: tuple[str, str], policy: PromotionPolicy | None = None
) -> Entry:
    """The shadow becomes the card in use.

    Raises ValueError where there is none, it has not run in the shadow long enough, its latest trial against the card
    in use was not passed, or not two different people signed, one of each team.
    """
    policy = policy or PromotionPolicy()
    if now.shadow is None or now.shadow_since is None:
        raise ValueError(f"no card of {now.side.value}s runs in the shadow")
    if at - now.shadow_since < policy.shadow_days * DAY:
        days = (at - now.shadow_since) // DAY
        raise ValueError(f"card {now.shadow} has run {days} days in the shadow, {policy.shadow_days} are needed")
    if now.passed is None:
        raise ValueError(f"card {now.shadow} has not passed its latest trial against {now.in_use}")
    if len({name.strip() for name in signed_by if name.strip()}) != 2:
        raise ValueError(f"a card is signed by two people, one of each team; got {signed_by}")
    return Entry(
        act=Act.PROMOTED, side=now.side, version=now.shadow, at=at, by=by, signed_by=signed_by, trial=None,
        reason=f"trial of {now.passed.at} on {now.passed.n:,} leads, snapshot {now.passed.snapshot}",
    )  # fmt: skip


def rolled_back(now: Standing, *, at: Instant, by: str, reason: str) -> Entry:
    """The card used before is used again, at once and without a trial. Raises ValueError where there is none."""
    if not now.before:
        raise ValueError(f"{now.side.value}s have had no other card than {now.in_use}")
    if not reason.strip():
        raise ValueError("rolling back needs a reason")
    return Entry(act=Act.ROLLED_BACK, side=now.side, version=now.before[-1], at=at, by=by, reason=reason)
