"""Which leads are old enough to have closed, and which are older than the records of who was won.

An open lead of last week is not lost, and one that was won before anybody wrote wins down looks lost: both teach a card
that good leads are bad. Durations are seconds.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from bothsides.predict.drift import base_rate_moved
from bothsides.predict.logistic import Floats
from bothsides.predict.measures import Bools, Ints
from bothsides.predict.scorecard.fitting import History
from bothsides.schema.instant import DAY, Instant

CLOSED_SHARE = 0.9
"""Of the leads that will be won, so many have been by the age at which a lead counts as mature, unless told."""

LEAST_WON = 20
"""Wins from which time to close is read; with fewer no lead can be called lost for its age."""

SURELY_MISSED = 5.0
"""Expected wins before the first one on record, beyond which they were not recorded rather than not there: by chance
none of five comes about seven times in a thousand."""

MISSED_SHARE = 0.05
"""A lead is truncated where at least so large a share of its chances to close lay before the records."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TimeToClose:
    """Share of the wins to come that a lead of each age has behind it: `share[i]` up to `age[i]` seconds, rising."""

    age: Floats
    share: Floats

    def by(self, ages: Floats) -> Floats:
        """The share that came by each age."""
        found: Floats = np.concatenate([[0.0], self.share])[np.searchsorted(self.age, ages, side="right")]
        return found

    def mature_after(self, share: float = CLOSED_SHARE) -> float:
        """The age by which so large a share of the wins came."""
        return float(self.age[min(int(np.searchsorted(self.share, share - 1e-12)), len(self.age) - 1)])


def time_to_close(created_at: Ints, won_at: Floats, now: Instant) -> TimeToClose:
    """How long wins take, from what is on record so far; `won_at` is NaN where a lead was not won.

    Young leads show their quick wins only. The share is therefore reckoned backwards: of the leads old enough to show
    a win after d seconds, how many of the wins up to d came exactly then. Source: Lagakos, Barraj and De Gruttola 1988,
    Biometrika 75:515-523, as used for reporting delays. Wins before the lead are taken at 0.
    Raises ValueError below 20 wins.
    """
    won = ~np.isnan(won_at)
    if won.sum() < LEAST_WON:
        raise ValueError(f"{int(won.sum())} wins; time to close is read from {LEAST_WON} on")
    delay = np.maximum(won_at[won] - created_at[won], 0.0)
    could_show = np.maximum(now - created_at[won].astype(np.float64), delay)
    ages, counts = np.unique(delay, return_counts=True)
    # At risk at age d: wins that took at most d, of leads old enough that one of d would be on record.
    at_most = np.cumsum(counts)
    too_young = np.searchsorted(np.sort(could_show), ages, side="left")
    later = 1.0 - counts / np.maximum(at_most - too_young, counts)
    share = np.concatenate([np.cumprod(later[::-1])[::-1][1:], [1.0]])
    return TimeToClose(age=ages, share=share)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Maturity:
    """Which leads may be learned from: neither `young` nor `truncated`. `notes` say what was set aside and why.

    `won` is whether a lead was won by the age `mature_after`: the same time for all, so that none had more than others.
    """

    won: Bools
    young: Bools
    truncated: Bools
    mature_after: float
    recorded_from: Instant
    notes: tuple[str, ...]

    @property
    def usable(self) -> Bools:
        """The leads whose outcome is known for what it is."""
        kept: Bools = ~(self.young | self.truncated)
        return kept


def maturity(
    created_at: Ints, won_at: Floats, now: Instant, *, within: int | None = None, share: float = CLOSED_SHARE
) -> Maturity:
    """The leads old enough to have closed and young enough to have been recorded.

    A lead is mature `within` so many seconds; unless told, by the age at which `share` of the wins have come.

    A cohort too young is set aside whole, its quick wins and losses too: keeping those would teach that only what
    closes quickly closes. Wins are on record from the first one on; where leads older than that should have brought
    five and brought none, they were not written down, and the leads concerned are set aside.
    """
    recorded_from = int(np.nanmin(won_at))
    after = created_at >= recorded_from
    enough = (~np.isnan(won_at[after])).sum() >= LEAST_WON
    close = time_to_close(created_at[after], won_at[after], now) if enough else time_to_close(created_at, won_at, now)
    limit = float(within) if within is not None else close.mature_after(share)
    young = now - created_at < limit
    before = close.by(np.maximum(recorded_from - created_at, 0).astype(np.float64))
    grown = after & ~young
    rate = float((~np.isnan(won_at[grown])).mean()) if grown.any() else float((~np.isnan(won_at)).mean())
    missed = rate * float(before.sum())
    truncated = (before >= MISSED_SHARE) if missed >= SURELY_MISSED else np.zeros(len(created_at), dtype=bool)
    by_then = float(close.by(np.array([limit]))[0])
    return Maturity(
        won=~np.isnan(won_at) & (np.nan_to_num(won_at) - created_at <= limit),
        young=young,
        truncated=truncated,
        mature_after=limit,
        recorded_from=recorded_from,
        notes=tuple(_notes(young, truncated, ~np.isnan(won_at), limit, by_then, missed)),
    )


def settled(history: History, found: Maturity) -> History:
    """The leads that may be learned from, with won meaning won by the same age for all."""
    return replace(history, won=found.won).at(found.usable)


def _notes(young: Bools, truncated: Bools, won: Bools, limit: float, by_then: float, missed: float) -> list[str]:
    notes = []
    if young.any():
        days = math.ceil(limit / DAY)
        notes.append(
            f"{int(young.sum()):,} leads are younger than {days} days, by when {by_then:.0%} of the wins have come"
        )
    if truncated.any():
        then, since = won[truncated], won[~truncated & ~young]
        jump = ""
        if base_rate_moved(int(then.sum()), len(then), int(since.sum()), len(since)):
            jump = f"; of these {then.mean():.3f} were won, of later ones {since.mean():.3f}"
        notes.append(
            f"{int(truncated.sum()):,} leads came before wins were recorded: {missed:.0f} wins were to be expected "
            f"before the first on record{jump}"
        )
    return notes
