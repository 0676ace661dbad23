"""The stage of the market as a plain record for scripts."""

from typing import Any

from bothsides.diagnosis.stage.reading import Anchor, Checked, StageReading, Vertical
from bothsides.metrics import Value


def stage_record(reading: StageReading) -> dict[str, Any]:
    """The verdict with its rule and values, the plan, buyers to win and verticals; money a month in major units."""
    return {
        "stage": str(reading.stage) if reading.stage else None,
        "possible": [str(stage) for stage in reading.possible],
        "sentence": reading.sentence,
        "sure": str(reading.sure) if reading.sure else None,
        "why_sure": reading.why_sure,
        "rule": [_checked(checked) for checked in reading.rule],
        "values": [_value(value) for value in reading.values],
        "rival": {"stage": str(reading.rival.stage), "reading": reading.rival.reading, "says": reading.rival.says}
        if reading.rival
        else None,
        "to_next": reading.to_next,
        "retention_first": reading.retention_first,
        "focus": [
            {
                "team": str(focus.team),
                "side": str(focus.side),
                "does": focus.does,
                "where": list(focus.where),
                "lacks": focus.lacks or None,
            }
            for focus in reading.focus
        ],
        "anchors": [_anchor(anchor) for anchor in reading.anchors],
        "no_anchors": reading.no_anchors or None,
        "to_hold": list(reading.to_hold),
        "verticals": [_vertical(vertical) for vertical in reading.verticals],
    }


def _checked(checked: Checked) -> dict[str, Any]:
    return {"reading": checked.reading, "asks": checked.asks, "value": checked.value.value, "met": checked.met}


def _value(value: Value) -> dict[str, Any]:
    return {
        "reading": value.metric,
        "value": value.value,
        "unit": str(value.unit),
        "n": value.n,
        "low": value.low,
        "high": value.high,
        "status": str(value.status),
        "reason": value.reason,
    }


def _anchor(anchor: Anchor) -> dict[str, Any]:
    return {
        "buyer": anchor.name,
        "category": anchor.category,
        "region": anchor.region,
        "gmv_per_month": anchor.per_month,
        "why": anchor.why,
    }


def _vertical(vertical: Vertical) -> dict[str, Any]:
    return {
        "category": vertical.category,
        "score": vertical.score,
        "adjacent_buyers": vertical.demand,
        "adjacent_suppliers": vertical.supply,
        "unmet_asks": vertical.unmet,
        "gmv_share": vertical.gmv_share,
    }
