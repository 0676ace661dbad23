"""The findings as plain JSON records for scripts."""

from datetime import date
from typing import Any

from bothsides.diagnosis.finding import Evidence, Finding, Rows, Worth
from bothsides.diagnosis.picture import Diagnosis
from bothsides.metrics import Value
from bothsides.reports.sampling import as_told
from bothsides.schema.plays import PLAYS


def audit_json(diagnosis: Diagnosis) -> list[dict[str, Any]]:
    """One record a finding, in rank order, then those without a rank; money in major units, null if not known."""
    told = as_told(diagnosis)
    ranked = sorted(told.findings, key=lambda finding: finding.rank)
    return [finding_json(finding) for finding in (*ranked, *told.unranked)]


def finding_json(finding: Finding) -> dict[str, Any]:
    """One finding with its evidence, the records behind it and how its success will be measured.

    The rank is null where it is too small to be ranked, or beyond the number that is listed.
    """
    place = finding.place
    return {
        "id": finding.id,
        "rank": finding.rank or None,
        "severity": str(finding.severity),
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
        "evidence": [_evidence(evidence) for evidence in finding.evidence],
        "cause": finding.cause,
        "owner": finding.owner,
        "play": {"id": finding.play, "text": PLAYS.get(finding.play, finding.play)},
        "first_step": finding.first_step,
        "success": {
            "metric": finding.success.metric,
            "says": finding.success.says,
            "look_after_weeks": finding.success.weeks,
        },
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


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "sentence": evidence.sentence,
        "values": [value_json(value) for value in evidence.values],
        "records": None if evidence.rows is None else _records(evidence.rows),
    }


def _records(rows: Rows) -> dict[str, Any]:
    return {
        "of": rows.of,
        "rows": [
            {
                name: cell.isoformat() if isinstance(cell, date) else cell
                for name, cell in zip(rows.columns, row, strict=True)
            }
            for row in rows.rows
        ],
    }


def value_json(value: Value) -> dict[str, Any]:
    """One value with what it rests on."""
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
