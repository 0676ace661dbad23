"""Clause by clause and side by side: what was owed, what was delivered, and what follows from it."""

from collections.abc import Sequence

from bothsides.leads.review.judging import MonthReview
from bothsides.leads.sla.commitments import Kept, Word
from bothsides.leads.sla.policy import ClockKind
from bothsides.leads.sla.scorecard import ClockScore, Speed
from bothsides.metrics import Unit
from bothsides.reports.charts.pair import both_widths
from bothsides.reports.charts.rows import Row, bars, dots
from bothsides.reports.charts.theme import side_colour
from bothsides.reports.markup import Markup, element, join
from bothsides.reports.numbers import between, count, money, percent, plural, spoken
from bothsides.reports.pieces import Column, Section, figure, fold, prose, table
from bothsides.reports.teams.words import TEAMS, against, month_words, pace_heading, word_of
from bothsides.schema import Side

_SMALL = 20
"""Decided clocks below which a share is drawn lighter."""
_DISC, _FALLING, _DASH = "M8 2a6 6 0 1 0 .01 0z", "M2 3h12L8 14z", "M3 7h10v2H3z"
_SHAPES = {
    **dict.fromkeys(("kept", "on track", "on pace", "ahead", "reached"), _DISC),
    **dict.fromkeys(("missed", "below", "behind"), _FALLING),
}
_CLOCKS = {
    ClockKind.ATTEMPTS: "attempts that were agreed",
    ClockKind.DISPOSITION: "verdict",
    ClockKind.HANDOVER: "handover to customer success",
    ClockKind.TIME_TO_FIRST: "first listing or order",
    ClockKind.ROLLING_RESPONSE: "answer to each message",
    ClockKind.RFQ_REPLY: "reply to a request for quotation",
}


def word_mark(word: str) -> Markup:
    """Whether a clause was kept, by its word and its shape."""
    path = element("path", d=_SHAPES.get(word, _DASH))
    shape = element("svg", path, viewBox="0 0 16 16", aria_hidden="true", focusable="false")
    return element("span", shape, " ", word, class_="verdict")


def _word(review: MonthReview, one: Kept) -> str:
    return word_of(one, is_over=review.is_over, paces=review.paces)


def clauses(review: MonthReview, currency: str = "") -> Section:
    """Both sides, each with what marketing owes and what the clocks say."""
    parts = [part for side in Side if (part := _side(review, side, currency))]
    if review.paces:
        told = [element("li", spoken(f"{pace.goal.side}s: {pace.words}")) for pace in review.paces]
        parts.insert(0, join([prose(pace_heading(review.paces)), element("ul", told)]))
    return Section(id="clauses", nav="Clauses", heading="Clause by clause", body=join(parts))


def _side(review: MonthReview, side: Side, currency: str) -> Markup | None:
    kept = [one for one in review.card.kept if one.side is side]
    if not kept:
        return None
    leads = [one for one in kept if one.unit != "share"]
    shares = [one for one in kept if one.unit == "share" and one.n]
    drawn = [_owed(review, one, currency) for one in leads]
    if shares:
        rows = [_row(one) for one in shares]
        title = _share_title(review, shares, side, unknown=sum(one.unit == "share" and not one.n for one in kept))
        described = "; ".join(f"{one.clause}: {against(one)}" for one in shares)
        picture = both_widths(lambda narrow: dots(rows, narrow=narrow, whole=1.0), title=title, described=described)
        note = "Share of clocks met in time with its 95 % interval; the stroke is what was agreed"
        note += f"; lighter below {_SMALL} clocks." if any(row.weak for row in rows) else "."
        drawn.append(
            figure(title, picture, note=note, behind=fold("The table behind it", _table(review, kept, currency)))
        )
    else:
        drawn.append(fold("The table behind it", _table(review, kept, currency)))
    return join([element("h3", f"{side.value.capitalize()}s", class_="side"), *drawn])


def _owed(review: MonthReview, one: Kept, currency: str) -> Markup:
    """What marketing owes: the number, and how many of the leads can be reached."""
    done, owed = _amount(one, one.delivered, currency), _amount(one, one.owed, currency)
    # The clause is named by who agreed it, in whatever number: no count may stand before it as if it were a noun.
    title = f"Marketing {_delivered(review, one)}: {one.clause} ({done} of {owed} owed)"
    row = Row(
        label=one.clause,
        number=one.delivered,
        words=f"{done} of {owed}" if one.unit == "money" else f"{done} of {owed} {one.unit}",
        colour=side_colour(one.side),
        tick=one.owed,
    )
    picture = both_widths(lambda narrow: bars([row], narrow=narrow, whole=one.owed), title=title)
    contact = one.contact
    return figure(title, picture, note="The stroke is what was owed." if contact is None else f"{_reached(one)}")


def _delivered(review: MonthReview, one: Kept) -> str:
    if one.delivered >= one.owed or (review.is_over and one.word is not Word.MISSED):
        return "delivered"
    return "fell short" if review.is_over else f"so far, {_word(review, one)}"


