"""The liquidity audit as plain JSON records for scripts; money in major units, what is not known is null."""

from collections.abc import Sequence
from typing import Any

from bothsides.diagnosis.liquidity_audit import CellHistory, CoverageGap, MatchingFunction, RecruitList
from bothsides.diagnosis.picture import Diagnosis
from bothsides.metrics import Value


def liquidity_json(diagnosis: Diagnosis, cells: Sequence[CellHistory]) -> dict[str, Any]:
    """The cells asked for, each with its measures, periods, gap and findings; the gaps in order; whom to recruit.

    The names are the same where no cell can be told apart; what they hold is then empty or null.
    """
    audit = diagnosis.liquidity
    places = {(cell.category, cell.region) for cell in cells}
    gaps = [] if audit is None else [gap for gap in audit.gaps if (gap.category, gap.region) in places]
    return {
        "market": diagnosis.name,
        "currency": diagnosis.currency,
        "as_of": diagnosis.as_of.isoformat(),
        "window": [day.isoformat() for day in diagnosis.window],
        "by": None if audit is None else audit.grain.value,
        "periods": [] if audit is None else list(audit.periods),
        "cells": [_cell(diagnosis, cell) for cell in cells],
        "gaps": [_gap(gap) for gap in gaps],
        "recruits": None if audit is None else _recruits(audit.recruits),
        "matching": None if audit is None or audit.matching is None else _matching(audit.matching),
    }


def cell_findings_of(diagnosis: Diagnosis, cell: CellHistory) -> list[str]:
    """The ids of the findings about the cell, most important first."""
    return [
        finding.id
        for finding in sorted(diagnosis.findings, key=lambda finding: finding.rank)
        if (finding.place.category, finding.place.region) == (cell.category, cell.region)
    ]


def _cell(diagnosis: Diagnosis, cell: CellHistory) -> dict[str, Any]:
    return {
        "category": cell.category,
        "region": cell.region,
        "verdict": cell.verdict.value,
        "why": cell.why,
        "moved": cell.moved,
        "measures": {name: _value(value) for name, value in cell.window.items()},
        "periods": [
            {
                "period": period.label,
                "first_day": period.first.isoformat(),
                "last_day": period.last.isoformat(),
                "verdict": period.verdict.value,
                "why": period.why,
                "measures": {name: _value(value) for name, value in period.values.items()},
            }
            for period in cell.periods
        ],
        "accounts": [
            {"side": a.side.value, "name": a.name, "gmv": a.gmv, "share_of_gmv": a.share} for a in cell.accounts
        ],
        "findings": cell_findings_of(diagnosis, cell),
    }


def _value(value: Value) -> dict[str, Any]:
    return {
        "value": value.value,
        "unit": value.unit.value,
        "n": value.n,
        "low": value.low,
        "high": value.high,
        "status": value.status.value,
        "reason": value.reason,
    }


def _gap(gap: CoverageGap) -> dict[str, Any]:
    return {
        "category": gap.category,
        "region": gap.region,
        "searches": gap.searches,
        "searches_without_result": gap.searches_without_result,
        "requests": gap.requests,
        "requests_without_reply": gap.requests_without_reply,
        "requests_replied_not_filled": gap.requests_replied_not_filled,
        "buyers_empty_handed": gap.buyers,
        "orders_lost_per_month": gap.orders_a_month,
        "gmv_lost_per_month": gap.money,
        "gmv_lost_per_month_low": gap.low,
        "gmv_lost_per_month_high": gap.high,
        "gmv_without_any_supplier_per_month": gap.unanswered,
        "covered": _value(gap.covered),
        "for_lack_of_suppliers": gap.for_lack_of_suppliers,
        "beyond_chance": gap.beyond_chance,
        "reason": gap.reason or None,
        "asked_for": [{"title": title, "requests": n} for title, n in gap.asked],
    }


def _matching(fitted: MatchingFunction) -> dict[str, Any]:
    """Elasticities of orders, and each cell's orders beside the median cell's for as many on both sides."""
    sides = {"buyers": fitted.buyers, "suppliers": fitted.suppliers, "both": fitted.returns}
    return {
        "sentence": fitted.sentence,
        "reason": fitted.reason or None,
        "elasticity_of_orders": {name: None if value is None else _value(value) for name, value in sides.items()},
        "efficiency": [
            {"category": category, "region": region, **_value(value)}
            for (category, region), value in fitted.efficiency.items()
        ],
    }


def _recruits(recruits: RecruitList) -> dict[str, Any]:
    return {
        "sentence": recruits.sentence,
        "gmv_waiting_per_month": recruits.unmet,
        "share_no_list_as_short_exceeds": recruits.at_most,
        "types": [
            {
                "category": kind.category,
                "region": kind.region,
                "segment": kind.segment,
                "suppliers": kind.suppliers,
                "suppliers_low": kind.low,
                "suppliers_high": kind.high,
                "gmv_per_month": kind.money,
                "running_share": kind.running_share,
                "lifts_over_threshold": kind.lifts or None,
                "covers": [
                    {"category": part.category, "region": part.region, "gmv_per_month": part.money}
                    for part in kind.covers
                ],
            }
            for kind in recruits.types
        ],
    }
