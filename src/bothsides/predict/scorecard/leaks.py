"""Fields that know the outcome: what was written after the fact ranks history perfectly and new leads not at all."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from bothsides.metrics.interval import wilson
from bothsides.predict.logistic import Floats
from bothsides.predict.measures import Bools, Ints, auc
from bothsides.predict.scorecard.binning import cut
from bothsides.predict.scorecard.card import AGREED
from bothsides.predict.scorecard.columns import Column, Leads, Texts

RANKS = 0.85
"""Ranking by one field alone beyond which it knows the outcome; honest fields of leads stay below .80."""

DECIDED_ODDS = 15.0
"""Won to lost, or lost to won, from which leads in a bin are all but decided."""

FROM_AVERAGE = 8.0
"""And so many times the odds of all leads: where nearly all are lost, being lost tells nothing."""

AT_BOUND_ODDS, AT_BOUND_AVERAGE = 9.0, 3.0
"""Both at the bound of the bin's 99 % interval: ten of ten may be chance."""

DECIDED_SHARE = 0.02
"""Share of the leads in such bins from which a field knows the outcome; one small honest channel may always win."""

TOGETHER = 3
TOGETHER_MISSING = 0.05
"""So many fields missing for the very same leads, at least so large a share of them, were written by one step."""

WRITTEN_LATE = 0.01
"""Share of the leads for which a field was written after the decision."""

ONLY_CLOSED = 0.5
"""How much larger the share filled may be among closed leads than among leads still open."""

IDENTIFIER = 0.5
"""Distinct texts a lead from which a field names the lead."""

FOLDS = 5
SHRUNK = 5.0
Z99 = 2.5758293035489004


class Finding(StrEnum):
    """Why a field must not be learned from."""

    LEAK = "written after the fact"
    IDENTIFIER = "names the lead"
    CONSTANT = "the same for all but a few"
    PROTECTED = "protected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A field that is left out, and every tell in words."""

    field: str
    finding: Finding
    tells: tuple[str, ...]


def refused(
    leads: Leads,
    won: Bools,
    *,
    decided_at: Ints | None = None,
    written_at: Mapping[str, Floats] | None = None,
    still_open: Leads | None = None,
    protected: Sequence[str] = (),
) -> tuple[Refused, ...]:
    """Every field that must not be learned from, in the order of the columns, each with the reason.

    `written_at` has the moment at which each value was written, where it is known (NaN elsewhere); `still_open` are
    leads not closed yet with the same fields. The agreed points are not looked at: they are made from other fields.
    """
    found: dict[str, Refused] = {}
    tells: dict[str, list[str]] = {}
    for name, column in leads.columns.items():
        if name in protected:
            found[name] = Refused(field=name, finding=Finding.PROTECTED, tells=("listed as protected",))
        elif identifies(column, leads.n):
            found[name] = Refused(field=name, finding=Finding.IDENTIFIER, tells=("differs from lead to lead",))
        elif name != AGREED:
            tells[name] = [*_by_distribution(name, leads, won), *_only_closed(name, column, still_open)]
            if written_at is not None and decided_at is not None and name in written_at:
                tells[name] += _late(written_at[name], decided_at)
            if not tells[name] and cut(name, leads, won) is None:
                found[name] = Refused(field=name, finding=Finding.CONSTANT, tells=("too few leads differ in it",))
                del tells[name]
    _written_together(leads, tells)
    for name, said in tells.items():
        if said:
            found[name] = Refused(field=name, finding=Finding.LEAK, tells=tuple(said))
    return tuple(found[name] for name in leads.columns if name in found)


def honest(leads: Leads, refusals: Sequence[Refused]) -> Leads:
    """The leads with the fields that may be learned from."""
    out = {refusal.field for refusal in refusals}
    return leads.only(name for name in leads.columns if name not in out)


def identifies(column: Column, n: int) -> bool:
    """Whether a field is a name or running number of the lead."""
    if isinstance(column, Texts):
        return len(column.levels) > max(10.0, IDENTIFIER * n)
    known = column.values[~column.missing]
    return len(known) == n > 10 and bool((known == np.rint(known)).all()) and len(np.unique(known)) == n


