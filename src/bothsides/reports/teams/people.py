"""What sales said of the leads, what became of them, and what each person made of those given."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bothsides.leads.review.judging import MonthReview
from bothsides.leads.sla.scorecard import QualityVerdict
from bothsides.leads.teams.lead_quality import QualityRow
from bothsides.leads.teams.rep_scorecard import RepScore, Standing
from bothsides.leads.teams.win_loss import ReasonShare
from bothsides.metrics import Unit
from bothsides.reports.charts.pair import both_widths
from bothsides.reports.charts.rows import Row, dots
from bothsides.reports.charts.theme import side_colour
from bothsides.reports.markup import Markup, element, join
from bothsides.reports.numbers import between, count, money, percent, plural, spoken
from bothsides.reports.pieces import Column, Section, figure, fold, prose, table
from bothsides.reports.teams.words import named
from bothsides.schema import Side

_DRAWN = ("source", "campaign")
_LEAST = 5
"""Answered leads from which a group is drawn."""
_FIRM = 20


def quality(review: MonthReview) -> Section:
    """By side: accepted, and promise against outcome; by source and campaign as a picture, the rest in a table."""
    verdicts = {one.side: one for one in review.card.quality}
    parts: list[Markup | None] = []
    for side, rows in review.quality:
        if side in verdicts:
            parts.append(element("h3", f"{side.value.capitalize()}s", class_="side"))
            parts.append(prose(spoken(_said(verdicts[side], rows))))
            parts.append(_codes(review, verdicts[side]))
            parts.append(_by_source(rows, side))
    if not parts:
        parts.append(prose("No lead of the month was qualified, so there is none whose worth could be told."))
    return Section(id="quality", nav="Lead quality", heading="What the leads were worth", body=join(parts))


def _said(one: QualityVerdict, rows: Sequence[QualityRow]) -> str:
    every = next((row for row in rows if row.by == "all"), None)
    never = one.handed_over - (0 if every is None else every.n)
    said = f"{plural(one.handed_over, 'lead')} qualified" + (f", {never} of them given to nobody." if never else ".")
    if not one.answered or one.reject_rate is None or one.low is None or one.high is None:
        said += " Sales has answered none yet."
    else:
        said += (
            f" Sales answered {one.answered}: {one.answered - one.rejected} accepted, {one.rejected} rejected "
            f"({percent(one.reject_rate)}, 95 % range {between(one.low, one.high, Unit.RATE)})."
        )
    if one.returned:
        again = f", {one.recovered} of them came to sales again" if one.recovered else ""
        said += f" {plural(one.returned, 'lead')} went back to marketing untouched or unanswered{again}."
    if one.decided:
        lost = one.decided - one.won
        said += f" {plural(one.decided, 'is', 'are')} decided so far: {one.won} won, {lost} lost or rejected."
    if every is not None and every.calibration is not None:
        said += f" Of leads old enough to tell, {every.won_scored} of {every.expected:.1f} expected wins came."
    return said


def _codes(review: MonthReview, verdict: QualityVerdict) -> Markup | None:
    told = [f"{one.words} ({one.count})" for one in review.rejects if one.side is verdict.side]
    if not told:
        return None
    bare = verdict.rejected - sum(one.count for one in review.rejects if one.side is verdict.side)
    if bare > 0:
        told.append(f"without a reason ({bare})")
    return prose(element("b", "Why they were rejected: "), f"{', '.join(told)}.")


def _by_source(rows: Sequence[QualityRow], side: Side) -> Markup:
    drawn = [row for row in rows if row.by in _DRAWN and row.answered >= _LEAST and row.accept_rate is not None]
    behind = fold("By source, campaign, band, score and promised chance", _quality_table(rows, side))
    if not drawn:
        return behind
    worst = min(drawn, key=lambda row: row.accept_rate or 0.0)
    title = f"Least accepted: {worst.by} {_group(worst)}, {worst.accepted} of {worst.answered}"
    lines = [
        Row(
            label=_group(row),
            number=row.accept_rate or 0.0,
            words=f"{percent(row.accept_rate or 0.0)}  ({row.accepted} of {row.answered})",
            colour=side_colour(side),
            low=row.accept_low,
            high=row.accept_high,
            weak=row.answered < _FIRM,
        )
        for row in drawn
    ]
    picture = both_widths(lambda narrow: dots(lines, narrow=narrow, whole=1.0), title=title)
    sources = sum(1 for row in drawn if row.by == "source")
    first = "the source" if sources == 1 else f"the {sources} sources"
    kinds = f"First {first}, then campaigns: share" if 0 < sources < len(drawn) else "Share"
    note = (
        f"{kinds} of answered leads that sales accepted, 95 % interval; lighter below {_FIRM} answers, below {_LEAST} "
        "only in the table."
    )
    return figure(title, picture, note=note, behind=behind)


def _quality_table(rows: Sequence[QualityRow], side: Side) -> Markup:
    told = [row for row in rows if row.group != "unknown" or row.n < rows[0].n]
    if (bare := _without_campaign(rows)) is not None:
        place = max(k for k, row in enumerate(told) if row.by == "campaign")
        told.insert(place + 1, bare)
    old = any(row.decided or row.expected for row in told)
    columns = [
        Column(label="leads"),
        Column(label="handed over", numeric=True),
        Column(label="answered", numeric=True),
        Column(label="accepted", numeric=True),
        Column(label="reached", numeric=True),
        Column(label="opportunities", numeric=True),
        *([Column(label="won of decided", numeric=True), Column(label="expected wins", numeric=True)] if old else []),
    ]
    lines = [
        (
            "all" if row.by == "all" else f"{row.by}: {_group(row)}",
            count(row.n),
            count(row.answered),
            "–" if row.accept_rate is None else spoken(f"{count(row.accepted)} ({percent(row.accept_rate)})"),
            count(row.contacted),
            count(row.opportunities),
            *(_outcome(row) if old else ()),
        )
        for row in told
    ]
    wins = "wins of those old enough to tell" if old else "none is old enough to tell promise from outcome"
    caption = f"{side.value.capitalize()} leads of the month that were given to somebody; {wins}"
    return table(caption, columns, lines)


def _group(row: QualityRow) -> str:
    return row.group.replace("_", " ") if row.by == "source" else row.group


def _outcome(row: QualityRow) -> tuple[str, str]:
    won = f"{row.won} of {row.decided}" if row.decided else "–"
    return won, f"{row.expected:.1f}" if row.expected else "–"


def _without_campaign(rows: Sequence[QualityRow]) -> QualityRow | None:
    """Leads that came by no campaign, so that campaigns add up to all; None where each came by one, or none did."""
    every = next((row for row in rows if row.by == "all"), None)
    named = [row for row in rows if row.by == "campaign"]
    if every is None or not named or sum(row.n for row in named) == every.n:
        return None
    rest = {name: getattr(every, name) - sum(getattr(row, name) for row in named) for name in _ADDED}
    share = rest["accepted"] / rest["answered"] if rest["answered"] else None
    return replace(every, by="campaign", group="none", accept_rate=share, **rest)


_ADDED = ("n", "answered", "accepted", "contacted", "opportunities", "decided", "won", "expected")


def reps(review: MonthReview, names: Mapping[str, str]) -> Section | None:
    """Each person against what the leads given to them promised, one picture a side."""
    if not review.reps:
        return None
    parts = [
        prose(
            "Whoever gets the better leads wins more of them. So wins are set against what all together win of leads "
            "of like score: 1 is as the leads promised. Ranks draw each ratio towards 1 by as much as luck explains. "
            "Counted are leads given in the half year before, so that there are enough of them."
        )
    ]
    for side in Side:
        mine = [one for one in review.reps if one.side is side and one.wins.n]
        if mine:
            parts.append(_of_side(mine, side, names))
    return Section(id="people", nav="People", heading="What each person made of their leads", body=join(parts))


def _of_side(scores: Sequence[RepScore], side: Side, names: Mapping[str, str]) -> Markup:
    apart = [one for one in scores if one.standing in (Standing.ABOVE, Standing.BELOW)]
    who = f"{side.value.capitalize()} leads: "
    title = who + (
        "; ".join(f"{named(one.rep, names)} {one.standing}" for one in apart)
        if apart
        else "nobody can be told from the others by more than luck"
    )
    judged = [one for one in scores if one.standing is not Standing.TOO_FEW]
    lines = [
        Row(
            label=named(one.rep, names),
            number=one.wins.ratio or 0.0,
            words=f"{one.wins.observed} won, {one.wins.expected:.1f} expected",
            colour=side_colour(side),
            low=one.wins.low,
            high=one.wins.high,
            tick=1.0,
        )
        for one in judged
    ]
    behind = fold("Everybody, with speed and acceptance", _rep_table(scores, names))
    if not lines:
        few = f"{who}nobody has enough decided leads to be compared (five expected wins and losses)."
        return join([prose(few), behind])
    picture = both_widths(lambda narrow: dots(lines, narrow=narrow, whole=1.6), title=title)
    grade = "leads dealt by lot only" if judged[0].grade == "randomised" else "adjusted for the score of the leads"
    left = len(scores) - len(judged)
    more = f" {plural(left, 'person has', 'people have')} too few decided leads to be drawn." if left else ""
    note = f"Wins over expected wins, 95 % interval, {grade}; the stroke is 1.{more}"
    return figure(title, picture, note=note, behind=behind)


def _rep_table(scores: Sequence[RepScore], names: Mapping[str, str]) -> Markup:
    columns = (
        Column(label="person"),
        Column(label="leads", numeric=True),
        Column(label="open", numeric=True),
        Column(label="won", numeric=True),
        Column(label="expected", numeric=True),
        Column(label="ratio, luck taken out", numeric=True),
        Column(label="reading"),
        Column(label="accepted / expected", numeric=True),
        Column(label="in time / expected", numeric=True),
        Column(label="middle first touch", numeric=True),
    )
    rows = [
        (
            named(one.rep, names),
            count(one.leads),
            count(one.open),
            count(one.wins.observed),
            f"{one.wins.expected:.1f}",
            _ratio(one),
            str(one.standing),
            f"{one.accepted.observed} / {one.accepted.expected:.1f}",
            f"{one.in_time.observed} / {one.in_time.expected:.1f}",
            "–" if one.median_hours is None else spoken(f"{one.median_hours:,.1f} h"),
        )
        for one in scores
    ]
    return table("By rank; expected is what all together reach on leads of the same score", columns, rows)


def _ratio(one: RepScore) -> str:
    """The ratio with its range; nothing where too few leads are decided to tell it from luck."""
    few = one.standing is Standing.TOO_FEW
    return "–" if few else f"{one.shrunk:.2f} ({one.shrunk_low:.2f} to {one.shrunk_high:.2f})"


def closes(review: MonthReview, currency: str) -> Section | None:
    """Why deals were won and lost, and where the other side was missing."""
    if not review.win_loss:
        return None
    parts = [
        prose("Deals that closed in the month, whenever their lead qualified. A deal may name several reasons."),
        *(part for side in Side for won in ("win", "loss") if (part := _reasons(review, side, won, currency))),
    ]
    gaps = [
        element("li", spoken(f"{gap.category or 'category not told'}, {gap.region or 'region not told'}: "
                f"{gap.lost} of {plural(gap.closed, 'deal')} lost for want of {gap.missing.value}s"
                f"{', ' + money(gap.amount, currency) if gap.amount else ''}"))
        for gap in review.gaps
    ]  # fmt: skip
    if gaps:
        parts.append(join([prose(element("b", "Where the other side was missing")), element("ul", gaps)]))
    return Section(id="closes", nav="Won and lost", heading="Why deals were won and lost", body=join(parts))


def _reasons(review: MonthReview, side: Side, kind: str, currency: str) -> Markup | None:
    mine: list[ReasonShare] = [one for one in review.win_loss if one.side is side and one.kind == kind]
    if not mine:
        return None
    said = {"win": "won", "loss": "lost"}[kind]
    worth = any(one.amount for one in mine)
    rows = [
        (
            one.words,
            f"{one.count} of {one.n}",
            spoken(f"{percent(one.share)} ({between(one.low, one.high, Unit.RATE)})"),
            *((money(one.amount, currency),) if worth else ()),
        )
        for one in mine
    ]
    columns = [
        Column(label=f"{side.value}s {said} because"),
        Column(label="deals", numeric=True),
        Column(label="share (95 % range)", numeric=True),
        *([Column(label="worth", numeric=True)] if worth else []),
    ]
    return table(f"{plural(mine[0].n, 'deal')} with {side.value}s {said} in the month", columns, rows)
