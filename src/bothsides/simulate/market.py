"""A simulated market: its tables as columns, and the truth about them."""

from dataclasses import dataclass

import numpy as np

from bothsides.simulate.acquisition import campaign_list, campaigns, spend
from bothsides.simulate.behaviour import behave, session_share
from bothsides.simulate.billing import Columns, bill, epoch_of, members, supplier_key
from bothsides.simulate.catalogue import list_products, order_lines
from bothsides.simulate.cells import forecast, lay_out
from bothsides.simulate.departures import go_direct
from bothsides.simulate.draws import Ints, stream
from bothsides.simulate.fulfilment import review, ship
from bothsides.simulate.layout import Held, layout
from bothsides.simulate.pipeline import lead_table, opportunities, prospect, stage_changes, touches
from bothsides.simulate.plan import MarketPlan
from bothsides.simulate.population import populate
from bothsides.simulate.pushes import push_list, push_name, pushes
from bothsides.simulate.requests import quote
from bothsides.simulate.subscriptions import subscribe
from bothsides.simulate.trade import Orders, Society, conditions, trade
from bothsides.simulate.traffic import visit
from bothsides.simulate.traits import buyer_traits, supplier_traits
from bothsides.simulate.truth import Truth, tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """A plan, the tables drawn from it, and what is true about them.

    `tables` holds each schema table's columns as compact arrays; `held` says how each is encoded (keys and labels
    as whole numbers, times as epoch seconds UTC, amounts as minor units; -1 is blank). `write` and `decode` turn them
    into source-like values.
    """

    plan: MarketPlan
    tables: dict[str, Columns]
    held: dict[str, dict[str, Held]]
    truth: Truth


def simulate(plan: MarketPlan) -> Market:
    """Draw the whole market. The same plan gives the same market, to the byte."""
    society = settle(plan)
    at = conditions(society)
    orders, departures = go_direct(society, trade(society, at))
    paying = members(society, orders)
    billing, quotes, listings, leads = (
        bill(society, orders, paying),
        quote(society, at, orders),
        list_products(society),
        prospect(society),
    )
    companies, events = accounts(society), behave(society, at, orders, departures)
    lines = order_lines(society, orders, listings) if plan.order_lines else {}
    shipments, late = ship(society, orders, lines)
    tables: dict[str, Columns] = {
        "accounts": companies,
        "listings": listings.table,
        "visits": visit(society, companies, events),
        "events": events,
        "quotes": quotes.table,
        "orders": order_table(society, orders, quotes.request_of_order),
        "order_lines": lines,
        "shipments": shipments,
        "reviews": review(society, orders, late),
        "subscriptions": subscribe(society, paying),
        "fees": billing.fees,
        "refunds": billing.refunds,
        "campaigns": campaigns(society),
        "leads": lead_table(society, leads),
        "stage_changes": stage_changes(society, leads),
        "opportunities": opportunities(society, leads),
        "touches": touches(society, leads),
        "pushes": pushes(society),
        "spend": spend(society),
        "fx_rates": billing.fx_rates,
    }
    tables = {name: columns for name, columns in tables.items() if columns and len(next(iter(columns.values())))}
    names = tuple(campaign.name for campaign in campaign_list(plan, society.weather.pushes))
    pushed = tuple(push_name(plan, quarter, cell) for quarter, cell in push_list(society.weather.pushes))
    held = layout(plan, len(society.population.buyers.cell), names, pushed)
    truth = tell(society, at, tables, departures, session_share(society, at))
    return Market(plan=plan, tables=tables, held=held, truth=truth)


def settle(plan: MarketPlan) -> Society:
    """Everyone on the market, and what they are like."""
    cells, weather, epoch = lay_out(plan), forecast(plan), epoch_of(plan.start)
    population = populate(plan, cells, weather, epoch)
    if not len(population.buyers.cell) or not len(population.suppliers.cell):
        raise ValueError(f"plan {plan.name!r} is too small: one side has no account; raise its signups")
    return Society(
        plan=plan,
        cells=cells,
        weather=weather,
        population=population,
        buyers=buyer_traits(plan, cells, population.buyers),
        suppliers=supplier_traits(plan, cells, population),
        epoch=epoch,
    )


def accounts(society: Society) -> Columns:
    """The accounts table: buyers, then suppliers, each in signup order."""
    buyers, suppliers = society.population.buyers, society.population.suppliers
    left, right = society.buyers, society.suppliers
    blank = np.full(len(buyers.cell), -1)
    parents = np.where(left.parent >= 0, left.parent + 1, -1)
    cell = np.concatenate([buyers.cell, suppliers.cell])
    organization = np.concatenate([left.organization, right.organization]) + 1
    return {
        "account_id": np.concatenate(
            [np.arange(1, len(blank) + 1), supplier_key(society, np.arange(len(suppliers.cell)))]
        ),
        "side": np.repeat([0, 1], [len(blank), len(suppliers.cell)]).astype(np.int8),
        "name": organization,
        "organization_id": organization,
        "parent_id": np.concatenate([parents, np.full(len(suppliers.cell), -1)]),
        "signed_up_at": np.concatenate([buyers.signed_up, suppliers.signed_up]),
        "verified_at": np.concatenate([blank, suppliers.verified]),
        "catalogue_at": np.concatenate([blank, suppliers.catalogue]),
        "live_at": np.concatenate([blank, suppliers.live]),
        "closed_at": np.concatenate([buyers.closed, suppliers.closed]),
        "category": society.cells.category[cell].astype(np.int8),
        "region": society.cells.region[cell].astype(np.int8),
        "channel": np.concatenate([left.channel, right.channel]).astype(np.int8),
        "segment": np.concatenate([left.segment, right.segment]).astype(np.int8),
        "country": np.concatenate([left.country, right.country]).astype(np.int8),
        "is_internal": np.concatenate([left.internal, right.internal]),
    }


def order_table(society: Society, orders: Orders, request_of_order: Ints) -> Columns:
    """The orders table, in time order."""
    rng = stream(society.plan.seed, "order table")
    n = len(orders.buyer)
    cell = society.population.buyers.cell[orders.buyer]

    def of(labels: Ints) -> Ints:
        held: Ints = labels.astype(np.int8)
        return held

    return {
        "order_id": np.arange(1, n + 1),
        "buyer_id": orders.buyer + np.int32(1),
        "supplier_id": supplier_key(society, orders.supplier),
        "placed_at": orders.placed,
        "completed_at": orders.completed,
        "status": orders.status,
        "amount": orders.amount,
        "tax": np.rint(orders.amount * 0.2).astype(np.int64),
        "currency": of(orders.second_currency),
        "category": of(society.cells.category[cell]),
        "region": of(society.cells.region[cell]),
        "channel": of(np.searchsorted([0.7, 0.9], rng.random(n))),
        "on_platform": ~orders.off_platform,
        "is_test": orders.test,
        "quote_id": request_of_order,
        "terms": of(np.searchsorted([0.6, 0.85], rng.random(n))),
    }
