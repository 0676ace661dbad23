"""What leads do on the marketplace, before and after they come in, by how much they want."""

from bothsides.schema.instant import DAY, HOUR, Instant
from bothsides.schema.side import Side
from bothsides.simulate.desk.chance import happens, pick, share, weighted
from bothsides.simulate.desk.odds import Engagement

_INTENTS = {"hot": 0.16, "warm": 0.36, "cold": 0.48}
_CHANCES: dict[Side, dict[str, dict[str, float]]] = {
    Side.BUYER: {
        "hot": {
            "demo_requested": 0.5,
            "quote_requested": 0.65,
            "verification_viewed": 0.55,
            "logistics_viewed": 0.55,
            "pricing_viewed": 0.7,
            "email_opened": 0.5,
        },
        "warm": {
            "demo_requested": 0.1,
            "quote_requested": 0.25,
            "verification_viewed": 0.25,
            "logistics_viewed": 0.2,
            "pricing_viewed": 0.5,
            "email_opened": 0.5,
        },
        "cold": {
            "demo_requested": 0.01,
            "quote_requested": 0.04,
            "verification_viewed": 0.05,
            "logistics_viewed": 0.05,
            "pricing_viewed": 0.3,
            "email_opened": 0.45,
        },
    },
    Side.SUPPLIER: {
        "hot": {
            "demo_requested": 0.35,
            "listing_added": 0.8,
            "verification_viewed": 0.65,
            "logistics_viewed": 0.5,
            "pricing_viewed": 0.6,
            "email_opened": 0.5,
        },
        "warm": {
            "demo_requested": 0.1,
            "listing_added": 0.4,
            "verification_viewed": 0.3,
            "logistics_viewed": 0.2,
            "pricing_viewed": 0.5,
            "email_opened": 0.5,
        },
        "cold": {
            "demo_requested": 0.01,
            "listing_added": 0.08,
            "verification_viewed": 0.05,
            "logistics_viewed": 0.05,
            "pricing_viewed": 0.3,
            "email_opened": 0.45,
        },
    },
}
_IN_THE_DRAW = {"demo_requested": 0.85, "pricing_viewed": 0.2, "email_opened": 0.6}
_PROFILES = {"hot": (3, 4, 6, 8), "warm": (0, 1, 2, 3, 4), "cold": (0, 0, 0, 1)}
_SKUS = {"hot": (40, 60, 120, 400), "warm": (5, 12, 30, 60), "cold": (1, 3, 5)}
_DAYS_AROUND = (-12.0, 6.0)
"""Engagement spreads from so many days before a lead comes in to so many after, thickest around the arrival."""


def engagements(seed: int, lead: str, side: Side, arrived_at: Instant, prize_draw: bool) -> tuple[Engagement, ...]:
    """The events of one lead in time order. Most of the prize draw ask for a demo: that is how one takes part."""
    intent = "cold" if prize_draw else weighted(_INTENTS, seed, "intent", lead)
    found = []
    for event, usual in _CHANCES[side][intent].items():
        chance = _IN_THE_DRAW.get(event, 0.02) if prize_draw else usual
        if happens(chance, seed, event, lead):
            amount = float(pick(_SKUS[intent], seed, "skus", lead)) if event == "listing_added" else 1.0
            found.append(
                Engagement(lead=lead, event=event, occurred_at=_moment(seed, lead, event, arrived_at), amount=amount)
            )
    if side is Side.BUYER and not prize_draw:
        for number in range(pick(_PROFILES[intent], seed, "profiles", lead)):
            at = _moment(seed, lead, f"profile {number}", arrived_at)
            found.append(Engagement(lead=lead, event="supplier_profile_viewed", occurred_at=at))
    return tuple(sorted(found, key=lambda one: (one.occurred_at, one.event)))


def _moment(seed: int, lead: str, event: str, arrived_at: Instant) -> Instant:
    """Half within the three hours before the arrival (the visit that led to it), the rest around it."""
    if happens(0.5, seed, "same visit", lead, event):
        return arrived_at - int(share(seed, "before", lead, event) * 3 * HOUR) - 1
    first, last = _DAYS_AROUND
    return arrived_at + int((first + (last - first) * share(seed, "around", lead, event)) * DAY)
