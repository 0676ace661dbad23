"""Accounts that ordered lately and will more likely than not stop: who, why, and the GMV a month that hangs on them."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from bothsides.diagnosis.at_risk_bar import ONCE_IN, bar, foretold_to_order
from bothsides.diagnosis.figures import figure, rate
from bothsides.diagnosis.finding import Evidence, Finding, Place, Rows, Sureness, Worth
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.wording import count, counted, money, of_side, share
from bothsides.metrics import Basis, Store, Unit
from bothsides.metrics.interval import wilson
from bothsides.predict.churn import churn
from bothsides.predict.churn_features import LATELY_MONTHS, ordered_lately
from bothsides.predict.measures import Ints
from bothsides.predict.model_card import ModelCard, Score
from bothsides.predict.scores import Prediction, ScoreTable
from bothsides.schema import Side
from bothsides.schema.period import add_months

MOST_NAMED = 20
"""Accounts named for somebody to call."""

LEAST_ALIKE = 10
"""Accounts of the test span given such a chance, from which the finding counts as likely."""

MOST_ASKED = 500
"""Accounts, the dearest first, whose reasons are counted for the cause."""

LATELY = f"with an order in the last {LATELY_MONTHS} months"
"""Only who is there can be kept: of who has been silent for longer the finding says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Accounts of the test span that traded lately and were given such a chance: what was said and what came."""

    n: int
    said: float
    came: int

    @property
    def shares(self) -> tuple[float, float, float]:
        """The share that did stop, with its 95 % interval; what was said where too few were there to count."""
        if self.n < LEAST_ALIKE:
            said = self.said / self.n if self.n else 0.0
            return said, 0.0, 1.0
        return self.came / self.n, *wilson(self.came, self.n)


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """One side's model and, where it may speak, the rows of its table that are at risk, dearest first."""

    prediction: Prediction
    rows: Ints
    held: float
    """GMV a month that the accounts at risk trade, major units."""
    traded: float
    """GMV a month of all accounts of the side that traded in the last three months."""
    alike: Alike

    @property
    def expected(self) -> float:
        """GMV a month that goes if as many of them stop as such accounts did in the test span."""
        return self.held * self.alike.shares[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskCount:
    """One side's churn model in numbers: accounts scored, those that ordered lately, those of them at risk.

    `first` are the names and chances of the ones with most to lose; none where the model may not speak in chances.
    """

    model_id: str
    side: Side
    scored: int
    lately: int
    likely: int
    first: tuple[tuple[str, float], ...] = ()


def risk_counts(risks: tuple[Risk, ...], *, most: int = 3) -> tuple[RiskCount, ...]:
    """The counts of each side whose accounts were scored."""
    return tuple(_counted(risk, most) for risk in risks if risk.prediction.table is not None)


def _counted(risk: Risk, most: int) -> RiskCount:
    table, card = risk.prediction.table, risk.prediction.card
    if table is None:
        raise ValueError(f"{card.id} scored no account")
    first = (table.score(int(row)) for row in risk.rows[:most])
    return RiskCount(
        model_id=card.id,
        side=card.side or Side.BUYER,
        scored=len(table),
        lately=int(ordered_lately(table.values).sum()),
        likely=len(risk.rows),
        first=tuple((score.name, score.probability) for score in first),
    )


def read_risks(store: Store, as_of: date | None, policy: DiagnosisPolicy) -> tuple[Risk, ...]:
    """The churn model of each side with the accounts it puts at risk."""
    return tuple(_risk(churn(store, side, as_of=as_of), policy) for side in Side)


def _risk(prediction: Prediction, policy: DiagnosisPolicy) -> Risk:
    table, tested, card = prediction.table, prediction.tested, prediction.card
    nobody = Alike(n=0, said=0.0, came=0)
    if table is None or tested is None or not card.usable or table.amounts is None:
        return Risk(prediction=prediction, rows=np.empty(0, np.int64), held=0.0, traded=0.0, alike=nobody)
    chances, amounts = table.probabilities, table.amounts
    there = ordered_lately(table.values)
    rows = np.flatnonzero(there & (chances >= policy.at_risk_probability) & (amounts > 0))
    like = ordered_lately(tested.features) & (tested.chances >= policy.at_risk_probability)
    return Risk(
        prediction=prediction,
        rows=rows[np.lexsort((rows, -(chances * amounts)[rows]))],
        held=float(amounts[rows].sum()),
        traded=float(amounts[there].sum()),
        alike=Alike(n=int(like.sum()), said=float(tested.chances[like].sum()), came=int(tested.outcome[like].sum())),
    )


def at_risk(risks: tuple[Risk, ...]) -> frozenset[int]:
    """The accounts of either side that are at risk."""
    named = (risk.prediction.table.accounts[risk.rows] for risk in risks if risk.prediction.table is not None)
    return frozenset(int(account) for accounts in named for account in accounts)


def at_risk_findings(risks: tuple[Risk, ...], currency: str, policy: DiagnosisPolicy) -> list[Finding]:
    """One finding a side where the accounts at risk carry a visible part of what the side trades."""
    material = [risk for risk in risks if len(risk.rows) and risk.expected >= policy.at_risk_share * risk.traded]
    return [_finding(risk, risk.prediction.table, currency) for risk in material if risk.prediction.table is not None]


def _finding(risk: Risk, table: ScoreTable, currency: str) -> Finding:
    card = risk.prediction.card
    side = card.side or Side.BUYER
    _, low, high = risk.alike.shares
    who = counted(len(risk.rows), side.value)
    first = counted(min(len(risk.rows), MOST_NAMED), side.value)
    scores = [table.score(int(row)) for row in risk.rows[:MOST_ASKED]]
    return Finding(
        kind="accounts_at_risk",
        title=f"{who} {LATELY} {'is' if len(risk.rows) == 1 else 'are'} at risk of placing none in the next "
        f"{card.horizon_months}: {money(risk.expected, currency)} of GMV a month",
        place=Place(side=side),
        sure=Sureness.LIKELY if risk.alike.n >= LEAST_ALIKE else Sureness.DIRECTIONAL,
        why_sure=_why_sure(risk.alike, card),
        evidence=(
            Evidence(
                sentence=_basis(card),
                values=(rate("at_risk_stopped", risk.alike.came, risk.alike.n, side=side.value),),
            ),
            Evidence(
                sentence=f"To call first: the {first} with most to lose. `bothsides predict churn` lists the others as "
                "well, and those silent for longer.",
                rows=_rows(risk, table, scores[:MOST_NAMED], side),
            ),
            _kept(risk, scores[:MOST_NAMED], card),
        ),
        worth=Worth(
            per_month=risk.expected,
            low=low * risk.held,
            high=high * risk.held,
            currency=currency,
            reckoning=f"{money(risk.held, currency)} a month traded by them over the last year x "
            f"{share(risk.alike.shares[0])} of such accounts that stopped in the months the model was judged on.",
        ),
        cause=_cause(scores),
        owner="Customer-success lead",
        play="keep_at_risk",
        first_step=f"Call the {of_side(side)} in the evidence in this order, ask what changed, and record the answer.",
        caveat="A chance, not a verdict on any one account; buyers and suppliers at risk share orders, so the worths "
        "of the two sides must not be added.",
    )


def _why_sure(alike: Alike, card: ModelCard) -> str:
    """What came of such accounts in the span the model was judged on."""
    if not alike.n:
        return f"Judged on later months its chances held, but no account {LATELY} was given one half in them."
    span = "" if card.test_span is None else f" from {card.test_span[0]:%B %Y} to {card.test_span[1]:%B %Y}"
    return (
        f"{counted(alike.n, 'account')} {LATELY} were given such a chance by what was known before: "
        f"{count(alike.came)} did stop{span}, {alike.said:.0f} were predicted."
    )


def _basis(card: ModelCard) -> str:
    span = "" if card.test_span is None else f" from {card.test_span[0]} to {card.test_span[1]}"
    ranking = card.measured("auc")
    how = "" if ranking is None else f", putting {100 * ranking.model.value:.0f} of 100 pairs in the right order"
    return (
        f"Learned from {counted(card.n_train, 'case')} at {counted(len(card.train_cutoffs), 'earlier cut-off')}, "
        f"judged on {count(card.n_test)}{span}{how}; model {card.id}, version {card.version}."
    )


def _rows(risk: Risk, table: ScoreTable, scores: list[Score], side: Side) -> Rows:
    amounts = table.amounts if table.amounts is not None else np.zeros(len(table))
    columns = (side.value, "chance of stopping", "GMV a month", "why")
    return Rows(
        columns=columns,
        rows=tuple(
            (score.name, score.probability, float(amounts[row]), score.why(2))
            for score, row in zip(scores, risk.rows.tolist(), strict=False)
        ),
        of=len(risk.rows),
        money=frozenset({"GMV a month"}),
        shares=frozenset({"chance of stopping"}),
    )


def _kept(risk: Risk, scores: list[Score], card: ModelCard) -> Evidence:
    """How many of the accounts named order again if nothing is done, and from how many on something did it."""
    known = risk.alike.n >= LEAST_ALIKE
    stops = [score.probability for score in scores]
    level = risk.alike if known else Alike(n=0, said=0.0, came=0)
    n, foretold = len(stops), sum(foretold_to_order(stops, said=level.said, came=level.came))
    from_on = card.scored_on or date.min
    span = f"from {from_on} to {add_months(from_on, card.horizon_months) - timedelta(days=1)}"
    return Evidence(
        sentence=f"If nobody acts, {foretold:.0f} of the {n} named are foretold to order {span}; "
        f"{_success(risk.alike, bar(stops, n=level.n, said=level.said, came=level.came))}.",
        values=(
            figure(
                "at_risk_kept",
                foretold / n,
                Unit.RATE,
                n=n,
                basis=Basis.NOT_COMPUTED,
                side=card.side.value if card.side else None,
                reason="foretold, not observed: it has no range of its own",
            ),
        ),
    )


def _success(alike: Alike, least: int | None) -> str:
    """From how many on it is an effect, or why no number would tell."""
    if alike.n < LEAST_ALIKE:
        judged = f"{counted(alike.n, 'such account')} {'was' if alike.n == 1 else 'were'} judged before"
        return f"{judged}: too few to tell an effect from chance"
    if least is None:
        return (
            f"with {count(alike.n)} such accounts judged before, not even all of them ordering would tell an effect "
            "from chance"
        )
    return (
        f"success is {least} or more, which chance alone brings about less than once in {ONCE_IN} times, the doubt "
        f"about that chance, known from {count(alike.n)} such accounts, included"
    )


def _cause(scores: list[Score]) -> str:
    """The reason that leads for most of them."""
    leading = Counter(score.leading(1)[0].sentence for score in scores if score.leading(1))
    if not leading:
        return "No single reason stands out."
    reason, times = min(leading.items(), key=lambda item: (-item[1], item[0]))
    return f"The reason that weighs most for {count(times)} of {count(len(scores))}: {reason}. Why, only they can say."
