"""Proof: cross-side elasticities with the coverage they claim, grades that see confounding, the right side to fund.

Worlds of known truth, drawn seed by seed (`bothsides.simulate.panel`), read by the same call that the audit makes. The
figures are written as they come, against the bars of the specification.
"""

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import harness
import numpy as np

sys.path.insert(0, str(harness.FOLDER.parent))

from tests.diagnosis.panels import panel_of

from bothsides.diagnosis.elasticity import (
    Design,
    Effect,
    ElasticityReading,
    Identification,
    Margin,
    SideMoney,
    elasticity,
)
from bothsides.diagnosis.elasticity.power import fit_market, power
from bothsides.diagnosis.panel import Assignment, Panel
from bothsides.schema import Side
from bothsides.simulate.panel import WORLDS, PanelPlan, PanelPush, PanelWorld, draw

BUYER, SUPPLIER = Side.BUYER, Side.SUPPLIER
FORECASTS = 10
"""Histories without pushes on which the planner is asked."""


KEPT = 0.90
"""Share of worlds that must keep the grade: bias and coverage of a happy few would prove little."""
MOST_WRONG, MOST_IDLE = 0.05, 0.10
"""Share of proposals that may name the wrong side, and of worlds of equal returns that may get one at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table: what was measured, on how many worlds, the figure, its bar and whether it is met."""

    what: str
    worlds: int
    figure: str
    bar: str = ""
    met: bool | None = None

    @property
    def row(self) -> str:
        """As a row of the table."""
        verdict = "" if self.met is None else "met" if self.met else "**MISSED**"
        return f"| {self.what} | {self.worlds} | {self.figure} | {self.bar} | {verdict} |"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A world with its reading."""

    world: PanelWorld
    reading: ElasticityReading

    def effect(self, side: Side) -> Effect:
        """The effect on who joins the side."""
        return self.reading.effect(side, Margin.INFLOW)


def look(plan: PanelPlan, declared: Assignment | None = None) -> Seen:
    """Draw the world and read it, with the money that is true of it."""
    world = draw(plan)
    panel = panel_of(world)
    if declared is not None:
        panel = replace(panel, assignment={**panel.assignment, SUPPLIER: declared})
    money = {s: SideMoney(cost=plan.side(s).cost, contribution=plan.side(s).contribution) for s in Side}
    return Seen(world=world, reading=elasticity(panel, money=money))


def many(of: Callable[[int], PanelPlan], worlds: int, first: int, declared: Assignment | None = None) -> list[Seen]:
    """So many worlds of a kind, seeds from `first` on."""
    return [look(of(first + i), declared) for i in range(worlds)]


def rate(hits: Sequence[bool]) -> float:
    """Share that holds."""
    return sum(hits) / len(hits) if hits else math.nan


def told(seen: list[Seen], side: Side, grade: Identification) -> list[Seen]:
    """Those whose effect on the side has this grade."""
    return [s for s in seen if s.effect(side).grade is grade]


def recovery(
    name: str, seen: list[Seen], side: Side, grade: Identification, bars: tuple[float, float, float]
) -> list[Figure]:
    """Bias and coverage of the effects with a grade; bars are |bias|, least and most coverage."""
    kept = told(seen, side, grade)
    if not kept:
        return [Figure(what=f"{name}: graded {grade}", worlds=len(seen), figure="none", bar="some", met=False)]
    truth = kept[0].world.truth.elasticity[side]
    values = np.array([s.effect(side).value for s in kept], float)
    covered = rate([bool(i and i.holds(truth)) for s in kept if (i := s.effect(side).interval) or True])
    off = values.mean() / truth - 1
    spread = values.std() / math.sqrt(len(values)) / truth
    most_bias, least, most = bars
    return [
        Figure(
            what=f"{name}: graded {grade}",
            worlds=len(seen),
            figure=f"{len(kept) / len(seen):.1%}",
            bar=f"at least {KEPT:.0%}",
            met=len(kept) / len(seen) >= KEPT,
        ),
        Figure(
            what=f"{name}: bias on true {truth:.2f}",
            worlds=len(kept),
            figure=f"{off:+.1%} (s.e. {spread:.1%}; sd of an estimate {values.std():.3f})",
            bar=f"within {most_bias:.0%}",
            met=abs(off) <= most_bias,
        ),
        Figure(
            what=f"{name}: coverage of 95 % intervals",
            worlds=len(kept),
            figure=f"{covered:.1%}",
            bar=f"{least:.0%}-{most:.0%}" if most < 1 else f"at least {least:.0%}",
            met=least <= covered <= most,
        ),
    ]


def graded(name: str, seen: list[Seen], sides: Sequence[Side], wanted: set[Identification], bar: float) -> Figure:
    """How often the effects on these sides get one of the wanted grades."""
    right = rate([all(s.effect(side).grade in wanted for side in sides) for s in seen])
    return Figure(what=name, worlds=len(seen), figure=f"{right:.1%}", bar=f"at least {bar:.0%}", met=right >= bar)


def larger(plan: PanelPlan) -> PanelPlan:
    """Four times as many accounts in every cell: the noise that models.md measured on (sd .028 at 40 x 26)."""
    grown = {
        name: replace(side, start=4 * side.start, inflow=4 * side.inflow)
        for name, side in (("buyers", plan.buyers), ("suppliers", plan.suppliers))
    }
    return replace(plan, name=f"{plan.name}_larger", **grown)


def stronger(name: str, seen: list[Seen], bar: float | None) -> Figure:
    """How often the stronger of the two directions is the one that is stronger in truth."""
    right = rate([(s.effect(BUYER).value or 0) > (s.effect(SUPPLIER).value or 0) for s in seen])
    return Figure(
        what=name,
        worlds=len(seen),
        figure=f"{right:.1%}",
        bar="" if bar is None else f"at least {bar:.0%}",
        met=None if bar is None else right >= bar,
    )


def by_lot(n: int) -> list[Figure]:
    """Pushes by lot, confounded by shocks of single cells."""
    seen = many(WORLDS["randomised_pushes"], n, 10_000)
    both = many(WORLDS["randomised_pushes_both"], n // 2, 20_000)
    bars = (0.10, 0.90, 1.0)
    return [
        *recovery("suppliers pushed by lot, 13 weeks of +1.0, 40 x 104", seen, BUYER, Identification.RANDOMISED, bars),
        *recovery("the other way, buyers pushed too", both, SUPPLIER, Identification.RANDOMISED, bars),
    ]


def by_effects(n: int) -> list[Figure]:
    """Common shocks, which fixed effects absorb."""
    found: list[Figure] = []
    bars, fixed = (0.10, 0.90, 0.98), Identification.FIXED_EFFECTS
    for name, size in (
        ("common_shocks", "40 x 104"),
        ("common_shocks_short", "40 x 26"),
        ("common_shocks_few", "10 x 26"),
    ):
        seen = many(WORLDS[name], n, 30_000)
        for side in Side:
            found += recovery(f"common shocks, {size}, {side}s joining", seen, side, fixed, bars)
        found.append(stronger(f"common shocks, {size}: stronger direction named", seen, None))
    seen = many(lambda seed: larger(WORLDS["common_shocks_short"](seed)), n, 40_000)
    found.append(stronger("the same, 40 x 26 with the noise of models.md: stronger direction named", seen, 0.99))
    return found


def refused(n: int) -> list[Figure]:
    """Below 10 cells x 26 weeks there is no number."""
    small = [
        look(replace(WORLDS["common_shocks"](seed), cells=cells, weeks=weeks))
        for seed in range(max(2, n // 10))
        for cells, weeks in ((9, 26), (10, 25), (5, 52))
    ]
    silent = rate([all(e.value is None for e in s.reading.effects) for s in small])
    return [
        Figure(
            what="9 x 26, 10 x 25, 5 x 52: no number",
            worlds=len(small),
            figure=f"{silent:.1%}",
            bar="100%",
            met=silent == 1,
        )
    ]


def shocked(n: int) -> list[Figure]:
    """Shocks of single cells, which fixed effects cannot absorb, and common ones, which they do."""
    weak = {Identification.CORRELATIONAL, Identification.REFUSED}
    fixed = {Identification.FIXED_EFFECTS}
    cell = many(WORLDS["cell_shocks"], n, 50_000)
    common = many(WORLDS["common_shocks"], n // 2, 80_000)
    return [
        graded("shocks of single cells: graded correlational, both directions", cell, tuple(Side), weak, 0.95),
        graded("common shocks only: keeps its grade, both directions", common, tuple(Side), fixed, 0.90),
    ]


def mislabelled(n: int) -> list[Figure]:
    """Pushes that prove less than they claim: chosen, called random, too weak."""
    weak = {Identification.CORRELATIONAL, Identification.REFUSED}
    chosen = many(WORLDS["chosen_pushes"], n // 2, 60_000)
    lied = many(WORLDS["chosen_pushes"], n // 2, 60_000, Assignment.RANDOMISED)
    feeble = many(WORLDS["weak_pushes"], n // 2, 70_000)
    return [
        graded("pushes chosen where cells boom: graded correlational", chosen, (BUYER,), weak, 0.95),
        graded("the same pushes declared as randomised: found out", lied, (BUYER,), weak, 0.95),
        graded("weak pushes by lot (+0.5 for a week): downgraded", feeble, (BUYER,), weak, 0.95),
    ]


def funding(n: int) -> list[Figure]:
    """The side to fund, where returns differ twofold and where they do not."""
    found = []
    for name in ("supply_returns_double", "demand_returns_double"):
        seen = many(WORLDS[name], n // 2, 90_000)
        right = rate([_likelier(s) is s.world.truth.side_to_fund for s in seen])
        named = [s for s in seen if s.reading.funding.side is not None]
        wrong = rate([s.reading.funding.side is not s.world.truth.side_to_fund for s in named])
        found += [
            Figure(
                what=f"{name}: right side returns more",
                worlds=len(seen),
                figure=f"{right:.1%}",
                bar="at least 95%",
                met=right >= 0.95,
            ),
            Figure(
                what=f"{name}: proposed at 90 % sure",
                worlds=len(seen),
                figure=f"{len(named) / len(seen):.1%}, of them wrong {wrong:.1%}",
                bar=f"some, at most {MOST_WRONG:.0%} of them wrong",
                met=wrong <= MOST_WRONG,
            ),
        ]
    seen = many(WORLDS["equal_returns"], n // 2, 90_000)
    named_at_all = rate([s.reading.funding.side is not None for s in seen])
    found.append(
        Figure(
            what="equal_returns: a side proposed all the same",
            worlds=len(seen),
            figure=f"{named_at_all:.1%}",
            bar=f"at most {MOST_IDLE:.0%}",
            met=named_at_all <= MOST_IDLE,
        )
    )
    return found


def _likelier(seen: Seen) -> Side | None:
    returns = seen.reading.funding.returns
    return max(returns, key=lambda r: r.total).side if returns else None


def planned(n: int) -> list[Figure]:
    """The planner's power against the share of worlds in which the push shows the effect."""
    found = []
    for truth in (0.25, 0.5):
        plan = _settled(WORLDS["reference"](1), truth)
        design = Design(weeks=13, waves=4, one_in=4, factor=math.e, follow=0)
        histories = [replace(plan, seed=seed) for seed in range(FORECASTS)]
        fitted = [fit_market(panel_of(draw(history)), SUPPLIER) for history in histories]
        forecasts = np.array([power(market, design, truth, few=10, seed=1, before=0) for market in fitted])
        forecast = float(forecasts.mean())
        pushed = replace(plan, weeks=52, suppliers=replace(plan.suppliers, push=PanelPush()))
        seen = many(partial(_seeded, pushed), n, 100_000)
        shown = rate([_shows(s) for s in seen])
        found.append(
            Figure(
                what=f"planner's power, elasticity of {truth}: forecast {forecast:.1%} over {FORECASTS} histories "
                f"(sd {forecasts.std():.1%})",
                worlds=len(seen),
                figure=f"{shown:.1%} of worlds showed it",
                bar="within 5 points",
                met=abs(shown - forecast) <= 0.05,
            )
        )
    return found


