"""`bothsides elasticity plan`: deal a push by lot, price it, and write it down so that its outcome is read."""

from __future__ import annotations

import csv
import json as json_text
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from bothsides.cli.days import day
from bothsides.cli.places import WorkspaceFolder, published
from bothsides.cli.set_aside import warn_of_set_aside
from bothsides.cli.terminal import plain, screen

if TYPE_CHECKING:
    from bothsides.diagnosis.elasticity import PlannedPush, PushPlan
    from bothsides.schema import Side
    from bothsides.workspace import Workspace

COLUMNS = (
    "push_id",
    "name",
    "side",
    "category",
    "region",
    "started_at",
    "ended_at",
    "intensity",
    "assignment",
)
"""The columns of the table `pushes`, in its order."""
DRAWN = "drawn"
"""Whether the row's cell is to be pushed, yes or no: what intensity says in words, for people."""
TARGETS = ("usual", "bring", "extra", "cost")
"""What those who run the push need beside them, whole accounts over the wave; no mapping reads it."""
CONTROLS = "Rows of intensity 0 (drawn: no) are the lot's controls: do not push them."
_SHOWN = 8
_RUN_IT = "Run it as dealt. bothsides elasticity reads its weeks once they have passed and their orders are loaded."
WHOLE_MONTHS = "dates stand for whole months"
"""What the reason says where a market is dated by month."""

PLANS, MAPPING = "pushes", "mapping/planned_pushes.toml"
"""Where plans lie in a workspace, and what reads them."""
MAPPING_TEXT = f"""\
source = "planned_pushes"
files = ["{PLANS}/*.csv"]   # one file for each plan that was dealt
mode = "incremental"       # a new file joins those there are: past pushes stay

[[table]]
name = "pushes"
key = ["push_id"]

[table.columns]
name = "name"
side = "side"
category = "category"
region = "region"
started_at = "started_at"
ended_at = "ended_at"
intensity = "intensity"    # 0: took part in the lot and was not drawn
assignment = "assignment"
"""


def plan(
    workspace: WorkspaceFolder = Path(),
    *,
    side: Annotated[str | None, Parameter(help="The side to push, buyer or supplier.")] = None,
    weeks: Annotated[int, Parameter(help="Weeks a wave lasts.")] = 13,
    waves: Annotated[int, Parameter(help="Waves, one after the other.")] = 2,
    one_in: Annotated[int, Parameter(help="One cell in so many is pushed at a time.")] = 2,
    factor: Annotated[float, Parameter(help="How many times as many join a pushed cell.")] = 2.0,
    follow: Annotated[int, Parameter(help="Weeks watched after the last wave.")] = 13,
    effect: Annotated[float, Parameter(help="The elasticity it should be able to show.")] = 0.3,
    start: Annotated[str | None, Parameter(help="Monday of the first wave; else the first not yet known.")] = None,
    seed: Annotated[int, Parameter(help="The same number deals the same lot.")] = 1,
    save: Annotated[
        bool, Parameter(negative=(), help=f"Write the lot into {PLANS}/ and {MAPPING} of the workspace.")
    ] = False,
    anyway: Annotated[
        bool, Parameter(negative=(), help="With --save: write also a lot that answers nothing as dealt.")
    ] = False,
    out: Annotated[Path | None, Parameter(help="Write the lot as a CSV elsewhere.")] = None,
    as_of: Annotated[str | None, Parameter(help="Business date up to which data counts.")] = None,
    known_on: Annotated[int | None, Parameter(help="Load number: what was known then.")] = None,
    json: Annotated[bool, Parameter(negative=(), help="Print a record for scripts.")] = False,
) -> None:
    """Deal a push by lot: which cells to push when, how many accounts to bring into each, what that costs and shows.

    With --save the lot lies where the next sync reads it, beside the pushes there are; nothing is overwritten. Run it
    as dealt, and bothsides elasticity tells what it did once its weeks have passed. A lot that answers nothing is not
    saved unless --anyway is given. Examples:

    bothsides elasticity plan --side supplier --weeks 13 --waves 2

    bothsides elasticity plan acme --side buyer --factor 3 --save
    """
    from bothsides.diagnosis import read_policy
    from bothsides.diagnosis.elasticity import Design, account_costs, plan_push
    from bothsides.diagnosis.panel import Panel, read_panel
    from bothsides.metrics import open_store, read_dictionary
    from bothsides.workspace import Workspace

    pushed, until = pushed_side(side), day(as_of, "--as-of")
    design = Design(weeks=weeks, waves=waves, one_in=one_in, factor=factor, follow=follow)
    policy = read_policy((opened := Workspace.open(workspace)).folder)
    with open_store(published(opened), known_on=known_on, dictionary=read_dictionary(opened.folder)) as store:
        panel = read_panel(store, as_of=until, policy=policy)
        last = store.ranges["orders"][1] if "orders" in store.ranges else until or date.min
        currency, costs = store.currency, account_costs(store, panel) if isinstance(panel, Panel) else {}
        warn_of_set_aside(store)
    latest = last if known_on is None else _known_now(opened)
    if not isinstance(panel, Panel):
        say_why_not(panel.reason, json=json)
        return
    begins = first_day(day(start, "--start"), last if until is None else min(last, until))
    if save or out is not None:
        refuse_known_weeks(begins, latest, save=save, as_of=until, known_on=known_on)
    planned = plan_push(
        panel,
        pushed,
        design=design,
        start=begins,
        elasticity=effect,
        cost=costs.get(pushed),
        currency=currency,
        policy=policy,
        seed=seed,
    )
    saved = _written(planned, opened.folder, save=save, anyway=anyway, out=out)
    if json:
        print(json_text.dumps(plan_as_record(planned, currency, saved), indent=2, ensure_ascii=False))
    else:
        show_plan(screen(), planned, currency, workspace=workspace, saved=saved, out=out)


