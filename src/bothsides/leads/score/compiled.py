"""A scorecard made ready for many leads: tests read once, events named once, decay as plain numbers."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bothsides.agreement.conditions import Fields
from bothsides.leads.score.fitted import FittedTerm, fitted_term
from bothsides.leads.score.policy import Card, Fitted, Group, Hot, Rule, ScoringPolicy
from bothsides.leads.score.policy import problems as problems_of
from bothsides.leads.score.worth import Ask, asking, holds, lost_a_second, needed, seconds
from bothsides.schema import Side
from bothsides.schema.instant import DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A rule ready to be asked."""

    rule: Rule
    place: int
    """Its place in the group."""
    ask: Ask
    within: int | None
    """Seconds of its time frame."""
    lost_a_second: float
    """Linear decay: millionths of a point lost each second, with the sign of the points."""
    half_life: float | None
    """In seconds."""
    parts: tuple[int, ...]
    """Places of the rules it stands for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A group ready to be asked."""

    id: str
    terms: tuple[Term, ...]
    wholes: tuple[Term, ...]
    """Those that stand for others, parts before wholes."""
    plain: bool
    """Whether no rule decays or stands for others, so that there is nothing to round and nothing to leave out."""
    most: int | None
    least: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HotSign:
    """A hot rule ready to be asked."""

    hot: Hot
    holds: Callable[[Fields], bool] | None
    needs: tuple[tuple[str, int], ...]
    within: int | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompiledCard:
    """A scorecard that can be asked. Two are the same only if they are one object; `version` says what they hold."""

    card: Card
    version: str
    """Its id and the first 12 digits of the sha256 of what stands in it."""
    side: Side
    fit: tuple[Terms, ...]
    engagement: tuple[Terms, ...]
    hot: tuple[HotSign, ...]
    fitted: tuple[FittedTerm, ...]
    listened: Mapping[str, tuple[tuple[float | None, str], ...]]
    """By event, from which amount on it counts for which key."""


def compile_card(policy: ScoringPolicy, side: Side, *, fitted: Fitted | None = None) -> CompiledCard:
    """The side's live card, with the promoted fitted card in the place of its own where one is given.

    Raises ValueError naming every problem of the policy, or that the side has no live card.
    """
    if found := problems_of(policy):
        raise ValueError("; ".join(found))
    for card in policy.card:
        if card.side is side and card.status == "live":
            return compiled(card if fitted is None else replace(card, fitted=fitted))
    raise ValueError(f"no live card for {side}; sides with one: {', '.join(_live(policy)) or 'none'}")


def shadows(policy: ScoringPolicy, side: Side) -> tuple[CompiledCard, ...]:
    """The side's cards that are scored beside the live one and decide nothing. Raises ValueError as `compile_card`."""
    if found := problems_of(policy):
        raise ValueError("; ".join(found))
    return tuple(compiled(card) for card in policy.card if card.side is side and card.status == "shadow")


def compiled(card: Card) -> CompiledCard:
    """One card made ready. Raises ValueError naming its problems."""
    if found := problems_of(ScoringPolicy(card=(card,))):
        raise ValueError("; ".join(found))
    hot = tuple(_sign(one) for one in card.hot)
    fit, engagement = tuple(map(_terms, card.fit)), tuple(map(_terms, card.engagement))
    return CompiledCard(
        card=card,
        version=f"{card.id}@{hashlib.sha256(repr(card).encode()).hexdigest()[:12]}",
        side=card.side,
        fit=fit,
        engagement=engagement,
        hot=hot,
        fitted=() if card.fitted is None else tuple(map(fitted_term, card.fitted.field)),
        listened=_listened((*fit, *engagement), hot),
    )


def _live(policy: ScoringPolicy) -> list[str]:
    return sorted({str(card.side) for card in policy.card if card.status == "live"})


def _terms(group: Group) -> Terms:
    places = {rule.code: place for place, rule in enumerate(group.rule)}
    terms = tuple(_term(rule, place, places) for place, rule in enumerate(group.rule))
    return Terms(
        id=group.id,
        terms=terms,
        wholes=tuple(term for term in terms if term.parts),
        plain=not any(term.lost_a_second or term.half_life or term.parts for term in terms),
        most=group.most,
        least=group.least,
    )


def _term(rule: Rule, place: int, places: Mapping[str, int]) -> Term:
    return Term(
        rule=rule,
        place=place,
        ask=asking(rule),
        within=seconds(rule.within_days),
        lost_a_second=lost_a_second(rule),
        half_life=None if rule.half_life_days is None else rule.half_life_days * DAY,
        parts=tuple(places[code] for code in rule.instead_of),
    )


def _sign(hot: Hot) -> HotSign:
    return HotSign(
        hot=hot,
        holds=holds(hot.when),
        needs=tuple(sorted(hot.events.items())),
        within=seconds(hot.within_days),
    )


def _listened(groups: tuple[Terms, ...], hot: tuple[HotSign, ...]) -> dict[str, tuple[tuple[float | None, str], ...]]:
    heard: dict[str, dict[str, float | None]] = {}
    for group in groups:
        for term in group.terms:
            for key, _ in needed(term.rule):
                heard.setdefault(term.rule.event or key, {})[key] = term.rule.least_amount
            for name in term.rule.without:
                heard.setdefault(name, {})[name] = None
    for sign in hot:
        for name in (*(key for key, _ in sign.needs), *sign.hot.without):
            heard.setdefault(name, {})[name] = None
    return {name: tuple((least, key) for key, least in keys.items()) for name, keys in heard.items()}
