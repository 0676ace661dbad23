"""Lifetime value: what each account of a side will still bring, by the way that a held-out span speaks for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from bothsides.metrics import Better, Store
from bothsides.metrics.hindsight import on_day
from bothsides.predict.account_names import account_names
from bothsides.predict.backtest import Backtested
from bothsides.predict.followed import Followed, followed
from bothsides.predict.lifetime_choice import Judged, judge
from bothsides.predict.lifetime_worth import WEEKS_PER_MONTH, mean_worth, new_worth
from bothsides.predict.mean_value import MeanValue, fit_mean_value
from bothsides.predict.model_card import Comparison, Estimate, ModelCard, ModelVerdict, empty_card, version_of
from bothsides.predict.purchase import closed_note
from bothsides.predict.repeat_buying import (
    Numbers,
    Purchases,
    RepeatBuying,
    Truths,
    months_before,
    read_purchases,
)
from bothsides.predict.repeat_ways import Learned, Model
from bothsides.schema import Side

HORIZONS = (24, 36)
"""Months that a lifetime value may cover: beyond them it would be the model's fancy (metric dictionary, row 40)."""

DISCOUNT = 0.1
LEAST_ACCOUNTS = 30
LEAST_REPEATERS = 10
LEAST_MONTHS = 6
CHOSEN_BY = (
    "Of all ways the one with the least squared error per account is chosen, a model only where it beats the best rule "
    "of thumb beyond chance: a value is a mean, and few large errors cost more than many small ones."
)
ID = "ltv"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountValue:
    """One account's value to come over the horizon. Occasions and GMV undiscounted, `value` discounted.

    `value` is net revenue credited to the side where fees are known, else GMV; major units. `alive` is the chance that
    the account has not left, None where a rule of thumb was chosen.
    """

    account: int
    name: str
    value: float
    gmv: float
    occasions: float
    alive: float | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LifetimeValues:
    """A side's lifetime values with all that they rest on; amounts in major units of the currency.

    `credit` is the side's share of an order's commission, `take_rate` net revenue over GMV of the last year; a value is
    GMV x take_rate x credit. `per_account` is the mean of known accounts, `new_account` of one after its first order,
    None where a rule of thumb was chosen, which knows nothing of leaving.
    """

    card: ModelCard
    candidates: tuple[Backtested, ...] = ()
    money_factor: Estimate | None = None
    """Observed over predicted GMV of the held-out span."""
    parameters: tuple[tuple[str, float], ...] = ()
    horizon_months: int = 0
    tested_months: int = 0
    of: str = "net revenue"
    take_rate: float | None = None
    credit: float = 0.5
    discount: float = DISCOUNT
    currency: str = ""
    accounts: tuple[AccountValue, ...] = ()
    total: Estimate | None = None
    per_account: Estimate | None = None
    new_account: Estimate | None = None

    @property
    def factor(self) -> Estimate | None:
        """The chosen way's observed over predicted occasions on the held-out span."""
        return next((way.factor for way in self.candidates if way.chosen), None)

    @property
    def mean_value(self) -> float:
        """The mean value of an account, which single ones can be told as multiples of; 0 where none is known."""
        return 0.0 if self.per_account is None else self.per_account.value


def lifetime_values(
    store: Store, side: Side, *, as_of: date | None = None, horizon_months: int = 24, discount: float = DISCOUNT,
    credit: float = 0.5, seed: int = 1,
) -> LifetimeValues:  # fmt: skip
    """The side's lifetime values as of a day, the last known one by default.

    The last third of the history, at most a year, is held out; ways learn before it and are judged in it; the chosen
    one then learns from everything. Raises ValueError for a horizon that is not 24 or 36 months, a discount below 0 or
    a credit outside 0 to 1.
    """
    if horizon_months not in HORIZONS:
        raise ValueError(f"horizon_months {horizon_months} must be one of {', '.join(map(str, HORIZONS))}")
    if discount < 0 or not 0 <= credit <= 1:
        raise ValueError(f"discount {discount} must be at least 0, credit {credit} from 0 to 1")
    days = followed(store, as_of)
    if isinstance(days, str):
        return LifetimeValues(card=_card(side, horizon_months, ModelVerdict.TOO_LITTLE, days))
    with on_day(store, as_of) as then:
        return _on_day(then, side, days, horizon_months=horizon_months, discount=discount, credit=credit, seed=seed)