def _seeded(plan: PanelPlan, seed: int) -> PanelPlan:
    """The same world drawn anew."""
    return replace(plan, seed=seed)


def _settled(plan: PanelPlan, elasticity_of_buyers: float) -> PanelPlan:
    """The plan with stocks that neither grow nor shrink, so that a fit of its end fits its beginning."""
    buyers = replace(plan.buyers, start=plan.buyers.inflow / plan.buyers.churn, elasticity=elasticity_of_buyers)
    return replace(
        plan, buyers=buyers, suppliers=replace(plan.suppliers, start=plan.suppliers.inflow / plan.suppliers.churn)
    )


def _shows(seen: Seen) -> bool:
    of = seen.effect(BUYER)
    return of.grade is Identification.RANDOMISED and of.interval is not None and of.interval.low > 0


def speed(_: int) -> list[Figure]:
    """The whole reading at 400 cells x 104 weeks, pushes on both sides."""
    panel = panel_of(draw(replace(WORLDS["randomised_pushes_both"](1), cells=400)))
    before = harness.cpu_seconds()
    _read(panel)
    used = harness.cpu_seconds() - before
    return [
        Figure(
            what="whole reading, 400 cells x 104 weeks",
            worlds=1,
            figure=f"{used:.1f} CPU-s",
            bar="at most 10 CPU-s",
            met=used <= 10,
        )
    ]