def _written(planned: PushPlan, folder: Path, *, save: bool, anyway: bool, out: Path | None) -> Saved | None:
    """Write the lot to where it was asked for, where it may be."""
    if save and not anyway:
        refuse_what_answers_nothing(planned)
    if out is not None:
        write_pushes(planned, out, mode="w")
    return save_plan(planned, folder) if save else None


def pushed_side(word: str | None) -> Side:
    """The side to push. Raises ValueError naming the sides."""
    from bothsides.schema import Side

    if word is None:
        raise ValueError(f"a plan needs the side to push: --side {' or --side '.join(Side)}")
    if word not in set(Side):
        raise ValueError(f"--side {word!r} is not one of {', '.join(Side)}")
    return Side(word)


def first_day(asked: date | None, known: date) -> date:
    """The Monday on which a push begins, the first after the last known day unless asked for a later one.

    Raises ValueError for a day that has passed: who is pushed must be dealt before anyone knows how the weeks went.

    >>> str(first_day(None, date(2026, 9, 23)))
    '2026-09-28'
    """
    after = known + timedelta(days=7 - known.weekday())
    if asked is not None and asked < after:
        raise ValueError(f"--start {asked} has passed: a lot is dealt before its weeks are known, from {after} on")
    return asked or after


def refuse_known_weeks(begins: date, latest: date, *, save: bool, as_of: date | None, known_on: int | None) -> None:
    """Keep a push that is dealt for days gone by from the record, where it would be read as a trial that was run.

    Raises ValueError where it begins on a day of which orders are known by now.

    >>> refuse_known_weeks(date(2026, 9, 28), date(2026, 9, 27), save=True, as_of=None, known_on=None)
    """
    if begins > latest:
        return
    asked = [f"--as-of {as_of}"] * (as_of is not None) + [f"--known-on {known_on}"] * (known_on is not None)
    raise ValueError(
        f"{'--save' if save else '--out'} with {' '.join(asked)}: the push would begin on {begins}, and orders are "
        f"known up to {latest}: a lot is written only for weeks that nobody knows yet; leave out {' and '.join(asked)},"
        f" or give --start {first_day(None, latest)} or later"
    )


