"""Next three months' GMV per account and side: the last three months repeated, unless something beats that."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from bothsides.metrics import Better, Store
from bothsides.metrics.hindsight import on_day
from bothsides.predict.account_names import account_names
from bothsides.predict.backtest import Backtested, Draws, backtested, better_by, least
from bothsides.predict.followed import followed
from bothsides.predict.mean_value import fit_mean_value
from bothsides.predict.model_card import Comparison, Estimate, ModelCard, ModelVerdict, empty_card, version_of
from bothsides.predict.purchase import closed_note
from bothsides.predict.repeat_buying import Numbers, Purchases, Whole, months_before, read_purchases
from bothsides.predict.repeat_ways import PARETO
from bothsides.schema import Side

SPAN_MONTHS = 3
MOST_CUTS = 5
"""Spans that are looked back on: the last one judges, those before it choose the challenger."""

LEAST_ACCOUNTS = 30
CALIBRATED = (0.67, 1.5)
"""What came over what was foretold on the latest span: within it, with its range, amounts are given."""

SEASONS_MONTHS = 24
"""History from which a quarter has been seen twice: before that a season cannot be told from a trend."""

ID = "spend"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSpend:
    """One account's GMV of the next three months beside that of the last three, major units."""

    account: int
    name: str
    value: float
    last: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSpan:
    """Three months that are over: what the way would have foretold on the day before, and what came; GMV."""

    after: date
    until: date
    predicted: float
    observed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendForecast:
    """A side's next three months, for the accounts known today, GMV in major units of the currency.

    `total` has as interval the range of observed over predicted in the past spans, None below three of them.
    `last` is what all accounts traded in the last three months, those closed since included; `newcomers` is what those
    that were new in them brought: none of the forecast is theirs.
    """

    card: ModelCard
    candidates: tuple[Backtested, ...] = ()
    past: tuple[PastSpan, ...] = ()
    span: tuple[date, date] | None = None
    currency: str = ""
    total: Estimate | None = None
    last: float = 0.0
    newcomers: float = 0.0
    accounts: tuple[AccountSpend, ...] = ()

    @property
    def beats_repeat(self) -> bool:
        """Whether something better than the repeat was found."""
        return any(way.chosen and way.id != "repeat" for way in self.candidates)


Forecast = Callable[["Known"], Numbers]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What can be known on a day: purchases up to it, the accounts they name and each one's GMV of spans before."""

    bought: Purchases
    day: date
    accounts: Whole

    @classmethod
    def by(cls, bought: Purchases, day: date) -> "Known":
        """Only what was bought by the day, of accounts that were not closed by it."""
        past = bought.by(day)
        accounts = past.accounts
        return cls(bought=past, day=day, accounts=accounts[~past.gone(accounts, day)])

    def spent(self, months: int, *, before: int = 0) -> Numbers:
        """Each account's GMV of so many months that ended `before` months ago."""
        end = months_before(self.day, before)
        return self.bought.spent(self.accounts, months_before(end, months), end)


def _repeat(known: Known) -> Numbers:
    return known.spent(SPAN_MONTHS)


def _half_year(known: Known) -> Numbers:
    return known.spent(2 * SPAN_MONTHS) / 2


def _year(known: Known) -> Numbers:
    """Mean quarter of the last year, or of as many quarters as the account is known for."""
    first = np.full(len(known.accounts), known.day.toordinal())
    own = np.isin(known.bought.who, known.accounts)
    np.minimum.at(first, np.searchsorted(known.accounts, known.bought.who[own]), known.bought.when[own])
    quarters = np.clip((known.day.toordinal() - first) / 91.3, 1.0, 4.0)
    return known.spent(12) / quarters


def _blend(known: Known) -> Numbers:
    return (_repeat(known) + _year(known)) / 2


def _season(known: Known) -> Numbers:
    """The repeat, times what the side did from these months to the next ones a year ago."""
    then, after = known.spent(SPAN_MONTHS, before=12).sum(), known.spent(SPAN_MONTHS, before=12 - SPAN_MONTHS).sum()
    return _repeat(known) * (min(3.0, max(1 / 3, after / then)) if then > 0 else 1.0)


def _model(known: Known) -> Numbers:
    days = (known.day - months_before(known.day, SPAN_MONTHS)).days
    record = known.bought.known_by(known.day, recent_days=days)
    if len(record) < 2 or not np.any(record.frequency > 0):
        return _repeat(known)
    expected = PARETO.fit(record).expecting(record, days / 7) * fit_mean_value(record).of(record)
    return np.asarray(expected[np.searchsorted(record.accounts, known.accounts)])


REPEAT = ("repeat", "the last three months are repeated", False)
CHALLENGERS: tuple[tuple[tuple[str, str, bool], Forecast], ...] = (
    (("half_year", "mean of the last two quarters", False), _half_year),
    (("year", "mean quarter of the last year", False), _year),
    (("blend", "half the repeat, half the year's mean", False), _blend),
    (("season", "the repeat, times last year's change into these months", False), _season),
    (("pareto_nbd", "Pareto/NBD times the account's mean value", True), _model),
)
"""What tries to beat the repeat: id, words and whether it is a model, with its forecast."""

