"""Lifetime value: the way is chosen on held-out time, money follows the agreed credit, and too little data is said."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from bothsides.metrics import Store
from bothsides.predict.lifetime_choice import judge
from bothsides.predict.lifetime_value import LifetimeValues, lifetime_values
from bothsides.predict.lifetime_worth import WEEKS_PER_MONTH, discounted, mean_worth
from bothsides.predict.mean_value import fit_mean_value
from bothsides.predict.model_card import ModelVerdict
from bothsides.predict.repeat_buying import Purchases, RepeatBuying
from bothsides.predict.repeat_ways import PARETO, ways
from bothsides.predict.spend import spend_forecast
from bothsides.schema import Side
from tests.diagnosis.conftest import market_of
from tests.predict.cdnow import CALIBRATION_WEEKS, read_cdnow
from tests.predict.worlds import START, last_day, leaving_accounts

DAYS = 540
HELD = 180


@pytest.fixture(scope="module")
def bought() -> Purchases:
    return leaving_accounts(np.random.default_rng(4), 400, days=DAYS)


def seen_and_later(bought: Purchases) -> tuple[RepeatBuying, list[float], float]:
    cut = last_day(DAYS) - timedelta(days=HELD)
    then = bought.known_by(cut, recent_days=HELD)
    held = bought.after(then.accounts, cut, last_day(DAYS))
    return then, held.occasions.tolist(), HELD / 7


def test_where_accounts_leave_a_model_of_leaving_is_chosen(bought: Purchases) -> None:
    cut = last_day(DAYS) - timedelta(days=HELD)
    then = bought.known_by(cut, recent_days=HELD)
    judged = judge(then, bought.after(then.accounts, cut, last_day(DAYS)), HELD / 7, seed=1)
    assert judged.way.is_model
    assert judged.verdict()[0] is ModelVerdict.USABLE
    assert {way.id for way in judged.candidates} == {"pareto_nbd", "mbg_nbd", "hiatus", "rate", "repeat"}
    chosen = next(way for way in judged.candidates if way.chosen)
    assert chosen.factor is not None
    assert chosen.factor.value == pytest.approx(chosen.observed / chosen.predicted)
    assert judged.gap.high is not None
    assert judged.gap.high < 0


def test_where_nobody_leaves_and_rates_stand_still_no_model_is_believed_for_its_name() -> None:
    rng = np.random.default_rng(2)
    never = leaving_accounts(rng, 300, days=DAYS, stay_days=1e9)
    cut = last_day(DAYS) - timedelta(days=HELD)
    then = never.known_by(cut, recent_days=HELD)
    later = never.after(then.accounts, cut, last_day(DAYS))
    judged = judge(then, later, HELD / 7, seed=1)
    losses = {way.id: way.rmse for way in judged.candidates}
    assert losses[judged.way.id] <= min(losses["rate"], losses["hiatus"], losses["repeat"])
    assert judged.verdict()[0] is ModelVerdict.USABLE


def test_accounts_that_buy_at_random_have_no_signal() -> None:
    rng = np.random.default_rng(9)
    who = np.repeat(np.arange(200), 12)
    when = START.toordinal() + rng.integers(0, DAYS, len(who))
    cut = last_day(DAYS) - timedelta(days=HELD)
    alike = Purchases(who=who, when=when, worth=np.ones(len(who)))
    then = alike.known_by(cut, recent_days=HELD)
    shuffled = alike.after(then.accounts, cut, last_day(DAYS))
    shuffled.occasions[:] = rng.permutation(shuffled.occasions)
    assert judge(then, shuffled, HELD / 7, seed=1).verdict()[0] is ModelVerdict.NO_SIGNAL


def test_a_total_far_from_the_predicted_only_ranks(bought: Purchases) -> None:
    cut = last_day(DAYS) - timedelta(days=HELD)
    then = bought.known_by(cut, recent_days=HELD)
    later = bought.after(then.accounts, cut, last_day(DAYS))
    later.value[:] *= 4
    verdict, why = judge(then, later, HELD / 7, seed=1).verdict()
    assert verdict is ModelVerdict.NOT_CALIBRATED
    assert "for each 100 foretold" in why
    assert why.endswith("use the order of the list; no amounts are given.")


def test_money_later_is_worth_less(bought: Purchases) -> None:
    then, _, weeks = seen_and_later(bought)
    expecting = ways(weeks)[3].fit(then).expecting
    plain, dear = (discounted(expecting, then, 24, rate) for rate in (0.0, 0.1))
    assert plain == pytest.approx(expecting(then, 24 * WEEKS_PER_MONTH))
    assert dear.sum() / plain.sum() == pytest.approx(
        np.mean([1.1 ** (-(month - 0.5) / 12) for month in range(1, 25)])
    )  # fmt: skip


def test_a_mean_on_few_orders_is_drawn_to_the_side_s() -> None:
    rng = np.random.default_rng(6)
    own = rng.lognormal(4, 0.6, 300)
    days = rng.integers(1, 9, 300)
    who = np.repeat(np.arange(300), days)
    when = START.toordinal() + np.concatenate([np.arange(n) for n in days])
    bought = Purchases(who=who, when=when, worth=own[who] * rng.lognormal(0, 0.8, len(who)))
    record = bought.known_by(START + timedelta(days=30), recent_days=10)
    shrunk = fit_mean_value(record).of(record)
    truth = own * np.exp(0.8**2 / 2)
    assert np.mean((shrunk - truth) ** 2) < 0.8 * np.mean((record.value - truth) ** 2)
    assert np.mean((shrunk - truth) ** 2) < np.mean((record.value.mean() - truth) ** 2)


def store_of_purchases(bought: Purchases, *, fees: bool = True, since: date = START) -> Store:
    orders, charged = [], []
    for i, (who, when, worth) in enumerate(zip(bought.who, bought.when, bought.worth, strict=True)):
        day = date.fromordinal(int(when))
        if day < since:
            continue
        amount = round(100 * float(worth))
        orders.append({
            "order_id": f"o{i}", "buyer_id": f"b{who}", "supplier_id": f"s{who % 3}", "amount": amount,
            "placed_at": day, "status": "completed",
        })  # fmt: skip
        charged.append({"order_id": f"o{i}", "kind": "commission", "amount": round(amount / 10), "charged_at": day})
    return market_of(orders=orders, **({"fees": charged} if fees else {}))


@pytest.fixture(scope="module")
def valued(bought: Purchases) -> tuple[LifetimeValues, LifetimeValues, LifetimeValues]:
    few = np.isin(bought.who, np.arange(120))
    some = Purchases(who=bought.who[few], when=bought.when[few], worth=bought.worth[few])
    store = store_of_purchases(some)
    return (
        lifetime_values(store, Side.BUYER),
        lifetime_values(store, Side.BUYER, credit=0.8),
        lifetime_values(store, Side.SUPPLIER),
    )


def test_money_is_gmv_times_take_rate_times_the_agreed_credit(
    valued: tuple[LifetimeValues, LifetimeValues, LifetimeValues],
) -> None:
    half, most, _ = valued
    assert half.take_rate == pytest.approx(0.1, abs=1e-4)
    assert half.total is not None
    assert most.total is not None
    assert most.total.value / half.total.value == pytest.approx(1.6)
    assert sum(account.value for account in half.accounts) == pytest.approx(half.total.value)
    assert half.total.low is not None
    assert half.total.high is not None
    assert half.total.low < half.total.value < half.total.high
    first = half.accounts[0]
    assert first.value < first.gmv * 0.1 * 0.5
    assert "80 % to this side" in " ".join(most.card.notes)
    assert half.card.version != most.card.version


def test_the_same_facts_give_the_same_answer(
    valued: tuple[LifetimeValues, LifetimeValues, LifetimeValues], bought: Purchases
) -> None:
    few = np.isin(bought.who, np.arange(120))
    some = Purchases(who=bought.who[few], when=bought.when[few], worth=bought.worth[few])
    assert lifetime_values(store_of_purchases(some), Side.BUYER) == valued[0]


def test_a_look_back_sees_nothing_that_came_later(bought: Purchases) -> None:
    few = np.isin(bought.who, np.arange(60))
    some = Purchases(who=bought.who[few], when=bought.when[few], worth=bought.worth[few])
    day = last_day(DAYS) - timedelta(days=120)
    early = some.when <= day.toordinal()
    then = Purchases(who=some.who[early], when=some.when[early], worth=some.worth[early])
    back = lifetime_values(store_of_purchases(some), Side.BUYER, as_of=day)
    told = lifetime_values(store_of_purchases(then), Side.BUYER, as_of=day)
    assert back.total == told.total
    assert [account.value for account in back.accounts] == [account.value for account in told.accounts]
    assert back.card.scored_on == day


def test_three_suppliers_are_too_few_and_it_says_what_would_do(
    valued: tuple[LifetimeValues, LifetimeValues, LifetimeValues],
) -> None:
    found = valued[2]
    assert found.card.verdict is ModelVerdict.TOO_LITTLE
    assert "3 accounts" in found.card.reason
    assert "at least 30" in found.card.reason
    assert (found.accounts, found.total) == ((), None)


def test_without_fees_it_is_gmv_and_says_so(bought: Purchases) -> None:
    few = np.isin(bought.who, np.arange(60))
    some = Purchases(who=bought.who[few], when=bought.when[few], worth=bought.worth[few])
    found = lifetime_values(store_of_purchases(some, fees=False), Side.BUYER)
    assert (found.of, found.take_rate) == ("GMV", None)
    assert any("No fees are loaded" in note for note in found.card.notes)


@pytest.fixture(scope="module")
def late_fees() -> Store:
    """Sixty accounts on record as suppliers that buy too; fees of a tenth are known for the last half year alone."""
    few = leaving_accounts(np.random.default_rng(2), 60, days=540, stay_days=2000.0)
    orders, fees = [], []
    for i, (who, when, worth) in enumerate(zip(few.who, few.when, few.worth, strict=True)):
        day, amount = date.fromordinal(int(when)), round(worth * 100)
        orders.append(
            {
                "buyer_id": f"both{who}",
                "supplier_id": f"s{who % 3}",
                "placed_at": day,
                "amount": amount,
                "status": "completed",
            }
        )
        if day > last_day(540) - timedelta(days=180):
            fee = {"order_id": f"orders-{i}", "charged_at": day, "amount": amount // 10, "kind": "commission"}
            fees.append(fee)
    named = sorted({str(row[key]) for row in orders for key in ("buyer_id", "supplier_id")})
    accounts = [{"account_id": name, "side": "supplier", "name": f"Name of {name}"} for name in named]
    return market_of(orders=orders, fees=fees, accounts=accounts)


def test_the_take_rate_is_that_of_the_days_whose_fees_are_known(late_fees: Store) -> None:
    assert lifetime_values(late_fees, Side.BUYER).take_rate == pytest.approx(0.1, abs=1e-3)
    before = lifetime_values(late_fees, Side.BUYER, as_of=last_day(540) - timedelta(days=200))
    assert (before.take_rate, before.of) == (None, "GMV")
    assert before.total is not None
    assert before.total.value > 0


def test_an_account_on_record_for_the_other_side_keeps_its_name(late_fees: Store) -> None:
    named = [*lifetime_values(late_fees, Side.BUYER).accounts, *spend_forecast(late_fees, Side.BUYER).accounts]
    assert named
    assert all(account.name.startswith("Name of both") for account in named)


def test_closed_accounts_bring_nothing_and_orders_without_a_rate_are_said_to_be_left_out(bought: Purchases) -> None:
    few = np.isin(bought.who, np.arange(60))
    rows, names = [], {f"b{who}" for who in range(60)}
    for who, when, worth in zip(bought.who[few], bought.when[few], bought.worth[few], strict=True):
        row = {
            "buyer_id": f"b{who}",
            "supplier_id": "s",
            "amount": round(100 * worth),
            "placed_at": date.fromordinal(when),
        }
        rows.append(row | {"status": "completed"})
    rows.append(rows[-1] | {"currency": "USD"})
    closed = {f"b{who}": date.fromordinal(int(bought.when[few].max())) for who in range(20)}
    accounts = [
        {"account_id": name, "side": "buyer", "name": name, "closed_at": closed.get(name)} for name in sorted(names)
    ]
    accounts.append({"account_id": "s", "side": "supplier", "name": "s"})
    store = market_of(orders=rows, accounts=accounts)
    found, spent = lifetime_values(store, Side.BUYER), spend_forecast(store, Side.BUYER)
    for listed, card in ((found.accounts, found.card), (spent.accounts, spent.card)):
        assert {account.name for account in listed} == names - closed.keys()
        assert "20 accounts on record as closed are left out: they have left already" in card.notes
        assert any(note.startswith("1 order has no value in EUR") for note in card.notes)
    assert found.total is not None
    assert found.per_account is not None
    assert sum(account.value for account in found.accounts) == pytest.approx(found.total.value)
    assert found.per_account.value == pytest.approx(found.total.value / 40)
    assert spent.total is not None
    assert spent.total.value < spent.last


def test_a_short_history_and_wrong_words_are_refused(bought: Purchases) -> None:
    few = np.isin(bought.who, np.arange(60))
    some = Purchases(who=bought.who[few], when=bought.when[few], worth=bought.worth[few])
    store = store_of_purchases(some, fees=False, since=last_day(DAYS) - timedelta(days=100))
    assert "at least 6 are needed" in lifetime_values(store, Side.BUYER).card.reason
    before = lifetime_values(store, Side.BUYER, as_of=START - timedelta(days=1)).card.reason
    assert before.startswith("no order is known by 2021-12-31: the first is of 20")
    with pytest.raises(ValueError, match="horizon_months 60 must be one of 24, 36"):
        lifetime_values(store, Side.BUYER, horizon_months=60)
    with pytest.raises(ValueError, match=r"credit 1\.2"):
        lifetime_values(store, Side.BUYER, credit=1.2)


@pytest.mark.real_data
def test_on_cdnow_the_model_is_chosen_over_the_hiatus_rule_shown_beside_it(real_data: Path) -> None:
    seen, later = read_cdnow(real_data, "CDNOW_sample.txt")
    judged = judge(seen, later, CALIBRATION_WEEKS, seed=1)
    errors = {way.id: (way.mae, way.rmse) for way in judged.candidates}
    assert judged.way.id == "pareto_nbd"
    assert errors["pareto_nbd"] == pytest.approx((0.754, 1.603), abs=0.002)
    assert errors["hiatus"] == pytest.approx((0.816, 2.022), abs=0.02)
    assert judged.candidates[0].factor is not None
    assert judged.candidates[0].factor.value == pytest.approx(1 / (1 - 0.115), rel=0.01)


def test_of_very_many_accounts_some_are_learned_from_and_the_interval_still_follows(
    bought: Purchases, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = bought.known_by(last_day(DAYS), recent_days=HELD)
    monkeypatch.setattr("bothsides.predict.repeat_ways.MOST_LEARNED", 150)
    learned = PARETO.fit(record)
    assert learned.fit is not None
    assert learned.fit.every == 3
    value, mean = mean_worth(learned, record, np.ones(len(record)), months=12, discount=0.0, seed=1)
    assert len(value) == len(record)
    assert mean.low is not None
    assert mean.high is not None
    assert mean.low < mean.value < mean.high
