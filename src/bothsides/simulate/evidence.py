"""What the emitted rows show of each planted problem: the figures a diagnosis should find, beside ordinary ones."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from bothsides.schema.side import Side
from bothsides.simulate.behaviour import EVENT_NAMES
from bothsides.simulate.billing import Columns
from bothsides.simulate.cells import cells_of
from bothsides.simulate.departures import Departures
from bothsides.simulate.draws import DAY, Bools, Floats, Ints
from bothsides.simulate.planted import (
    BuyerConcentration,
    CellProblem,
    ChurnProblem,
    Disintermediation,
    FirstOrderLeak,
    OnboardingLeak,
    Planted,
    RetentionFall,
    SupplierConcentration,
    ThinCellSpend,
    UnprofitableChannel,
)
from bothsides.simulate.requests import AWARDED, OPEN
from bothsides.simulate.trade import COMPLETED, Society

MATURE_DAYS = 90
QUIET_DAYS = 91
STEPS = ("signed_up", "verified", "catalogue", "live", "first_sale")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The emitted tables, with the orders that count (completed, not test, no internal party) picked out."""

    society: Society
    tables: dict[str, Columns]
    done: Bools
    departures: Departures

    @property
    def orders(self) -> Columns:
        """The orders that count."""
        return {name: values[self.done] for name, values in self.tables["orders"].items()}

    def value(self) -> Floats:
        """Their value in major units of the reporting currency, at the plan's ordinary rate."""
        orders, rate = self.orders, self.society.plan.trade.second_currency_rate
        worth: Floats = np.where(orders["currency"] == 1, orders["amount"] * rate, orders["amount"]) / 100
        return worth

    def cell(self, table: Columns) -> Ints:
        """The cell of each row; -1 where it has none."""
        regions = len(self.society.plan.regions)
        placed: Ints = np.where(
            table["category"] >= 0, table["category"].astype(np.int64) * regions + table["region"], -1
        )
        return placed


def evidence(rows: Rows, problem: Planted) -> dict[str, Any]:
    """The figures the rows show for one planted problem."""
    match problem:
        case ThinCellSpend():
            return {**_cell(rows, problem), **_spend_share(rows, problem)}
        case SupplierConcentration() | BuyerConcentration():
            return _concentration(rows, problem)
        case OnboardingLeak():
            return _onboarding(rows, problem)
        case FirstOrderLeak():
            return _carts(rows, problem)
        case UnprofitableChannel():
            return _channel(rows, problem)
        case ChurnProblem():
            return _left(rows, problem)
        case Disintermediation():
            return _departed(rows, problem)
        case RetentionFall():
            return {"gmv_ndr_12_months": {side.value: _ndr(rows, side) for side in Side}}
        case _:
            return _cell(rows, problem)


def cell_figures(rows: Rows) -> dict[str, Floats]:
    """Per cell at the end: live suppliers, open buyers; over all weeks: searches, requests, fill rate, orders."""
    cells, accounts, events = rows.society.plan.cells, rows.tables["accounts"], rows.tables["events"]
    quotes = rows.tables.get("quotes", {})
    of_account, is_open = rows.cell(accounts), accounts["closed_at"] < 0
    asked = {name: values[quotes["kind"] == 0] for name, values in quotes.items()} if quotes else None
    figures: dict[str, Floats] = {
        "live_suppliers": np.bincount(of_account[is_open & (accounts["live_at"] >= 0)], minlength=cells),
        "open_buyers": np.bincount(of_account[is_open & (accounts["side"] == 0)], minlength=cells),
        "searches": np.bincount(rows.cell(events)[events["name"] == EVENT_NAMES.index("search")], minlength=cells),
        "orders": np.bincount(rows.cell(rows.orders), minlength=cells),
    }
    if asked:
        ended, cell = asked["status"] != OPEN, rows.cell(asked)
        awarded = np.bincount(cell[asked["status"] == AWARDED], minlength=cells)
        figures["requests"] = np.bincount(cell, minlength=cells)
        figures["fill_rate"] = awarded / np.maximum(np.bincount(cell[ended], minlength=cells), 1)
    return figures


def _cell(rows: Rows, problem: CellProblem) -> dict[str, Any]:
    cell = rows.society.plan.cell(problem.category, problem.region)
    return {
        name: {"here": round(float(values[cell]), 4), "median_cell": round(float(np.median(values)), 4)}
        for name, values in cell_figures(rows).items()
    }


def _spend_share(rows: Rows, problem: ThinCellSpend) -> dict[str, Any]:
    spend = rows.tables["spend"]
    own = spend["side"] == (0 if problem.side is Side.BUYER else 1)
    here = own & (rows.cell(spend) == rows.society.plan.cell(problem.category, problem.region))
    return {"share_of_side_spend": round(float(spend["amount"][here].sum() / spend["amount"][own].sum()), 4)}


def _concentration(rows: Rows, problem: SupplierConcentration | BuyerConcentration) -> dict[str, Any]:
    supplying = isinstance(problem, SupplierConcentration)
    society, orders, value = rows.society, rows.orders, rows.value()
    anchor = society.suppliers.anchor if supplying else society.buyers.anchor
    if anchor < 0:
        return {"account_id": None, "share_of_category_gmv": None}
    buyers = len(society.population.buyers.cell)
    mine = orders["supplier_id"] == anchor + buyers + 1 if supplying else orders["buyer_id"] == anchor + 1
    category = orders["category"] == society.plan.categories.index(problem.category)
    return {
        "account_id": f"S{anchor + 1:05d}" if supplying else f"B{anchor + 1:06d}",
        "share_of_category_gmv": _share(value[mine & category], value[category]),
        "share_of_gmv": _share(value[mine], value),
    }