WAYS: tuple[tuple[tuple[str, str, bool], Forecast], ...] = ((REPEAT, _repeat), *CHALLENGERS)


def spend_forecast(store: Store, side: Side, *, as_of: date | None = None, seed: int = 1) -> SpendForecast:
    """The side's forecast from a day on, the last known one by default."""
    days = followed(store, as_of)
    if isinstance(days, str):
        return SpendForecast(card=_card(side, ModelVerdict.TOO_LITTLE, days))
    with on_day(store, as_of) as then:
        bought = read_purchases(then, side, until=days.end)
        names = account_names(then)
        return forecast_spend(
            bought, side, first=days.first, end=days.end, currency=then.currency, names=names, seed=seed
        )


def forecast_spend(
    bought: Purchases, side: Side, *, first: date, end: date, currency: str, names: Mapping[int, str], seed: int = 1
) -> SpendForecast:
    """The same from plain arrays; `first` is the first known day."""
    cuts = [
        day
        for i in range(1, MOST_CUTS + 1)
        if (day := months_before(end, SPAN_MONTHS * i)) >= months_before(first - timedelta(days=1), -3)
    ]
    if not cuts or len(Known.by(bought, cuts[0]).accounts) < LEAST_ACCOUNTS:
        why = (
            f"at least six months of orders and {LEAST_ACCOUNTS} accounts before the last three are needed to judge it"
        )
        return SpendForecast(card=_card(side, ModelVerdict.TOO_LITTLE, why))
    judged = _judge(bought, cuts, end, seed)
    seasons = first <= months_before(end, SEASONS_MONTHS) + timedelta(days=1)
    asked = _Today(judged=judged, side=side, end=end, currency=currency, names=names, seasons=seasons)
    return _today(asked, bought)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    way: tuple[str, str, bool]
    forecast: Forecast
    challenger: str
    candidates: tuple[Backtested, ...]
    gap: Estimate | None
    past: tuple[PastSpan, ...]
    n: int


