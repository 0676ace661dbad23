"""Who came to look: visits that ended in a signup, visits that came to nothing, and the sessions of known accounts."""

from dataclasses import dataclass

import numpy as np

from bothsides.simulate.acquisition import campaign_of
from bothsides.simulate.billing import Columns
from bothsides.simulate.draws import DAY, WEEK, Array, Bools, Ints, stream
from bothsides.simulate.plan import LEAD_IN_WEEKS
from bothsides.simulate.trade import Society

HOUR = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signups:
    """Both sides' accounts, buyers first, as the accounts table holds them."""

    account: Ints
    side: Ints
    channel: Ints
    cell: Ints
    signed_up: Ints


def visit(society: Society, accounts: Columns, events: Columns) -> Columns:
    """The visits table in time order. Every account's first visit precedes its signup and came by its channel."""
    rng = stream(society.plan.seed, "visits")
    regions = len(society.plan.regions)
    signups = _Signups(
        account=accounts["account_id"],
        side=accounts["side"].astype(np.int64),
        channel=accounts["channel"].astype(np.int64),
        cell=accounts["category"].astype(np.int64) * regions + accounts["region"],
        signed_up=accounts["signed_up_at"],
    )
    visitors = int(signups.account.max())
    parts = [_before_signup(rng, society, signups)]
    parts.append(_in_vain(rng, society, signups, visitors))
    if events:
        parts.append(_sessions(rng, society, signups, events, visitors + len(parts[1]["visitor_id"])))
    table: Columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    rank = np.argsort(table["started_at"], kind="stable")
    return {"visit_id": np.arange(1, len(rank) + 1), **{name: values[rank] for name, values in table.items()}}


def _before_signup(rng: np.random.Generator, society: Society, signups: _Signups) -> Columns:
    """Each account's visits up to the one in which it signed up."""
    facts = society.plan.traffic
    extra = rng.poisson(facts.visits_before_signup, len(signups.account))
    who = np.repeat(np.arange(len(extra)), extra + 1)
    last = np.concatenate([who[1:] != who[:-1], [True]])
    before = np.where(last, rng.integers(300, HOUR, len(who)), rng.exponential(facts.deciding_days * DAY, len(who)))
    started = signups.signed_up[who] - before.astype(np.int64) - np.where(last, 0, 2 * HOUR)
    return _rows(rng, society, signups, who, started, visitor=signups.account[who], known=last)


def _in_vain(rng: np.random.Generator, society: Society, signups: _Signups, visitors: int) -> Columns:
    """Visitors who never sign up: as many per signup of a channel as its signup rate says, in the same weeks."""
    rate = np.array([society.plan.traffic.signup_rate(channel.name) for channel in society.plan.channels])
    who = np.repeat(np.arange(len(signups.account)), rng.poisson((1 / rate - 1)[signups.channel]))
    started = signups.signed_up[who] + ((rng.random(len(who)) - 0.5) * WEEK).astype(np.int64)
    first = society.epoch - LEAD_IN_WEEKS * WEEK
    started = np.clip(started, first, society.end - 60)
    nobody = np.zeros(len(who), bool)
    visitor = visitors + 1 + np.arange(len(who))
    return _rows(rng, society, signups, who, started, visitor=visitor, known=nobody)


def _rows(
    rng: np.random.Generator,
    society: Society,
    signups: _Signups,
    who: Ints,
    started: Ints,
    *,
    visitor: Ints,
    known: Bools,
) -> Columns:
    side, channel, cell = signups.side[who], signups.channel[who], signups.cell[who]
    week = (started - society.epoch) // WEEK
    campaign = np.where(side == 0, campaign_of(society, 0, channel, week, cell), -1)
    campaign = np.where(side == 1, campaign_of(society, 1, channel, week, cell), campaign)
    return {
        "visitor_id": visitor,
        "account_id": np.where(known, signups.account[who], -1),
        "side": side.astype(np.int8),
        "started_at": started,
        "channel": channel.astype(np.int8),
        "campaign_id": campaign,
        "category": society.cells.category[cell].astype(np.int8),
        "region": society.cells.region[cell].astype(np.int8),
        "searches": rng.poisson(np.where(side == 0, 0.5, 0.1)).astype(np.int8),
    }


def _sessions(rng: np.random.Generator, society: Society, signups: _Signups, events: Columns, visitors: int) -> Columns:
    """The visits behind the behaviour events; accounts come back on their own, strangers by a channel."""
    first = np.flatnonzero(events["name"] == 0)
    session = events["session_id"][first]
    searches = np.bincount(events["session_id"], weights=events["name"] == 1, minlength=int(session.max()) + 1)
    account = events["account_id"][first].astype(np.int64)
    known = account >= 0
    shares = np.array([channel.buyer_share for channel in society.plan.channels])
    channel = rng.choice(len(shares), len(first), p=shares / shares.sum())
    own = signups.channel[np.where(known, account - 1, 0)]
    free = next((i for i, one in enumerate(society.plan.channels) if one.spend_kind is None), 0)
    direct = rng.random(len(first)) < society.plan.traffic.direct_share
    strangers: Array = visitors + 1 + np.cumsum(~known)
    second = np.minimum(first + 1, len(events["name"]) - 1)
    same = events["session_id"][second] == session
    return {
        "visitor_id": np.where(known, account, strangers),
        "account_id": account,
        "side": np.zeros(len(first), np.int8),
        "started_at": events["occurred_at"][first],
        "channel": np.where(known, np.where(direct, free, own), channel).astype(np.int8),
        "campaign_id": np.full(len(first), -1),
        "category": np.where(same, events["category"][second], -1).astype(np.int8),
        "region": np.where(same, events["region"][second], -1).astype(np.int8),
        "searches": searches[session].astype(np.int8),
    }
