"""HHI, top shares and Gini with the range of another year like this one, checked against years that are drawn."""

from datetime import date

import numpy as np
import pytest

from bothsides.diagnosis import DiagnosisPolicy
from bothsides.diagnosis.concentration import Ledger, Trade, Trades, read_ledger, shares
from bothsides.diagnosis.concentration.shares import responses
from bothsides.diagnosis.span import Span
from bothsides.metrics.resampling import gini, herfindahl, top_share
from bothsides.schema import Side
from tests.diagnosis.conftest import market_of


def test_the_figures_are_those_of_the_dictionary() -> None:
    totals = np.array([40.0, 25.0, 20.0, 10.0, 4.0, 1.0])
    found = responses(totals)
    for name, figure in (("hhi", herfindahl), ("top_5_share", top_share(5)), ("gini", gini)):
        assert found[name][0] == pytest.approx(float(figure(totals[np.newaxis])[0]))


@pytest.mark.parametrize("name", ["hhi", "top_1_share", "top_5_share", "gini"])
def test_the_response_to_an_account_is_the_derivative(name: str) -> None:
    totals = np.array([40.0, 25.0, 20.0, 10.0, 4.0, 1.0])
    for i in range(len(totals)):
        step = np.zeros(len(totals))
        step[i] = 1e-4
        rise = responses(totals + step)[name][0] - responses(totals - step)[name][0]
        assert responses(totals)[name][1][i] == pytest.approx(rise / 2e-4, abs=1e-6)


def year(rng: np.random.Generator, rates: np.ndarray) -> tuple[Ledger, dict[str, float]]:
    """A year of accounts that each trade month by month at their own pace."""
    months = np.array([[rng.gamma(2.0, 50.0, n).sum() for n in row] for row in rng.poisson(rates[:, None], (40, 12))])
    totals = months.sum(axis=1)
    ledger = Ledger(
        trades=Trades.of(Trade(buyer=i, supplier=99, category=None, amount=a) for i, a in enumerate(totals)),
        names={},
        currency="EUR",
        months=12.0,
        wobble={(Side.BUYER, None): 12 * months.var(axis=1, ddof=1)},
    )
    return ledger, {name: number for name, (number, _) in responses(np.sort(totals)[::-1]).items()}


def test_another_year_falls_within_the_range_nearly_always() -> None:
    rng = np.random.default_rng(7)
    rates = np.sort(rng.pareto(1.5, 40) + 0.5)[::-1]
    hits, n = dict.fromkeys(("hhi", "top_1_share", "top_10_share", "gini"), 0), 150
    for _ in range(n):
        said = shares(year(rng, rates)[0], Side.BUYER, None, DiagnosisPolicy())
        other = year(rng, rates)[1]
        for name in hits:
            low, high = said[name].low, said[name].high
            assert low is not None
            assert high is not None
            hits[name] += low <= other[name] <= high
    assert all(hit / n >= 0.9 for hit in hits.values()), hits


def test_few_accounts_or_few_months_give_no_range() -> None:
    ledger = Ledger(
        trades=Trades.of(Trade(buyer=i, supplier=9, category="Pumps", amount=10.0 + i) for i in range(5)),
        names={},
        currency="EUR",
        months=12.0,
        wobble={(Side.BUYER, "Pumps"): np.ones(10)},
    )
    assert shares(ledger, Side.BUYER, "Pumps", DiagnosisPolicy())["hhi"].low is None
    assert shares(ledger, Side.BUYER, "Pumps", DiagnosisPolicy(few_accounts=3))["hhi"].low is not None
    with pytest.raises(ValueError, match="category 'Valves' is not one of Pumps"):
        shares(ledger, Side.BUYER, "Valves", DiagnosisPolicy())


def test_the_months_variance_is_read_per_account_and_category() -> None:
    orders = [
        {
            "buyer_id": "even" if i % 2 else "once",
            "supplier_id": "s",
            "category": "Pumps" if i % 2 else "Valves",
            "placed_at": date(2024, 1 + (i // 2 if i % 2 else 0), 10),
            "amount": 1000,
        }
        for i in range(24)
    ]
    found = read_ledger(market_of(orders=orders), Span(start=date(2024, 1, 1), end=date(2024, 12, 31)))
    named = {name: account for account, name in found.names.items()}
    assert found.wobble[Side.BUYER, "Pumps"][named["even"]] == pytest.approx(0.0)
    # 12 orders of 10 in one month of twelve: 12 / 11 x (120^2 - 120^2 / 12)
    assert found.wobble[Side.BUYER, "Valves"][named["once"]] == pytest.approx(14400.0, rel=0.01)
    assert found.wobble[Side.BUYER, None][named["once"]] == pytest.approx(14400.0, rel=0.01)
