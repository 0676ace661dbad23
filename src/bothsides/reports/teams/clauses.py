"""Clause by clause and side by side: what was owed, what was delivered, and what follows from it."""

from collections.abc import Sequence

from bothsides.leads.review.judging import MonthReview
from bothsides.leads.sla.commitments import Kept, Word
from bothsides.leads.sla.scorecard import ClockScore, Speed
from bothsides.metrics import Unit
from bothsides.reports.charts.pair import both_widths
from bothsides.reports.charts.rows import Row, bars, dots
from bothsides.reports.charts.theme import side_colour
from bothsides.reports.markup import Markup, element, join
from bothsides.reports.numbers import between, count, percent, plural, significant, spoken
from bothsides.reports.pieces import Column, Section, figure, fold, prose, table
from bothsides.reports.teams.words import TEAMS, against
from bothsides.schema import Side

_SMALL = 20
"""Decided clocks below which a share is drawn lighter."""
_SHAPES = {
    Word.KEPT: ("M8 2a6 6 0 1 0 .01 0z", "kept"),
    Word.MISSED: ("M2 3h12L8 14z", "missed"),
    Word.NOT_JUDGED: ("M3 7h10v2H3z", "not judged"),
}


def word_mark(word: Word, *, is_over: bool = True) -> Markup:
    """Whether a clause was kept, by its word and its shape."""
    path, said = _SHAPES[word]
    shape = element("svg", element("path", d=path), viewBox="0 0 16 16", aria_hidden="true", focusable="false")
    said = said if is_over or word is Word.NOT_JUDGED else {"kept": "on track", "missed": "below"}[said]
    return element("span", shape, " ", said, class_="verdict")


def clauses(review: MonthReview) -> Section:
    """Both sides, each with what marketing owes and what the clocks say."""
    parts = [part for side in Side if (part := _side(review, side))]
    if review.paces:
        told = [element("li", spoken(f"{pace.goal.side}: {pace.words}")) for pace in review.paces]
        parts.insert(0, join([prose("How the month paces, by its working days:"), element("ul", told)]))
    return Section(id="clauses", nav="Clauses", heading="Clause by clause", body=join(parts))


def _side(review: MonthReview, side: Side) -> Markup | None:
    kept = [one for one in review.card.kept if one.side is side]
    if not kept:
        return None
    leads = [one for one in kept if one.unit != "share"]
    shares = [one for one in kept if one.unit == "share" and one.n]
    drawn = [_owed(one, side) for one in leads]
    if shares:
        rows = [_row(one) for one in shares]
        title = _share_title(shares, side)
        described = "; ".join(f"{one.clause}: {against(one)}" for one in shares)
        picture = both_widths(lambda narrow: dots(rows, narrow=narrow, whole=1.0), title=title, described=described)
        note = "Share of clocks met in time with its 95 % interval; the stroke is what was agreed."
        drawn.append(figure(title, picture, note=note, behind=fold("The table behind it", _table(review, kept))))
    else:
        drawn.append(fold("The table behind it", _table(review, kept)))
    return join([element("h3", f"{side.value.capitalize()}s", class_="side"), *drawn])


def _owed(one: Kept, side: Side) -> Markup:
    """What marketing owes: the number, and how many of the leads can be reached."""
    said = "delivered" if one.word is not Word.MISSED or one.delivered >= one.owed else "fell short"
    title = f"Marketing {said}: {count(round(one.delivered, 1))} {one.clause}, {count(one.owed)} were owed"
    row = Row(
        label=one.clause,
        number=one.delivered,
        words=f"{count(round(one.delivered, 1))} of {count(one.owed)} {one.unit}",
        colour=side_colour(side),
        tick=one.owed,
    )
    picture = both_widths(lambda narrow: bars([row], narrow=narrow, whole=one.owed), title=title)
    contact = one.contact
    return figure(title, picture, note="The stroke is what was owed." if contact is None else f"{_reached(one)}")


def _reached(one: Kept) -> str:
    contact = one.contact
    assert contact is not None
    if contact.rate is None or contact.low is None or contact.high is None:
        return f"The stroke is what was owed. {contact.words.capitalize()}."
    told = between(contact.low, contact.high, Unit.RATE)
    return f"The stroke is what was owed. {contact.words[0].upper()}{contact.words[1:]} (95 % interval {told})."


def _share_title(shares: Sequence[Kept], side: Side) -> str:
    missed = [one.clause for one in shares if one.word is Word.MISSED]
    if not missed:
        return f"Every promise on {side.value}s with a clock was kept"
    rest = len(shares) - len(missed)
    return f"Missed: {', '.join(missed)}" + (f"; {rest} kept" if rest else "")


