"""Accounts at risk: found where a visible part of the trade hangs on them, with what came of such accounts before."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from bothsides.diagnosis.at_risk import Alike, Risk, at_risk_findings, read_risks
from bothsides.diagnosis.finding import Finding, Sureness
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.metrics import Basis
from bothsides.predict.model_card import ModelVerdict
from bothsides.schema import Side
from bothsides.schema.plays import PLAYS
from bothsides.simulate import demo_plan
from tests.diagnosis.conftest import market_of, simulated, store_of

POLICY = DiagnosisPolicy()


@pytest.fixture(scope="module")
def risks() -> tuple[Risk, ...]:
    """The demo's market as a ledger that does not record who closed its account: there silence is all one sees."""
    store = store_of(simulated(demo_plan(seed=7))[0])
    store.engine.run("UPDATE dim_accounts SET closed_on = NULL")
    return read_risks(store, None, POLICY)


@pytest.fixture(scope="module")
def finding(risks: tuple[Risk, ...]) -> Finding:
    (found,) = at_risk_findings(risks, "EUR", POLICY)
    return found


def test_each_side_has_its_card(risks: tuple[Risk, ...]) -> None:
    assert [risk.prediction.card.side for risk in risks] == list(Side)


def test_only_accounts_that_still_trade_are_at_risk(risks: tuple[Risk, ...]) -> None:
    buyers = risks[0]
    table = buyers.prediction.table
    assert table is not None
    names = [signal.name for signal in table.signals]
    assert len(buyers.rows) > 0
    assert (table.values[buyers.rows, names.index("active_recent")] > 0).all()
    assert (table.probabilities[buyers.rows] >= POLICY.at_risk_probability).all()


def test_the_worth_is_what_they_trade_times_the_share_that_did_stop(risks: tuple[Risk, ...], finding: Finding) -> None:
    buyers = risks[0]
    worth = finding.worth
    assert worth is not None
    assert worth.low is not None
    assert worth.high is not None
    assert worth.per_month == pytest.approx(buyers.held * buyers.alike.came / buyers.alike.n)
    assert worth.low < worth.per_month < worth.high <= buyers.held < buyers.traded
    assert f"{buyers.alike.came} did stop" in finding.why_sure
    (stopped,) = finding.evidence[0].values
    assert (stopped.metric, stopped.n, stopped.value) == ("at_risk_stopped", buyers.alike.n, buyers.alike.shares[0])
    assert finding.sure is Sureness.LIKELY


def test_they_are_named_with_their_chance_what_they_trade_and_why(finding: Finding) -> None:
    rows = finding.evidence[1].rows
    assert rows is not None
    assert rows.columns == ("buyer", "chance of stopping", "GMV a month", "why")
    assert 0 < len(rows.rows) <= 20
    assert rows.of >= len(rows.rows)
    losses = [float(chance) * float(amount) for _, chance, amount, _ in rows.rows if chance and amount]  # type: ignore[arg-type]  # numbers by the columns above
    assert losses == sorted(losses, reverse=True)
    assert all("days since its last order: high" in str(why) for *_, why in rows.rows)
    assert finding.play in PLAYS
    assert finding.success.weeks == 13


def test_doing_nothing_does_not_pass_for_success(risks: tuple[Risk, ...], finding: Finding) -> None:
    """The bar is above what is foretold without action, by more than chance brings about once in twenty times."""
    buyers = risks[0]
    table = buyers.prediction.table
    assert table is not None
    (kept,) = finding.evidence[2].values
    named = min(len(buyers.rows), 20)
    level = buyers.alike.came / buyers.alike.said
    stops = np.minimum(table.probabilities[buyers.rows[:named]] * level, 1.0)
    assert (kept.metric, kept.n) == (finding.success.metric, named) == ("at_risk_kept", named)
    assert kept.value == pytest.approx(1 - stops.mean())
    assert (kept.low, kept.high, kept.basis) == (None, None, Basis.NOT_COMPUTED)  # nothing has been observed of it
    said = finding.evidence[2].sentence
    match = re.search(r"(\d+) of the (\d+) named are foretold to order .*success is (\d+) or more", said)
    assert match is not None
    foretold, of, least = map(int, match.groups())
    assert (foretold, of) == (round((1 - stops).sum()), named)
    rng, alike = np.random.default_rng(1), buyers.alike
    level = rng.beta(alike.came + 0.5, alike.n - alike.came + 0.5, 50_000) * alike.n / alike.said
    left = np.minimum(np.outer(level, table.probabilities[buyers.rows[:named]]), 1.0)
    drawn = (rng.random(left.shape) >= left).sum(axis=1)
    assert (drawn >= least).mean() < 0.05 < (drawn >= least - 1).mean()