def refuse_what_answers_nothing(planned: PushPlan) -> None:
    """Keep a push off the record that costs money and tells nothing. Raises ValueError with what would tell."""
    from bothsides.diagnosis.wording import share

    if planned.answers_nothing:
        raise ValueError(
            f"--save: as dealt, this push answers nothing: an elasticity of {planned.elasticity:.2f} would show with a "
            f"probability of {share(planned.power)}, and chance shows one in 5 % of markets where there is none. "
            f"{planned.enough} --anyway writes it all the same"
        )


def _known_now(opened: Workspace) -> date:
    """The last day of orders that the latest load knows."""
    from bothsides.metrics import open_store

    with open_store(published(opened)) as store:
        return store.ranges["orders"][1] if "orders" in store.ranges else date.min


def say_why_not(reason: str, *, json: bool) -> None:
    """Say that the market cannot be followed by cell and week, and why."""
    if json:
        print(json_text.dumps({"status": "unavailable", "reason": reason}, indent=2, ensure_ascii=False))
    else:
        screen().print(plain(f"Nothing can be said of one side moving the other: {reason}."))
        screen().print(plain(f"Next: {what_first(reason)}", style="dim"))


def what_first(reason: str) -> str:
    """What to do where nothing can be said yet.

    >>> what_first("dates stand for whole months, and so on")
    'load orders dated by day (order export), then bothsides sync. No push can be dealt or read before that.'
    """
    if WHOLE_MONTHS in reason:
        return "load orders dated by day (order export), then bothsides sync. No push can be dealt or read before that."
    return "bothsides doctor says which questions the data can answer."


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """Where a plan was written in its workspace, and whether the mapping there is the one that reads it."""

    lot: Path
    mapping: Path
    as_written: bool


def save_plan(planned: PushPlan, folder: Path) -> Saved:
    """Write the lot and, where there is none yet, the mapping that reads it. Raises FileExistsError for a plan that was
    written before: a lot is not dealt a second time."""
    lot, mapping = _place(planned, folder), folder / MAPPING
    if lot.exists():
        raise FileExistsError(
            f"{lot} is there already: a lot is dealt once; give another --start, or move away what was not run"
        )
    lot.parent.mkdir(exist_ok=True)
    mapping.parent.mkdir(exist_ok=True)
    write_pushes(planned, lot, mode="x")
    if not mapping.exists():
        mapping.write_text(MAPPING_TEXT, encoding="utf-8")
    return Saved(lot=lot, mapping=mapping, as_written=mapping.read_text(encoding="utf-8") == MAPPING_TEXT)


def _place(planned: PushPlan, folder: Path) -> Path:
    return folder / PLANS / f"{planned.side.value}-{planned.rows[0].started_at}.csv"


