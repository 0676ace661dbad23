"""What another agreement would have changed: each figure beside the one under the agreement in force, and who moved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bothsides.leads.replay.figures import Fate, Figures

MOVERS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure under both agreements. `after` is the mean over the draws, `low` and `high` the least and the most.

    None where a run has no such figure: a rate with nothing decided, a member who had nothing.
    """

    topic: str
    of: str
    what: str
    before: float | None
    after: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """A lead that went another way. The whys are the reasons and steps that only one of the two had."""

    lead: str
    worth: float | None
    value: float | None
    before: Mapping[str, str | int | None]
    after: Mapping[str, str | int | None]
    why_before: tuple[str, ...]
    why_after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How many leads went another way, by what is different about them, and the ones that weigh most."""

    owner: int
    """First owner."""
    hands: int
    """Sales, self-serve, nurture."""
    band: int
    clock: int
    """Clause or due time of the first clock."""
    merged: int
    any: int
    movers: tuple[Mover, ...]


def measured(before: Figures, after: Sequence[Figures]) -> tuple[Measure, ...]:
    """Every figure, by topic. What a lead is worth is what it was worth under the agreement in force, on both sides.

    Expected revenue is told only where the chance of winning is known of some lead; the value asked for in any case.
    """
    first = _numbers(before, before.fates)
    others = [_numbers(one, before.fates) for one in after]
    names = dict.fromkeys((*first, *(name for one in others for name in one)))
    found = []
    for topic, of, what in sorted(names, key=lambda name: (_TOPICS.index(name[0]), name[1:])):
        name = topic, of, what
        zero = None if what in _UNKNOWN else 0.0
        drawn = [value for one in others if (value := one.get(name, zero)) is not None]
        found.append(
            Measure(
                topic=topic,
                of=of,
                what=what,
                before=_rounded(first.get(name, zero)),
                after=_rounded(sum(drawn) / len(drawn)) if drawn else None,
                low=_rounded(min(drawn)) if drawn else None,
                high=_rounded(max(drawn)) if drawn else None,
            )
        )
    return tuple(found)


_TOPICS = ("hands", "goes to", "promise", "load", "back")
_UNKNOWN = frozenset({"breach rate", "median hours"})


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _numbers(figures: Figures, known: Mapping[str, Fate]) -> dict[tuple[str, str, str], float | None]:
    found: dict[tuple[str, str, str], float | None] = {}
    valued = any(fate.worth is not None for fate in known.values())

    def add(name: tuple[str, str, str], n: float) -> None:
        found[name] = (found.get(name) or 0.0) + n

    for fate in figures.fates.values():
        if fate.merged:
            continue
        places = [("hands", fate.went or "nobody"), *([("goes to", fate.by)] if fate.by else [])]
        stood = known.get(fate.lead, fate)
        for topic, of in places:
            add((topic, of, "leads"), 1)
            add((topic, of, "value asked for"), stood.value or 0.0)
            if valued:
                add((topic, of, "expected revenue"), stood.worth or 0.0)
    for (side, clause), kept in figures.kept.items():
        of = f"{side} {clause}"
        found |= {
            ("promise", of, "started"): kept.started,
            ("promise", of, "breached"): kept.breached,
            ("promise", of, "breach rate"): kept.breach_rate,
            ("promise", of, "median hours"): kept.median_hours,
        }
    for member, load in figures.loads.items():
        found |= {
            ("load", member, "given"): load.given,
            ("load", member, "open at the end"): load.open_at_end,
            ("load", member, "peak"): load.peak,
        }
    given = [load.given for load in figures.loads.values()]
    found["load", "everybody", "spread"] = float(max(given) - min(given)) if given else 0.0
    for reason, n in figures.returned.items():
        found["back", f"to marketing: {reason}", "leads"] = n
    found["back", "to another owner", "leads"] = figures.reassigned
    return found


def moved(before: Figures, after: Figures) -> Moved:
    """Lead by lead, the two runs beside each other."""
    pairs = [(fate, after.fates[lead]) for lead, fate in before.fates.items() if lead in after.fates]
    differ = [pair for pair in pairs if _stands(pair[0]) != _stands(pair[1])]
    # A due time alone says little about a lead; another owner or band does.
    differ.sort(key=lambda pair: (_only_later(*pair), -(pair[0].worth or 0.0), -(pair[0].value or 0.0), pair[0].lead))
    return Moved(
        owner=_count((one.owner, other.owner) for one, other in pairs),
        hands=_count((one.went, other.went) for one, other in pairs),
        band=_count((one.band, other.band) for one, other in pairs),
        clock=_count((one.clock, other.clock) for one, other in pairs),
        merged=_count((one.merged, other.merged) for one, other in pairs),
        any=len(differ),
        movers=tuple(_mover(one, other) for one, other in differ[:MOVERS]),
    )


def _stands(fate: Fate) -> tuple[object, ...]:
    return fate.owner, fate.went, fate.band, fate.clock, fate.merged


def _only_later(before: Fate, after: Fate) -> bool:
    return (before.owner, before.went, before.band) == (after.owner, after.went, after.band)


def _count(pairs: Iterable[tuple[object, object]]) -> int:
    return sum(one != other for one, other in pairs)


def _mover(before: Fate, after: Fate) -> Mover:
    first, other = _why(before), _why(after)
    why_before = tuple(step for step in first if step not in other)
    why_after = tuple(step for step in other if step not in first)
    if not why_before and not why_after and before.owner != after.owner and before.by == after.by:
        why_after = ("the same rule and reasons; the turn had come to somebody else",)
    return Mover(
        lead=before.lead,
        worth=before.worth,
        value=before.value,
        before=_told(before),
        after=_told(after),
        why_before=why_before,
        why_after=why_after,
    )


def _told(fate: Fate) -> dict[str, str | int | None]:
    clause, due = fate.clock or (None, None)
    told: dict[str, str | int | None] = {"hands": fate.went or None, "by": fate.by or None, "owner": fate.owner}
    return told | {"band": fate.band, "score": fate.score, "clock": clause, "due_at": due}


def _why(fate: Fate) -> tuple[str, ...]:
    points = tuple(f"{text}: {n:+d}" for text, n in fate.reasons)
    return (*points, *fate.why)
