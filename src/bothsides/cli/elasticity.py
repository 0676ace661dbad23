"""`bothsides elasticity`: how each side draws and keeps the other, which to fund, and a push to find out."""

from __future__ import annotations

import json as json_text
import math
import re
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from bothsides.cli.days import day
from bothsides.cli.places import WorkspaceFolder, published
from bothsides.cli.push_plan import plan_as_record, show_plan, write_pushes
from bothsides.cli.set_aside import warn_of_set_aside
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from bothsides.diagnosis.elasticity import DecidingTest, Effect, ElasticityReading, Judgement, PushPlan, Response
    from bothsides.diagnosis.panel import Panel
    from bothsides.schema import Side

PLAN = "plan"
LEAST_TO_DEAL = 3
"""Cells below which no lot can be dealt."""
_SENTENCE = re.compile(r"(?<=[.]) (?=[A-Z])")


def elasticity(
    what: Annotated[str | None, Parameter(help="plan: design a push by lot; without it the reading.")] = None,
    *,
    side: Annotated[str | None, Parameter(help="plan: the side to push, buyer or supplier.")] = None,
    weeks: Annotated[int, Parameter(help="plan: weeks a wave lasts.")] = 13,
    waves: Annotated[int, Parameter(help="plan: waves, one after the other.")] = 2,
    one_in: Annotated[int, Parameter(help="plan: one cell in so many is pushed at a time.")] = 2,
    factor: Annotated[float, Parameter(help="plan: how many times as many join a pushed cell.")] = 2.0,
    follow: Annotated[int, Parameter(help="plan: weeks watched after the last wave.")] = 13,
    effect: Annotated[float, Parameter(help="plan: the elasticity it should be able to show.")] = 0.3,
    start: Annotated[str | None, Parameter(help="plan: Monday of the first wave; else the next known one.")] = None,
    seed: Annotated[int, Parameter(help="plan: the same number deals the same lot.")] = 1,
    out: Annotated[Path | None, Parameter(help="plan: a CSV to load into the table pushes.")] = None,
    as_of: Annotated[str | None, Parameter(help="Business date up to which data counts.")] = None,
    json: Annotated[bool, Parameter(negative=(), help="Print a record for scripts.")] = False,
    workspace: WorkspaceFolder = Path(),
) -> None:
    """How strongly each side draws and keeps the other, what that rests on, and which side to fund.

    Every number carries a grade: randomised, instrumented, fixed effects, correlational; below 10 cells x 26 weeks
    there is a direction at most. With plan, a push by lot is dealt that would answer it. Examples:

    bothsides elasticity

    bothsides elasticity plan --side supplier --weeks 13 --waves 2 --out pushes.csv
    """
    from bothsides.diagnosis import read_policy
    from bothsides.diagnosis.elasticity import Design, cheapest_test, plan_push, read_judgements, read_money
    from bothsides.diagnosis.elasticity import elasticity as read_elasticity
    from bothsides.diagnosis.panel import Panel, read_panel
    from bothsides.metrics import open_store, read_dictionary
    from bothsides.schema import Side
    from bothsides.workspace import Workspace

    pushed = _asked(what, side, out)
    design = Design(weeks=weeks, waves=waves, one_in=one_in, factor=factor, follow=follow)
    opened = Workspace.open(workspace)
    policy, judgements = read_policy(opened.folder), read_judgements(opened.folder)
    with open_store(published(opened), dictionary=read_dictionary(opened.folder)) as store:
        panel = read_panel(store, as_of=day(as_of, "--as-of"), policy=policy)
        currency, money = store.currency, read_money(store, panel) if isinstance(panel, Panel) else {}
        warn_of_set_aside(store)
    if not isinstance(panel, Panel):
        _say_why_not(panel.reason, json=json)
        return
    costs = {each: money[each].cost if each in money else None for each in Side}
    if pushed is not None:
        first = first_day(day(start, "--start"), panel)
        planned = plan_push(
            panel,
            pushed,
            design=design,
            start=first,
            elasticity=effect,
            cost=costs[pushed],
            currency=currency,
            policy=policy,
            seed=seed,
        )
        _tell_plan(planned, out, currency, json=json)
        return
    reading = read_elasticity(panel, money=money, policy=policy, judgements=judgements)
    sides = Side if reading.small else ()
    found = (cheapest_test(panel, each, cost=costs[each], currency=currency, policy=policy) for each in sides)
    deciding = [test for test in found if test is not None]
    if json:
        print(json_text.dumps(as_record(reading, deciding, currency), indent=2, ensure_ascii=False))
    else:
        show(screen(), reading, deciding, currency)


def _asked(what: str | None, side: str | None, out: Path | None) -> Side | None:
    """The side a plan is asked for, None where the reading is."""
    from bothsides.schema import Side

    if what not in (None, PLAN):
        raise ValueError(f"elasticity {what!r}: only {PLAN!r}, or nothing, may stand there; a workspace goes with -w")
    if side is not None and side not in set(Side):
        raise ValueError(f"--side {side!r} is not one of {', '.join(Side)}")
    if what == PLAN and side is None:
        raise ValueError(f"a plan needs the side to push: --side {' or --side '.join(Side)}")
    if what is None and (side is not None or out is not None):
        word = "--side" if side is not None else "--out"
        raise ValueError(f"{word} goes with a plan: bothsides elasticity {PLAN} --side buyer or --side supplier")
    return Side(side) if what == PLAN and side else None


def first_day(asked: date | None, panel: Panel) -> date:
    """The Monday on which a push begins, that after the panel's last week unless asked for a later one.

    Raises ValueError for a day that has passed: who is pushed must be dealt before anyone knows how the weeks went.
    """
    after = panel.weeks[-1] + timedelta(days=7)
    if asked is not None and asked < after:
        raise ValueError(f"--start {asked} has passed: a lot is dealt before its weeks are known, from {after} on")
    return asked or after


