"""A slow and obvious reading of what a funnel's declaration means: every chain is tried."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from bothsides.metrics.funnels import Funnel, Step
from bothsides.metrics.measure import Test


@dataclass(frozen=True)
class Done:
    """One thing that somebody did."""

    who: int
    second: int
    source: str
    category: int = 0
    number: int = 0


def entries(funnel: Funnel, done: list[Done]) -> dict[int, int | None]:
    """By the number of the entering thing: how many steps it came, None where an exclusion drops it."""
    found: dict[int, int | None] = {}
    tables = {_table(part.source) for part in funnel.parts}
    done = [d for d in done if _table(d.source) in tables]  # nothing else can come between
    for _, mine in groupby(sorted(done, key=lambda d: d.who), key=lambda d: d.who):
        every = list(mine)
        streams = [every]
        if funnel.hold == "category":
            streams = [[d for d in every if d.category == c] for c in sorted({d.category for d in every} - {0})]
        begun: list[tuple[int, int, int, list[Done]]] = []
        for stream in streams:
            ordered = sorted(stream, key=lambda d: (d.second, _rank(funnel, d), d.number))
            begun += [(d.second, d.category, place, ordered) for place, d in enumerate(ordered) if _enters(funnel, d)]
        if funnel.entry == "first_touch":
            begun = sorted(begun, key=lambda b: (b[0], b[1] if funnel.hold == "category" else 0, b[2]))[:1]
        for _, _, place, ordered in begun:
            found[ordered[place].number] = _judged(funnel, ordered, place)
    return found


def _table(source: str) -> str:
    return "orders" if source == "order" else "events"


def _enters(funnel: Funnel, done: Done) -> bool:
    steps = funnel.steps if funnel.order == "any" else funnel.steps[:1]
    return any(_is(step, done) for step in steps)


def _rank(funnel: Funnel, done: Done) -> int:
    """Within one second, things stand in the order of the steps, the rest after them."""
    return next((i for i, step in enumerate(funnel.steps) if _is(step, done)), len(funnel.steps))


def _judged(funnel: Funnel, stream: list[Done], entry: int) -> int | None:
    limit = None if isinstance(funnel.window, str) else funnel.window.total_seconds()
    if funnel.order == "any":
        begun = stream[entry].second
        near = sorted(d.second for d in stream if d.second >= begun and (limit is None or d.second - begun <= limit))
        chain = []
        for second in near:  # a step more is reached at the first second by which one more step has a row of its own
            while len(chain) < _steps_with_a_row_each(funnel, [d for d in stream if begun <= d.second <= second]):
                chain.append(second)
    else:
        places = max(_chains(funnel, stream, entry), key=lambda c: (len(c), [-p for p in c]))
        chain = [stream[place].second for place in places]
    for exclusion in funnel.exclusions:
        if len(chain) < exclusion.after:
            continue
        low = chain[exclusion.after - 1]
        if len(chain) >= exclusion.before:
            high: float = chain[exclusion.before - 1] - 1
        else:
            ends = [float("inf") if limit is None else chain[0] + limit]
            if len(chain) < len(funnel.steps) and (within := funnel.steps[len(chain)].within):
                ends.append(chain[-1] + within.total_seconds())
            high = min(ends)
        if any(d.source == exclusion.source and low < d.second <= high for d in stream):
            return None
    return len(chain)


def _steps_with_a_row_each(funnel: Funnel, stream: list[Done]) -> int:
    """How many of the steps can be given one of the things each, none to two of them."""
    step_of: dict[int, int] = {}

    def give(step: int, tried: set[int]) -> bool:
        for place, done in enumerate(stream):
            if place in tried or not _is(funnel.steps[step], done):
                continue
            tried.add(place)
            if place not in step_of or give(step_of[place], tried):
                step_of[place] = step
                return True
        return False

    return sum(give(step, set()) for step in range(len(funnel.steps)))


def _is(step: Step, done: Done) -> bool:
    return step.source == done.source and all(_passes(test, done) for test in step.where)


def _passes(test: Test, done: Done) -> bool:
    """Only category is tested, by the numbers of its labels."""
    wanted = [int(str(value)) for value in (test.value if isinstance(test.value, tuple) else (test.value,))]
    return done.category > 0 and (done.category not in wanted if test.operator == "!=" else done.category in wanted)


def _chains(funnel: Funnel, stream: list[Done], entry: int) -> Iterator[list[int]]:
    """Every chain of rows that begins at the entry and keeps the rules."""
    limit = None if isinstance(funnel.window, str) else funnel.window.total_seconds()

    def longer(chain: list[int]) -> Iterator[list[int]]:
        yield chain
        if len(chain) == len(funnel.steps):
            return
        step = funnel.steps[len(chain)]
        nexts = range(chain[-1] + 1, len(stream))
        for place in nexts[:1] if funnel.order == "strict" else nexts:
            done = stream[place]
            late = step.within is not None and done.second - stream[chain[-1]].second > step.within.total_seconds()
            if limit is not None and done.second - stream[entry].second > limit:
                late = True
            if _is(step, done) and not late:
                yield from longer([*chain, place])

    yield from longer([entry])
