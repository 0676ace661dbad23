"""`bothsides elasticity`: how each side draws and keeps the other, and which to fund."""

from __future__ import annotations

import json as json_text
import math
import re
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter
from rich.console import Console
from rich.table import Table

from bothsides.cli import next_steps
from bothsides.cli.days import day
from bothsides.cli.places import WorkspaceFolder, published
from bothsides.cli.push_plan import say_why_not
from bothsides.cli.set_aside import warn_of_set_aside
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bothsides.diagnosis.elasticity import DecidingTest, Effect, ElasticityReading, Judgement, Response

LEAST_TO_DEAL = 3
"""Cells below which no lot can be dealt."""
_SENTENCE = re.compile(r"(?<=[.]) (?=[A-Z])")

elasticity = App(name="elasticity", help_epilogue=next_steps.AUDIT)
elasticity.command(
    "bothsides.cli.push_plan:plan", name="plan", help="Deal a push by lot that would show how one side draws the other."
)


@elasticity.default
def reading(
    workspace: WorkspaceFolder = Path(),
    *,
    as_of: Annotated[str | None, Parameter(help="Business date up to which data counts.")] = None,
    known_on: Annotated[int | None, Parameter(help="Load number: what was known then.")] = None,
    json: Annotated[bool, Parameter(negative=(), help="Print a record for scripts.")] = False,
) -> None:
    """How strongly each side draws and keeps the other, what that rests on, and which side to fund.

    Every number carries a grade: randomised, instrumented, fixed effects, correlational; below 10 cells x 26 weeks
    there is a direction at most. bothsides elasticity plan deals a push by lot that would answer it. Examples:

    bothsides elasticity

    bothsides elasticity acme --as-of 2026-03-31 --json
    """
    from bothsides.diagnosis import read_policy
    from bothsides.diagnosis.elasticity import (
        alike_alone,
        cheapest_test,
        leaks,
        read_judgements,
        read_money,
        unit_economics,
    )
    from bothsides.diagnosis.elasticity import elasticity as read_elasticity
    from bothsides.diagnosis.panel import Panel, read_panel
    from bothsides.metrics import open_store, read_dictionary
    from bothsides.schema import Side
    from bothsides.workspace import Workspace

    opened, until = Workspace.open(workspace), day(as_of, "--as-of")
    policy, judgements = read_policy(opened.folder), read_judgements(opened.folder)
    with open_store(published(opened), known_on=known_on, dictionary=read_dictionary(opened.folder)) as store:
        panel = read_panel(store, as_of=until, policy=policy)
        currency, money = store.currency, read_money(store, panel) if isinstance(panel, Panel) else {}
        keep_first = isinstance(panel, Panel) and leaks(store, policy, as_of=until)
        alone = unit_economics(store, policy, as_of=until) if isinstance(panel, Panel) else ()
        warn_of_set_aside(store)
    if not isinstance(panel, Panel):
        say_why_not(panel.reason, json=json)
        return
    costs = {each: money[each].cost if each in money else None for each in Side}
    found = read_elasticity(panel, money=money, policy=policy, judgements=judgements, retention_first=keep_first)
    sides = Side if found.small else ()
    tests = (cheapest_test(panel, each, cost=costs[each], currency=currency, policy=policy) for each in sides)
    deciding = [test for test in tests if test is not None]
    if json:
        print(json_text.dumps(as_record(found, deciding, currency), indent=2, ensure_ascii=False))
    else:
        show(screen(), found, deciding, currency, alone=alike_alone(found.funding, alone))


