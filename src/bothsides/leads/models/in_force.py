"""The fitted cards that the logbook says are in force, put into the signed cards when the desk opens."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bothsides.leads.models.record import Model, models_of
from bothsides.leads.models.seen import in_words
from bothsides.leads.score import Card, CompiledCard, ScoringPolicy, Thresholds, compile_card, compiled, shadows
from bothsides.leads.score.from_history import as_fitted
from bothsides.logbook import Book
from bothsides.schema import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """A side's fitted cards: the one that decides, and those that are scored beside it."""

    champion: Model | None = None
    shadows: tuple[Model, ...] = ()


NOTHING = InForce()
NONE_IN_FORCE: Mapping[Side, InForce] = {}


def in_force(book: Book) -> dict[Side, InForce]:
    """The fitted cards in force by side."""
    found: dict[Side, InForce] = {}
    for side in Side:
        held = models_of(book, side).values()
        champion = next((model for role, model in held if role == "champion"), None)
        beside = tuple(model for role, model in held if role == "shadow")
        if champion is not None or beside:
            found[side] = InForce(champion=champion, shadows=beside)
    return found


def champion_card(scoring: ScoringPolicy, side: Side, of: InForce) -> CompiledCard:
    """The card that decides: the signed one, with the promoted fitted card in it where there is one."""
    if of.champion is None:
        return compile_card(scoring, side)
    return compiled(with_model(signed_card(scoring, side), of.champion))


def shadow_cards(scoring: ScoringPolicy, side: Side, of: InForce) -> tuple[CompiledCard, ...]:
    """The cards that are scored beside it: those of the agreement, then the fitted ones."""
    signed = next((card for card in scoring.card if card.side is side and card.status == "live"), None)
    fitted = () if signed is None else tuple(compiled(with_model(signed, model)) for model in of.shadows)
    return (*shadows(scoring, side), *fitted)


def signed_card(scoring: ScoringPolicy, side: Side) -> Card:
    """The side's live card of the agreement. Raises LookupError where it has none."""
    for card in scoring.card:
        if card.side is side and card.status == "live":
            return card
    raise LookupError(f"no live card of {side.value}s in scoring.toml: there are no agreed points to begin with")


def with_model(card: Card, model: Model) -> Card:
    """The signed card with the fitted one counting in it, and its bands where it has its own."""
    names = {item.name: in_words(item.name) for item in model.card.fields}
    fitted = replace(as_fitted(model.card, names), counts=model.counts)
    if model.bands is None or card.thresholds is None:
        return replace(card, fitted=fitted)
    own = Thresholds(
        sales_from=model.bands.sales_from,
        self_serve_from=model.bands.self_serve_from,
        hysteresis=model.bands.hysteresis,
    )
    return replace(card, fitted=fitted, thresholds=own)
