"""What was spent to win accounts: by week, side, channel, category, region and kind of cost, under campaigns."""

from dataclasses import dataclass

import numpy as np

from bothsides.schema.side import Side
from bothsides.simulate.billing import Columns
from bothsides.simulate.draws import WEEK, Array, Floats, Ints, stream
from bothsides.simulate.plan import LEAD_IN_WEEKS, Channel, MarketPlan
from bothsides.simulate.pushes import PUSH_WEEKS, push_list, push_name
from bothsides.simulate.trade import Society

SPEND_KINDS = ("marketing", "sales", "onboarding", "incentive")
SIDES = (Side.BUYER, Side.SUPPLIER)
CAMPAIGN_WEEKS = PUSH_WEEKS


def planned_signups(society: Society, side: Side) -> Floats:
    """Signups the spend was planned for: calendar week from the lead-in on, cell; cross-side effects left out."""
    profile = society.weather.profile(side)
    planned: Floats = society.plan.side(side).signups * np.outer(profile, society.cells.weight(side))
    if side is Side.SUPPLIER:
        planned = planned * np.exp(society.weather.pushes)
    return planned * society.cells.spend(side)


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign of one side and channel over one quarter of 13 weeks; a push is aimed at one cell."""

    name: str
    side: int
    channel: int
    quarter: int
    cell: int = -1


def _quarters(plan: MarketPlan) -> int:
    return -(-plan.weeks // CAMPAIGN_WEEKS)


def campaign_list(plan: MarketPlan, pushes: Floats) -> tuple[Campaign, ...]:
    """Marketing campaigns per quarter, side and paid channel, then supplier pushes per cell, in key order."""
    found = [
        Campaign(
            name=f"{side.value.capitalize()}s, {channel.name.replace('_', ' ')}, quarter {quarter + 1}",
            side=index,
            channel=number,
            quarter=quarter,
        )
        for quarter in range(_quarters(plan))
        for index, side in enumerate(SIDES)
        for number, channel in enumerate(plan.channels)
        if channel.spend_kind == "marketing"
    ]
    selling = [number for number, channel in enumerate(plan.channels) if channel.spend_kind == "sales"]
    for quarter, cell in push_list(pushes):
        name = push_name(plan, quarter, cell)
        found.extend(Campaign(name=name, side=1, channel=number, quarter=quarter, cell=cell) for number in selling[:1])
    return tuple(found)


def campaigns(society: Society) -> Columns:
    """The campaigns table; the founding weeks belong to the first quarter."""
    listed = campaign_list(society.plan, society.weather.pushes)
    side, channel, quarter, cell = (
        np.array([getattr(campaign, name) for campaign in listed], np.int64)
        for name in ("side", "channel", "quarter", "cell")
    )
    early = (quarter == 0) & (cell < 0)
    return {
        "campaign_id": np.arange(1, len(listed) + 1),
        "name": np.arange(len(listed)),
        "channel": channel.astype(np.int8),
        "side": side.astype(np.int8),
        "started_at": society.epoch + quarter * CAMPAIGN_WEEKS * WEEK - np.where(early, LEAD_IN_WEEKS * WEEK, 0),
        "ended_at": society.epoch + np.minimum((quarter + 1) * CAMPAIGN_WEEKS, society.plan.weeks) * WEEK - 60,
    }


def campaign_of(society: Society, side: int, channel: Ints, week: Ints, cell: Ints) -> Ints:
    """The campaign key behind signups or spend of the side; -1 where none ran."""
    plan = society.plan
    table = np.full((len(plan.channels), _quarters(plan), plan.cells), -1)
    for key, campaign in enumerate(campaign_list(plan, society.weather.pushes), start=1):
        if campaign.side == side:
            table[campaign.channel, campaign.quarter, slice(None) if campaign.cell < 0 else campaign.cell] = key
    found = table[channel, np.clip(week // CAMPAIGN_WEEKS, 0, _quarters(plan) - 1), cell]
    pushed_early = (week < 0) & (np.array([c.spend_kind == "sales" for c in plan.channels])[channel])
    return np.where((week < -LEAD_IN_WEEKS) | pushed_early, -1, found)


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
        "campaign_id": campaign_of(society, side, named, week, cell) if channel else np.full(len(week), -1),
        "category": society.cells.category[cell].astype(np.int8),
        "region": society.cells.region[cell].astype(np.int8),
    }