def show(
    console: Console, reading: ElasticityReading, tests: list[DecidingTest], currency: str, *, alone: str = ""
) -> None:
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
    console.print(plain(f"\n{' '.join(filter(None, (reading.funding.sentence, alone)))}", style="bold"))
    if reading.funding.returns:
        print_whole(console, _returns(reading, currency))
        console.print(plain(reading.funding.reckoned, style="dim"))
    for need in reading.funding.collect:
        console.print(plain(f"  missing: {need}"))
    for said_by in (*map(_on_record, reading.judgements), *(f"\n{test.sentence}" for test in tests)):
        console.print(plain(said_by))
    for note in reading.notes:
        console.print(plain(f"\n{note}", style="dim"))
    able = reading.cells >= LEAST_TO_DEAL
    ahead = "elasticity plan --side supplier" if able else "doctor, for what splits the market into cells"
    console.print(plain(f"\nNext: bothsides {ahead}", style="dim"))


def _show_effects(console: Console, reading: ElasticityReading) -> None:
    """The effects, why they have their grades, who retains whom, and what followed pushes."""
    from bothsides.cli.figures import print_whole

    print_whole(console, _effects(reading))
    if any(_by_pushes(effect) for effect in reading.effects):
        console.print(plain("F: how far the pushes moved the stock; 1 is noise, 10 enough.", style="dim"))
    console.print()
    for sentence in dict.fromkeys(s for e in reading.effects for s in _SENTENCE.split(e.why or e.reason) if s):
        console.print(plain(sentence, style="dim"))
    if reading.retention is not None:
        console.print(plain(f"\n{reading.retention.sentence}"))
    for response in reading.responses:
        if response.side is not response.pushed and response.weeks[1:]:
            console.print(plain(f"\n{after_push(response, reading.responses)}"))


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
    return f"{effect.grade}, F {effect.first_stage:.0f}" if _by_pushes(effect) else str(effect.grade)


def _by_pushes(effect: Effect) -> bool:
    from bothsides.diagnosis.elasticity import Identification

    return effect.grade in (Identification.RANDOMISED, Identification.INSTRUMENTED)


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


def after_push(response: Response, responses: Sequence[Response]) -> str:
    """What followed pushes on the other side, where they moved the side they were for; else that they did not."""
    at, pushed = len(response.weeks) - 1, response.pushed
    own = next((r for r in responses if r.side is r.pushed is pushed), None)
    begun = f"{response.weeks[at]} weeks after a push for {pushed}s began ({response.starts} on record)"
    if own is not None and own.low[at] <= 0 <= own.high[at]:
        return (
            f"{begun}, {pushed} stock itself is not beyond chance from cells without ({own.percent[at]:+.1f} %, "
            f"{own.low[at]:+.1f} to {own.high[at]:+.1f}): what followed on the other side is not the pushes' doing."
        )
    return (
        f"{begun}, {response.side} stock is {response.percent[at]:+.1f} % against cells without "
        f"({response.low[at]:+.1f} to {response.high[at]:+.1f})."
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
        "units": units(currency),
        **_plain(asdict(reading)),
        "deciding_tests": [_plain(asdict(test)) for test in tests],
    }


def units(currency: str) -> dict[str, str]:
    """What each number of the record counts, by its place in it."""
    by_stock = "% change of the side's weekly joiners (inflow) or weekly chance to leave (retention) per 1 % more stock"
    return {
        "effects.value": by_stock,
        "effects.interval": by_stock,
        "effects.error": by_stock,
        "effects.n": "cell-weeks",
        "effects.first_stage": "F statistic: 1 is noise, 10 enough",
        "effects.checks.t": "times its own error; beyond chance from limit on",
        "responses.percent": "% more stock than without the push, by week since it began",
        "retention.probability": "probability, 0-1",
        "funding.probability": "probability, 0-1",
        "funding.gap": "the better side's return over the other's",
        "funding.more": f"{currency} returned per {currency} spent",
        "funding.returns.total": f"{currency} returned per {currency} spent within horizon_weeks",
        "funding.returns.cost": f"{currency} per account won",
        "funding.returns.contribution": f"{currency} per account and week",
        "small.chance": "probability, 0-1",
        "deciding_tests.power": "probability, 0-1",
        "deciding_tests.extra_accounts": "accounts",
        "deciding_tests.cost": currency,
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
