"""What a reader must know: only what applies, counted from the data."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from bothsides.diagnosis import diagnose
from bothsides.metrics import METRICS, Dictionary, Store
from bothsides.metrics.dictionary import Version


def order(day: date, amount: int = 10_000, **more: object) -> dict[str, object]:
    return {"buyer_id": "b", "supplier_id": "s", "placed_at": day, "amount": amount, **more}


def words(store: Store) -> str:
    return " ".join(diagnose(store).caveats)


def test_credit_notes_and_month_dates_are_told(market: Callable[..., Store]) -> None:
    orders = [order(date(2024, m, 1)) for m in range(1, 7)] + [order(date(2024, 6, 1), -2_500)]
    text = words(market(orders=orders, known_until=date(2024, 6, 30)))
    assert "Every order is dated the first of a month" in text
    assert "1 credit note worth EUR 25" in text
    assert "no category or region" in text


def test_what_does_not_apply_is_not_told(market: Callable[..., Store]) -> None:
    orders = [
        order(date(2022 + m // 12, m % 12 + 1, 7), category="xy"[m % 2], region="NS"[m % 3 % 2]) for m in range(26)
    ]
    text = words(market(orders=orders, known_until=date(2024, 2, 29)))
    for word in ("dated the first", "credit note", "sample", "quarantine", "yearly comparisons"):
        assert word not in text


def test_requests_of_other_years_are_told(market: Callable[..., Store]) -> None:
    quotes = [{"kind": "request", "buyer_id": "b", "requested_at": date(2026, 5, 1), "status": "open"}]
    text = words(market(orders=[order(date(2024, 1, 3)), order(date(2024, 3, 3))], quotes=quotes))
    assert "Requests for quotation are known from 2026-05-01 to 2026-05-01, outside the window" in text


def test_definitions_of_the_workspace_are_told(market: Callable[..., Store]) -> None:
    store = market(orders=[order(date(2024, 1, 3)), order(date(2024, 3, 3))])
    assert "Agreed in this workspace" not in words(store)
    own = Version(metric=replace(METRICS["gmv"], version=2), effective_from=date(2024, 2, 1))
    house = Version(metric=METRICS["gmv"], agreed=False)
    told = words(replace(store, dictionary=Dictionary({"gmv": (house, own)})))
    assert "Agreed in this workspace: gmv@2 from 2024-02-01 on." in told


def test_a_mirror_which_has_no_quarantine_is_diagnosed_without_a_word_of_it(market: Callable[..., Store]) -> None:
    store = market(orders=[order(date(2024, 1, 3)), order(date(2024, 3, 3))])
    store.engine.run("DROP TABLE quarantine")
    assert "quarantine" not in words(store)


def set_aside(market: Callable[..., Store], *loads: tuple[int, str, int, int]) -> tuple[str, ...]:
    store = market(orders=[order(date(2024, 1, 3)), order(date(2024, 3, 3))])
    store.engine.run("DELETE FROM loads")
    for load, source, read, held in loads:
        if not store.engine.rows("SELECT 1 FROM loads WHERE load_id = $load", {"load": load}):
            store.engine.run(f"INSERT INTO loads (load_id, status) VALUES ({load}, 'ok')")
        store.engine.run(
            'INSERT INTO load_sources (load_id, "source", table_name, "read", quarantined)'
            f" VALUES ({load}, '{source}', 'orders', {read}, {held})"
        )
    return diagnose(store).set_aside


def test_a_source_of_which_much_was_set_aside_is_named_with_its_records(market: Callable[..., Store]) -> None:
    assert set_aside(market, (1, "invoices", 1_000, 143), (1, "web", 1_000, 20)) == (
        "14 % of what source invoices brought for orders was set aside and is in no number: 143 of 1,000 records.",
    )


def test_what_was_set_aside_is_that_of_the_last_load_that_read_the_source(market: Callable[..., Store]) -> None:
    mended = (1, "invoices", 1_000, 143), (2, "invoices", 1_000, 0)
    assert set_aside(market, *mended, (1, "web", 100, 50), (2, "web", 0, 0))[0].startswith("50 % of what source web")
    assert not set_aside(market, *mended)
