"""A replay on one screen: what it assumes first, then what would have been different, then who moved and why."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from bothsides.cli.lead_words import cut
from bothsides.cli.terminal import plain
from bothsides.leads.wording import plural

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bothsides.leads.desk.listing import Called
    from bothsides.leads.replay import Difference, Measure, Mover, Replayed

_TITLES = {
    "hands": "Whose hands leads came to",
    "goes to": "Where sales' leads went",
    "promise": "Promises kept and missed",
    "load": "Owner load",
    "back": "Leads that changed hands again",
}
_SHOWN = 5
_SHARES = frozenset({"breach rate"})


def show(
    console: Console,
    found: Replayed,
    left_out: Sequence[str],
    names: Mapping[str, Called],
    currency: str,
    time_zone: str,
) -> None:
    """Everything, assumptions first."""
    zone = ZoneInfo(time_zone)
    _head(console, found, left_out, names, zone)
    for topic, title in _TITLES.items():
        _topic(console, title, [one for one in found.measures if one.topic == topic], found.assumed.draws, currency)
    if not found.valued:
        console.print("Expected revenue is not told: no lead has a chance of winning, since no card gives one.")
        console.print()
    _moved(console, found, names, zone)


def _head(
    console: Console, found: Replayed, left_out: Sequence[str], names: Mapping[str, Called], zone: ZoneInfo
) -> None:
    first, last = datetime.fromtimestamp(found.since, zone), datetime.fromtimestamp(found.until - 1, zone)
    tried = [f"{one.section} {one.tried}" for one in found.changed if one.tried != one.in_force]
    same = [one.section for one in found.changed if one.tried == one.in_force]
    console.print(plain(f"Replay of {first.date()} to {last.date()}: {plural(found.leads, 'lead')}", style="bold"))
    console.print(plain(f"Tried: {', '.join(tried) or 'nothing that differs from the agreement in force'}"))
    if same:
        console.print(plain(f"The same as in force when the span ended: {', '.join(same)}"))
    if left_out:
        console.print(plain(f"Left out, since they decide on no lead: {', '.join(left_out)}"))
    record, assumed = found.record, found.assumed
    share = f"{record.equal:,} of {record.decisions:,} recorded decisions come out again ({100 * record.share:.4g} %)"
    console.print(plain(f"Check: under the agreement in force then, {share}."))
    for one in record.differences[:_SHOWN]:
        console.print(plain(f"  {_difference(one, names, zone)}", style="dim"))
    if len(record.differences) > _SHOWN:
        console.print(plain(f"  and {len(record.differences) - _SHOWN:,} more; --json has all", style="dim"))
    console.print(
        plain(
            f"Assumed: people touch as recorded. {assumed.as_recorded:,} leads had the same owner at the same moment;"
            f" {assumed.moved:,} the same owner at another moment; for {assumed.drawn:,} it is drawn from what"
            f" the owner did with other leads of that side ({assumed.from_others:,} of them from the whole team)."
        )
    )
    draws = f"the mean of {assumed.draws} draws, with the least and the most" if assumed.draws > 1 else "one draw"
    console.print(plain(f"Figures after are {draws}; seed {assumed.seed}. Nobody works faster for a shorter deadline."))
    for why, n in found.left_out.items():
        console.print(plain(f"Not done again: {n:,} {why}"))
    console.print()


def _difference(one: Difference, names: Mapping[str, Called], zone: ZoneInfo) -> str:
    at = datetime.fromtimestamp(one.at, zone).strftime("%Y-%m-%d %H:%M")
    whose = one.subject
    if one.subject in names:
        shown = names[one.subject].shown
        whose = f"{one.subject[:8]}{f' ({cut(shown, 28)})' if shown else ''}"
    said = f": {one.said}" if one.said else ""
    return f"only in the {one.only_in}: {one.kind.replace('_', ' ')} of {whose} at {at}{said}"


def _topic(console: Console, title: str, measures: Sequence[Measure], draws: int, currency: str) -> None:
    changed = [one for one in measures if one.before != one.after]
    console.print(plain(title, style="bold"))
    if not changed:
        console.print(f"  All {len(measures)} figures are the same." if measures else "  Nothing.")
        console.print()
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("", "", "before", "after", *(["between"] if draws > 1 else [])):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for one in changed:
        between = [f"{_number(one, one.low)} to {_number(one, one.high)}"] if draws > 1 else []
        what = f"{one.what}, {currency}" if one.what in ("expected revenue", "value asked for") else one.what
        table.add_row(plain(f"  {one.of}"), plain(what), _number(one, one.before), _number(one, one.after), *between)
    console.print(table)
    if same := len(measures) - len(changed):
        console.print(f"  The other {'figure is' if same == 1 else f'{same} figures are'} the same.")
    console.print()


def _number(one: Measure, value: float | None) -> str:
    if value is None:
        return "-"
    if one.what in _SHARES:
        return f"{100 * value:.1f} %"
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 1000 else f"{value:,.1f}"


def _moved(console: Console, found: Replayed, names: Mapping[str, Called], zone: ZoneInfo) -> None:
    moved = found.moved
    parts = {
        "first owner": moved.owner, "hands": moved.hands, "band": moved.band, "first clock": moved.clock,
        "being one lead or two": moved.merged,
    }  # fmt: skip
    told = ", ".join(f"{name} {n:,}" for name, n in parts.items())
    console.print(plain(f"{moved.any:,} of {plural(found.leads, 'lead')} went another way: {told}", style="bold"))
    for mover in moved.movers:
        _mover(console, mover, names[mover.lead].shown if mover.lead in names else "", zone)


def _mover(console: Console, mover: Mover, called: str, zone: ZoneInfo) -> None:
    weighs = mover.worth if mover.worth is not None else mover.value
    said = "" if weighs is None else f" ({'worth' if mover.worth is not None else 'asks for'} {weighs:,.0f})"
    console.print(plain(f"  {mover.lead}{f'  {cut(called, 34)}' if called else ''}{said}"))
    for name in mover.before:
        before, after = mover.before[name], mover.after[name]
        if before != after:
            console.print(
                plain(f"    {name.replace('_', ' ')}: {_told(before, zone, name)} -> {_told(after, zone, name)}")
            )
    for when, steps in (("in force", mover.why_before), ("tried", mover.why_after)):
        if steps:
            console.print(plain(f"    {when}: {'; '.join(steps)}", style="dim"))


def _told(value: str | int | None, zone: ZoneInfo, name: str) -> str:
    if name == "due_at" and isinstance(value, int):
        return datetime.fromtimestamp(value, zone).strftime("%a %Y-%m-%d %H:%M")
    return "none" if value is None else str(value)