def write_pushes(planned: PushPlan, path: Path, *, mode: str) -> None:
    """Write the lot as a CSV that a mapping loads into `pushes`. Raises OSError where it cannot be written."""
    with path.open(mode, newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow((*COLUMNS, DRAWN, *TARGETS))
        for row, target in zip(planned.rows, targets(planned), strict=True):
            writer.writerow((*_cells(row), "yes" if row.drawn else "no", *target.cells))


def plan_as_record(planned: PushPlan, currency: str, saved: Saved | None = None) -> dict[str, Any]:
    """The plan as plain data: power as a probability, cost in major units of the currency, accounts by week.

    Of `pushes` those that are `drawn` are to be pushed, the others are the lot's controls.
    """
    design = planned.design
    return {
        "status": "ok",
        "currency": currency,
        "side": planned.side.value,
        "weeks": design.weeks,
        "waves": design.waves,
        "one_in": design.one_in,
        "factor": design.factor,
        "follow_weeks": design.follow,
        "elasticity": planned.elasticity,
        "power": planned.power,
        "answers_nothing": planned.answers_nothing,
        "would_suffice": planned.enough or None,
        "smallest_elasticity_at_80_percent_power": planned.smallest,
        "extra_accounts": planned.extra_accounts,
        "cost": planned.cost,
        "cells": planned.cells,
        "pushes": [
            {
                **dict(zip(COLUMNS, _cells(row), strict=True)),
                DRAWN: row.drawn,
                "usual_accounts_per_week": row.usual_a_week,
                "bring_accounts_per_week": row.bring_a_week,
                "usual_accounts": target.usual,
                "bring_accounts": target.bring,
                "extra_accounts": target.extra,
                "cost": target.cost,
            }
            for row, target in zip(planned.rows, targets(planned), strict=True)
        ],
        "written": None if saved is None else {"lot": str(saved.lot), "mapping": str(saved.mapping)},
    }


def show_plan(
    console: Console,
    planned: PushPlan,
    currency: str,
    *,
    workspace: Path = Path(),
    saved: Saved | None = None,
    out: Path | None = None,
) -> None:
    """What the push costs and can show, its first cells with their targets, and how to have it read."""
    from bothsides.cli.figures import print_whole

    console.print(plain(planned.sentence))
    if planned.cost is None:
        console.print(plain("What an account costs is not known: load spend by side for the cost.", style="dim"))
    console.print()
    print_whole(console, _targets_table(planned, currency))
    if len(planned.drawn) > _SHOWN:
        console.print(plain(f"... and {len(planned.drawn) - _SHOWN} more", style="dim"))
    for line in _next(planned, workspace, saved, out):
        console.print(plain(line))


def _targets_table(planned: PushPlan, currency: str) -> Table:
    """The first cells to push: when, how many join in the wave as it is, how many are to, what that takes."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("category", "region", "first day", "last day"):
        table.add_column(name, no_wrap=True)
    for name in ("usually join", "bring in all", "more than usual", f"cost, {currency}"):
        table.add_column(name, justify="right", no_wrap=True)
    shown = [(row, of) for row, of in zip(planned.rows, targets(planned), strict=True) if row.drawn][:_SHOWN]
    for row, target in shown:
        table.add_row(
            plain(row.category or "all"),
            plain(row.region or "all"),
            str(row.started_at),
            str(row.ended_at),
            f"{target.usual:,}",
            f"{target.bring:,}",
            f"{target.extra:,}",
            "" if target.cost is None else f"{target.cost:,.0f}",
        )
    return table


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Whole accounts of a cell over one wave: who usually join, how many are to, how many more that is, its cost."""

    usual: int
    bring: int
    extra: int
    cost: float | None

    @property
    def cells(self) -> tuple[str, ...]:
        """As written in the file of the lot."""
        return str(self.usual), str(self.bring), str(self.extra), "" if self.cost is None else f"{self.cost:.2f}"


def targets(planned: PushPlan) -> tuple[Target, ...]:
    """What each row of the plan asks for, in whole accounts whose totals are those of the plan."""
    from bothsides.diagnosis.elasticity import whole

    usual = whole([row.usual_a_week * planned.design.weeks for row in planned.rows])
    extra = whole([row.extra for row in planned.rows])
    one = None if planned.cost is None else planned.cost / planned.extra_accounts
    return tuple(
        Target(usual=few, bring=few + more, extra=more, cost=None if one is None else more * one)
        for few, more in zip(usual, extra, strict=True)
    )


def _next(planned: PushPlan, workspace: Path, saved: Saved | None, out: Path | None) -> tuple[str, ...]:
    """How the push comes to be read: the lot and its mapping in the workspace, then a sync."""
    sync = "bothsides sync" if workspace == Path() else f"bothsides sync {workspace}"
    if saved is None:
        lot = _place(planned, Path())
        there = () if out is None else ("", f"Written to {out}, which no mapping reads yet.", CONTROLS)
        if planned.answers_nothing:
            return (
                *there,
                "",
                "Next: do not run it. --save refuses it, unless --anyway stands beside it.",
            )
        return (*there, "", f"Next: the same with --save writes {lot} and {MAPPING} into the workspace, then {sync}")
    kept = "" if saved.as_written else f", which was there and is kept as it is: see that its files take in {PLANS}/"
    return (
        "",
        f"Written: {saved.lot}, the lot, and {saved.mapping}, which reads it{kept}.",
        CONTROLS,
        "Written with --anyway: as dealt, it answers nothing." if planned.answers_nothing else _RUN_IT,
        f"Next: {sync}",
    )


def _cells(row: PlannedPush) -> tuple[str, ...]:
    values = (getattr(row, name) for name in COLUMNS)
    return tuple("" if value is None else str(value) for value in values)
