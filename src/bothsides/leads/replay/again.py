"""Runs a desk anew over what happened, with time driven from one thing learnt to the next."""

import bisect
import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from bothsides.leads.desk.happenings import Happening, UnknownLead, record
from bothsides.leads.desk.merging import merge_leads, undo_merge
from bothsides.leads.desk.overriding import lift, override
from bothsides.leads.desk.rounds import go_round
from bothsides.leads.desk.taking import take
from bothsides.leads.intake import Lead
from bothsides.leads.models.in_force import in_force
from bothsides.leads.replay.agreements import Agreements
from bothsides.leads.replay.happened import Happened, Merged, Overridden, Round, Step, What, subject_of
from bothsides.leads.replay.reacting import AskAgain, Planned, Reacting
from bothsides.leads.score import Band
from bothsides.logbook import Book, Kind, Written, advance, next_due
from bothsides.schema.instant import Instant

Item = tuple[Instant, int, int, Instant | None, str, What | AskAgain]
"""When it is learnt, its place then, a number, when it occurred (None where it holds in any case), the assignment it
follows from, and what it is."""


@dataclass(slots=True, kw_only=True)
class Rhythm:
    """How the desk went round: how soon after a timer was due it was looked at, and when it did not look at all."""

    lags: list[int] = field(default_factory=list)
    quiet: list[tuple[Instant, Instant]] = field(default_factory=list)
    """Stretches without a round, from when something was due until it was looked at, or until the span's end where it
    was not; in order once `settled`."""

    def saw(self, due_at: Instant, now: Instant) -> None:
        """A timer was looked at."""
        if due_at < now:
            self.lags.append(now - due_at)
            self.quiet.append((due_at, now))

    def settled(self) -> "Rhythm":
        """The same with its stretches joined."""
        joined: list[tuple[Instant, Instant]] = []
        for start, end in sorted(self.quiet):
            if joined and start <= joined[-1][1]:
                joined[-1] = joined[-1][0], max(end, joined[-1][1])
            else:
                joined.append((start, end))
        return Rhythm(lags=sorted(self.lags), quiet=joined)

    @property
    def usual(self) -> int:
        """Seconds after which a round usually came: three times the median wait."""
        return 3 * self.lags[len(self.lags) // 2] if self.lags else 0

    def was_quiet(self, moment: Instant) -> bool:
        """Whether the desk is known not to have gone round then."""
        place = bisect.bisect_right(self.quiet, (moment, 1 << 62)) - 1
        return place >= 0 and self.quiet[place][0] <= moment < self.quiet[place][1]


@dataclass(slots=True, kw_only=True)
class Again:
    """One run of the desk. Without `reacting` people do what the record says they did, whoever has the lead."""

    book: Book
    agreements: Agreements
    happened: Happened
    until: Instant
    snapshot: int | None
    parties: Sequence[tuple[str, list[Mapping[str, object]]]] = ()
    """Rows to put in when facts are published for the first time in the span."""
    reacting: Reacting | None = None
    like: Rhythm | None = None
    """The rhythm of the desk that it is to keep; without it the desk goes round when it did and at no other moment."""
    rhythm: Rhythm = field(default_factory=Rhythm)
    standing: dict[str, str] = field(default_factory=dict)
    """The assignment that stands, by lead."""
    lost_at: dict[str, Instant] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    """What could not be done again, by why."""
    _planned: list[Item] = field(default_factory=list)
    _number: int = 0
    _seq: int = 0
    _tried: Instant = -1

    def run(self) -> None:
        """From the first thing learnt to the end of the span."""
        self._seq = self._last()
        self.agreements.fit(in_force(self.book))
        steps = self.happened.steps if self.reacting is None else self.reacting.courses.others
        if self.reacting is not None:
            for lead, owner, at in self.book.all(
                "SELECT lead_id, owner, assigned_at FROM leads WHERE owner IS NOT NULL AND is_open = 1"
                " AND assigned_at IS NOT NULL ORDER BY lead_id"
            ):
                self._given(lead, owner, at)
        for batch in self._batches(steps):
            moment = batch[0][0]
            self._do(moment, batch)
            self._follow(moment)
        self._go_round_until(self.until + 1)
        if (due := next_due(self.book)) is not None and due <= self.until:
            self.rhythm.quiet.append((due, self.until + 1))

    def _batches(self, steps: Sequence[Step]) -> Iterator[list[Item]]:
        """Runs of items that can be handed to the desk at once: of one moment and one sort, each subject once."""
        static, place = steps, 0
        while place < len(static) or self._planned:
            batch: list[Item] = []
            subjects: set[str] = set()
            while True:
                head = self._head(static, place)
                if head is None or (batch and head[:1] != batch[0][:1]):
                    break
                sort, subject = _sort(head[5])
                if batch and (sort == "" or sort != _sort(batch[0][5])[0] or subject in subjects):
                    break
                if not batch and self._go_round_until(head[0]):
                    continue
                if self._planned and head is self._planned[0]:
                    heapq.heappop(self._planned)
                else:
                    place += 1
                if not self._still(head):
                    if batch:
                        continue
                    break
                batch.append(head)
                subjects.add(subject)
                if sort == "":
                    break
            if batch:
                yield batch

    def _head(self, static: Sequence[Step], place: int) -> Item | None:
        planned = self._planned[0] if self._planned else None
        if place >= len(static):
            return planned
        step = static[place]
        if planned is not None and planned[:2] < (step.moment, step.order):
            return planned
        return step.moment, step.order, 0, None, "", step.what

    def _still(self, item: Item) -> bool:
        """Whoever lost the lead before does nothing more with it."""
        if item[3] is None or not item[4]:
            return True
        lost = self.lost_at.get(item[4])
        return lost is None or item[3] < lost

    def _go_round_until(self, moment: Instant) -> bool:
        """Looks at what is due before the moment where no recorded round comes in time; whether anything was."""
        if self.like is None:
            return False
        looked = False
        while (due := next_due(self.book)) is not None and self._tried < due < min(moment, self.until + 1):
            coming = self.happened.next_round(due)
            if self.like.was_quiet(due) or (coming is not None and coming - due <= self.like.usual):
                break
            self._tried = due
            go_round(self.book, self.agreements.at(due), now=due, snapshot=self.snapshot)
            self._follow(due)
            looked = True
        return looked

    def _do(self, moment: Instant, batch: Sequence[Item]) -> None:
        agreed, what = self.agreements.at(moment), batch[0][5]
        if isinstance(what, Lead):
            leads = [item[5] for item in batch if isinstance(item[5], Lead)]
            take(self.book, agreed, leads, now=moment, snapshot=self.snapshot)
        elif isinstance(what, Happening):
            self._record(moment, [item[5] for item in batch if isinstance(item[5], Happening)])
        elif isinstance(what, Round):
            done = go_round(self.book, agreed, now=moment, snapshot=self.snapshot)
            for timer in done.timers:
                self.rhythm.saw(timer.due_at, moment)
        elif isinstance(what, Overridden):
            self._override(moment, what)
        elif isinstance(what, Merged):
            self._merge(moment, what)
        elif isinstance(what, AskAgain):
            self._ask_again(moment, what)
        else:
            self._copy(moment, what)

    def _record(self, moment: Instant, happenings: list[Happening]) -> None:
        """What was said stays said, whatever codes the agreement has that is tried."""
        told, agreed = happenings, self.agreements.at(moment)
        try:
            record(self.book, agreed, told, now=moment, snapshot=self.snapshot, coded=False)
        except UnknownLead:
            known = [name for (name,) in self.book.all("SELECT lead_id FROM leads")]
            told = [one for one in happenings if subject_of(one) in known]
            self._leave_out("told of leads that never came in", len(happenings) - len(told))
            record(self.book, agreed, told, now=moment, snapshot=self.snapshot, coded=False)

    def _override(self, moment: Instant, what: Overridden) -> None:
        agreed, written = self.agreements.at(moment), what.told.get("band")
        try:
            if written is None:
                lift(self.book, agreed, what.lead_id, who=what.who, why=what.why, now=moment, snapshot=self.snapshot)
                return
            told = orjson.loads(written)
            override(
                self.book, agreed, what.lead_id, Band(told["band"]), who=what.who, why=what.why,
                until=told["until"], now=moment, snapshot=self.snapshot,
            )  # fmt: skip
        except (ValueError, UnknownLead):
            self._leave_out("bands set by people that could not be set again", 1)

    def _merge(self, moment: Instant, what: Merged) -> None:
        agreed, book = self.agreements.at(moment), self.book
        try:
            if what.undone is None:
                merge_leads(book, agreed, what.kept, what.absorbed, who=what.who, why=what.why, now=moment)
            else:
                undo_merge(book, agreed, what.undone, who=what.who, why=what.why, now=moment, snapshot=self.snapshot)
        except (ValueError, LookupError):
            self._leave_out("merges by people that could not be made again", 1)

    def _copy(self, moment: Instant, line: Written) -> None:
        """A line that stands by itself; where facts are published, they are known from then on."""
        if line.kind is Kind.FACTS_PUBLISHED:
            self.snapshot = line.data["snapshot"]
            if self.parties and self.book.one("SELECT 1 FROM parties LIMIT 1") is None:
                for table, rows in self.parties:
                    self.book.insert(table, rows)
            row = self.book.one("SELECT watermarks FROM snapshots WHERE snapshot = ?", self.snapshot)
            for source, reached in sorted(orjson.loads(row[0]).items()) if row else ():
                advance(self.book, source, reached)
        self.book.post([line], now=moment)
        if line.kind is Kind.MODEL_MOVED:
            self.agreements.fit(in_force(self.book))

    def _leave_out(self, why: str, n: int) -> None:
        self.left_out[why] = self.left_out.get(why, 0) + n

    def _last(self) -> int:
        row = self.book.one("SELECT max(seq) FROM entries")
        return int(row[0]) if row and row[0] else 0

    def _follow(self, moment: Instant) -> None:
        """What the desk's decisions make people do."""
        if self.reacting is None:
            return
        new: dict[str, str] = {}
        for line in self.book.since(self._seq, kinds=(Kind.ASSIGNED, Kind.RELEASED)):
            before = self.standing.pop(line.subject, None)
            if before is not None and not line.data.get("closes"):
                self.lost_at.setdefault(before, moment)
            new.pop(line.subject, None)
            if line.kind is Kind.ASSIGNED:
                new[line.subject] = line.data["owner"]
        self._seq = self._last()
        for lead, owner in new.items():
            self._given(lead, owner, moment)

    def _given(self, lead: str, owner: str, at: Instant) -> None:
        assert self.reacting is not None
        assignment = f"{lead}:{owner}:{at}"
        self.standing[lead] = assignment
        self._plan(assignment, self.reacting.to(lead, owner, at))

    def _ask_again(self, moment: Instant, asked: AskAgain) -> None:
        """Only whoever still has the lead that the record took away."""
        lead = asked.course.lead
        assignment = self.standing.get(lead, "::")
        _, owner, since = assignment.rsplit(":", 2)
        if self.reacting is not None and owner == asked.course.owner:
            self._plan(assignment, self.reacting.again(asked.course, int(since), moment))

    def _plan(self, assignment: str, planned: Sequence[Planned]) -> None:
        for one in planned:
            self._number += 1
            item = (one.moment, one.order, self._number, one.occurred_at, assignment, one.what)
            if one.moment <= self.until:
                heapq.heappush(self._planned, item)


def _sort(what: Any) -> tuple[str, str]:
    """What can be handed over together, and about whom it is; "" for what stands alone."""
    if isinstance(what, Lead):
        return "leads", what.lead_id
    if isinstance(what, Happening):
        return "happenings", subject_of(what)
    return "", ""
