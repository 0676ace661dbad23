"""The findings as plain JSON records for scripts."""

from typing import Any

from bothsides.diagnosis.finding import Finding, Worth
from bothsides.diagnosis.picture import Diagnosis
from bothsides.metrics import Value
from bothsides.reports.sampling import as_told
from bothsides.schema.plays import PLAYS


def audit_json(diagnosis: Diagnosis) -> list[dict[str, Any]]:
    """One record a finding, in rank order; money in major units, what is not known is null."""
    return [_finding(finding) for finding in sorted(as_told(diagnosis).findings, key=lambda finding: finding.rank)]


def _finding(finding: Finding) -> dict[str, Any]:
    place = finding.place
    return {
        "rank": finding.rank,
        "kind": finding.kind,
        "title": finding.title,
        "place": {
            "side": str(place.side) if place.side else None,
            "category": place.category,
            "region": place.region,
            "channel": place.channel,
        },
        "sure": str(finding.sure),
        "why_sure": finding.why_sure,
        "worth": _worth(finding.worth),
        "evidence": [{"sentence": e.sentence, "values": [_value(v) for v in e.values]} for e in finding.evidence],
        "cause": finding.cause,
        "owner": finding.owner,
        "play": {"id": finding.play, "text": PLAYS.get(finding.play, finding.play)},
        "first_step": finding.first_step,
        "caveat": finding.caveat,
    }


def _worth(worth: Worth | None) -> dict[str, Any] | None:
    if worth is None:
        return None
    return {
        "per_month": worth.per_month,
        "low": worth.low,
        "high": worth.high,
        "currency": worth.currency,
        "of": worth.of,
        "reckoning": worth.reckoning,
    }


def _value(value: Value) -> dict[str, Any]:
    return {
        "metric": value.metric,
        "period": value.period,
        "side": value.side,
        **dict(value.dims),
        "value": value.value,
        "unit": str(value.unit),
        "n": value.n,
        "low": value.low,
        "high": value.high,
        "basis": str(value.basis),
        "status": str(value.status),
        "reason": value.reason,
        "definition": value.definition,
    }