def _by_distribution(name: str, leads: Leads, won: Bools) -> list[str]:
    """Tells of one field beside the outcomes."""
    binned = cut(name, leads, won)
    if binned is None or won.all() or not won.any():
        return []
    said = []
    ranks = _ranks_alone(binned.place, won)
    if ranks >= RANKS:
        said.append(f"alone it ranks the outcomes at {ranks:.2f}, honest fields stay below {RANKS}")
    share, words = _decided(binned.field.labels, binned.field.seen, binned.field.won, float(won.mean()))
    if share >= DECIDED_SHARE:
        said.append(f"it all but decides {share:.0%} of the leads: {words}")
    return said


def _ranks_alone(place: np.typing.NDArray[np.intp], won: Bools) -> float:
    """Area under the curve of the bins' won rates, each learned on the other leads."""
    parts, bins, rate = np.arange(len(won)) % FOLDS, int(place.max()) + 1, float(won.mean())
    given = np.empty(len(won))
    for part in range(FOLDS):
        learned = parts != part
        seen = np.bincount(place[learned], minlength=bins)
        came = np.bincount(place[learned], weights=won[learned], minlength=bins)
        given[~learned] = ((came + SHRUNK * rate) / (seen + SHRUNK))[place[~learned]]
    return auc(given, won).value


def _decided(labels: Sequence[str], seen: Sequence[int], won: Sequence[int], rate: float) -> tuple[float, str]:
    """Share of the leads in bins that all but decide the outcome, and the largest of these bins in words."""
    average, total, found = rate / (1 - rate), sum(seen), []
    for label, n, came in zip(labels, seen, won, strict=True):
        if not n:
            continue
        low, high = wilson(came, n, z=Z99)
        odds, least, most = (_odds(share) for share in (came / n, low, high))
        sure_won = odds >= max(DECIDED_ODDS, FROM_AVERAGE * average)
        sure_won = sure_won and least >= max(AT_BOUND_ODDS, AT_BOUND_AVERAGE * average)
        sure_lost = odds <= min(1 / DECIDED_ODDS, average / FROM_AVERAGE)
        sure_lost = sure_lost and most <= min(1 / AT_BOUND_ODDS, average / AT_BOUND_AVERAGE)
        if sure_won or sure_lost:
            found.append((n, f"{label} ({came:,} of {n:,} won)"))
    found.sort(reverse=True)
    return sum(n for n, _ in found) / total, ", ".join(words for _, words in found[:3])


def _odds(share: float) -> float:
    return math.inf if share >= 1 else share / (1 - share)


def _late(written: Floats, decided_at: Ints) -> list[str]:
    share = float(np.mean(written > decided_at))
    return [f"it was written after the decision for {share:.0%} of the leads"] if share >= WRITTEN_LATE else []


def _only_closed(name: str, column: Column, still_open: Leads | None) -> list[str]:
    """Whether it is filled as a lead closes."""
    if still_open is None or name not in still_open.columns or not still_open.n:
        return []
    closed = 1 - float(column.missing.mean())
    before = 1 - float(still_open.columns[name].missing.mean())
    if closed - before < ONLY_CLOSED:
        return []
    return [f"it is filled for {closed:.0%} of closed leads and for {before:.0%} of open ones"]


def _written_together(leads: Leads, tells: dict[str, list[str]]) -> None:
    """Fields missing for the same leads as one that was named were written by the same step."""
    groups: dict[bytes, list[str]] = {}
    for name in tells:
        missing = leads.columns[name].missing
        if missing.mean() >= TOGETHER_MISSING:
            groups.setdefault(np.packbits(missing).tobytes(), []).append(name)
    for names in groups.values():
        named = [name for name in names if tells[name]]
        if named and len(names) >= TOGETHER:
            for name in names:
                if name not in named:
                    tells[name].append(f"it is missing for the very same leads as {named[0]}, which is named")
