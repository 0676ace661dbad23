"""Runs a span of the logbook's history through another agreement and compares it with the one in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bothsides.agreement.versions import Version
from bothsides.leads.replay.again import Again, Rhythm
from bothsides.leads.replay.agreements import Agreements, in_force, recorded_versions
from bothsides.leads.replay.check import Reproduced, reproduced
from bothsides.leads.replay.comparing import Measure, Moved, measured, moved
from bothsides.leads.replay.courses import Course, read_courses
from bothsides.leads.replay.figures import Figures, read_figures
from bothsides.leads.replay.happened import Happened, read_happened
from bothsides.leads.replay.reacting import Reacting
from bothsides.leads.replay.sandbox import Rows, party_rows, sandbox, undone
from bothsides.logbook import Book, Logbook
from bothsides.schema import Side
from bothsides.schema.instant import Instant, in_utc
from bothsides.schema.working_time import WorkingTime

SEED = "1"
MOST_DRAWS = 20
LEADS_IN_ALL = 20_000
"""Leads that are replayed over all draws, where nobody says how many draws to make."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What people are taken to have done, over the leads that came in or were open, as the first draw had it."""

    as_recorded: int
    moved: int
    """The same owner got them at another moment; what followed keeps its working time from there."""
    drawn: int
    """Another owner, or one who kept what the record took away: drawn from what that owner did with other leads."""
    from_others: int
    """Among the drawn, those whose owner has too little record, so that the whole team's stands in."""
    draws: int
    seed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A section that was given: its version in force when the span ended, and the one that was tried."""

    section: str
    in_force: str
    tried: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What another agreement would have given over a span."""

    since: Instant
    until: Instant
    leads: int
    changed: tuple[Changed, ...]
    record: Reproduced
    assumed: Assumed
    measures: tuple[Measure, ...]
    moved: Moved
    valued: int
    """Leads whose expected revenue is known: a priority, or a chance of winning and a value."""
    left_out: Mapping[str, int]
    """Things in the record that could not be done again, by why."""


def replay(
    logbook: Logbook,
    versions: Mapping[str, Version],
    *,
    since: Instant,
    until: Instant,
    seed: str = SEED,
    draws: int | None = None,
    currency: str = "EUR",
) -> Replayed:
    """The history from `since` up to, but not including, `until` under these sections in the place of the recorded.

    Equal arguments give equal answers; `currency` is that of the priorities. Raises ValueError for a span in which no
    lead came in, and NothingRecorded.
    """
    with logbook.reading() as record:
        agreements = recorded_versions(record)
        first, last = _seqs(record, since, until)
        happened = read_happened(record, first, last)
        if not happened.leads:
            raise ValueError(_nothing(record, since, until))
        with sandbox(record, first) as place:
            work = _Work(
                record=record, place=place, agreements=agreements, happened=happened, first=first, last=last,
                since=since, until=until - 1, parties=party_rows(record),
            )  # fmt: skip
            return _compared(work, versions, seed=seed, draws=draws, currency=currency)


@dataclass(slots=True, kw_only=True)
class _Work:
    record: Book
    place: Logbook
    agreements: Agreements
    happened: Happened
    first: int
    last: int
    since: Instant
    until: Instant
    parties: Sequence[tuple[str, Rows]]

    def run(self, book: Book, agreements: Agreements, reacting: Reacting | None, like: Rhythm | None) -> Again:
        """One run, to its end."""
        known = book.one("SELECT max(json_extract(data, '$.snapshot')) FROM entries WHERE kind = 'facts_published'")
        again = Again(
            book=book,
            agreements=agreements,
            happened=self.happened,
            until=self.until,
            snapshot=known[0] if known is not None else None,
            parties=self.parties,
            reacting=reacting,
            like=like,
        )
        again.run()
        return again

    def hours(self, member: str, at: Instant) -> WorkingTime:
        """People work as they worked, whatever is agreed anew."""
        return self.agreements.at(at).hours_of(member)


def _compared(work: _Work, versions: Mapping[str, Version], *, seed: str, draws: int | None, currency: str) -> Replayed:
    with undone(work.place) as book:
        standing = _standing(book)
        # Without a record of rounds the desk is taken to look at everything the moment it is due.
        base = work.run(book, work.agreements.anew(), None, None if work.happened.rounds else Rhythm())
        same = reproduced(work.record, book, work.first, work.last)
        before = read_figures(book, work.first, work.since, currency=currency)
    courses = read_courses(
        work.record, work.happened.steps, work.hours, first_seq=work.first, last_seq=work.last, standing=standing
    )
    wanted = draws if draws is not None else usual_draws(work.happened.leads)
    found: list[Figures] = []
    notes: list[tuple[Reacting, Again]] = []
    for number in range(wanted):
        reacting = Reacting(courses=courses, hours=work.hours, seed=f"{seed}:{number}")
        with undone(work.place) as book:
            again = work.run(book, work.agreements.anew(versions), reacting, base.rhythm.settled())
            found.append(read_figures(book, work.first, work.since, currency=currency))
        notes.append((reacting, again))
        if not reacting.drawn:
            break
    reacting, again = notes[0]
    other = {*reacting.moved, *reacting.drawn}
    return Replayed(
        since=work.since,
        until=work.until + 1,
        leads=work.happened.leads,
        changed=_changed(work, versions),
        record=same,
        assumed=Assumed(
            as_recorded=sum(lead not in other for lead in reacting.used),
            moved=len(reacting.moved - reacting.drawn),
            drawn=len(reacting.drawn),
            from_others=len(reacting.from_others),
            draws=len(found),
            seed=seed,
        ),
        measures=measured(before, found),
        moved=moved(before, found[0]),
        valued=sum(fate.worth is not None for fate in before.fates.values()),
        left_out=dict(sorted(again.left_out.items())),
    )


def usual_draws(leads: int) -> int:
    """As many draws as keep the work in bounds: 20 up to 1,000 leads, one from 20,000 on."""
    return max(1, min(MOST_DRAWS, LEADS_IN_ALL // max(leads, 1)))


def _standing(book: Book) -> list[Course]:
    """The assignments with which the span begins."""
    rows = book.all(
        "SELECT lead_id, side, owner, assigned_at FROM leads WHERE owner IS NOT NULL AND is_open = 1"
        " AND assigned_at IS NOT NULL ORDER BY lead_id"
    )
    return [Course(lead=lead, side=Side(side), owner=owner, since=at) for lead, side, owner, at in rows]


def _seqs(record: Book, since: Instant, until: Instant) -> tuple[int, int]:
    """The last line before the span and the last one in it."""
    found = [record.one("SELECT max(seq) FROM entries WHERE written_at < ?", moment) for moment in (since, until)]
    first, last = (row[0] if row and row[0] else 0 for row in found)
    return first, last


def _nothing(record: Book, since: Instant, until: Instant) -> str:
    row = record.one("SELECT min(received_at), max(received_at) FROM leads")
    asked = f"from {in_utc(since).date()} to {in_utc(until - 1).date()} no lead came in"
    if row is None or row[0] is None:
        return f"{asked}: the logbook holds no lead at all"
    return f"{asked}: the logbook's leads came between {in_utc(row[0]).date()} and {in_utc(row[1]).date()}"


def _changed(work: _Work, versions: Mapping[str, Version]) -> tuple[Changed, ...]:
    found = []
    for section, tried in sorted(versions.items()):
        known = work.agreements.recorded.get(section)
        stood = in_force(known, work.until).version if known else "none"
        found.append(Changed(section=section, in_force=stood, tried=tried.version))
    return tuple(found)
