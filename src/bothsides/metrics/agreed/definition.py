"""One `[[metric]]` table of agreement/metrics.toml and the metric it makes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated

from bothsides.agreement import checked
from bothsides.metrics.agreed.fingerprint import formula_text
from bothsides.metrics.agreed.mistake import FormulaError, Mistake, not_one_of
from bothsides.metrics.agreed.needs import needs_of, unknown_need
from bothsides.metrics.agreed.parsing import LARGEST_SCALE, parse_formula
from bothsides.metrics.agreed.printing import print_formula
from bothsides.metrics.agreed.shares import clustered, share_mistakes
from bothsides.metrics.agreed.sides import own_side, side_mistakes
from bothsides.metrics.agreed.units import unit_mismatch, unlike_terms
from bothsides.metrics.agreed.words import LONGEST
from bothsides.metrics.facts import FACTS
from bothsides.metrics.measure import Combination, Formula, Measure, Product, Ratio, measures_of
from bothsides.metrics.metric import Better, Metric, SideRule, Tier
from bothsides.metrics.query import DIMENSIONS
from bothsides.metrics.value import Unit
from bothsides.schema import Grain

RESERVED = (*DIMENSIONS, *(grain.value for grain in Grain), "side", "period", "diff")
"""Words of the command line that cannot be a metric's id."""

FAMILY = "agreed"
SOURCE = "agreement/metrics.toml"


def known_id(word: str) -> str:
    """A metric's id: lower-case letters, digits and underscores. Raises ValueError for any other word.

    >>> known_id("gmv_per_active_supplier")
    'gmv_per_active_supplier'
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", word):
        raise ValueError("must be 1 to 63 lower-case letters, digits and underscores, such as 'off_platform_gmv'")
    if word in RESERVED:
        raise ValueError(f"is a word of the command line; not allowed: {', '.join(RESERVED)}")
    return word


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A definition as people write it. What it leaves out it takes from the definition before it, if there is one."""

    id: Annotated[str, checked(known_id)]
    formula: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    share: bool | None = None
    """Whether the numerator's units are among the denominator's, for Wilson's interval."""
    scale: float | None = None
    unit: Unit | None = None
    side: SideRule | None = None
    label: str | None = None
    meaning: str | None = None
    tier: Tier | None = None
    better: Better | None = None
    window: str | None = None
    maturity_days: int | None = None
    dimensions: tuple[str, ...] | None = None
    needs: tuple[str, ...] | None = None
    source: str | None = None
    caveat: str | None = None
    effective_from: date | None = None
    """The first business date on which it holds."""
    restate: bool = False
    """Whether it holds for the days before as well, so that history is told anew."""


REQUIRED = ("unit", "side", "meaning")
"""What a metric that nobody defined before must say beside its formula. A new formula always says what it means."""

FORMULA_KEYS = ("formula", "numerator", "denominator")


def parse_parts(written: dict[str, object]) -> tuple[dict[str, Formula], list[tuple[str, Mistake]]]:
    """Every formula text of a table, read, and what is wrong in them by key."""
    parts: dict[str, Formula] = {}
    mistakes: list[tuple[str, Mistake]] = []
    for key in FORMULA_KEYS:
        text = written.get(key)
        if not isinstance(text, str):
            continue
        try:
            parts[key] = parse_formula(text)
        except FormulaError as error:
            mistakes += ((key, mistake) for mistake in error.mistakes)
    return parts, mistakes


def key_mistakes(definition: Definition, before: Metric | None) -> Iterator[tuple[str, str]]:
    """Keys that are missing or do not go together, each with what would do."""
    given = [key for key in FORMULA_KEYS if getattr(definition, key) is not None]
    if len(given) == 1 and given != ["formula"]:
        yield given[0], "a numerator and a denominator come together; a formula can stand alone"
    if "formula" in given and len(given) > 1:
        yield "formula", "write either a formula, or a numerator and a denominator"
    if not given and before is None:
        yield "formula", "missing: write a formula, or a numerator and a denominator"
    for key in ("share", "scale"):
        if getattr(definition, key) is not None and "numerator" not in given:
            yield key, "belongs to a numerator and a denominator; in a formula write `as share` or `times 100`"
    if definition.scale is not None and not 0 < definition.scale <= LARGEST_SCALE:
        yield "scale", f"must be a number above 0, up to {LARGEST_SCALE:,}"
    for key in REQUIRED if before is None else ("meaning",) if given else ():
        if getattr(definition, key) is None:
            who = "a metric that nobody defined before" if before is None else "a new formula"
            yield key, f"missing: {who} must say it"
    if before is not None:
        yield from kept_mistakes(definition.unit, definition.side, before)
    for need in definition.needs or ():
        if (said := unknown_need(need)) is not None:
            yield "needs", f"{need!r} {said}"
    if definition.maturity_days is not None and not 0 <= definition.maturity_days <= 3660:
        yield "maturity_days", "must be a whole number of days from 0 to 3660"


