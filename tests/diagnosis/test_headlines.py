"""Headlines: eight at most, chosen from what can be fed, compared with the same span before."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from bothsides.diagnosis import DiagnosisPolicy, Headline
from bothsides.diagnosis.headlines import SHOWN, headlines
from bothsides.diagnosis.span import spans
from bothsides.metrics import METRICS, Basis, Dictionary, Status, Store
from bothsides.metrics.dictionary import Version
from bothsides.schema.period import add_months


def orders(months: int, growth: int = 0) -> list[dict[str, object]]:
    return [
        {
            "order_id": f"o{m}-{b}",
            "buyer_id": f"b{b}",
            "supplier_id": f"s{b % 4}",
            "placed_at": add_months(date(2022, 1, 3), m),
            "amount": 10_000 + growth * m,
        }
        for m in range(months)
        for b in range(12)
    ]


def shown_of(store: Store) -> tuple[Headline, ...]:
    policy = DiagnosisPolicy()
    covered = spans(store, "orders", as_of=None, months=12, slack=policy.complete_within_days)
    assert covered is not None
    return headlines(store, covered, policy)


def test_gmv_now_and_the_year_before(market: Callable[..., Store]) -> None:
    shown = shown_of(market(orders=orders(24), known_until=date(2023, 12, 31)))
    gmv = shown[0]
    assert (gmv.metric, gmv.now.value, gmv.before and gmv.before.value) == ("gmv", 14_400.0, 14_400.0)
    assert [v.period for v in gmv.run] == [f"{y}-Q{q}" for y in (2022, 2023) for q in range(1, 5)]
    assert {v.status for v in gmv.run} == {Status.OK}


def test_never_more_than_fit_and_none_without_a_number(market: Callable[..., Store]) -> None:
    shown = shown_of(market(orders=orders(24), known_until=date(2023, 12, 31)))
    assert len(shown) <= SHOWN
    assert all(h.now.value is not None for h in shown)
    assert "net_revenue" not in {h.metric for h in shown}
    assert {"ndr_gmv"} <= {h.metric for h in shown}


def test_a_short_history_stands_on_its_whole_window_and_compares_with_nothing(market: Callable[..., Store]) -> None:
    shown = shown_of(market(orders=orders(8), known_until=date(2022, 8, 31)))
    assert [v.period for v in shown[0].run][:2] == ["2022-01", "2022-02"]
    assert (shown[0].now.value, shown[0].before) == (9_600.0, None)
    assert shown[0].note == "2022-01-03 to 2022-08-31; nothing earlier to compare with"


def test_a_month_known_to_within_three_days_of_its_end_is_in_every_tile(market: Callable[..., Store]) -> None:
    """Twelve months of 1,200: with December left out only eleven would be in the window."""
    nearly = shown_of(market(orders=orders(12), known_until=date(2022, 12, 28)))
    assert nearly[0].now.value == 14_400.0
    early = shown_of(market(orders=orders(12), known_until=date(2022, 12, 27)))
    assert early[0].now.value == 13_200.0


def test_requests_of_other_years_stand_for_their_own_days_and_say_so(market: Callable[..., Store]) -> None:
    asked = [
        {"quote_id": f"q{i}", "request_id": f"q{i}", "buyer_id": "b1", "status": "filled", "requested_at": day}
        for i, day in enumerate([date(2025, 1, 5), date(2025, 6, 30)] * 20)
    ]
    store = market(orders=orders(24), quotes=asked, known_until=date(2025, 6, 30))
    requests = [h for h in shown_of(store) if h.metric in ("requests", "fill_rate")]
    assert all("2025" in h.note and "2022" not in h.note for h in requests)


def test_numbers_of_two_definitions_are_not_compared(market: Callable[..., Store]) -> None:
    booked = replace(METRICS["gmv"], formula=METRICS["booked_gmv"].formula, version=2)
    versions = (
        Version(metric=METRICS["gmv"], agreed=False),
        Version(metric=booked, effective_from=date(2022, 12, 1)),
    )
    store = market(orders=orders(24), known_until=date(2023, 12, 31))
    gmv = shown_of(replace(store, dictionary=Dictionary({"gmv": versions})))[0]
    assert (gmv.now.definition, gmv.now.value, gmv.before) == ("gmv@2", 14_400.0, None)
    assert gmv.note.endswith("; not compared: gmv@1 then, gmv@2 now")
    restated = (versions[0], replace(versions[1], restate=True))
    gmv = shown_of(replace(store, dictionary=Dictionary({"gmv": restated})))[0]
    assert (gmv.before and gmv.before.definition) == "gmv@2"


def test_a_first_order_that_is_merely_the_first_known_one_is_followed_by_nobody(market: Callable[..., Store]) -> None:
    def followed(*, signed_up: bool) -> bool:
        accounts = [
            {"account_id": f"{side[0]}{i}", "side": side} | ({"signed_up_at": date(2022, 1, 1)} if signed_up else {})
            for side in ("buyer", "supplier")
            for i in range(12)
        ]
        shown = shown_of(market(orders=orders(5), accounts=accounts, known_until=date(2022, 5, 31)))
        return "buyer_repeat_rate_90d" in {h.metric for h in shown}

    assert followed(signed_up=True)
    assert not followed(signed_up=False)


def asked(outcomes: dict[date, int], of: int = 40) -> list[dict[str, object]]:
    """Requests of one buyer by day, so many of each day filled and the rest closed without a word."""
    return [
        {
            "quote_id": f"{day}-{i}",
            "request_id": f"{day}-{i}",
            "buyer_id": "b1",
            "status": "awarded" if i < filled else "closed",
            "requested_at": day,
        }
        for day, filled in outcomes.items()
        for i in range(of)
    ]


def quarters(year: int, filled: list[int]) -> dict[date, int]:
    return {date(year, 3 * i + 1, 3): n for i, n in enumerate(filled)}


def test_a_rate_whose_early_outcomes_were_hardly_recorded_is_not_compared(market: Callable[..., Store]) -> None:
    """Of the requests of 2022 at first 2 then 22 of 40 were awarded: a record that begins, no market that improved."""
    requests = asked(quarters(2022, [2, 6, 14, 22]) | quarters(2023, [22, 22, 22, 22]))
    store = market(orders=orders(24), quotes=requests, known_until=date(2023, 12, 31))
    fill = next(h for h in shown_of(store) if h.metric == "fill_rate")
    assert (fill.before, fill.now.value) == (None, pytest.approx(0.55))
    assert fill.note.endswith("not compared: 5 % in 2022-Q1, early outcomes look unrecorded")


def test_a_rate_recorded_all_along_is_compared(market: Callable[..., Store]) -> None:
    requests = asked(quarters(2022, [16, 16, 18, 16]) | quarters(2023, [22, 22, 22, 22]))
    store = market(orders=orders(24), quotes=requests, known_until=date(2023, 12, 31))
    fill = next(h for h in shown_of(store) if h.metric == "fill_rate")
    assert fill.before is not None
    assert fill.before.value == pytest.approx(0.4125)


def test_a_badly_recorded_rate_of_other_years_is_no_headline(market: Callable[..., Store]) -> None:
    latest = quarters(2026, [22, 22, 22, 22]) | {date(2026, 12, 30): 22}
    store = market(orders=orders(24), quotes=asked(quarters(2025, [2, 6, 14, 22]) | latest))
    assert "fill_rate" not in {h.metric for h in shown_of(store)}


def test_a_base_that_is_too_young_or_too_small_is_not_compared(market: Callable[..., Store]) -> None:
    requests = asked(quarters(2022, [4, 4, 4, 4]), of=5) + asked(quarters(2023, [22, 22, 22, 22]))
    store = market(orders=orders(24), quotes=requests, known_until=date(2023, 12, 31))
    fill = next(h for h in shown_of(store) if h.metric == "fill_rate")
    assert fill.before is None
    assert "not compared: the span before is small n" in fill.note


def test_a_share_of_the_markets_own_total_is_counted_and_has_no_range(market: Callable[..., Store]) -> None:
    shown = shown_of(market(orders=orders(24), known_until=date(2023, 12, 31)))
    share = next(h for h in shown if h.metric == "top_10_share")
    assert (share.now.low, share.now.basis) == (None, Basis.CENSUS)
    assert not any(h.metric == "top_10_share" and "suppliers" in h.label for h in shown)  # there are four of them


def test_a_quarter_that_the_window_counts_as_whole_is_whole_in_the_run(market: Callable[..., Store]) -> None:
    """Known to three days before its end it is in the tile's number, so the run does not call it partial."""
    nearly = shown_of(market(orders=orders(24), known_until=date(2023, 12, 28)))[0].run
    assert (nearly[-1].period, nearly[-1].status) == ("2023-Q4", Status.OK)
    early = shown_of(market(orders=orders(24), known_until=date(2023, 11, 28)))[0].run
    assert (early[-1].period, early[-1].status) == ("2023-Q4", Status.PARTIAL)
