"""What orders earn and what comes back: commissions, subscriptions, refunds, exchange rates."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np

from bothsides.schema.period import Grain, periods_between
from bothsides.simulate.draws import DAY, WEEK, Array, Floats, Ints, skewed_days, stream
from bothsides.simulate.plan import LEAD_IN_WEEKS
from bothsides.simulate.response import take_rates, week_of_order
from bothsides.simulate.trade import COMPLETED, Orders, Society
from bothsides.simulate.upgrades import UPGRADE_MONTHS, responsive_moves

Columns = dict[str, Array]

FEE_KINDS = ("commission", "subscription")
REFUND_REASONS = ("damaged", "wrong item", "late delivery", "order changed")


def epoch_of(day: date) -> int:
    """Epoch second at which the day begins in UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


@dataclass(frozen=True, slots=True, kw_only=True)
class Billing:
    """The ledger tables as columns: fees (commissions first, in order of orders), refunds, fx_rates."""

    fees: Columns
    refunds: Columns
    fx_rates: Columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """The suppliers on a plan; for every supplier its first plan and the seconds from going live to each move up."""

    supplier: Ints
    level: Ints
    upgrades: Floats


def members(society: Society, orders: Orders) -> Members:
    """Who pays for a plan once live, on which it begins and when it moves up; about one move in 30 months.

    Where upgrades respond to orders, the busy move sooner and the idle later.
    """
    plan, suppliers = society.plan, society.population.suppliers
    rng, n = stream(plan.seed, "subscriptions"), len(suppliers.cell)
    subscribed = np.flatnonzero((rng.random(n) < plan.subscribed_share) & (suppliers.live >= 0))
    upgrades = rng.exponential(UPGRADE_MONTHS, (2, n)).cumsum(axis=0) * 30 * DAY
    level = rng.choice(2, n, p=(0.7, 0.3)) if len(plan.subscriptions) > 1 else np.zeros(n, np.int64)
    if plan.upgrade_response:
        upgrades = responsive_moves(society, orders)
    return Members(supplier=subscribed, level=level, upgrades=upgrades)


def bill(society: Society, orders: Orders, paying: Members) -> Billing:
    """Charge commissions on completed platform orders and monthly subscriptions; refund some completed orders."""
    commission, fee_of_order = _commissions(society, orders)
    subscription = _subscriptions(society, paying)
    fees = {name: np.concatenate([commission[name], subscription[name]]) for name in commission}
    fees = {"fee_id": np.arange(1, len(fees["kind"]) + 1), **fees}
    return Billing(fees=fees, refunds=_refunds(society, orders, fee_of_order), fx_rates=_rates(society))


def _commissions(society: Society, orders: Orders) -> tuple[Columns, Ints]:
    charged = np.flatnonzero((orders.status == COMPLETED) & ~orders.off_platform)
    category = society.cells.category[society.population.buyers.cell[orders.buyer[charged]]]
    week = week_of_order(orders.first_of_week, len(orders.buyer))[charged]
    amount = np.rint(orders.amount[charged] * take_rates(society.plan)[week, category]).astype(np.int64)
    fee_of_order = np.zeros(len(orders.buyer), np.int64)
    fee_of_order[charged] = amount
    fees: Columns = {
        "kind": np.zeros(len(charged), np.int8),
        "order_id": charged + 1,
        "account_id": supplier_key(society, orders.supplier[charged]),
        "charged_at": orders.completed[charged],
        "amount": amount,
        "currency": orders.second_currency[charged].astype(np.int8),
    }
    return fees, fee_of_order


def supplier_key(society: Society, supplier: Ints) -> Ints:
    """Account keys: buyers are 1..n, suppliers follow; the writer turns them into 'B000123' and 'S00045'."""
    return supplier.astype(np.int64) + len(society.population.buyers.cell) + 1


def _subscriptions(society: Society, members: Members) -> Columns:
    """One fee per subscribed live supplier and month, on the 1st, at the plan it has reached."""
    plan, suppliers, subscribed = society.plan, society.population.suppliers, members.supplier
    who, when, amount = [], [], []
    for month in periods_between(plan.start, plan.end, Grain.MONTH):
        charged = epoch_of(month.start) + 6 * 3600
        closed = suppliers.closed[subscribed]
        paying = subscribed[(suppliers.live[subscribed] < charged) & ((closed < 0) | (closed > charged))]
        if charged < society.epoch or not len(paying):
            continue
        moves = (charged - suppliers.live[paying] >= members.upgrades[:, paying]).sum(axis=0)
        tier = np.minimum(members.level[paying] + moves, len(plan.subscriptions) - 1)
        who.append(supplier_key(society, paying))
        when.append(np.full(len(paying), charged))
        amount.append(np.rint(np.array(plan.subscriptions)[tier] * 100).astype(np.int64))
    count = sum(len(part) for part in who)
    empty = [np.empty(0, np.int64)]
    return {
        "kind": np.ones(count, np.int8),
        "order_id": np.full(count, -1),
        "account_id": np.concatenate(who or empty),
        "charged_at": np.concatenate(when or empty),
        "amount": np.concatenate(amount or empty),
        "currency": np.zeros(count, np.int8),
    }


def _refunds(society: Society, orders: Orders, fee_of_order: Ints) -> Columns:
    plan = society.plan
    rng = stream(plan.seed, "refunds")
    order = np.flatnonzero((orders.status == COMPLETED) & (rng.random(len(orders.buyer)) < plan.trade.refunded))
    when = orders.completed[order] + skewed_days(rng, plan.trade.refund_days, len(order))
    partial = rng.random(len(order)) < 0.4
    share = np.where(partial, rng.uniform(0.1, 0.9, len(order)), 1.0)
    reason = rng.choice(len(REFUND_REASONS), len(order))
    known = when < society.end
    order, when, share, reason = order[known], when[known], share[known], reason[known]
    rank = np.argsort(when, kind="stable")
    order, when, share, reason = order[rank], when[rank], share[rank], reason[rank]
    return {
        "refund_id": np.arange(1, len(order) + 1),
        "order_id": order + 1,
        "refunded_at": when,
        "amount": np.rint(orders.amount[order] * share).astype(np.int64),
        "fee_amount": np.rint(fee_of_order[order] * share).astype(np.int64),
        "currency": orders.second_currency[order].astype(np.int8),
        "reason": reason.astype(np.int8),
    }


def _rates(society: Society) -> Columns:
    """Weekly rates of the second currency, a random walk around the plan's rate; millionths."""
    plan = society.plan
    if not plan.trade.second_currency:
        return {}
    rng = stream(plan.seed, "fx")
    weeks = np.arange(-LEAD_IN_WEEKS, plan.weeks)
    step, wander = 0.006 * rng.standard_normal(len(weeks)), np.zeros(len(weeks))
    for week in range(1, len(weeks)):
        wander[week] = 0.95 * wander[week - 1] + step[week]
    return {
        "rate_id": np.arange(1, len(weeks) + 1),
        "currency": np.ones(len(weeks), np.int8),
        "quoted_on": society.epoch + weeks * WEEK,
        "rate": np.rint(plan.trade.second_currency_rate * np.exp(wander) * 1_000_000).astype(np.int64),
    }
