"""Values for readings that no metric of the dictionary gives, with their labels."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from bothsides.diagnosis.span import Span
from bothsides.metrics import Basis, Query, Status, Store, Unit, Value, ask
from bothsides.metrics.appraisal import SMALL_N
from bothsides.metrics.interval import wilson

READINGS: dict[str, str] = {
    "cell_buyers": "Buyers looking, asking or buying",
    "cell_suppliers": "Suppliers able to sell",
    "buyers_per_supplier": "Buyers per supplier able to sell",
    "coverage": "Searches and requests that met a supplier",
    "top_supplier_share": "Largest supplier's share of GMV",
    "top_buyer_share": "Largest buyer's share of GMV",
    "dependent_share": "Accounts that do most of their trade with the one",
    "recent_ndr_gmv": "GMV of the latest months over the same accounts' GMV before",
    "recent_logo_retention": "Accounts of the months before that traded again",
    "ltv_to_side_cac": "LTV over the cost of one account of the side",
    "verification_days": "Days from signup to verified (median)",
    "catalogue_days": "Days from verified to catalogue (median)",
    "review_days": "Days from catalogue to live (median)",
    "early_skus": "Listings in a supplier's first 30 days (mean)",
    "early_reply_hours": "Hours to answer a request, by supplier (median)",
    "searches_finding_nothing": "Share of a buyer's searches that find nothing (mean)",
    "requests_unanswered": "Share of a buyer's requests without an answer (mean)",
    "first_reply_hours": "Hours to the first answer, by buyer (median)",
    "carts_abandoned": "Share of a buyer's carts left (mean)",
    "thin_cell_spend": "Acquisition spend in the cell",
    "verified_rate": "Applications verified",
    "catalogue_rate": "Verified suppliers with a catalogue",
    "live_rate": "Suppliers with a catalogue that went live",
    "first_sale_rate": "Live suppliers with a first sale",
    "search_rate": "Signups that searched",
    "supplier_view_rate": "Searching buyers that viewed a supplier",
    "cart_rate": "Viewing buyers with a cart or request",
    "order_rate": "Buyers with a cart or request that ordered",
    "lead_to_mql": "Leads that became marketing qualified",
    "lead_to_sales_qualified": "Marketing qualified leads that became sales qualified",
    "lead_to_opportunity": "Sales qualified leads that became an opportunity",
    "lead_to_won": "Opportunities won",
    "go_live_rate": "Applications live within 90 days",
    "stock_up_rate": "Live suppliers with three listings within 90 days",
    "be_found_rate": "Searches that find something",
    "repeat_rate": "New buyers that order again within 90 days",
    "signal_rate": "Active buyers that send a request",
    "keep_suppliers_rate": "Active suppliers that never pause for 90 days",
    "refer_suppliers_rate": "New suppliers that came by referral",
    "refer_buyers_rate": "New buyers that came by referral",
    "cross_side_elasticity": "% more joiners per 1 % more of the other side",
    "retention_effect": "% change of the chance to leave per 1 % more of the other side",
    "return_per_spend": "Contribution returned per unit of spend",
    "largest_partner_share": "Share of an account's trade with its largest partner (median)",
    "equal_partners": "Partners, as many equal ones (median)",
    "depends_on_one": "Accounts that do most of their trade with one partner",
    "quiet_pair_change": "Known pairs against matched pairs",
    "quiet_pair_orders": "Orders of known pairs",
    "went_on_rate": "Pairs that ordered again",
    "recorded_outside": "Known pairs' orders on record as placed outside",
    "lag_days": "Median days it takes",
    "liquidity_threshold": "Accounts from which on the other side leaves less",
    "leaving_below_threshold": "Weekly share that leaves below the threshold",
    "leaving_above_threshold": "Weekly share that leaves above the threshold",
    "months_of_trade": "Months of trade on record",
    "gmv_growth_year": "GMV growth in a year",
    "buyer_repeat": "New buyers that order again within 90 days",
    "working_cells": "Cells with regular trade",
    "working_cell_share": "Share of cells with regular trade",
    "balanced_cell_share": "Share of judged cells that are balanced",
    "cells_above_threshold": "Share of cells above the liquidity threshold",
    "ndr_buyers": "NDR on GMV, buyers",
    "ndr_suppliers": "NDR on GMV, suppliers",
    "newcomer_gmv_share": "Share of GMV by this year's new buyers",
    "top_ten_buyers_share": "Share of GMV by the ten largest buyers",
    "bought_elsewhere": "Bought elsewhere on the market, a month",
    "chance_to_buy_here": "Share of its likes that buy here",
    "looked_in_vain": "Searches and requests that came to nothing",
    "open_deal": "Open deal",
    "gmv_per_month": "GMV a month",
    "at_risk_stopped": "Accounts given such a chance that did stop",
    "at_risk_kept": "Accounts named that order again if nothing is done, as foretold",
}
"""Every reading's id and label; they stand beside the dictionary's metrics in evidence."""


NOWHERE: Mapping[str, str | None] = MappingProxyType({})


def rate(
    name: str,
    top: float,
    bottom: float,
    *,
    side: str | None = None,
    period: str | None = None,
    place: Mapping[str, str | None] = NOWHERE,
) -> Value:
    """A share of counted units with Wilson's interval; empty with its reason where nothing was counted."""
    empty = bottom <= 0
    low, high = (None, None) if empty else wilson(top, bottom)
    status = Status.NO_DENOMINATOR if empty else Status.SMALL_N if bottom < SMALL_N else Status.OK
    small = f"n = {bottom:.0f}, below {SMALL_N}" if bottom < SMALL_N else None
    return Value(
        metric=name,
        period=period,
        side=side,
        dims=tuple(place.items()),
        value=None if empty else top / bottom,
        unit=Unit.RATE,
        n=int(bottom),
        low=low,
        high=high,
        basis=Basis.WILSON,
        status=status,
        reason="the denominator is zero" if empty else small,
        definition=f"{name}@1",
    )