def _row(one: Kept) -> Row:
    return Row(
        label=_short(one),
        number=one.delivered,
        words=f"{percent(one.delivered)}  ({round(one.delivered * one.n)} of {one.n})",
        colour=side_colour(one.side),
        low=one.low,
        high=one.high,
        tick=one.owed,
        weak=one.n < _SMALL,
    )


def _short(one: Kept) -> str:
    """The clause's name without what its chart says already: the side, and that it is about time."""
    words = one.clause.removesuffix(" in time")
    for bridge in ("of", "on", "for", "to"):
        words = words.removesuffix(f" {bridge} {one.side.value}s")
    return words


def _table(review: MonthReview, kept: Sequence[Kept]) -> Markup:
    columns = (
        Column(label="clause"),
        Column(label="owed by"),
        Column(label="word"),
        Column(label="owed", numeric=True),
        Column(label="delivered", numeric=True),
        Column(label="attainment", numeric=True),
        Column(label="n", numeric=True),
        Column(label="95 % range", numeric=True),
        Column(label="not due yet", numeric=True),
    )
    rows = []
    for one in kept:
        shares = one.unit == "share"
        low_high = "–" if one.low is None or one.high is None else between(one.low, one.high, Unit.RATE)
        reached = one.attainment
        rows.append(
            (
                one.clause,
                TEAMS[one.team],
                word_mark(one.word, is_over=review.is_over),
                percent(one.owed) if shares else f"{count(one.owed)} {one.unit}",
                ("–" if not one.n else percent(one.delivered)) if shares else count(round(one.delivered, 1)),
                "–" if reached is None else percent(reached),
                count(one.n),
                low_high,
                count(one.waiting),
            )
        )
    return table(f"{kept[0].side.value.capitalize()}s, {review.period}", columns, rows)


def excuses(review: MonthReview) -> Section:
    """Breaches that stand, those taken back, time that was excused, and how long leads waited."""
    scores = [one for one in review.card.clocks if one.due]
    stand, back = sum(one.breached for one in scores), sum(one.reversed for one in scores)
    held = sum(one.excused_hours for one in scores)
    on = plural(sum(one.excused for one in scores), "clock")
    excused = f"{significant(held)} hours on {on} were excused." if held else "no time was excused."
    first = (
        f"{plural(stand, 'breach stands', 'breaches stand')}, {plural(back, 'was', 'were')} taken back by later proof; "
        f"{excused}"
    )
    body = join(
        [
            prose(spoken(first)),
            _speed(review.card.speed),
            fold("Every kind of clock", _clock_table(scores)),
        ]
    )
    return Section(id="waiting", nav="Waiting", heading="How long leads wait, and what was missed", body=body)


def _speed(speeds: Sequence[Speed]) -> Markup:
    columns = (
        Column(label="side"),
        Column(label="leads", numeric=True),
        Column(label="from the lead's own act"),
        Column(label="from assignment"),
        Column(label="routing between"),
        Column(label="still untouched", numeric=True),
    )
    rows = [
        (
            f"{one.side.value}s",
            count(one.n),
            _span(one.lead_median, one.lead_p90),
            _span(one.sla_median, one.sla_p90),
            _span(one.routing_median, one.routing_p90),
            count(one.waiting),
        )
        for one in speeds
    ]
    return table("Elapsed hours to the first touch: the middle lead, and the slowest tenth", columns, rows)


def _span(middle: float | None, slow: float | None) -> str:
    return "–" if middle is None or slow is None else spoken(f"{_hours(middle)}; a tenth over {_hours(slow)}")


def _hours(hours: float) -> str:
    return f"{hours * 60:.0f} min" if hours < 1 else f"{significant(hours)} h"


def _clock_table(scores: Sequence[ClockScore]) -> Markup:
    columns = (
        Column(label="clock"),
        Column(label="side"),
        Column(label="due", numeric=True),
        Column(label="in time", numeric=True),
        Column(label="95 % range", numeric=True),
        Column(label="missed", numeric=True),
        Column(label="taken back", numeric=True),
        Column(label="open", numeric=True),
        Column(label="hours held", numeric=True),
        Column(label="middle; slowest tenth"),
    )
    rows = [
        (
            one.clock.value.replace("_", " "),
            f"{one.side.value}s",
            count(one.due),
            "–" if one.attainment is None else percent(one.attainment),
            "–" if one.low is None or one.high is None else between(one.low, one.high, Unit.RATE),
            count(one.breached),
            count(one.reversed),
            count(one.undecided),
            significant(one.excused_hours),
            "–" if one.median_hours is None or one.p90_hours is None
            else f"{_hours(one.median_hours)}; {_hours(one.p90_hours)}",
        )
        for one in scores
    ]  # fmt: skip
    return table("Clocks that were due in the month; working hours as each clause counts them", columns, rows)
