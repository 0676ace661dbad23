"""The stage of the market: the verdict and what to do there; rule, values, buyers to win and verticals fold."""

from bothsides.diagnosis.picture import Diagnosis
from bothsides.diagnosis.stage.reading import Anchor, Checked, Focus, StageReading, Team, Vertical
from bothsides.reports.marks import sureness_mark
from bothsides.reports.markup import Child, Markup, element
from bothsides.reports.names import metric_name
from bothsides.reports.numbers import count, money, percent, spoken
from bothsides.reports.pieces import Column, Section, fold, prose, table, value_table
from bothsides.schema import Side

_RULE = (Column(label="the rule asks"), Column(label="this market", numeric=True), Column(label="met"))
_MET = {True: "yes", False: "no", None: "not known"}
_WINNERS = (Column(label="buyer"), Column(label="for"), Column(label="a month", numeric=True), Column(label="why"))
_SCORED = (
    Column(label="category"),
    Column(label="score", numeric=True),
    Column(label="buyers beside it", numeric=True),
    Column(label="suppliers beside it", numeric=True),
    Column(label="asked for in vain", numeric=True),
    Column(label="share of GMV", numeric=True),
)
_TO_WIN = (
    "What each would bring if it did as others here have; it ranks, it does not forecast. Most buy here already, in "
    "other places: those are to grow, open deals to win."
)
_SMALL = (
    "Categories that are small here today, by the accounts that do not trade them yet and would if they did as others "
    "with their main category. What nobody here has ever searched, listed or bought cannot be seen."
)
_OF_CELLS = ("working_cells", "working_cell_share")
_REGULAR = (
    "Regular trade: several buyers order from several suppliers in each of the last months. Whether such a cell is "
    "short of a side is another question; the map answers it where searches or requests are known."
)


def stage(diagnosis: Diagnosis) -> Section | None:
    """Where the market stands in its life and what follows; nothing where it was not looked at."""
    reading = diagnosis.stage
    if reading is None:
        return None
    parts = (
        _verdict(reading),
        _plan(reading),
        _rule(reading),
        _anchors(reading, diagnosis.currency),
        _verticals(reading),
    )
    body = Markup("".join(part for part in parts if part))
    return Section(id="stage", nav="Stage", heading="Where the market stands", body=body)


def _verdict(reading: StageReading) -> Markup:
    """The sentence, how sure it is, what it could turn to and what comes next."""
    sure = [sureness_mark(reading.sure), ". "] if reading.sure else []
    more = " ".join(part for part in (reading.rival.says if reading.rival else "", reading.to_next) if part)
    return Markup(
        prose(element("b", spoken(reading.sentence)))
        + prose(*sure, spoken(reading.why_sure))
        + (prose(spoken(more)) if more else "")
        + (prose(_REGULAR, class_="of") if any(checked.reading in _OF_CELLS for checked in reading.rule) else "")
    )


def _plan(reading: StageReading) -> Markup | None:
    """Each team's focus for each side; where accounts leak, retention first and the stage's plan after it."""
    if not reading.focus:
        return None
    rows = [_team(reading, team, side) for side in Side for team in Team]
    columns = [Column(label="who"), Column(label="first" if reading.retention_first else "focus")]
    if reading.retention_first and any(len(row) > 2 for row in rows):
        columns.append(Column(label="then"))
    caption = "Retention first: net retention is under 100 %" if reading.retention_first else "What to do at this stage"
    return table(caption, columns, rows, class_="words")


def _team(reading: StageReading, team: Team, side: Side) -> tuple[Child, ...]:
    found = [focus for focus in reading.focus if (focus.team, focus.side) == (team, side)]
    return f"{str(team).capitalize()}, {side}s", *(_focus(focus) for focus in found)


def _focus(focus: Focus) -> Child:
    more = f"To know it, load {focus.lacks}." if focus.lacks else "; ".join(focus.where)
    return [spoken(focus.does), element("small", more) if more else None]


def _rule(reading: StageReading) -> Markup | None:
    """The conditions with what the market has, and every value behind them."""
    rows = [_condition(checked) for checked in reading.rule]
    rule = table("The rule", _RULE, rows) if rows else None
    values = value_table("Every reading", "reading", [(metric_name(v.metric), v) for v in reading.values])
    return fold("The rule and the values behind it", rule, values, printed=False)


def _condition(checked: Checked) -> tuple[Child, ...]:
    has = checked.has if checked.met is not None else "not known"
    return spoken(checked.asks), spoken(has), _MET[checked.met]


def _anchors(reading: StageReading, currency: str) -> Markup | None:
    hold = _to_hold(reading)
    if not reading.anchors:
        if not reading.no_anchors:
            return hold
        return Markup(prose(f"No buyer to win is named: {reading.no_anchors}.", class_="of") + (hold or ""))
    rows = [_anchor(anchor, currency) for anchor in reading.anchors]
    listed = table("Buyers to win or grow, largest first", _WINNERS, rows, class_="words")
    return fold(f"Buyers to win or grow ({count(len(rows))})", prose(_TO_WIN, class_="note"), listed, hold)


def _to_hold(reading: StageReading) -> Markup | None:
    """Who would be on the list but is likely to stop."""
    if not reading.to_hold:
        return None
    names = ", ".join(reading.to_hold)
    return prose(f"Hold before you sell them more, for they are likely to stop: {names}.", class_="of")


def _anchor(anchor: Anchor, currency: str) -> tuple[Child, ...]:
    place = " / ".join(part for part in (anchor.category, anchor.region) if part)
    return anchor.name, place or "anywhere", money(anchor.per_month, currency), spoken(anchor.why)


def _verticals(reading: StageReading) -> Markup | None:
    if not reading.verticals:
        return None
    listed = table("Small categories, best score first", _SCORED, [_vertical(v) for v in reading.verticals])
    return fold("Small categories with accounts beside them", prose(_SMALL, class_="note"), listed, printed=False)


def _vertical(vertical: Vertical) -> tuple[Child, ...]:
    return (
        vertical.category,
        f"{vertical.score:.2f}",
        count(round(vertical.demand)),
        count(round(vertical.supply)),
        count(vertical.unmet),
        percent(vertical.gmv_share),
    )