def kept_mistakes(unit: Unit | None, side: SideRule | None, before: Metric) -> Iterator[tuple[str, str]]:
    """Whoever reads a series must find one unit in it, and the splits that were there."""
    for key, said, kept in (("unit", unit, before.unit), ("side", side, before.side)):
        if said is not None and said is not kept:
            yield key, f"{before.id} has {key} {kept.value!r} in every version; another {key} needs an id of its own"


def make_metric(
    definition: Definition, parts: dict[str, Formula], before: Metric | None
) -> tuple[Metric, list[tuple[str, str]]]:
    """The metric, and what is wrong with it as a whole. The keys must have been found to go together."""
    mistakes: list[tuple[str, str]] = []
    written = _formula(definition, parts)
    base = before if before and written is None else _blank(definition, before)
    said = {
        name: getattr(definition, name)
        for name in ("unit", "side", "label", "meaning", "tier", "better", "window", "source", "caveat", "dimensions")
        if getattr(definition, name) is not None
    }
    metric = replace(base, **said)
    if written is not None:
        formula, maturity, wrong = _matured(own_side(written, metric.side), definition.maturity_days)
        mistakes += wrong
        window = definition.window or (f"{maturity} days" if maturity else "the period")
        metric = replace(
            metric, formula=clustered(formula), maturity_days=maturity, window=window, needs=needs_of(formula)
        )
    elif definition.maturity_days is not None:
        mistakes.append(("maturity_days", "needs the formula beside it, which it is part of"))
    metric = replace(metric, needs=tuple(dict.fromkeys((*metric.needs, *(definition.needs or ())))))
    mistakes += whole_mistakes(metric)
    if written is not None and (long := len(formula_text(metric))) > LONGEST:
        mistakes.append(("formula", f"has {long:,} characters with side and age written out, at most {LONGEST:,}"))
    return metric, mistakes


def whole_mistakes(metric: Metric) -> Iterator[tuple[str, str]]:
    """What is wrong with a metric whose every name is known: units, sides, shares, dimensions."""
    formula = metric.formula
    if not isinstance(formula, Formula):
        return
    key = "formula"
    unlike = list(unlike_terms(formula))
    yield from ((key, said) for said in unlike)
    if not unlike and (said := unit_mismatch(formula, metric.unit)) is not None:
        yield "unit", said
    yield from ((key, said) for said in share_mistakes(formula))
    yield from (("side", said) for said in dict.fromkeys(side_mistakes(formula, metric.side)))
    shared = [d for d in DIMENSIONS if all(d in FACTS[fact].dimensions for fact in metric.facts)]
    for name in metric.dimensions:
        if name not in shared:
            yield "dimensions", f"{name!r} {not_one_of('a split that all its facts know', name, shared)}"


def _formula(definition: Definition, parts: dict[str, Formula]) -> Formula | None:
    if "numerator" not in parts:
        return parts.get("formula")
    return Ratio(
        numerator=parts["numerator"],
        denominator=parts["denominator"],
        share=bool(definition.share),
        scale=1.0 if definition.scale is None else definition.scale,
    )


def _blank(definition: Definition, before: Metric | None) -> Metric:
    """A metric of which nothing is said yet but what a new formula leaves as it was."""
    if before is not None:
        return replace(before, caveat="", dimensions=(), needs=(), source=SOURCE)
    return Metric(
        id=definition.id,
        label=definition.id.replace("_", " ").capitalize(),
        meaning="",
        unit=definition.unit or Unit.COUNT,
        formula=Combination(()),
        side=definition.side or SideRule.MARKET,
        tier=Tier.HEALTH,
        better=Better.NEITHER,
        family=FAMILY,
        row=0,
        source=SOURCE,
        version=0,
    )


def _matured(formula: Formula, days: int | None) -> tuple[Formula, int, list[tuple[str, str]]]:
    """The formula with the metric's maturity in every aggregate, unless the aggregates say their own."""
    oldest = max(measures_of(formula), key=lambda measure: measure.maturity_days)
    youngest = min(measures_of(formula), key=lambda measure: measure.maturity_days)
    own = oldest.maturity_days
    if youngest.maturity_days != own:
        said = f"`{print_formula(oldest)}` and `{print_formula(youngest)}` are not of rows of one age"
        return formula, own, [("formula", f"{said}: write the same `after` behind each, or maturity_days for all")]
    if not own or days is None:
        return (_aged(formula, days) if days else formula), own or days or 0, []
    wrong = [("maturity_days", f"the formula says `after {own} days`: leave one of the two out")] if own != days else []
    return formula, own, wrong


def _aged(formula: Formula, days: int) -> Formula:
    match formula:
        case Measure():
            return replace(formula, maturity_days=days)
        case Ratio(numerator=top, denominator=bottom):
            return replace(formula, numerator=_aged(top, days), denominator=_aged(bottom, days))
        case Combination(terms=terms):
            return Combination(tuple((sign, _aged(term, days)) for sign, term in terms))
        case Product(factors=factors):
            return Product(tuple(_aged(factor, days) for factor in factors), formula.power)
