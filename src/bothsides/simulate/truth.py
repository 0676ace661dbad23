"""What is true about a simulated market: its parameters, what was planted where, and exact totals of its rows."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from bothsides.schema.side import Side
from bothsides.simulate.billing import Columns
from bothsides.simulate.departures import Departures
from bothsides.simulate.draws import Bools, Ints
from bothsides.simulate.evidence import Rows, evidence
from bothsides.simulate.funding import returns_on_spend
from bothsides.simulate.trade import CANCELLED, COMPLETED, Conditions, Society
from bothsides.simulate.upgrades import upgrade_truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The answer sheet. `parameters` drove the draws, `planted` lists problems with their place and size,
    `totals` are computed from the emitted rows; money in minor units, by currency."""

    parameters: dict[str, Any]
    planted: tuple[dict[str, Any], ...]
    totals: dict[str, Any]


def tell(
    society: Society, at: Conditions, tables: dict[str, Columns], departures: Departures, session_share: float
) -> Truth:
    """Write the answer sheet of a drawn market."""
    return Truth(
        parameters=_parameters(society, at, session_share),
        planted=tuple(_planted(society, tables, departures)),
        totals=totals(tables, society.plan.currency, society.plan.trade.second_currency),
    )


def counted(tables: dict[str, Columns]) -> Bools:
    """Orders that count: not test, and neither party internal."""
    internal = np.zeros(int(tables["accounts"]["account_id"].max()) + 1, bool)
    internal[tables["accounts"]["account_id"]] = tables["accounts"]["is_internal"]
    orders = tables["orders"]
    fair: Bools = ~orders["is_test"] & ~internal[orders["buyer_id"]] & ~internal[orders["supplier_id"]]
    return fair


def totals(tables: dict[str, Columns], currency: str, second: str | None) -> dict[str, Any]:
    """Exact totals of the rows; orders that count are neither test nor internal."""
    orders, fees, accounts = tables["orders"], tables["fees"], tables["accounts"]
    fair = counted(tables)
    done = fair & (orders["status"] == COMPLETED)
    names = (currency, second or currency)
    of_order = fees["order_id"] >= 0
    fair_fee = ~of_order | fair[np.where(of_order, fees["order_id"] - 1, 0)]

    def by_currency(amount: Ints, code: Ints, keep: Bools) -> dict[str, int]:
        return {
            name: int(amount[keep & (code == index)].sum())
            for index, name in enumerate(names)
            if (keep & (code == index)).any()
        }

    result: dict[str, Any] = {
        "rows": {name: len(next(iter(columns.values()))) for name, columns in tables.items()},
        "orders": int(fair.sum()),
        "orders_completed": int(done.sum()),
        "orders_cancelled": int((fair & (orders["status"] == CANCELLED)).sum()),
        "gmv_completed_minor": by_currency(orders["amount"], orders["currency"], done),
        "gmv_booked_minor": by_currency(orders["amount"], orders["currency"], fair),
        "gmv_completed_off_platform_minor": by_currency(
            orders["amount"], orders["currency"], done & ~orders["on_platform"]
        ),
        "active_buyers": len(np.unique(orders["buyer_id"][done])),
        "active_suppliers": len(np.unique(orders["supplier_id"][done])),
        "fees_commission_minor": by_currency(fees["amount"], fees["currency"], fair_fee & (fees["kind"] == 0)),
        "fees_subscription_minor": by_currency(fees["amount"], fees["currency"], fees["kind"] == 1),
        "accounts": {side.value: int((accounts["side"] == i).sum()) for i, side in enumerate(Side)},
    }
    if "refunds" in tables:
        refunds = tables["refunds"]
        fair_refund = fair[refunds["order_id"] - 1]
        result["refunds_minor"] = by_currency(refunds["amount"], refunds["currency"], fair_refund)
        result["refunded_fees_minor"] = by_currency(refunds["fee_amount"], refunds["currency"], fair_refund)
    return result


def _parameters(society: Society, at: Conditions, session_share: float) -> dict[str, Any]:
    plan = society.plan
    return {
        "name": plan.name,
        "seed": plan.seed,
        "first_day": plan.start.isoformat(),
        "last_day": plan.end.isoformat(),
        "currency": plan.currency,
        "elasticity": {
            "supplier_to_buyer": plan.buyers.elasticity,
            "buyer_to_supplier": plan.suppliers.elasticity,
            "meaning": "% more signups of the second side per 1 % more stock of the first, same cell, week before",
        },
        "stock": "suppliers live and not closed; buyers signed up and not closed; per cell, at the start of the week",
        "spend_elasticity": {side.value: plan.side(side).spend_elasticity for side in Side},
        "threshold": {
            side.value: {
                "other_side_stock": plan.side(side).threshold,
                "weekly_hazard_below": plan.side(side).hazard_below,
                "weekly_hazard_above": plan.side(side).hazard_above,
            }
            for side in Side
        },
        "ordinary_supply": round(society.population.ordinary_supply, 6),
        "onboarding": asdict(plan.onboarding),
        "demand": asdict(plan.demand),
        "trade": asdict(plan.trade),
        "fulfilment": asdict(plan.fulfilment),
        "reviews": asdict(plan.reviews),
        "traffic": asdict(plan.traffic),
        "take_rates": dict(zip(plan.categories, plan.take_rates, strict=True)),
        "tariff": asdict(plan.tariff),
        "fit": {"log_odds_same_country": plan.fit.log_odds},
        "upgrades": upgrade_truth(plan),
        "cell_noise": plan.cell_noise,
        "return_on_spend": {side.value: round(value, 4) for side, value in returns_on_spend(society, at).items()},
        "seasonality": plan.seasonality,
        "shocks": [asdict(shock) for shock in plan.shocks],
        "push_lift": plan.push_lift,
        "event_session_share": session_share,
        "share_of_intents_served": [round(float(share), 6) for share in at.served[-13:].mean(axis=0)],
        "cells": [f"{category} / {region}" for category in plan.categories for region in plan.regions],
    }


def _planted(society: Society, tables: dict[str, Columns], departures: Departures) -> list[dict[str, Any]]:
    done = counted(tables) & (tables["orders"]["status"] == COMPLETED)
    rows = Rows(society=society, tables=tables, done=done, departures=departures)
    return [
        {"kind": type(problem).__name__, "planted": asdict(problem), "measured": evidence(rows, problem)}
        for problem in society.plan.planted
    ]