def _judge(bought: Purchases, cuts: list[date], end: date, seed: int) -> _Judged:
    """The challenger with the least absolute error in earlier spans, against the repeat in the last one.

    Chosen there, judged here: so that the best of many does not win by luck.
    """
    spans = [(cut, months_before(end, SPAN_MONTHS * i)) for i, cut in enumerate(cuts)]
    known = [Known.by(bought, cut) for cut, _ in spans]
    came = [bought.spent(k.accounts, cut, until) for k, (cut, until) in zip(known, spans, strict=True)]
    tried = {way[0]: [forecast(k) for k in known] for way, forecast in WAYS}
    draws = Draws.of(len(known[0].accounts), seed=seed)
    chosen, gap, challenger = "repeat", None, ""
    if len(cuts) > 1:
        losses = {
            name: float(np.mean([np.abs(p - o).mean() for p, o in zip(each[1:], came[1:], strict=True)]))
            for name, each in tried.items()
        }
        challenger = least([(way[0], losses[way[0]]) for way, _ in CHALLENGERS])
        gap = better_by(tried[challenger][0], tried["repeat"][0], came[0], draws, power=1)
        if gap.high is not None and gap.high < 0 and losses[challenger] < losses["repeat"]:
            chosen = challenger
    way, forecast = next((w, f) for w, f in WAYS if w[0] == chosen)
    return _Judged(
        way=way,
        forecast=forecast,
        challenger=challenger,
        candidates=tuple(backtested(w, tried[w[0]][0], came[0], draws, chosen=w[0] == chosen) for w, _ in WAYS),
        gap=gap,
        past=tuple(
            PastSpan(after=cut, until=until, predicted=float(p.sum()), observed=float(o.sum()))
            for (cut, until), p, o in zip(spans, tried[chosen], came, strict=True)
        ),
        n=len(known[0].accounts),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Today:
    judged: _Judged
    side: Side
    end: date
    currency: str
    names: Mapping[int, str]
    seasons: bool
    """Whether every quarter has been seen twice."""


def _today(asked: _Today, bought: Purchases) -> SpendForecast:
    judged, known = asked.judged, Known.by(bought, asked.end)
    value, last = judged.forecast(known), known.spent(SPAN_MONTHS)
    verdict, reason = _verdict(judged, seasons=asked.seasons)
    before, everyone = bought.by(months_before(asked.end, SPAN_MONTHS)).accounts, bought.by(asked.end).accounts
    card = replace(
        _card(asked.side, verdict, reason),
        method=judged.way[1],
        baseline=REPEAT[1],
        version=version_of({
            "id": f"{ID}-{asked.side}", "way": judged.way[0], "window": asked.end.isoformat(),
            "past": [[p.predicted, p.observed] for p in judged.past], "accounts": len(known.accounts),
        }),
        train_cutoffs=(*(p.after for p in reversed(judged.past)), asked.end),
        test_span=(judged.past[0].after + timedelta(days=1), judged.past[0].until),
        scored_on=asked.end,
        n_train=len(known.accounts),
        n_test=judged.n,
        comparisons=_comparisons(judged),
        notes=(
            "For accounts known today; what newcomers will bring is not in it. GMV, before refunds.",
            *closed_note(len(everyone) - len(known.accounts)),
            *bought.uncounted.notes("left out of every figure here"),
        ),
    )  # fmt: skip
    return SpendForecast(
        card=card,
        candidates=judged.candidates,
        past=judged.past,
        span=(asked.end + timedelta(days=1), months_before(asked.end, -SPAN_MONTHS)),
        currency=asked.currency,
        total=_total(float(value.sum()), judged.past),
        last=float(bought.spent(everyone, months_before(asked.end, SPAN_MONTHS), asked.end).sum()),
        newcomers=float(last[~np.isin(known.accounts, before)].sum()),
        accounts=_accounts(known, value, last, asked.names),
    )


def _verdict(judged: _Judged, *, seasons: bool) -> tuple[ModelVerdict, str]:
    """Usable where the latest level held, its whole range included, and each season has been seen twice."""
    latest = judged.past[0]
    off = latest.observed / latest.predicted if latest.predicted else None
    factor = next(way.factor for way in judged.candidates if way.chosen)
    if judged.way[0] != "repeat":
        said = f"{_capital(judged.way[1])} beat the repeat of the last three months on the last three held out."
    elif judged.challenger:
        name = next(way[1] for way, _ in CHALLENGERS if way[0] == judged.challenger)
        said = f"Nothing beats repeating the last three months, so the repeat is given; the best other was: {name}."
    else:
        said = "One held-out span is known, too few to choose another way on: the last three months are repeated."
    came = "more came than the nothing foretold" if off is None else f"for each 100 foretold {100 * off:.0f} came"
    only = "use the order of the list; no amounts are given."
    if off is None or not CALIBRATED[0] <= off <= CALIBRATED[1]:
        return ModelVerdict.NOT_CALIBRATED, f"{said} On the latest held-out months {came}: {only}"
    low, high = (off, off) if factor is None else (factor.low or 0.0, factor.high or off)
    if not CALIBRATED[0] <= low <= high <= CALIBRATED[1]:
        ranged = f"{came} (range {100 * low:.0f} to {100 * high:.0f}, and it must stay within "
        ranged += f"{100 * CALIBRATED[0]:.0f} to {100 * CALIBRATED[1]:.0f})"
        return ModelVerdict.NOT_CALIBRATED, f"{said} On the latest held-out months {ranged}: {only}"
    if not seasons:
        short = "less than two years of orders are known, so a season cannot be told from a trend"
        return ModelVerdict.NOT_CALIBRATED, f"{said} On the latest held-out months {came}, but {short}: {only}"
    return ModelVerdict.USABLE, f"{said} On the latest held-out months {came}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _comparisons(judged: _Judged) -> tuple[Comparison, ...]:
    """Absolute and squared error per account in GMV: the given way's, beside the repeat's; the gap is to the repeat."""
    given = next(way for way in judged.candidates if way.chosen)
    repeat = judged.candidates[0]
    gap = judged.gap if given.id != "repeat" else Estimate(value=0.0, low=0.0, high=0.0)
    return (
        Comparison(
            measure="mae", better=Better.DOWN, model=Estimate(value=given.mae), baseline=Estimate(value=repeat.mae),
            gap=gap,
        ),
        Comparison(
            measure="rmse", better=Better.DOWN, model=Estimate(value=given.rmse), baseline=Estimate(value=repeat.rmse)
        ),
    )  # fmt: skip


def _total(value: float, past: tuple[PastSpan, ...]) -> Estimate:
    """The total with the factors of past spans; where all lie on one side of it, as far to the other as well."""
    factors = [span.observed / span.predicted for span in past if span.predicted > 0]
    if len(factors) < 3:
        return Estimate(value=value)
    least, most = min(factors), max(factors)
    if round(least, 6) >= 1:
        least = 1 / most
    elif round(most, 6) <= 1 and least > 0:
        most = 1 / least
    return Estimate(value=value, low=value * min(least, 1.0), high=value * max(most, 1.0))


def _accounts(known: Known, value: Numbers, last: Numbers, names: Mapping[int, str]) -> tuple[AccountSpend, ...]:
    order = np.lexsort((known.accounts, -value))
    year = known.spent(12)
    return tuple(
        AccountSpend(
            account=int(known.accounts[i]),
            name=names.get(int(known.accounts[i]), ""),
            value=float(value[i]),
            last=float(last[i]),
            reason=f"{last[i]:,.0f} in the last three months, {year[i]:,.0f} in the last year",
        )
        for i in order
    )


def _card(side: Side, verdict: ModelVerdict, reason: str) -> ModelCard:
    label = f"GMV of a {side} in the next three months"
    return empty_card(model=ID, side=side, label=label, horizon_months=SPAN_MONTHS, verdict=verdict, reason=reason)
