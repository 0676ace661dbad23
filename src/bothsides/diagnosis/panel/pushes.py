"""Declared pushes in the panel's frame: where and when a side was pushed, and how that was decided."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from bothsides.diagnosis.panel.frame import WEEK, Frame
from bothsides.diagnosis.panel.panel import Assignment, Floats, Lot
from bothsides.diagnosis.wording import counted, listed, of_side
from bothsides.metrics import Store
from bothsides.metrics.facts.orders import LAPSE_DAYS
from bothsides.schema import Side
from bothsides.warehouse import version_filter

WEAKEST_FIRST = (Assignment.CHOSEN, Assignment.INSTRUMENTED, Assignment.RANDOMISED)
"""Where pushes of a side were decided in different ways, all of them prove no more than the weakest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One declared push of a side; without a label it ran in every cell, without an end it still runs.

    An intensity of 0 says that the place took part in a lot and was not pushed: pushes of one name, some of them of
    intensity 0, are one lot.
    """

    side: Side
    category: str | None
    region: str | None
    started_on: date
    ended_on: date | None
    intensity: float
    assignment: Assignment
    name: str | None = None


def read_pushes(store: Store, end: date) -> tuple[Push, ...]:
    """The pushes that had begun by the last known day; none where no table of them is fed."""
    return tuple(push for push in _declared(store) if push.started_on <= end)


def untold_pushes(store: Store) -> tuple[str, ...]:
    """The pushes on record that have no outcome yet, in sentences; none where no order is known."""
    known = store.ranges.get("orders")
    return () if known is None else untold(_declared(store), known[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A push whose places were picked by lot or for an outside reason: its first day, and when its outcome is told.

    `told` says whether that day is known already.
    """

    began_on: date
    told_on: date
    told: bool


def first_trial(store: Store) -> Trial | None:
    """The trial on record that is told first; as of a day gone by, none of those that began after it."""
    known = store.ranges.get("orders")
    if known is None:
        return None
    tried = [
        push
        for push in _declared(store)
        if push.assignment in (Assignment.RANDOMISED, Assignment.INSTRUMENTED)
        and push.intensity > 0
        and (store.as_of is None or push.started_on <= known[1])
    ]
    first = min(tried, key=lambda push: push.started_on, default=None)
    if first is None:
        return None
    return Trial(began_on=first.started_on, told_on=_told_on(first), told=_told_on(first) <= known[1])


def read_planned(store: Store, end: date) -> tuple[Push, ...]:
    """The pushes that are declared for days after the last known one."""
    return tuple(push for push in _declared(store) if push.started_on > end)


def _declared(store: Store) -> tuple[Push, ...]:
    if "pushes" not in store.fed:
        return ()
    rows = store.engine.rows(
        f"""
        SELECT side, category, region, started_on, ended_on, coalesce(intensity, 1), coalesce(assignment, 'chosen'),
               name
        FROM pushes WHERE {version_filter(store.known_on)} ORDER BY started_on, push_id
        """
    )
    return tuple(
        Push(
            side=Side(side),
            category=category,
            region=region,
            started_on=started_on,
            ended_on=ended_on,
            intensity=float(intensity),
            assignment=Assignment(assignment),
            name=name,
        )
        for side, category, region, started_on, ended_on, intensity, assignment, name in rows
    )


def pushed(pushes: Iterable[Push], side: Side, frame: Frame) -> tuple[Floats, Assignment]:
    """The side's intensity by cell and week, the mean of its days, and how it was decided.

    Where pushes overlap the stronger counts: the same push listed twice is not twice as hard.
    """
    days = np.zeros((len(frame.cells), 7 * len(frame.weeks)))
    decided = set()
    for push in pushes:
        run, there = _days(push, frame), _aimed(push, frame)
        if push.side is side and run.stop > run.start and there.any():
            days[there, run] = np.maximum(days[there, run], push.intensity)
            decided.add(push.assignment)
    grid: Floats = days.reshape(len(frame.cells), -1, 7).mean(axis=2)
    return grid, next((way for way in WEAKEST_FIRST if way in decided), Assignment.NONE)


def lots(pushes: Iterable[Push], side: Side, frame: Frame) -> tuple[Lot, ...]:
    """The lots that are on record whole: who was drawn and, with intensity 0, who could have been."""
    named = defaultdict(list)
    for push in pushes:
        if push.side is side and push.name and push.assignment is Assignment.RANDOMISED:
            named[push.name].append(push)
    found = []
    for drawn in named.values():
        runs = [_days(push, frame) for push in drawn]
        cells = np.flatnonzero(np.any([_aimed(push, frame) for push in drawn], axis=0))
        first, last = min(run.start for run in runs) // 7, (max(run.stop for run in runs) - 1) // 7
        whole = {push.intensity > 0 for push in drawn} == {True, False}
        if whole and len(cells) > 1 and last >= first:
            found.append(Lot(cells=tuple(int(cell) for cell in cells), first=first, last=last))
    return tuple(found)


