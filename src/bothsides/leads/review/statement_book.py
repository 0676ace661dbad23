"""The months' statements in the logbook: frozen once, and read back as they were told."""

from collections.abc import Sequence
from typing import Any

import orjson

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.review.judging import Judged, MonthReview, history_at, judged_months, review_month
from bothsides.leads.review.months import ends, first_month, midnight, month_of
from bothsides.leads.review.plain import plain
from bothsides.leads.sla.consequences import ConsequenceDue
from bothsides.leads.sla.statements import Adjustment, Line, Statement, adjustments, close_month
from bothsides.logbook import Book, Entry, Kind, latest
from bothsides.schema import Period
from bothsides.schema.instant import Instant
from bothsides.schema.period import parse_period

MONTH = "month"
"""What a statement of the teams' month calls itself in the logbook."""


def read_statements(book: Book) -> tuple[Statement, ...]:
    """Every month's statement that was frozen, in order; others, such as the weekly audits of records, stand beside."""
    rows = book.all("SELECT data FROM statements ORDER BY statement_id")
    told = (orjson.loads(data) for (data,) in rows)
    return tuple(_read(one) for one in told if one.get("statement") == MONTH)


def statement_of(book: Book, period: str) -> Statement | None:
    """The month's statement; None while it is not frozen."""
    return next((one for one in read_statements(book) if one.period == period), None)


def _read(told: dict[str, Any]) -> Statement:
    return Statement(
        **{
            **{name: told[name] for name in ("period", "closed_at", "load_id", "policy_version", "seal")},
            "lines": tuple(Line(**line) for line in told["lines"]),
            "adjustments": tuple(Adjustment(**one) for one in told["adjustments"]),
        }
    )


def due_statements(book: Book, agreed: Agreed, now: Instant) -> list[Entry]:
    """The lines that freeze every month that is over and not frozen yet, with the consequences to be decided on.

    A month is judged by what was known at its last instant, however late this runs; what proves different afterwards
    stands as adjustment in the next statement.
    """
    told = list(read_statements(book))
    entries: list[Entry] = []
    for period in _open_months(book, agreed, told, now):
        _, close = ends(agreed, period)
        history = history_at(book, agreed, close)
        earlier = [parse_period(one.period) for one in told]
        *before, month = judged_months(book, agreed, history, [*earlier, period])
        snapshot = latest(book)
        statement = close_month(
            period=period.label,
            closed_at=close,
            load_id="" if snapshot is None else str(snapshot.load_id),
            policy_version=agreed.versions.get("commitments", ""),
            lines=month.lines,
            adjustments=_adjusted(told, before),
        )
        told.append(statement)
        entries.append(
            Entry(
                kind=Kind.STATEMENT_FROZEN,
                subject=period.label,
                at=close,
                data={**plain(statement), "statement": MONTH, "last_seq": history.last_seq},
                key=f"statement:{period.label}",
                policy=statement.policy_version,
            )
        )
        entries += [_right(agreed, one, close) for one in month.consequences if one.withheld is None]
    return entries


def _open_months(book: Book, agreed: Agreed, told: Sequence[Statement], now: Instant) -> list[Period]:
    """Months from the first lead on, or after the last statement, that are over."""
    if told:
        period = parse_period(told[-1].period).next()
    else:
        begins = first_month(book, agreed)
        if begins is None:
            return []
        period = begins
    found = []
    while ends(agreed, period)[1] <= now:
        found.append(period)
        period = period.next()
    return found


def _adjusted(told: Sequence[Statement], now: Sequence[Judged]) -> tuple[Adjustment, ...]:
    """What the statements told so far have to be corrected by, now that their months are judged so."""
    return tuple(
        one for earlier, month in zip(told, now, strict=True) for one in adjustments(told, earlier.period, month.lines)
    )


def _right(agreed: Agreed, due: ConsequenceDue, close: Instant) -> Entry:
    """A right of the other team: it is used or waived by a person until the end of the month after."""
    until = midnight(agreed, parse_period(due.until).next().start)
    return Entry(
        kind=Kind.AGENDA_OPENED,
        subject=due.consequence_id,
        at=close,
        data={
            "item": due.consequence_id,
            "kind": "consequence",
            "due_at": until,
            "owner": due.to.value,
            "content": plain(due),
        },
        key=due.consequence_id,
        policy=agreed.versions.get("commitments", ""),
    )


def month_as_told(book: Book, agreed: Agreed, period: Period, *, now: Instant, later: bool = False) -> MonthReview:
    """The month as it was told at its close, or as far as it has come; `later` is as it is known now.

    Raises ValueError for a month that has not begun, naming the one under way.
    """
    start, close = ends(agreed, period)
    if now < start:
        raise ValueError(f"{period.label} has not begun; {month_of(agreed, now).label} is under way")
    told = None if later else statement_of(book, period.label)
    known_at = now if later else min(now, close)
    adjusted = () if told is None else told.adjustments
    frozen = told is not None and now >= close
    return review_month(book, agreed, period, known_at=known_at, adjusted=adjusted if frozen else (), frozen=frozen)
