"""The last gate: prohibitions, hours in the person's zone, frequency; and hours over the clock changes."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bothsides.delivery import Consent, Recipient, address_hash
from bothsides.delivery.gate import Passage, PurposePolicy, may_pass
from bothsides.delivery.hours import WakingHours
from bothsides.schema.instant import DAY, HOUR, Instant, instant
from bothsides.schema.working_time import OFFICE, working_time
from tests.delivery.outbox import MemorySends

NOW = instant(datetime(2026, 3, 2, 12, 0, tzinfo=UTC))  # a Monday
NEWS = PurposePolicy(kind="marketing", hours="any")
LATER = {"news": Consent(given_at=NOW + 1)}
GIVEN = {"news": Consent(given_at=NOW - DAY)}


def passage(person: Recipient, policy: PurposePolicy = NEWS, **more: object) -> Passage:
    words = {"sends": MemorySends(), "who": "w", "key": "k", "now": NOW, **more}
    return may_pass(person, "news", policy, **words)


@pytest.mark.parametrize(
    ("kind", "person", "decided", "reason"),
    [
        ("marketing", Recipient(address="a", consents=GIVEN), "send", ""),
        ("marketing", Recipient(address="a"), "drop", "no consent to news"),
        ("marketing", Recipient(address="a", consents={"offers": Consent(given_at=0)}), "drop", "no consent to news"),
        (
            "marketing",
            Recipient(address="a", consents=LATER),
            "drop",
            "no consent to news",
        ),
        (
            "marketing",
            Recipient(address="a", consents={"news": Consent(given_at=1, withdrawn_at=2)}),
            "drop",
            "consent to news was withdrawn",
        ),
        ("marketing", Recipient(address="a", consents={"news": Consent(given_at=3, withdrawn_at=2)}), "send", ""),
        ("marketing", Recipient(address="a", consents={"news": Consent(given_at=1, withdrawn_at=NOW + 1)}), "send", ""),
        (
            "marketing",
            Recipient(address="a", consents=GIVEN, unsubscribed=frozenset({"news"})),
            "drop",
            "unsubscribed from news",
        ),
        (
            "marketing",
            Recipient(address="a", consents=GIVEN, unsubscribed=frozenset({"all"})),
            "drop",
            "unsubscribed from news",
        ),
        ("marketing", Recipient(address="a", consents=GIVEN, unsubscribed=frozenset({"offers"})), "send", ""),
        (
            "marketing",
            Recipient(address="a", consents=GIVEN, suppressed="marketing"),
            "drop",
            "address is suppressed for marketing",
        ),
        ("marketing", Recipient(address="a", consents=GIVEN, suppressed="all"), "drop", "address is suppressed"),
        ("service", Recipient(address="a"), "send", ""),
        ("service", Recipient(address="a", unsubscribed=frozenset({"all"}), suppressed="marketing"), "send", ""),
        ("service", Recipient(address="a", suppressed="all"), "drop", "address is suppressed"),
        ("internal", Recipient(address="a", staff=True), "send", ""),
        ("internal", Recipient(address="a", consents=GIVEN), "drop", "news is for own staff only"),
        ("internal", Recipient(address="a", staff=True, suppressed="all"), "drop", "address is suppressed"),
    ],
)
def test_who_may_get_what(kind: str, person: Recipient, decided: str, reason: str) -> None:
    found = passage(person, PurposePolicy(kind=kind, hours="any"))
    assert (found.decided, found.reason) == (decided, reason)


class Opening:
    """Open from that instant on."""

    def __init__(self, start: Instant | None) -> None:
        self.start = start

    def is_open(self, now: Instant) -> bool:
        return self.start is not None and now >= self.start

    def next_open(self, now: Instant) -> Instant | None:
        return None if self.start is None else max(now, self.start)


def test_closed_hours_make_it_wait_and_unknown_ones_hold_it() -> None:
    policy = PurposePolicy(kind="service", hours="working")
    open_now = Recipient(address="a", hours={"working": Opening(0), "waking": Opening(None)})
    closed = Recipient(address="a", hours={"working": Opening(NOW + HOUR)})
    assert passage(open_now, policy).decided == "send"
    assert passage(closed, policy) == Passage(decided="wait", at=NOW + HOUR, reason="outside working hours")
    assert passage(Recipient(address="a"), policy).reason == "working hours of the recipient are unknown"
    never = passage(Recipient(address="a", hours={"working": Opening(None)}), policy)
    assert (never.decided, never.reason) == ("hold", "working hours of the recipient never come")
    assert passage(closed, policy, not_after=NOW + HOUR - 1).decided == "drop"
    assert passage(closed, policy, not_after=NOW + HOUR).decided == "wait"


def test_a_working_calendar_serves_as_hours() -> None:
    policy = PurposePolicy(kind="internal", hours="working")
    ana = Recipient(address="a", staff=True, hours={"working": working_time(OFFICE, 2026, 2026)})
    assert passage(ana, policy).decided == "send"
    assert passage(ana, policy, now=NOW + 6 * HOUR).at == NOW + 21 * HOUR


def test_the_frequency_cap_waits_into_open_hours() -> None:
    policy = PurposePolicy(kind="service", hours="waking", most=2, every_days=7)
    sends = MemorySends()
    for key, at in (("a", NOW - 8 * DAY), ("b", NOW - 3 * DAY), ("k", NOW - HOUR)):
        sends.note("to:w:news", key=key, at=at)
    night = Recipient(address="a", hours={"waking": Opening(NOW + 5 * DAY)})
    assert passage(Recipient(address="a", hours={"waking": Opening(0)}), policy, sends=sends).decided == "send"
    sends.note("to:w:news", key="c", at=NOW - DAY)
    assert passage(night, policy, sends=sends) == Passage(
        decided="wait", at=NOW + 5 * DAY, reason="at most 2 of news in 7 days"
    )
    day = Recipient(address="a", hours={"waking": Opening(0)})
    assert passage(day, policy, sends=sends).at == NOW + 4 * DAY


def test_addresses_are_kept_as_keyed_hashes() -> None:
    assert address_hash(" Ana@Example.COM", b"k") == address_hash("ana@example.com", b"k")
    assert address_hash("ana@example.com", b"k") != address_hash("ana@example.com", b"other")
    assert "ana" not in address_hash("ana@example.com")


LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("zone", "at", "opens"),
    [
        ("Europe/London", "2026-03-02T07:59:59", "2026-03-02T08:00:00"),
        ("Europe/London", "2026-03-02T08:00:00", "2026-03-02T08:00:00"),
        ("Europe/London", "2026-03-02T19:59:59", "2026-03-02T19:59:59"),
        ("Europe/London", "2026-03-02T20:00:00", "2026-03-03T08:00:00"),
        ("Europe/London", "2026-03-28T21:00:00", "2026-03-29T07:00:00"),
        ("Europe/London", "2026-10-24T21:00:00", "2026-10-25T08:00:00"),
        ("America/New_York", "2026-03-02T03:00:00", "2026-03-02T13:00:00"),
        ("Asia/Kathmandu", "2026-03-02T00:00:00", "2026-03-02T02:15:00"),
        ("Pacific/Apia", "2011-12-30T06:00:00", "2011-12-30T18:00:00"),
    ],
)
def test_waking_hours_stand_on_the_clock_of_the_zone(zone: str, at: str, opens: str) -> None:
    hours = WakingHours(zone=ZoneInfo(zone), opens=time(8), closes=time(20))
    found = hours.next_open(instant(datetime.fromisoformat(at).replace(tzinfo=UTC)))
    assert found == instant(datetime.fromisoformat(opens).replace(tzinfo=UTC))


@given(
    st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
    st.integers(1_700_000_000, 1_900_000_000),
    st.integers(0, 22 * 60),
    st.integers(1, 119),
    st.frozensets(st.integers(0, 6), min_size=1),
)
def test_the_next_opening_is_open_and_nothing_before_it_is(
    zone: str, now: int, opens: int, length: int, weekdays: frozenset[int]
) -> None:
    start = datetime(2000, 1, 1) + timedelta(minutes=opens)
    hours = WakingHours(
        zone=ZoneInfo(zone),
        opens=start.time(),
        closes=min(start + timedelta(minutes=length), datetime(2000, 1, 1, 23, 59)).time(),
        weekdays=weekdays,
    )
    found = hours.next_open(now)
    if found is None:
        return  # a window inside the hour that is skipped, on the only weekday: nothing to check in nine days
    assert found >= now
    assert hours.is_open(found) or _skipped(hours, found)
    assert not any(hours.is_open(moment) for moment in range(now, found, 7 * 60))


def _skipped(hours: WakingHours, moment: int) -> bool:
    """Whether the zone's clock jumps over the opening that day."""
    local = datetime.fromtimestamp(moment, hours.zone)
    return local.time() != hours.opens


def test_hours_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="must open before they close"):
        WakingHours(zone=LONDON, opens=time(20), closes=time(8))
    with pytest.raises(ValueError, match="0 \\(Monday\\) to 6"):
        WakingHours(zone=LONDON, opens=time(8), closes=time(20), weekdays=frozenset({7}))