def notes(pushes: tuple[Push, ...], planned: tuple[Push, ...], frame: Frame) -> tuple[str, ...]:
    """What a reader must know of the pushes on record: which are left out, which overlap, which have no outcome yet."""
    said = []
    for side in Side:
        mine = [push for push in (*pushes, *planned) if push.side is side]
        for word, at in (("category", 0), ("region", 1)):
            blurred = [push for push in mine if (push.category, push.region)[at] and not frame.split[at]]
            if blurred:
                said.append(
                    f"{_counted(blurred, side)} {'names' if len(blurred) == 1 else 'name'} a {word}, by which this "
                    f"market is not told apart: left out. Leave the {word} empty where the push ran in all of them."
                )
        lost = [push for push in mine if push.started_on <= frame.end and _unknown(push, frame)]
        if lost:
            places = sorted({" / ".join(part for part in (push.category, push.region) if part) for push in lost})
            more = f" and {len(places) - 3} more" if len(places) > 3 else ""
            said.append(
                f"{_counted(lost, side)} {'names' if len(lost) == 1 else 'name'} a place in which nobody has traded: "
                f"left out ({listed(places[:3])}{more})."
            )
        if doubled := _overlapping(mine, side, frame):
            said.append(
                f"Pushes for {of_side(side)} overlap in {counted(doubled, 'cell')}: the stronger counts, not their sum."
            )
    return (*said, *untold((*pushes, *planned), frame.end, frame))


def untold(pushes: Iterable[Push], end: date, frame: Frame | None = None) -> tuple[str, ...]:
    """What runs or is planned for each side and has no outcome yet, as known up to a day.

    Where it runs is told in cells of the frame, without one by its labels.
    """
    said = []
    for side in Side:
        mine = [push for push in pushes if push.side is side and push.intensity > 0 and _told_on(push) > end]
        for begun, words, since in ((True, "Push under way", "since"), (False, "Planned push", "from")):
            of = [push for push in mine if (push.started_on <= end) is begun]
            if of:
                first = min(of, key=lambda push: push.started_on)
                said.append(
                    f"{words} for {of_side(side)} {_where(of, frame)} {since} {first.started_on}, no outcome yet: who "
                    f"joined and stayed is known {LAPSE_DAYS} days after a week, of the first week on "
                    f"{_told_on(first)}."
                )
    return tuple(said)


def _where(pushes: list[Push], frame: Frame | None) -> str:
    """Where pushes run: in how many cells of the frame, or by their labels where none of its cells is among them."""
    cells = 0 if frame is None else int(np.any([_aimed(push, frame) for push in pushes], axis=0).sum())
    if cells:
        return f"in {counted(cells, 'cell')}"
    places = {(push.category or "", push.region or "") for push in pushes}
    if ("", "") in places:
        return "everywhere"
    (category, region), *others = places
    if not others and not (category and region):
        return f"in category {category}" if category else f"in region {region}"
    narrowed = {(bool(category), bool(region)) for category, region in places}
    words = {(True, True): "cell", (True, False): "category", (False, True): "region"}
    return f"in {counted(len(places), words[narrowed.pop()] if len(narrowed) == 1 else 'place')}"


def _told_on(push: Push) -> date:
    """The day from which it is known who joined and stayed in the push's first week."""
    return push.started_on + WEEK + timedelta(days=LAPSE_DAYS - 1)


def _counted(pushes: list[Push], side: Side) -> str:
    return f"{len(pushes)} {'push' if len(pushes) == 1 else 'pushes'} for {of_side(side)}"


def _labels(push: Push, frame: Frame) -> Iterable[tuple[str | None, bool]]:
    return zip((push.category, push.region), frame.split, strict=True)


def _unknown(push: Push, frame: Frame) -> bool:
    """Whether a push whose labels tell cells apart ran in none of them."""
    placed = all(by or not wanted for wanted, by in _labels(push, frame))
    return placed and not _aimed(push, frame).any()


def _overlapping(pushes: list[Push], side: Side, frame: Frame) -> int:
    """Cells in which two pushes of a side ran on one day."""
    times = np.zeros((len(frame.cells), 7 * len(frame.weeks)), dtype=np.int64)
    for push in pushes:
        if push.side is side and push.intensity > 0:
            times[_aimed(push, frame), _days(push, frame)] += 1
    return int((times > 1).any(axis=1).sum())


def _aimed(push: Push, frame: Frame) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """The cells in which the push ran; none where it names a label by which the market is not split."""
    if any(wanted and not by for wanted, by in _labels(push, frame)):
        return np.zeros(len(frame.cells), bool)
    wanted = push.category, push.region
    return np.array(
        [all(w is None or w == label for w, label in zip(wanted, cell, strict=True)) for cell in frame.cells], bool
    )


def _days(push: Push, frame: Frame) -> slice:
    """The days of the frame on which the push ran, counted from its first Monday."""
    total, first = 7 * len(frame.weeks), frame.weeks[0]
    start = min(total, max(0, (push.started_on - first).days))
    stop = min(total, max(0, ((push.ended_on or frame.end) - first).days + 1))
    return slice(start, max(start, stop))
