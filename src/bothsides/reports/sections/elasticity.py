"""Which side to fund: what a unit of spend returns on each side, and how one side draws and keeps the other."""

from bothsides.diagnosis.elasticity import BELIEFS, alike_alone
from bothsides.diagnosis.elasticity.records import (
    STRENGTH,
    Check,
    Effect,
    ElasticityReading,
    Identification,
    Margin,
    Response,
    SideReturn,
    beyond_chance,
)
from bothsides.diagnosis.picture import Diagnosis
from bothsides.reports.markup import Child, Markup, element
from bothsides.reports.numbers import count, money, spoken
from bothsides.reports.pieces import Column, Section, fold, prose, table

_EFFECTS = (
    Column(label="1 % more of"),
    Column(label="changes"),
    Column(label="by %", numeric=True),
    Column(label="95 % range", numeric=True),
    Column(label="rests on"),
)
_CHECKS = (Column(label="effect on"), Column(label="check"), Column(label="passed"))
_CHECKED = (
    "Tests of what the effects assume: what should be nothing, in times its own error. Chance goes beyond the line in "
    "1 of 100 markets"
)
_SHOWN_WEEKS = (4, 8, 13, 26)
_GRADES = (
    "What an effect rests on, strongest first: pushes by lot (randomised), pushes for an outside reason "
    "(instrumented), cells against themselves and the same week elsewhere (fixed effects), the same where single cells "
    "boom on both sides (correlational: likely too high)."
)


def elasticity(diagnosis: Diagnosis) -> Section | None:
    """What each side does for the other and which to fund; nothing where no panel can be read."""
    reading = diagnosis.elasticity
    if reading is None:
        return _no_reading(diagnosis)
    alone = alike_alone(reading.funding, diagnosis.economics)
    parts = (
        prose(element("b", spoken(" ".join(filter(None, (reading.funding.sentence, alone)))))),
        _returns(reading, diagnosis.currency),
        *(prose(spoken(note), class_="of") for note in reading.notes),
        _small(reading) if reading.small else _effects(reading),
        _missing(reading),
        _on_record(reading),
        _behind(reading),
    )
    body = Markup("".join(part for part in parts if part))
    return _section(body)


def _no_reading(diagnosis: Diagnosis) -> Section | None:
    """Why nothing can be said where the market cannot be followed by week; nothing where accounts cannot be at all."""
    why = diagnosis.threshold.reason if diagnosis.threshold else ""
    return _section(prose(spoken(f"Which side to fund cannot be said: {why}."))) if why else None


def _section(body: Markup) -> Section:
    return Section(id="elasticity", nav="Which side to fund", heading="Which side to fund", body=body)


def _returns(reading: ElasticityReading, currency: str) -> Markup | None:
    if not reading.funding.returns:
        return None
    columns = (
        Column(label="1 spent on"),
        Column(label=f"returns in {reading.funding.horizon_weeks} weeks", numeric=True),
        Column(label="95 % range", numeric=True),
        Column(label="from those won", numeric=True),
        Column(label="from whom they draw and keep", numeric=True),
        Column(label="cost of one", numeric=True),
    )
    rows = [_return(each, currency) for each in reading.funding.returns]
    returns = table("Contribution per unit of spend, average costs", columns, rows)
    why = prose(spoken(reading.funding.reckoned), class_="note")
    if reading.funding.side is None:
        return fold("What a unit of spend returns on each side", returns, why, printed=False)
    return Markup(returns + why)


def _return(of: SideReturn, currency: str) -> tuple[Child, ...]:
    return (
        f"{of.side}s",
        f"{of.total:.2f}",
        f"{of.low:.2f} to {of.high:.2f}",
        f"{of.own:.2f}",
        f"{of.cross:.2f}",
        money(of.cost, currency),
    )


