"""A lead's priority: what it is worth itself and what it does for the other side of its cell, both in money."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from bothsides.leads.quality.facts import CellFacts, MarketFacts
from bothsides.leads.quality.policy import QualityPolicy
from bothsides.leads.quality.policy import problems as problems_of
from bothsides.leads.quality.standing_in import Known, Market, a_few, effect, market, per_order, rates
from bothsides.leads.wording import plural
from bothsides.schema import Money, Side, from_minor, minor_units
from bothsides.schema.instant import Instant

Step: TypeAlias = Literal["jump_the_queue", "in_turn", "recruit_supply_first"]
"""What the cell's scarcity asks for."""

_LANES: Mapping[Step, int] = {"jump_the_queue": 0, "in_turn": 1, "recruit_supply_first": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class CellWorth:
    """All that is the same for leads of one side, cell and size."""

    cell: str
    first_order: Known
    own: Known
    """Contribution of a year, in minor units."""
    fills: Known
    """Extra orders of the other side in a year by an account that trades, weighted by what the effect rests on."""
    per_order: Known
    """Contribution of such an order, in minor units."""
    step: Step
    why: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompiledQuality:
    """A policy over the facts of one publish, ready for many leads."""

    policy: QualityPolicy
    market: Market
    worth: dict[tuple[Side, str, str, str], CellWorth] = field(default_factory=dict, repr=False)
    """Filled as leads come: by side, category, region, size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One part of a priority: in money where it adds to it, and the words of how it came about."""

    says: str
    money: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Priority:
    """A lead's worth in money and when its turn is. `own` and `others` sum to `money`, in minor units."""

    side: Side
    win_chance: Known
    worth: CellWorth
    own: int
    others: int
    currency: str
    snapshot: str

    @property
    def money(self) -> Money:
        """What the lead is expected to bring in its first year."""
        return Money(minor=self.own + self.others, currency=self.currency)

    @property
    def step(self) -> Step:
        """Whether it jumps the queue, goes in turn, or waits for supply to be recruited."""
        return self.worth.step

    @property
    def assumed(self) -> tuple[str, ...]:
        """What was not known and was taken from the agreement."""
        by = self.worth
        known = {
            "chance of winning": self.win_chance,
            "first order within 90 days": by.first_order,
            "own contribution": by.own,
            "extra orders": by.fills,
            "contribution per order": by.per_order,
        }
        return tuple(name for name, one in known.items() if one.assumed)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The parts that sum to `money`, then what they were made of and what scarcity asks for."""
        by = self.worth
        own, others = (Money(minor=minor, currency=self.currency) for minor in (self.own, self.others))
        each = Money(minor=round(by.own.value), currency=self.currency)
        order = Money(minor=round(by.per_order.value), currency=self.currency)
        won, first, other = _percent(self.win_chance), _percent(by.first_order), self.side.other
        orders = f"{won} won x {first} first order x {a_few(by.fills.value)} more orders a year x {_shown(order)}"
        return (
            Line(says=f"itself: {won} won x {first} first order within 90 days x {_shown(each)} a year", money=own),
            Line(says=f"for {other}s: {orders}", money=others),
            Line(says=f"chance of winning: {self.win_chance.basis}"),
            Line(says=f"first order: {by.first_order.basis}"),
            Line(says=f"contribution: {by.own.basis}"),
            Line(says=f"orders of {other}s: {by.fills.basis}"),
            Line(says=f"contribution of an order: {by.per_order.basis}"),
            Line(says=by.why),
        )


def compile_quality(policy: QualityPolicy, facts: MarketFacts) -> CompiledQuality:
    """The policy over the facts of one publish. Raises ValueError naming every problem of the policy."""
    if found := problems_of(policy):
        raise ValueError("; ".join(found))
    return CompiledQuality(policy=policy, market=market(policy, facts))


def priority(
    ready: CompiledQuality,
    *,
    side: Side,
    category: str = "",
    region: str = "",
    size: str = "",
    band: str = "",
    win_chance: float | None,
) -> Priority:
    """The lead's priority. `win_chance` is that of its scorecard; None where it has none, which takes the agreed one of
    its band, else that of all.

    Raises ValueError for a chance outside 0 to 1.
    """
    key = (side, category, region, size)
    worth = ready.worth.get(key)
    if worth is None:
        worth = ready.worth[key] = _worth(ready, side, category, region, size)
    if win_chance is None:
        chance = _agreed_chance(ready.policy, band)
    elif 0 <= win_chance <= 1:
        chance = Known(value=win_chance, basis="by the scorecard")
    else:
        raise ValueError(f"win_chance = {win_chance}: must be a share from 0 to 1")
    first = worth.first_order.value
    return Priority(
        side=side,
        win_chance=chance,
        worth=worth,
        own=round(chance.value * first * worth.own.value),
        others=round(chance.value * first * worth.fills.value * worth.per_order.value),
        currency=ready.market.facts.currency,
        snapshot=ready.market.facts.snapshot,
    )


def _agreed_chance(policy: QualityPolicy, band: str) -> Known:
    by = policy.fallback
    agreed = by.win_chance_by_band.get(band)
    if agreed is None:
        return Known(value=by.win_chance, basis=f"not known, {by.win_chance:.0%} as agreed", assumed=True)
    return Known(value=agreed, basis=f"not known, {agreed:.0%} of {band} leads as agreed", assumed=True)


def in_order(leads: Iterable[tuple[str, Instant, Priority]]) -> tuple[str, ...]:
    """Lead ids by turn: those that jump the queue, the others, those that wait for supply; by money within each, then
    by age, then by id, so that the order is always the same."""
    ranked = sorted(
        (_LANES[found.step], -found.own - found.others, created_at, lead_id) for lead_id, created_at, found in leads
    )
    return tuple(lead_id for *_, lead_id in ranked)


def _worth(ready: CompiledQuality, side: Side, category: str, region: str, size: str) -> CellWorth:
    here = ready.market.cells.get((category, region))
    cell = here or CellFacts(category=category, region=region, snapshot=ready.market.facts.snapshot)
    fill, first, own = rates(ready.policy, ready.market, cell, side, size)
    step, why = _scarcity(ready.policy, cell, side, fill)
    return CellWorth(
        cell=cell.name,
        first_order=first,
        own=own,
        fills=effect(ready.policy, ready.market, cell, side),
        per_order=per_order(ready.policy, ready.market, cell),
        step=step,
        why=why,
    )


def _scarcity(policy: QualityPolicy, cell: CellFacts, side: Side, fill: Known) -> tuple[Step, str]:
    by = policy.scarcity
    if side is Side.BUYER:
        if cell.suppliers is not None and cell.suppliers < by.no_supply_below_suppliers:
            return "recruit_supply_first", (
                f"{cell.name} has {plural(cell.suppliers, 'supplier')}, fewer than {by.no_supply_below_suppliers}: "
                "recruit supply first"
            )
        if cell.filled is not None and fill.value < by.no_supply_below_fill_rate:
            return "recruit_supply_first", (
                f"{cell.name} fills {fill.value:.1%} of requests, less than {by.no_supply_below_fill_rate:.0%}: "
                "recruit supply first"
            )
        if cell.suppliers is None:
            return "in_turn", f"how many suppliers {cell.name} has is not known: in turn"
        return "in_turn", f"{cell.name} has {plural(cell.suppliers, 'supplier')}: in turn"
    if cell.unmet_a_month is None:
        return "in_turn", f"how many requests of {cell.name} go unfilled is not known: in turn"
    if cell.unmet_a_month >= by.unmet_from_a_month:
        return "jump_the_queue", f"{cell.unmet_a_month:g} requests a month go unfilled in {cell.name}: jumps the queue"
    return "in_turn", f"{cell.unmet_a_month:g} requests a month go unfilled in {cell.name}: in turn"


def _percent(one: Known) -> str:
    return f"{one.value:.1%}"


def _shown(money: Money) -> str:
    return f"{money.currency} {from_minor(money.minor, money.currency):,.{minor_units(money.currency)}f}"
