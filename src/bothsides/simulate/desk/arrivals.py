"""When leads come in: weeks, weekdays and hours of the sender's clock, trade fairs, a campaign, a slow month."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bothsides.schema.instant import DAY, Instant
from bothsides.simulate.desk.chance import pick, share, skewed, weighted
from bothsides.simulate.desk.companies import ZONES
from bothsides.simulate.desk.hours import local_moment, public_holidays

WEEKS = 13
CAMPAIGN = "spring-giveaway"
CAMPAIGN_WEEKS = (6, 7)
"""The weeks (counted from 0) in which a prize draw on social networks brings people who buy nothing. Whoever asks for
a demo takes part, so most of them look qualified."""
CAMPAIGN_LIFT = 0.6
"""Leads of the campaign a week, as a share of the usual leads a week."""
FAIR_WEEKS = (1, 5, 10)
FAIR_SHARE = 0.3
SLOW_FACTOR = 0.5
"""The third month brings half the leads: marketing falls behind its monthly commitment."""

_WEEKDAYS = {0: 0.2, 1: 0.21, 2: 0.2, 3: 0.19, 4: 0.13, 5: 0.04, 6: 0.03}
_SOURCES = {"web_form": 0.6, "crm": 0.26, "partner": 0.14}
_CHANNELS = {
    "web_form": {"organic": 0.34, "paid_search": 0.28, "content": 0.2, "direct": 0.12, "paid_social": 0.06},
    "crm": {"referral": 0.45, "outbound": 0.4, "event": 0.15},
    "partner": {"partner": 1.0},
}
_CAMPAIGNS = ("fasteners-guide", "verified-suppliers", "quote-in-a-day", None, None)
FAIRS = ("Fastener Fair Stuttgart", "Maintec Birmingham", "Logistica Utrecht")
PARTNERS = ("Procura Advisors", "SteelHub Network")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One lead on its way in, before it is known who it is. `country` is where it is sent from."""

    at: Instant
    week: int
    source: str
    channel: str
    campaign: str | None
    country: str


def slow_month(start: date) -> tuple[int, int]:
    """Year and month in which marketing misses its pacing: the month of the eleventh week."""
    day = start + timedelta(weeks=10)
    return day.year, day.month


def arrivals(seed: int, start: date, leads_per_week: int) -> list[Arrival]:
    """All leads of the quarter in time order; those of a trade fair arrive together, when the list is uploaded."""
    found = [one for week in range(WEEKS) for one in _of_week(seed, start, week, leads_per_week)]
    return sorted(found, key=lambda one: one.at)


def _of_week(seed: int, start: date, week: int, leads_per_week: int) -> Iterator[Arrival]:
    monday = start + timedelta(weeks=week)
    for number in range(int(skewed(leads_per_week, 0.06, seed, "volume", week))):
        source = weighted(_SOURCES, seed, "source", week, number)
        channel = weighted(_CHANNELS[source], seed, "channel", week, number)
        campaign = pick(PARTNERS if source == "partner" else _CAMPAIGNS, seed, "campaign", week, number)
        arrival = _arrival(seed, monday, week, number, source, channel, campaign)
        if not _left_out(seed, start, week, number, arrival):
            yield arrival
    if week in CAMPAIGN_WEEKS:
        for number in range(int(leads_per_week * CAMPAIGN_LIFT)):
            yield _arrival(seed, monday, week, 100_000 + number, "web_form", "paid_social", CAMPAIGN)
    if week in FAIR_WEEKS:
        fair = FAIRS[FAIR_WEEKS.index(week)]
        uploaded = local_moment(monday + timedelta(days=1), 10.2, "Europe/London")
        for number in range(max(3, int(leads_per_week * FAIR_SHARE))):
            country = pick(tuple(ZONES), seed, "fair country", week, number)
            yield Arrival(
                at=uploaded, week=week, source="trade_fair", channel="trade_show", campaign=fair, country=country
            )


def _arrival(
    seed: int, monday: date, week: int, number: int, source: str, channel: str, campaign: str | None
) -> Arrival:
    country = "GB" if share(seed, "from", week, number) < 0.5 else pick(tuple(ZONES), seed, "country", week, number)
    day = monday + timedelta(days=weighted(_WEEKDAYS, seed, "weekday", week, number))
    # Two draws of the hour added: most write late in the morning or early in the afternoon, a few at night.
    hour = 7 + 5.5 * (share(seed, "hour", week, number) + share(seed, "hour too", week, number))
    if share(seed, "at night", week, number) < 0.08:
        hour = 24 * share(seed, "night hour", week, number)
    at = local_moment(day, hour, ZONES[country])
    return Arrival(at=at, week=week, source=source, channel=channel, campaign=campaign, country=country)


def _left_out(seed: int, start: date, week: int, number: int, arrival: Arrival) -> bool:
    """Half of a slow month's leads never come, and two in three of a public holiday's."""
    day = start + timedelta(days=(arrival.at - _midnight(start)) // DAY)
    keep = 0.33 if day in public_holidays(day.year) else 1.0
    if (day.year, day.month) == slow_month(start):
        keep *= SLOW_FACTOR
    return share(seed, "kept", week, number) >= keep


def month_of(start: date, moment: Instant) -> str:
    """The month of an instant of the quarter, as 2026-05."""
    day = start + timedelta(days=(moment - _midnight(start)) // DAY)
    return f"{day.year}-{day.month:02}"


def month_name(year: int, month: int) -> str:
    """The month in words, as June 2026."""
    return f"{calendar.month_name[month]} {year}"


def _midnight(day: date) -> Instant:
    return local_moment(day, 0, "UTC")
