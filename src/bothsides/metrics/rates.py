"""Average exchange rates of a stretch of days, for amounts in constant currency."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bothsides.schema import minor_units
from bothsides.warehouse import version_filter

if TYPE_CHECKING:
    from bothsides.metrics.store import Store


class Rates:
    """The rates a store knows: reporting minor units per minor unit of each currency, from each quoted day on."""

    def __init__(self, quotes: dict[str, list[tuple[date, float]]]) -> None:
        self._quotes = quotes

    def average(self, currency: str, first: date, last: date) -> float | None:
        """The mean over the days from first to last of the rate that held, None where the first day has none.

        >>> quotes = [(date(2024, 1, 1), 0.9), (date(2024, 1, 3), 1.1)]
        >>> Rates({"USD": quotes}).average("USD", date(2024, 1, 2), date(2024, 1, 3))
        1.0
        """
        quotes = [quote for quote in self._quotes.get(currency, ()) if quote[0] <= last]
        began = max((day for day, _ in quotes if day <= first), default=None)
        if began is None:
            return None
        held = [(max(day, first), rate) for day, rate in quotes if day >= began]
        ends = [day for day, _ in held[1:]] + [last + timedelta(days=1)]
        total = sum(rate * (end - day).days for (day, rate), end in zip(held, ends, strict=True))
        return total / ((last - first).days + 1)


def read_rates(store: Store, currencies: Sequence[str]) -> Rates:
    """The quotes of these currencies as the store knows them; of two for a day the one that amounts are priced at."""
    if "fx_rates" not in store.fed:
        return Rates({})
    rows = store.engine.rows(
        f"""
        SELECT currency, quoted_on, rate FROM (
            SELECT currency, quoted_on, rate,
                   row_number() OVER (PARTITION BY currency, quoted_on ORDER BY rate_id DESC) AS place
            FROM fx_rates WHERE {version_filter(store.known_on)}
        ) q WHERE place = 1 ORDER BY 1, 2
        """
    )
    quotes: dict[str, list[tuple[date, float]]] = {}
    for currency, quoted_on, rate in rows:
        if currency in currencies:
            scale = 10.0 ** (minor_units(store.currency) - minor_units(currency))
            quotes.setdefault(currency, []).append((quoted_on, rate * scale))
    return Rates(quotes)
