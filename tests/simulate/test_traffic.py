"""Every account came to look before it signed up, by its own channel; most visitors never sign up."""

import numpy as np

from bothsides.simulate import Market


def _first_by(visitor: np.ndarray, started: np.ndarray, accounts: int) -> np.ndarray:
    """The row of each account's first visit; accounts are visitors of their own number."""
    own = np.flatnonzero(visitor <= accounts)
    rank = own[np.lexsort((started[own], visitor[own]))]
    first = np.concatenate([[True], visitor[rank][1:] != visitor[rank][:-1]])
    return rank[first]


def test_the_first_visit_precedes_the_signup_and_came_by_the_accounts_channel(demo: Market) -> None:
    visits, accounts = demo.tables["visits"], demo.tables["accounts"]
    n = len(accounts["account_id"])
    first = _first_by(visits["visitor_id"], visits["started_at"], n)
    assert (visits["visitor_id"][first] == np.arange(1, n + 1)).all()
    assert (visits["started_at"][first] < accounts["signed_up_at"]).all()
    assert (visits["channel"][first] == accounts["channel"]).all()
    assert (visits["side"][first] == accounts["side"]).all()
    signed = visits["account_id"] >= 0
    assert (visits["visitor_id"][signed] == visits["account_id"][signed]).all()
    assert set(visits["account_id"][signed]) == set(accounts["account_id"])


def test_channels_sign_up_at_their_rates(demo: Market) -> None:
    visits, accounts, facts = demo.tables["visits"], demo.tables["accounts"], demo.plan.traffic
    n = len(accounts["account_id"])
    sessions = demo.tables["events"]["name"] == 0
    bounced = int((demo.tables["events"]["account_id"][sessions] < 0).sum())
    strangers = visits["visitor_id"] > n
    assert strangers.sum() > 10 * n
    for number, channel in enumerate(demo.plan.channels):
        signed = int((accounts["channel"] == number).sum())
        lost = int((strangers & (visits["channel"] == number)).sum()) - bounced * channel.buyer_share
        assert abs(signed / (signed + lost) / facts.signup_rate(channel.name) - 1) < 0.25, channel.name


def test_every_session_of_the_events_is_a_visit(demo: Market) -> None:
    visits, events = demo.tables["visits"], demo.tables["events"]
    began = events["name"] == 0
    known = began & (events["account_id"] >= 0)
    later = visits["account_id"] >= 0
    pairs = set(zip(visits["account_id"][later], visits["started_at"][later], strict=True))
    assert pairs >= set(zip(events["account_id"][known], events["occurred_at"][known], strict=True))
    assert visits["searches"].sum() > (events["name"] == 1).sum()
    assert (np.diff(visits["started_at"]) >= 0).all()


def test_campaigns_bring_visits_of_their_side_and_channel(demo: Market) -> None:
    visits, campaigns = demo.tables["visits"], demo.tables["campaigns"]
    brought = visits["campaign_id"] >= 0
    row = visits["campaign_id"][brought] - 1
    assert brought.any()
    assert (campaigns["side"][row] == visits["side"][brought]).all()
    assert (campaigns["channel"][row] == visits["channel"][brought]).all()