def _read(panel: Panel) -> ElasticityReading:
    return elasticity(panel, money=dict.fromkeys(Side, SideMoney(cost=100.0, contribution=5.0)))


def main() -> int:
    """Run the parts, writing the table after each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=200, help="worlds of the larger kinds; others take half")
    parser.add_argument("--smoke", action="store_true", help="a few worlds of some parts, to see that it runs")
    parser.add_argument("--parts", nargs="+", default=sorted(PARTS), choices=PARTS, help="only these; other rows stay")
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    words = parser.parse_args()
    n = 2 if words.smoke else words.worlds
    names = ("funding", "refused", "shocked") if words.smoke else [name for name in PARTS if name in words.parts]
    missed = False
    for name in names:
        found = PARTS[name](n)
        missed |= any(figure.met is False for figure in found)
        print("\n".join(figure.row for figure in found), flush=True)
        write(name, found, words.results)
    return 0 if words.smoke else int(missed)


PARTS: dict[str, Callable[[int], list[Figure]]] = {
    part.__name__: part for part in (by_lot, by_effects, shocked, funding, refused, planned, mislabelled, speed)
}
"""What is proved, in order; each part writes its own section."""

TITLES = {
    "by_lot": "pushes by lot",
    "by_effects": "fixed effects under common shocks",
    "shocked": "shocks of single cells",
    "funding": "the side to fund",
    "refused": "too little data",
    "planned": "the planner's power",
    "mislabelled": "pushes that prove less than they claim",
    "speed": "speed",
}


def write(name: str, figures: list[Figure], results: Path) -> None:
    """The part's table."""
    missed = [figure.what for figure in figures if figure.met is False]
    harness.write_section(
        f"Proof: elasticity, {TITLES[name]}",
        [
            "Simulated panels of known truth, read by the call that the audit makes.",
            "",
            "| what | worlds | figure | bar | |",
            "|---|---|---|---|---|",
            *[figure.row for figure in figures],
            "",
            f"Bars missed: {'; '.join(missed) or 'none'}.",
        ],
        results=results,
    )


if __name__ == "__main__":
    sys.exit(main())
