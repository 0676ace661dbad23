"""What truly decides whether a lead is won: who it is, what it did, how soon and by whom it was first contacted."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bothsides.schema.instant import HOUR, Instant
from bothsides.schema.side import Side

WEIGHTS: Mapping[Side, Mapping[str, float]] = {
    Side.BUYER: {
        "always": -2.05,
        "mid_market": 0.35,
        "enterprise": 0.75,
        "procurement_role": 0.5,
        "student_or_trainee": -1.5,
        "free_mail": -0.7,
        "from_partner": 0.6,
        "from_crm": 0.3,
        "from_trade_fair": -0.35,
        "prize_draw": -4.0,
        "demo_requested": 1.1,
        "quote_requested": 0.9,
        "three_profiles_and_a_quote": 0.8,
        "verification_and_logistics": 0.7,
        "pricing_alone": -0.25,
    },
    Side.SUPPLIER: {
        "always": -1.9,
        "mid_market": 0.3,
        "enterprise": 0.45,
        "procurement_role": 0.0,
        "student_or_trainee": -1.5,
        "free_mail": -0.5,
        "from_partner": 0.7,
        "from_crm": 0.3,
        "from_trade_fair": 0.25,
        "prize_draw": -4.0,
        "demo_requested": 0.8,
        "listing_added": 0.7,
        "fifty_skus": 0.8,
        "five_skus_or_fewer": -0.6,
        "verification_and_logistics": 0.6,
        "pricing_alone": -0.1,
    },
}
"""Log-odds that each trait adds for a lead that an average rep contacts within the hour."""

PER_DOUBLING: Mapping[Side, float] = {Side.BUYER: -0.22, Side.SUPPLIER: -0.10}
"""Log-odds that every doubling of the hours to first contact adds, from the first hour to the hundredth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """Something a lead did on the marketplace; `amount` counts SKUs of a listing, else 1."""

    lead: str
    event: str
    occurred_at: Instant
    amount: float = 1.0


def traits(
    *, segment: str, job_title: str, free_mail: bool, source: str, prize_draw: bool, events: Sequence[Engagement]
) -> frozenset[str]:
    """The traits of a lead that matter, by name."""
    done = {one.event for one in events}
    profiles = sum(one.event == "supplier_profile_viewed" for one in events)
    skus = sum(one.amount for one in events if one.event == "listing_added")
    title = job_title.lower()
    holds = {
        "always": True,
        "mid_market": segment == "mid_market",
        "enterprise": segment == "enterprise",
        "procurement_role": any(word in title for word in ("procurement", "purchasing", "supply chain")),
        "student_or_trainee": any(word in title for word in ("student", "trainee", "intern")),
        "free_mail": free_mail,
        "from_partner": source == "partner",
        "from_crm": source == "crm",
        "from_trade_fair": source == "trade_fair",
        "prize_draw": prize_draw,
        "demo_requested": "demo_requested" in done,
        "quote_requested": "quote_requested" in done,
        "three_profiles_and_a_quote": profiles >= 3 and "quote_requested" in done,
        "verification_and_logistics": {"verification_viewed", "logistics_viewed"} <= done,
        "pricing_alone": done - {"email_opened"} == {"pricing_viewed"},
        "listing_added": skus > 0,
        "fifty_skus": skus >= 50,
        "five_skus_or_fewer": 0 < skus <= 5,
    }
    return frozenset(name for name, held in holds.items() if held)


def win_probability(side: Side, of_lead: frozenset[str], *, hours_to_contact: float = 1.0, skill: float = 0.0) -> float:
    """The true chance of winning, given traits, hours on the clock to the first contact and the rep's skill.

    >>> round(win_probability(Side.BUYER, frozenset({"always", "demo_requested"})), 2)
    0.28
    >>> round(win_probability(Side.BUYER, frozenset({"always", "demo_requested"}), hours_to_contact=48), 2)
    0.1
    """
    weights = WEIGHTS[side]
    log_odds = sum(weights.get(name, 0.0) for name in of_lead) + skill
    log_odds += PER_DOUBLING[side] * math.log2(min(max(hours_to_contact, 1.0), 100.0))
    return 1 / (1 + math.exp(-log_odds))


def hours_between(start: Instant, end: Instant) -> float:
    """Hours on the clock, nights and weekends counted: that is what the lead waits."""
    return max(0, end - start) / HOUR