def _on_day(
    store: Store, side: Side, days: Followed, *, horizon_months: int, discount: float, credit: float, seed: int
) -> LifetimeValues:
    months, end = _months(days.first, days.end), days.end
    tested = max(3, min(12, months // 3))
    if months < LEAST_MONTHS:
        why = f"{months} months of orders are known, at least {LEAST_MONTHS} are needed: half to learn, half to judge"
        return LifetimeValues(card=_card(side, horizon_months, ModelVerdict.TOO_LITTLE, why))
    bought = read_purchases(store, side, until=end)
    asked = _Asked(
        side=side, end=end, tested=tested, horizon=horizon_months, discount=discount, credit=credit, seed=seed,
        take_rate=_take_rate(store, end), currency=store.currency,
    )  # fmt: skip
    return _valued(asked, bought, account_names(store))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    side: Side
    end: date
    tested: int
    horizon: int
    discount: float
    credit: float
    seed: int
    take_rate: float | None
    currency: str

    @property
    def cut(self) -> date:
        """The last day that ways learn from before they are judged."""
        return months_before(self.end, self.tested)

    @property
    def tested_days(self) -> int:
        return (self.end - self.cut).days

    @property
    def tested_weeks(self) -> float:
        return self.tested_days / 7

    @property
    def margin(self) -> float:
        return 1.0 if self.take_rate is None else self.take_rate * self.credit


def _months(first: date, last: date) -> int:
    return int(((last - first).days + 1) / 30.4)


def _valued(asked: _Asked, bought: Purchases, names: Mapping[int, str]) -> LifetimeValues:
    then = bought.known_by(asked.cut, recent_days=asked.tested_days)
    here = ~bought.gone(then.accounts, asked.cut)
    n, repeaters = int(here.sum()), int((then.frequency[here] > 0).sum())
    if n < LEAST_ACCOUNTS or repeaters < LEAST_REPEATERS:
        why = (
            f"{n} accounts, {repeaters} of them with a second order, by {asked.cut}; at least {LEAST_ACCOUNTS} "
            f"and {LEAST_REPEATERS} are needed to judge a forecast"
        )
        return LifetimeValues(card=_card(asked.side, asked.horizon, ModelVerdict.TOO_LITTLE, why, n_test=n))
    later = bought.after(then.accounts, asked.cut, asked.end)
    judged = judge(then, later, asked.tested_weeks, seed=asked.seed, here=here)
    return _today(asked, judged, bought, names)


def _today(asked: _Asked, judged: Judged, bought: Purchases, names: Mapping[int, str]) -> LifetimeValues:
    """The chosen way, learned from everything, for the accounts known today that are not closed."""
    now = bought.known_by(asked.end, recent_days=asked.tested_days)
    learned, worth = judged.way.fit(now), fit_mean_value(now)
    months = asked.horizon if judged.way.is_model else min(asked.horizon, asked.tested)
    verdict, reason = judged.verdict()
    whole = learned.expecting(now, months * WEEKS_PER_MONTH)
    price = worth.of(now)
    each = price * asked.margin
    here = ~bought.gone(now.accounts, asked.end)
    value, drawn = mean_worth(learned, now, each * here, months=months, discount=asked.discount, seed=asked.seed)
    parameters = _parameters(learned.model, worth)
    card = replace(
        _card(asked.side, months, verdict, reason, n_test=judged.n),
        method=judged.way.says,
        baseline=judged.rule.says,
        version=version_of(_content(asked, judged, months, parameters) | {"accounts": int(here.sum())}),
        train_cutoffs=(asked.cut, asked.end),
        test_span=(asked.cut + timedelta(days=1), asked.end),
        scored_on=asked.end,
        n_train=len(now),
        comparisons=_comparisons(judged),
        notes=(
            *_notes(judged, asked, months),
            *closed_note(int((~here).sum())),
            *bought.uncounted.notes("left out of every figure here"),
        ),
    )
    ranks = verdict is not ModelVerdict.NO_SIGNAL
    return LifetimeValues(
        card=card,
        candidates=judged.candidates,
        money_factor=judged.money_factor,
        parameters=parameters,
        horizon_months=months,
        tested_months=asked.tested,
        of="GMV" if asked.take_rate is None else "net revenue",
        take_rate=asked.take_rate,
        credit=asked.credit,
        discount=asked.discount,
        currency=asked.currency,
        accounts=_accounts(now, here, learned, value, whole, price, names) if ranks else (),
        total=_scaled(drawn, len(now)),
        per_account=_scaled(drawn, len(now) / here.sum()) if here.any() else None,
        new_account=new_worth(learned, each, months=months, discount=asked.discount, seed=asked.seed),
    )


def _notes(judged: Judged, asked: _Asked, months: int) -> tuple[str, ...]:
    said = [
        CHOSEN_BY,
        "It is chosen and judged on the same held-out months, so that its errors are a little flattered.",
    ]
    if not judged.way.is_model:
        said.append(f"A rule of thumb knows nothing of leaving: its values cover the {months} months tested, no more.")
    else:
        said.append(
            f"{judged.way.says} is a model of buying again: each account at its own rate, until, unseen, it leaves."
        )
    if months > asked.tested:
        said.append(f"Tested over {asked.tested} months; the {months - asked.tested} beyond are the model's own.")
    if asked.take_rate is None:
        said.append("No fees are loaded: values are GMV, not what the marketplace earns.")
    else:
        said.append(
            f"Net revenue is {100 * asked.take_rate:.1f} % of GMV, credited {100 * asked.credit:.0f} % to this side; "
            "before variable cost."
        )
    return tuple(said)


def _scaled(mean: Estimate, n: float) -> Estimate:
    low, high = (None if end is None else end * n for end in (mean.low, mean.high))
    return Estimate(value=mean.value * n, low=low, high=high)


def _accounts(
    now: RepeatBuying,
    here: Truths,
    learned: Learned,
    value: Numbers,
    whole: Numbers,
    price: Numbers,
    names: Mapping[int, str],
) -> tuple[AccountValue, ...]:
    alive = None if learned.model is None else learned.model.alive(now.histories)
    order = np.lexsort((now.accounts, -value))
    return tuple(
        AccountValue(
            account=int(now.accounts[i]),
            name=names.get(int(now.accounts[i]), ""),
            value=float(value[i]),
            gmv=float(whole[i] * price[i]),
            occasions=float(whole[i]),
            alive=None if alive is None else float(alive[i]),
            reason=_reason(now, int(i)),
        )
        for i in order
        if here[i]
    )


def _reason(now: RepeatBuying, i: int) -> str:
    """The facts that the value rests on: how often, since when, how long ago."""
    days = int(now.frequency[i]) + 1
    weeks = round(float(now.age[i] - now.recency[i]))
    last = "this week" if not weeks else f"{weeks} week{'' if weeks == 1 else 's'} ago"
    return (
        f"{days} order {'day' if days == 1 else 'days'} in {now.age[i]:.0f} weeks, the last {last}; "
        f"{now.value[i]:,.0f} each on average"
    )


def _comparisons(judged: Judged) -> tuple[Comparison, ...]:
    """Errors per account in occasions, the chosen way's beside the best rule of thumb's."""
    chosen = next(way for way in judged.candidates if way.chosen)
    rule = next(way for way in judged.candidates if way.id == judged.rule.id)
    return (
        Comparison(
            measure="mae", better=Better.DOWN, model=Estimate(value=chosen.mae), baseline=Estimate(value=rule.mae),
            gap=judged.absolute_gap,
        ),
        Comparison(
            measure="rmse", better=Better.DOWN, model=Estimate(value=chosen.rmse), baseline=Estimate(value=rule.rmse),
        ),
        Comparison(
            measure="mse", better=Better.DOWN, model=Estimate(value=chosen.rmse**2),
            baseline=Estimate(value=rule.rmse**2), gap=judged.gap,
        ),
    )  # fmt: skip


def _parameters(model: Model | None, worth: MeanValue) -> tuple[tuple[str, float], ...]:
    own = () if model is None else tuple(zip(model.names, (float(v) for v in model.vector), strict=True))
    shrunk = () if worth.weight is None else (("mean_value_weight", worth.weight),)
    return (*own, ("mean_value", worth.mean), *shrunk)


def _content(
    asked: _Asked, judged: Judged, months: int, parameters: tuple[tuple[str, float], ...]
) -> dict[str, object]:
    return {
        "id": f"{ID}-{asked.side}",
        "way": judged.way.id,
        "window": [asked.cut.isoformat(), asked.end.isoformat()],
        "horizon_months": months,
        "discount": asked.discount,
        "credit": asked.credit,
        "take_rate": asked.take_rate,
        "parameters": dict(parameters),
    }


def _take_rate(store: Store, end: date) -> float | None:
    """Net revenue of the last year's orders over their GMV, since fees are known; None where none is by then."""
    fees = store.ranges.get("fees")
    if store.lacks("fees") or fees is None or fees[0] > end:
        return None
    row = store.engine.row(
        "SELECT sum(earned)::DOUBLE, sum(value)::DOUBLE FROM fact_orders"
        " WHERE placed_on > $first AND placed_on <= $last AND value IS NOT NULL",
        {"first": max(months_before(end, 12), fees[0] - timedelta(days=1)), "last": end},
    )
    earned, gmv = row or (None, None)
    return earned / gmv if earned is not None and gmv else None


def _card(side: Side, months: int, verdict: ModelVerdict, reason: str, *, n_test: int = 0) -> ModelCard:
    label = f"what a {side} brings in the next {months} months"
    return empty_card(
        model=ID, side=side, label=label, horizon_months=months, verdict=verdict, reason=reason, n_test=n_test
    )