def _amount(one: Kept, number: float, currency: str) -> str:
    return money(number, currency) if one.unit == "money" else count(round(number, 1))


def _reached(one: Kept) -> str:
    contact = one.contact
    assert contact is not None
    if contact.rate is None or contact.low is None or contact.high is None:
        return f"The stroke is what was owed. {contact.words.capitalize()}."
    told = between(contact.low, contact.high, Unit.RATE)
    return f"The stroke is what was owed. {contact.words}. The rate's 95 % interval: {told}."


def _share_title(review: MonthReview, shares: Sequence[Kept], side: Side, *, unknown: int) -> str:
    missed = [one.clause for one in shares if one.word is Word.MISSED]
    kept = "kept" if review.is_over else "on track"
    left = f"; {unknown} cannot be judged" if unknown else ""
    if not missed:
        return f"Every promise on {side.value}s with a clock {'was' if review.is_over else 'is'} {kept}{left}"
    rest = len(shares) - len(missed)
    told = f"{'Missed' if review.is_over else 'Below'}: {', '.join(missed)}"
    return told + (f"; {rest} {kept}" if rest else "") + left


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


def _table(review: MonthReview, kept: Sequence[Kept], currency: str) -> Markup:
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
                word_mark(_word(review, one)),
                spoken(percent(one.owed) if shares else _with_unit(one, currency)),
                spoken(_delivered_of(one, currency)),
                "–" if reached is None else spoken(percent(reached)),
                count(one.n),
                spoken(low_high),
                count(one.waiting),
            )
        )
    return table(f"{kept[0].side.value.capitalize()}s, {month_words(review.period)}", columns, rows)


def _delivered_of(one: Kept, currency: str) -> str:
    if one.unit != "share":
        return _amount(one, one.delivered, currency)
    return percent(one.delivered) if one.n else "–"


def _with_unit(one: Kept, currency: str) -> str:
    owed = _amount(one, one.owed, currency)
    return owed if one.unit == "money" else f"{owed} {one.unit}"


def excuses(review: MonthReview) -> Section:
    """Breaches that stand, those taken back, time that was excused, and how long leads waited."""
    scores = [one for one in review.card.clocks if one.due]
    stand, back = sum(one.breached for one in scores), sum(one.reversed for one in scores)
    held = sum(one.excused_hours for one in scores)
    on = plural(sum(one.excused for one in scores), "clock")
    excused = f"{_hours(held)} on {on} were excused." if held else "no time was excused."
    first = (
        f"{plural(stand, 'breach stands', 'breaches stand')}, {plural(back, 'was', 'were') if back else 'none was'} "
        f"taken back by later proof; {excused}"
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
        Column(label="touched", numeric=True),
        Column(label="from the lead's own act"),
        Column(label="from assignment"),
        Column(label="routing between"),
        Column(label="still untouched", numeric=True),
    )
    rows = [
        (
            f"{one.side.value}s",
            count(one.n - one.waiting),
            _span(one.lead_median, one.lead_p90),
            _span(one.sla_median, one.sla_p90),
            _span(one.routing_median, one.routing_p90),
            count(one.waiting),
        )
        for one in speeds
    ]
    caption = (
        "Elapsed time to the first touch, of leads that were touched, and of routing, of all: middle and slowest tenth "
        "of each, which do not add up"
    )
    return table(caption, columns, rows)


def _span(middle: float | None, slow: float | None) -> str:
    return "–" if middle is None or slow is None else spoken(f"{_hours(middle)}; a tenth over {_hours(slow)}")


def _hours(hours: float) -> str:
    return f"{hours * 60:.0f} min" if hours < 1 else f"{hours:,.1f} h"


def _clock_table(scores: Sequence[ClockScore]) -> Markup:
    columns = (
        Column(label="clock"),
        Column(label="side"),
        Column(label="due", numeric=True),
        Column(label="in time", numeric=True),
        Column(label="share", numeric=True),
        Column(label="95 % range", numeric=True),
        Column(label="missed", numeric=True),
        Column(label="taken back", numeric=True),
        Column(label="open", numeric=True),
        Column(label="hours held", numeric=True),
        Column(label="middle; slowest tenth"),
    )
    rows = [
        (
            clock_word(one.clock),
            f"{one.side.value}s",
            count(one.due),
            count(one.met),
            "–" if one.attainment is None else spoken(percent(one.attainment)),
            "–" if one.low is None or one.high is None else spoken(between(one.low, one.high, Unit.RATE)),
            count(one.breached),
            count(one.reversed),
            count(one.undecided),
            "0" if not one.excused_hours else f"{one.excused_hours:,.1f}",
            "–" if one.median_hours is None or one.p90_hours is None
            else f"{_hours(one.median_hours)}; {_hours(one.p90_hours)}",
        )
        for one in scores
    ]  # fmt: skip
    caption = "Clocks that were due in the month: in time, missed or open; hours as each clause counts them"
    return table(caption, columns, rows)


def clock_word(kind: ClockKind) -> str:
    """What a clock waits for, as people call it."""
    return _CLOCKS.get(kind, kind.value.replace("_", " "))