def _tell_plan(planned: PushPlan, out: Path | None, currency: str, *, json: bool) -> None:
    if out is not None:
        write_pushes(planned, out)
    if json:
        print(json_text.dumps(plan_as_record(planned, currency), indent=2, ensure_ascii=False))
    else:
        show_plan(screen(), planned, out)


def _say_why_not(reason: str, *, json: bool) -> None:
    if json:
        print(json_text.dumps({"status": "unavailable", "reason": reason}, indent=2, ensure_ascii=False))
    else:
        screen().print(plain(f"Nothing can be said of one side moving the other: {reason}.", style="dim"))


def show(console: Console, reading: ElasticityReading, tests: list[DecidingTest], currency: str) -> None:
    """The reading on one screen: effects, what they rest on, retention, funding, what to do next."""
    from bothsides.cli.figures import print_whole
    from bothsides.diagnosis.wording import counted

    size = f"{counted(reading.cells, 'cell')} x {counted(reading.weeks, 'week')}"
    said = f"{size}, {reading.first_week} to {reading.last_week}"
    console.print(plain(f"How one side moves the other, {said}\n", style="bold"))
    if reading.small:
        for direction in reading.small:
            console.print(plain(direction.sentence))
        console.print(plain(f"\n{reading.effects[0].reason}.", style="dim"))
    else:
        _show_effects(console, reading)
    console.print(plain(f"\n{reading.funding.sentence}", style="bold"))
    if reading.funding.returns:
        print_whole(console, _returns(reading, currency))
    for need in reading.funding.collect:
        console.print(plain(f"  missing: {need}"))
    for said_by in (*map(_on_record, reading.judgements), *(f"\n{test.sentence}" for test in tests)):
        console.print(plain(said_by))
    able = reading.cells >= LEAST_TO_DEAL
    ahead = (
        "elasticity plan --side supplier --out pushes.csv" if able else "doctor, for what splits the market into cells"
    )
    console.print(plain(f"\nNext: bothsides {ahead}", style="dim"))


def _show_effects(console: Console, reading: ElasticityReading) -> None:
    """The effects, why they have their grades, who retains whom, and what followed pushes."""
    from bothsides.cli.figures import print_whole

    print_whole(console, _effects(reading))
    console.print()
    for sentence in dict.fromkeys(s for e in reading.effects for s in _SENTENCE.split(e.why or e.reason) if s):
        console.print(plain(sentence, style="dim"))
    if reading.retention is not None:
        console.print(plain(f"\n{reading.retention.sentence}"))
    for response in reading.responses:
        if response.side is not response.pushed and response.weeks[1:]:
            console.print(plain(_after_push(response)))


def _effects(reading: ElasticityReading) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("1 % more of", no_wrap=True)
    table.add_column("changes", no_wrap=True)
    for name in ("by %", "95 % range"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("rests on", no_wrap=True)
    for effect in reading.effects:
        what = f"{effect.side}s {'joining' if effect.margin == 'inflow' else 'leaving'}"
        bounds = effect.interval
        table.add_row(
            f"{effect.driver}s",
            what,
            "" if effect.value is None else f"{effect.value:+.2f}",
            "" if bounds is None else f"{bounds.low:+.2f} to {bounds.high:+.2f}",
            _rests_on(effect),
        )
    return table


def _rests_on(effect: Effect) -> str:
    """The grade, with the strength of the pushes where it rests on them."""
    from bothsides.diagnosis.elasticity import Identification

    by_pushes = effect.grade in (Identification.RANDOMISED, Identification.INSTRUMENTED)
    return f"{effect.grade}, F {effect.first_stage:.0f}" if by_pushes else str(effect.grade)


def _returns(reading: ElasticityReading, currency: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("1 spent on", no_wrap=True)
    for name in (f"returns in {reading.funding.horizon_weeks} weeks", "95 % range", "own accounts", "other accounts"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column(f"cost of one, {currency}", justify="right", no_wrap=True)
    for each in reading.funding.returns:
        table.add_row(
            f"{each.side}s",
            f"{each.total:.2f}",
            f"{each.low:.2f} to {each.high:.2f}",
            f"{each.own:.2f}",
            f"{each.cross:.2f}",
            f"{each.cost:,.0f}",
        )
    return table


def _after_push(response: Response) -> str:
    at = len(response.weeks) - 1
    return (
        f"\n{response.weeks[at]} weeks after a push for {response.pushed}s began (of {response.starts}), "
        f"{response.side} stock is {response.percent[at]:+.1f} % against cells without ({response.low[at]:+.1f} to "
        f"{response.high[at]:+.1f})."
    )


def _on_record(judgement: Judgement) -> str:
    from bothsides.diagnosis.elasticity import BELIEFS

    where = f" in {judgement.category}" if judgement.category else ""
    said = f"On record, {judgement.who}, {judgement.on}: the {judgement.side} side{where} {BELIEFS[judgement.belief]}"
    return f"\n{said}. {judgement.why}"


def as_record(reading: ElasticityReading, tests: list[DecidingTest], currency: str) -> dict[str, Any]:
    """The reading as plain data: effects in % per %, money in major units of the currency, probabilities 0-1."""
    return {
        "status": "small_market" if reading.small else "ok",
        "currency": currency,
        **_plain(asdict(reading)),
        "deciding_tests": [_plain(asdict(test)) for test in tests],
    }


def _plain(value: Any) -> Any:
    """Days as text and what is not finite as null, all the way down."""
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value.isoformat() if isinstance(value, date) else value