def _share(part: Floats, whole: Floats) -> float | None:
    """The part's share of the sum; None where there is nothing to share."""
    return round(float(part.sum() / whole.sum()), 4) if whole.sum() else None


def _onboarding(rows: Rows, problem: OnboardingLeak) -> dict[str, Any]:
    accounts = rows.tables["accounts"]
    mature = (accounts["side"] == 1) & (accounts["signed_up_at"] < rows.society.end - MATURE_DAYS * DAY)
    sold = np.isin(accounts["account_id"], rows.orders["supplier_id"])
    reached = [(mature & (accounts[f"{step}_at"] >= 0)).sum() for step in STEPS[:-1]]
    reached.append((mature & sold & (accounts["live_at"] >= 0)).sum())
    rates = {step: round(float(reached[i + 1] / max(reached[i], 1)), 4) for i, step in enumerate(STEPS[1:])}
    return {"mature_after_days": MATURE_DAYS, "step_rates": rates, "leaking_step": problem.step}


def _carts(rows: Rows, problem: FirstOrderLeak) -> dict[str, Any]:
    events, regions = rows.tables["events"], rows.society.plan.regions
    per_region = {
        name: np.bincount(
            events["region"][(events["name"] == EVENT_NAMES.index(name)) & (events["region"] >= 0)],
            minlength=len(regions),
        )
        for name in ("cart_add", "checkout")
    }
    rate = per_region["checkout"] / np.maximum(per_region["cart_add"], 1)
    return {
        "cart_to_checkout": {name: round(float(rate[i]), 4) for i, name in enumerate(regions)},
        "leaking_region": problem.region,
    }


def _channel(rows: Rows, problem: UnprofitableChannel) -> dict[str, Any]:
    accounts, spend, channels = rows.tables["accounts"], rows.tables["spend"], rows.society.plan.channels
    side = 0 if problem.side is Side.BUYER else 1
    party = rows.orders["buyer_id" if side == 0 else "supplier_id"]
    transacting = (accounts["side"] == side) & np.isin(accounts["account_id"], party)
    cac = {}
    for index, channel in enumerate(channels):
        cost = spend["amount"][(spend["side"] == side) & (spend["channel"] == index)].sum() / 100
        won = int((transacting & (accounts["channel"] == index)).sum())
        cac[channel.name] = round(float(cost / won), 2) if won and cost else None
    return {"cac_per_transacting_account": cac}


def _departed(rows: Rows, problem: Disintermediation) -> dict[str, Any]:
    """Trusted pairs of both parties still open that have been quiet for a quarter, here and elsewhere; who left."""
    society, orders, accounts = rows.society, rows.orders, rows.tables["accounts"]
    both = np.stack([orders["buyer_id"], orders["supplier_id"]], axis=1)
    pair, first, number, count = np.unique(both, axis=0, return_index=True, return_inverse=True, return_counts=True)
    last = np.zeros(len(pair), np.int64)
    np.maximum.at(last, number.reshape(-1), orders["placed_at"])
    is_open = np.zeros(int(accounts["account_id"].max()) + 1, bool)
    is_open[accounts["account_id"]] = accounts["closed_at"] < 0
    known = (count >= problem.after_orders) & is_open[pair].all(axis=1)
    here = cells_of(society.plan, problem.category, problem.region)[rows.cell(orders)[first]]
    quiet = last < society.end - QUIET_DAYS * DAY
    gone = rows.departures.orders
    worth = np.where(gone.second_currency, gone.amount * society.plan.trade.second_currency_rate, gone.amount)
    return {
        "quiet_after_days": QUIET_DAYS,
        "trusted_pairs": {"here": int((known & here).sum()), "elsewhere": int((known & ~here).sum())},
        "quiet_share": {
            "here": round(float(quiet[known & here].mean()), 4) if (known & here).any() else None,
            "elsewhere": round(float(quiet[known & ~here].mean()), 4) if (known & ~here).any() else None,
        },
        "orders_off_platform": len(gone.buyer),
        "gmv_off_platform": round(float(worth[gone.status == COMPLETED].sum() / 100), 2),
        "pairs_off_platform": [
            [f"B{buyer + 1:06d}", f"S{supplier + 1:05d}"] for buyer, supplier in rows.departures.pairs.tolist()
        ],
    }


def _left(rows: Rows, problem: ChurnProblem) -> dict[str, Any]:
    """Share of the side's accounts that have closed, here and elsewhere."""
    accounts = rows.tables["accounts"]
    own = accounts["side"] == (0 if problem.side is Side.BUYER else 1)
    here = cells_of(rows.society.plan, problem.category, problem.region)[rows.cell(accounts)]
    closed = accounts["closed_at"] >= 0
    return {
        "closed_share": {
            "here": round(float(closed[own & here].mean()), 4) if (own & here).any() else None,
            "elsewhere": round(float(closed[own & ~here].mean()), 4) if (own & ~here).any() else None,
        }
    }


def _ndr(rows: Rows, side: Side) -> float | None:
    """GMV of the last 364 days over that of the 364 days before, for accounts active in the earlier ones."""
    orders, value = rows.orders, rows.value()
    party = orders[f"{side.value}_id"]
    years = (rows.society.end - 1 - orders["placed_at"]) // (364 * DAY)
    size = int(party.max(initial=0)) + 1
    then = np.bincount(party[years == 1], weights=value[years == 1], minlength=size)
    now = np.bincount(party[years == 0], weights=value[years == 0], minlength=size)
    return round(float(now[then > 0].sum() / then.sum()), 4) if then.sum() > 0 else None