def figure(
    name: str,
    value: float | None,
    unit: Unit,
    *,
    n: int,
    low: float | None = None,
    high: float | None = None,
    basis: Basis = Basis.CENSUS,
    side: str | None = None,
    period: str | None = None,
    currency: str | None = None,
    reason: str | None = None,
    place: Mapping[str, str | None] = NOWHERE,
) -> Value:
    """Any other reading; a value of None must come with its reason."""
    return Value(
        metric=name,
        period=period,
        side=side,
        dims=tuple(place.items()),
        value=value,
        unit=unit,
        n=n,
        low=low,
        high=high,
        basis=basis,
        status=Status.NO_DENOMINATOR if value is None else Status.OK,
        reason=reason,
        definition=f"{name}@1",
        currency=currency if unit is Unit.MONEY else None,
    )


def counted(value: Value) -> Value:
    """A share of a ledger's total as what it is, counted from every row: without the range of other such markets."""
    return replace(value, low=None, high=None, basis=Basis.CENSUS)


def read(store: Store, span: Span, *metrics: str, by_side: bool = False, dims: tuple[str, ...] = ()) -> list[Value]:
    """The metrics over the span's days, without those that are unavailable."""
    query = Query(metrics=metrics, start=span.start, end=span.end, as_of=None, by_side=by_side, dims=dims)
    return [value for value in ask(store, query) if value.status is not Status.UNAVAILABLE]


def one(store: Store, span: Span, metric: str, **where: str) -> Value | None:
    """The metric over the span, on a side or in a place; None where the data cannot give a number."""
    conditions = tuple((name, (word,)) for name, word in where.items())
    query = Query(metrics=(metric,), start=span.start, end=span.end, where=conditions)
    found = ask(store, query)
    return found[0] if found and found[0].value is not None else None
