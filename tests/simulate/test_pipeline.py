"""Leads walk the stages in order at the planned rates; deals and touches follow from them."""

from itertools import pairwise

import numpy as np
import pytest

from bothsides.simulate import Market
from bothsides.simulate.pipeline import LEAD, LOST, MQL, OPPORTUNITY, RECYCLED, SALES_QUALIFIED, WON


def reached(market: Market, stage: int) -> np.ndarray:
    changes = market.tables["stage_changes"]
    when = np.full(len(market.tables["leads"]["lead_id"]), -1)
    mine = changes["stage"] == stage
    when[changes["lead_id"][mine] - 1] = changes["changed_at"][mine]
    return when


def test_stages_are_entered_once_and_in_order(demo: Market) -> None:
    changes = demo.tables["stage_changes"]
    pair = np.stack([changes["lead_id"], changes["stage"]])
    assert np.unique(pair, axis=1).shape == pair.shape
    for before, after in ((LEAD, MQL), (MQL, SALES_QUALIFIED), (SALES_QUALIFIED, OPPORTUNITY), (OPPORTUNITY, WON)):
        first, then = reached(demo, before), reached(demo, after)
        assert (first[then >= 0] >= 0).all()
        assert (first[then >= 0] < then[then >= 0]).all()
    assert (reached(demo, LEAD) == demo.tables["leads"]["created_at"]).all()
    ended = np.stack([reached(demo, stage) >= 0 for stage in (WON, LOST, RECYCLED)]).sum(axis=0)
    assert ended.max() == 1
    assert (ended == 0).any()


def test_stage_rates_are_the_plans(demo: Market) -> None:
    facts = demo.plan.pipeline
    mature = demo.tables["leads"]["created_at"] < np.datetime64(demo.plan.end, "s").astype(np.int64) - 150 * 86_400
    counts = [(reached(demo, stage)[mature] >= 0).sum() for stage in (LEAD, MQL, SALES_QUALIFIED, OPPORTUNITY, WON)]
    rates = [after / before for before, after in pairwise(counts)]
    assert rates == pytest.approx([facts.mql, facts.sales_qualified, facts.opportunity, facts.closed_won], abs=0.05)


def test_won_leads_became_the_accounts_of_their_side(demo: Market) -> None:
    leads, accounts = demo.tables["leads"], demo.tables["accounts"]
    won = reached(demo, WON)
    assert ((leads["account_id"] >= 0) == (won >= 0)).all()
    row = leads["account_id"][won >= 0] - 1
    assert (accounts["side"][row] == leads["side"][won >= 0]).all()
    assert (accounts["signed_up_at"][row] > won[won >= 0]).all()
    assert len(np.unique(row)) == len(row)


def test_deals_and_touches_follow_the_leads(demo: Market) -> None:
    deals, touches = demo.tables["opportunities"], demo.tables["touches"]
    lead = deals["lead_id"] - 1
    assert (deals["opened_at"] == reached(demo, OPPORTUNITY)[lead]).all()
    assert ((deals["status"] == 0) == (deals["closed_at"] < 0)).all()
    assert ((deals["status"] == 1) == (reached(demo, WON)[lead] >= 0)).all()
    assert {0, 1, 2} == set(deals["status"])
    assert (touches["occurred_at"] > reached(demo, MQL)[touches["lead_id"] - 1]).all()
    first = np.unique(touches["lead_id"], return_index=True)[1]
    hours = (touches["occurred_at"][first] - reached(demo, MQL)[touches["lead_id"][first] - 1]) / 3600
    assert np.median(hours) == pytest.approx(demo.plan.pipeline.first_touch_hours, rel=0.15)
