"""How accounts were won: leads and their stages, opportunities and touches on both sides."""

from dataclasses import dataclass

import numpy as np

from bothsides.schema.side import Side
from bothsides.schema.stage import LeadStage
from bothsides.simulate.acquisition import SIDES, campaign_of
from bothsides.simulate.billing import Columns, supplier_key
from bothsides.simulate.draws import DAY, WEEK, Array, Bools, Floats, Ints, skewed_days, stream
from bothsides.simulate.trade import Society

STAGES = tuple(stage.value for stage in LeadStage)
LEAD, MQL, SALES_QUALIFIED, OPPORTUNITY, WON, LOST, RECYCLED = range(1, 8)
OWNERS = ("A. Novak", "B. Okafor", "C. Lindqvist", "D. Moreau", "E. Rossi", "F. Haddad", "G. Kim", "H. Silva")
REASONS = ("no budget", "chose a competitor", "no decision", "poor fit", "price", "not reachable")
TOUCH_KINDS = ("call", "email", "meeting")
DEAL_STATUSES = ("open", "won", "lost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leads:
    """Leads of both sides in order of creation. `times` holds when each reached lead, mql, sales_qualified,
    opportunity and its close (rows 0-4; -1 never, times past the last day are left out); `won` whether it was won."""

    side: Ints
    account: Ints
    cell: Ints
    channel: Ints
    segment: Ints
    owner: Ints
    won: Bools
    times: Ints
    recycled: Bools


def prospect(society: Society) -> Leads:
    """Leads behind the sales-led share of signups, and those that came to nothing, at the plan's stage rates."""
    parts = [_side(society, side) for side in SIDES]
    created = np.concatenate([part.times[0] for part in parts])
    rank = np.argsort(created, kind="stable")

    def both(name: str) -> Array:
        values: Array = np.concatenate([getattr(part, name) for part in parts])[rank]
        return values

    return Leads(
        side=both("side"),
        account=both("account"),
        cell=both("cell"),
        channel=both("channel"),
        segment=both("segment"),
        owner=both("owner"),
        won=both("won"),
        times=np.concatenate([part.times for part in parts], axis=1)[:, rank],
        recycled=both("recycled"),
    )


def _side(society: Society, side: Side) -> Leads:
    rng = stream(society.plan.seed, f"leads {side.value}")
    buying = side is Side.BUYER
    people = society.population.buyers if buying else society.population.suppliers
    traits = society.buyers if buying else society.suppliers
    led = (rng.random(len(people.cell)) < society.plan.side(side).sales_led) & ~traits.internal
    account = np.flatnonzero(led)
    if not len(account):
        account = np.array([len(people.cell) - 1])
    won_times = _backwards(rng, society, people.signed_up[account])
    count = round(len(account) * (1 / _overall(society) - 1))
    like = account[rng.integers(0, len(account), count)]
    created = people.signed_up[like] - rng.integers(0, 56 * DAY, count)
    lost_times = _forwards(rng, society, created)
    model = np.concatenate([account, like])
    number = account + 1 if buying else supplier_key(society, account)
    n = len(model)
    return Leads(
        side=np.full(n, SIDES.index(side), np.int8),
        account=np.concatenate([number, np.full(count, -1)]),
        cell=people.cell[model],
        channel=traits.channel[model],
        segment=traits.segment[model],
        owner=rng.integers(0, len(OWNERS) // 2, n) + (0 if buying else len(OWNERS) // 2),
        won=np.arange(n) < len(account),
        times=np.concatenate([won_times, lost_times], axis=1),
        recycled=rng.random(n) < society.plan.pipeline.recycled,
    )


def _overall(society: Society) -> float:
    facts = society.plan.pipeline
    return facts.mql * facts.sales_qualified * facts.opportunity * facts.closed_won


def _backwards(rng: np.random.Generator, society: Society, signed_up: Ints) -> Ints:
    times = np.empty((5, len(signed_up)), np.int64)
    times[4] = signed_up - 3600
    for row, days in zip((3, 2, 1, 0), reversed(society.plan.pipeline.days), strict=True):
        times[row] = times[row + 1] - skewed_days(rng, days, len(signed_up))
    return times


def _forwards(rng: np.random.Generator, society: Society, created: Ints) -> Ints:
    """Stage times of leads that are not won: each stops at the stage its rates let it reach."""
    facts, n = society.plan.pipeline, len(created)
    reach = np.cumprod([1.0, facts.mql, facts.sales_qualified, facts.opportunity])
    stopped = reach * (1 - np.array([facts.mql, facts.sales_qualified, facts.opportunity, facts.closed_won]))
    last = rng.choice(4, n, p=stopped / stopped.sum())
    times = np.full((5, n), -1, np.int64)
    times[0] = created
    moment = created
    for row, days in enumerate(facts.days, start=1):
        moment = moment + skewed_days(rng, days, n)
        # A lead closes one stage after the last it reached; one that never became an MQL just stays a lead.
        reached = last >= row if row < 4 else last >= 1
        times[row, reached] = moment[reached]
    times[times >= society.end] = -1
    return times


def lead_table(society: Society, leads: Leads) -> Columns:
    """The leads table."""
    n, week = len(leads.side), (leads.times[0] - society.epoch) // WEEK
    campaign = np.where(
        leads.side == 0,
        campaign_of(society, 0, leads.channel, week, leads.cell),
        campaign_of(society, 1, leads.channel, week, leads.cell),
    )
    offset = len(society.population.buyers.cell) + len(society.population.suppliers.cell)
    organization = np.concatenate([society.buyers.organization, society.suppliers.organization]) + 1
    return {
        "lead_id": np.arange(1, n + 1),
        "side": leads.side,
        "account_id": leads.account,
        "name": np.where(leads.account >= 0, organization[leads.account - 1], offset + 1 + np.arange(n)),
        "channel": leads.channel.astype(np.int8),
        "campaign_id": campaign,
        "category": society.cells.category[leads.cell].astype(np.int8),
        "region": society.cells.region[leads.cell].astype(np.int8),
        "segment": leads.segment.astype(np.int8),
        "owner": np.where(leads.times[2] >= 0, leads.owner, -1).astype(np.int8),
        "created_at": leads.times[0],
    }


def stage_changes(society: Society, leads: Leads) -> Columns:
    """The history of every lead, in time order."""
    rng = stream(society.plan.seed, "stage changes")
    stage = np.repeat(np.arange(LEAD, OPPORTUNITY + 1), len(leads.side)).reshape(4, -1)
    early = leads.recycled & (leads.times[3] < 0)
    final = np.where(leads.won, WON, np.where(early, RECYCLED, LOST))
    stage = np.concatenate([stage, final[None]])
    row, lead = np.nonzero(leads.times >= 0)
    changed = leads.times[row, lead]
    rank = np.lexsort((row, changed))
    row, lead, changed = row[rank], lead[rank], changed[rank]
    entered = stage[row, lead]
    unhappy = (entered == LOST) | (entered == RECYCLED)
    return {
        "change_id": np.arange(1, len(lead) + 1),
        "lead_id": lead + 1,
        "stage": entered.astype(np.int8),
        "changed_at": changed,
        "reason": np.where(unhappy, rng.integers(0, len(REASONS), len(lead)), -1).astype(np.int8),
        "owner": np.where(row >= 2, leads.owner[lead], -1).astype(np.int8),
    }


def opportunities(society: Society, leads: Leads) -> Columns:
    """The deals: a buyer's expected order value of a year, a supplier's expected yearly fees."""
    plan = society.plan
    rng = stream(plan.seed, "opportunities")
    lead = np.flatnonzero(leads.times[3] >= 0)
    lead = lead[np.argsort(leads.times[3, lead], kind="stable")]
    n, cell, closed = len(lead), leads.cell[lead], leads.times[4, lead]
    category = society.cells.category[cell]
    yearly = np.array(plan.order_values)[category] * 20 * np.exp(0.7 * rng.standard_normal(n))
    amount = np.where(leads.side[lead] == 0, yearly, 1.4 * yearly * np.array(plan.take_rates)[category])
    status = np.where(closed < 0, 0, np.where(leads.won[lead], 1, 2))
    return {
        "opportunity_id": np.arange(1, n + 1),
        "side": leads.side[lead],
        "lead_id": lead + 1,
        "account_id": leads.account[lead],
        "status": status.astype(np.int8),
        "opened_at": leads.times[3, lead],
        "closed_at": closed,
        "amount": np.rint(amount * 100).astype(np.int64),
        "currency": np.zeros(n, np.int8),
        "category": category.astype(np.int8),
        "region": society.cells.region[cell].astype(np.int8),
        "channel": leads.channel[lead].astype(np.int8),
        "reason": np.where(status == 2, rng.integers(0, len(REASONS), n), -1).astype(np.int8),
        "owner": leads.owner[lead].astype(np.int8),
    }


def touches(society: Society, leads: Leads) -> Columns:
    """Sales' contacts with MQLs: a first touch after some hours, follow-ups, and what came back."""
    facts = society.plan.pipeline
    rng = stream(society.plan.seed, "touches")
    lead = np.flatnonzero((leads.times[1] >= 0) & (rng.random(len(leads.side)) >= facts.untouched))
    first = leads.times[1, lead] + _hours(rng, facts.first_touch_hours, len(lead))
    answered = rng.random(len(lead)) < 0.35
    reply = first[answered] + _hours(rng, 20.0, int(answered.sum()))
    count = rng.poisson(1.5, len(lead))
    again = np.repeat(first, count) + (rng.exponential(4 * DAY, int(count.sum()))).astype(np.int64) + 3600
    who = np.concatenate([lead, lead[answered], np.repeat(lead, count)])
    when = np.concatenate([first, reply, again])
    inbound = np.repeat([0, 1, 0], [len(first), len(reply), len(again)])
    rank = np.argsort(when, kind="stable")
    rank = rank[when[rank] < society.end]
    who, when, inbound = who[rank], when[rank], inbound[rank]
    return {
        "touch_id": np.arange(1, len(who) + 1),
        "lead_id": who + 1,
        "account_id": np.where(leads.times[4, who] <= when, leads.account[who], -1),
        "kind": rng.choice(len(TOUCH_KINDS), len(who), p=(0.35, 0.55, 0.1)).astype(np.int8),
        "direction": inbound.astype(np.int8),
        "occurred_at": when,
        "owner": leads.owner[who].astype(np.int8),
    }


def _hours(rng: np.random.Generator, median: float, n: int) -> Ints:
    hours: Floats = np.ceil(3600 * median * np.exp(1.1 * rng.standard_normal(n)))
    return hours.astype(np.int64)
