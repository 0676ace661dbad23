"""What was spent to win accounts: by week, side, channel, category, region and kind of cost, under campaigns."""

import numpy as np

from bothsides.schema.side import Side
from bothsides.simulate.billing import Columns
from bothsides.simulate.draws import WEEK, Array, Floats, Ints, stream
from bothsides.simulate.plan import LEAD_IN_WEEKS, Channel
from bothsides.simulate.trade import Society

SPEND_KINDS = ("marketing", "sales", "onboarding", "incentive")
SIDES = (Side.BUYER, Side.SUPPLIER)
CAMPAIGN_WEEKS = 13


def planned_signups(society: Society, side: Side) -> Floats:
    """Signups the spend was planned for: calendar week from the lead-in on, cell; cross-side effects left out."""
    profile = society.weather.profile(side)
    planned: Floats = society.plan.side(side).signups * np.outer(profile, society.cells.weight(side))
    if side is Side.SUPPLIER:
        planned = planned * np.exp(society.weather.pushes)
    return planned * society.cells.spend(side)


def campaigns(society: Society) -> Columns:
    """One marketing campaign per side, paid channel and quarter of 13 weeks; the founding weeks belong to the first."""
    keys = campaign_keys(society)
    quarters = _quarters(society)
    side, channel, quarter = (np.array(column) for column in zip(*keys, strict=True)) if keys else (np.empty(0),) * 3
    began = society.epoch + quarter * CAMPAIGN_WEEKS * WEEK - np.where(quarter == 0, LEAD_IN_WEEKS * WEEK, 0)
    ended = society.epoch + np.minimum((quarter + 1) * CAMPAIGN_WEEKS, society.plan.weeks) * WEEK - 60
    return {
        "campaign_id": np.arange(1, len(keys) + 1),
        "name": (side * len(society.plan.channels) + channel) * quarters + quarter,
        "channel": channel.astype(np.int8),
        "side": side.astype(np.int8),
        "started_at": began,
        "ended_at": ended,
    }


def _quarters(society: Society) -> int:
    return -(-society.plan.weeks // CAMPAIGN_WEEKS)


def campaign_keys(society: Society) -> list[tuple[int, int, int]]:
    """Side, channel and quarter of each campaign, in key order."""
    paid = [i for i, channel in enumerate(society.plan.channels) if channel.spend_kind == "marketing"]
    return [(side, channel, q) for q in range(_quarters(society)) for side in range(2) for channel in paid]


def campaign_of(society: Society, side: int, channel: Ints, week: Ints) -> Ints:
    """The campaign key of signups or spend of the side; -1 outside paid channels."""
    keys = {key: index + 1 for index, key in enumerate(campaign_keys(society))}
    table = np.full((len(society.plan.channels), _quarters(society)), -1)
    for (own, own_channel, quarter), index in keys.items():
        if own == side:
            table[own_channel, quarter] = index
    found: Ints = table[channel, np.clip(week // CAMPAIGN_WEEKS, 0, _quarters(society) - 1)]
    return found


def spend(society: Society) -> Columns:
    """The spend table: channel costs of planned signups and onboarding costs, one row per week and cell."""
    rng = stream(society.plan.seed, "spend")
    parts = []
    for index, side in enumerate(SIDES):
        planned = planned_signups(society, side)
        for number, channel in enumerate(society.plan.channels):
            if channel.spend_kind is None:
                continue
            share = channel.buyer_share if side is Side.BUYER else channel.supplier_share
            cost = planned * share * society.plan.channel_cost(side, channel)
            parts.append(_rows(rng, society, cost, side=index, number=number, channel=channel))
        if side is Side.SUPPLIER:
            parts.append(
                _rows(rng, society, planned * society.plan.onboarding_cost, side=index, number=-1, channel=None)
            )
    table: Columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    rank = np.argsort(table["spent_at"], kind="stable")
    return {"spend_id": np.arange(1, len(rank) + 1), **{name: values[rank] for name, values in table.items()}}


def _rows(
    rng: np.random.Generator, society: Society, cost: Floats, *, side: int, number: int, channel: Channel | None
) -> dict[str, Array]:
    minor = np.rint(cost * 100 * np.exp(0.15 * rng.standard_normal(cost.shape))).astype(np.int64)
    index, cell = np.nonzero(minor)
    week = index - LEAD_IN_WEEKS
    kind = SPEND_KINDS.index(channel.spend_kind or "marketing") if channel else SPEND_KINDS.index("onboarding")
    named = np.full(len(week), number)
    return {
        "kind": np.full(len(week), kind, np.int8),
        "side": np.full(len(week), side, np.int8),
        "spent_at": society.epoch + week * WEEK + 9 * 3600,
        "amount": minor[index, cell],
        "currency": np.zeros(len(week), np.int8),
        "channel": named.astype(np.int8),
        "campaign_id": campaign_of(society, side, named, week) if channel else np.full(len(week), -1),
        "category": society.cells.category[cell].astype(np.int8),
        "region": society.cells.region[cell].astype(np.int8),
    }