def test_the_fewer_were_judged_before_the_more_must_order(risks: tuple[Risk, ...]) -> None:
    """The level that ten accounts tell is not known as well as one that hundreds do; below ten it is not known."""

    def said(n: int) -> str:
        alike = Alike(n=n, said=0.7 * n, came=round(0.7 * n))
        (found,) = at_risk_findings((replace(risks[0], alike=alike),), "EUR", POLICY)
        return found.evidence[2].sentence

    few, many = (re.search(r"success is (\d+) or more", said(n)) for n in (10, 1000))
    assert few is not None
    assert many is not None
    assert int(few[1]) > int(many[1])
    assert "known from 10 such accounts" in said(10)
    assert "success is" not in said(9)
    assert "9 such accounts were judged before: too few to tell an effect from chance" in said(9)


def test_who_ordered_lately_is_said_where_it_is_told(finding: Finding) -> None:
    told = f"{finding.title} {finding.why_sure} {finding.evidence[1].sentence}"
    assert "still trading" not in told
    assert "with an order in the last 3 months" in finding.title
    assert "`bothsides predict churn` lists the others as well, and those silent for longer" in told


def test_a_trifle_raises_nothing(risks: tuple[Risk, ...]) -> None:
    share = risks[0].expected / risks[0].traded
    assert not at_risk_findings(risks, "EUR", replace(POLICY, at_risk_share=share + 0.001))


def test_a_model_that_may_not_speak_raises_nothing(risks: tuple[Risk, ...]) -> None:
    for verdict in (ModelVerdict.NO_SIGNAL, ModelVerdict.NOT_CALIBRATED, ModelVerdict.TOO_LITTLE):
        silent = [
            replace(
                risk,
                prediction=replace(risk.prediction, card=replace(risk.prediction.card, verdict=verdict), table=None),
                rows=np.empty(0, np.int64),
            )
            for risk in risks
        ]
        assert not at_risk_findings(tuple(silent), "EUR", POLICY)


def test_few_like_them_before_leave_it_directional(risks: tuple[Risk, ...]) -> None:
    few = replace(risks[0], alike=Alike(n=3, said=1.8, came=1))
    assert few.alike.shares == (pytest.approx(0.6), 0.0, 1.0)
    (found,) = at_risk_findings((few,), "EUR", POLICY)
    assert found.sure is Sureness.DIRECTIONAL
    (none,) = at_risk_findings((replace(few, alike=Alike(n=3, said=2.0, came=0)),), "EUR", POLICY)
    assert "3 accounts with an order in the last 3 months were given such a chance" in none.why_sure


def test_who_closed_its_account_is_not_called_as_still_trading() -> None:
    """Of the accounts that leave this market two in three close two days after their last order, on record."""
    rng, orders, last = np.random.default_rng(5), list[dict[str, Any]](), dict[str, date]()
    for buyer in range(400):
        day = int(rng.integers(0, 400))
        while day < 800:
            last[f"b{buyer}"] = placed = date(2021, 1, 1) + timedelta(days=day)
            orders.append({"buyer_id": f"b{buyer}", "supplier_id": "s", "placed_at": placed, "amount": 20_000})
            orders[-1]["status"] = "completed"
            if rng.random() < 0.12:
                break
            day += max(1, int(rng.exponential(40)))
    end = max(last.values()) - timedelta(days=30)
    left = {who: on + timedelta(days=2) for who, on in last.items() if on < end and int(who[1:]) % 3}
    accounts = [{"account_id": name, "side": "buyer", "name": name, "closed_at": left.get(name)} for name in last]
    accounts.append({"account_id": "s", "side": "supplier", "name": "s", "closed_at": None})
    buyers = read_risks(market_of(orders=orders, accounts=accounts), None, POLICY)[0]
    table, tested = buyers.prediction.table, buyers.prediction.tested
    assert table is not None
    assert tested is not None
    assert not {table.score(row).name for row in range(len(table))} & left.keys()
    assert 0 < len(tested.accounts) < len(last) / 2