def _effects(reading: ElasticityReading) -> Markup:
    caption = f"How one side moves the other: {count(reading.cells)} cells, {count(reading.weeks)} weeks"
    said = prose(spoken(reading.sentence))
    keeps = prose(spoken(reading.retention.sentence)) if reading.retention else ""
    effects = table(caption, _EFFECTS, [_effect(e) for e in reading.effects])
    if any(beyond_chance(e) for e in reading.effects):
        return Markup(said + keeps + effects)
    nothing = prose("That one side draws or keeps the other is not seen beyond chance.")
    return Markup(
        nothing + fold("Every effect that was looked for, with its range", said, keeps, effects, printed=False)
    )


def _effect(of: Effect) -> tuple[Child, ...]:
    bounds = of.interval
    verb = "joining" if of.margin is Margin.INFLOW else "leaving"
    known = of.value is not None and bounds is not None
    weak = STRENGTH.index(of.grade) >= STRENGTH.index(Identification.CORRELATIONAL)
    value = f"{of.value:+.2f}" if known else "not known"
    return (
        f"{of.driver}s",
        f"{of.side}s {verb}",
        element("span", value, class_="num weak" if weak or not known else "num"),
        f"{bounds.low:+.2f} to {bounds.high:+.2f}" if bounds is not None else "none",
        [str(of.grade), element("small", spoken(of.reason)) if of.reason else None],
    )


def _small(reading: ElasticityReading) -> Markup:
    """Directions instead of numbers."""
    said = [prose(spoken(direction.sentence)) for direction in reading.small]
    why = reading.effects[0].reason if reading.effects else ""
    return Markup("".join([*said, prose(spoken(f"No number is given: {why}."), class_="of")]))


def _missing(reading: ElasticityReading) -> Markup | None:
    if not reading.funding.collect:
        return None
    return prose("Missing for the answer: ", "; ".join(reading.funding.collect), ".")


def _on_record(reading: ElasticityReading) -> Markup | None:
    if not reading.judgements:
        return None
    said = [
        prose(
            f"On record, {j.who}, {j.on}: the {j.side} side{f' in {j.category}' if j.category else ''} "
            f"{BELIEFS[j.belief]}. ",
            j.why,
        )
        for j in reading.judgements
    ]
    return Markup("".join(said))


def _behind(reading: ElasticityReading) -> Markup | None:
    """Why the grades, every check, and what pushes did, folded."""
    if reading.small:
        return None
    whys = [prose(spoken(why)) for why in dict.fromkeys(e.why for e in reading.effects if e.why)]
    rows = [_check(effect, check) for effect in reading.effects for check in effect.checks]
    checks = table(_CHECKED, _CHECKS, rows) if rows else None
    return fold(
        "What the numbers rest on", prose(_GRADES, class_="note"), *whys, checks, _pushes(reading), printed=False
    )


def _check(effect: Effect, check: Check) -> tuple[Child, ...]:
    verb = "joining" if effect.margin is Margin.INFLOW else "leaving"
    return f"{effect.side}s {verb}", spoken(check.says), check.verdict


def _pushes(reading: ElasticityReading) -> Markup | None:
    """Both sides' stocks in the weeks after a push began."""
    if not reading.responses:
        return None
    weeks = [week for week in _SHOWN_WEEKS if all(week in r.weeks for r in reading.responses)]
    columns = (
        Column(label="after a push for"),
        Column(label="stock of"),
        *(Column(label=f"week {week}", numeric=True) for week in weeks),
    )
    rows = [_response(response, weeks) for response in reading.responses]
    return table("% more stock than without, with its 95 % range", columns, rows)


def _response(of: Response, weeks: list[int]) -> tuple[Child, ...]:
    at = [of.weeks.index(week) for week in weeks]
    cells = [
        [f"{of.percent[i]:+.1f}", element("small", f"{of.low[i]:+.1f} to {of.high[i]:+.1f}", class_="trust")]
        for i in at
    ]
    return f"{of.pushed}s ({count(of.starts)})", f"{of.side}s", *cells
