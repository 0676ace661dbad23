"""Everything the audit's page tells as one plain record for scripts, beside the list of findings alone."""

from typing import Any

from bothsides.diagnosis.picture import Diagnosis, Headline
from bothsides.predict.model_card import ModelCard
from bothsides.reports.cell_record import liquidity_json
from bothsides.reports.plain import finding_json, value_json
from bothsides.reports.sampling import as_told
from bothsides.reports.stage_record import stage_record


def audit_record(diagnosis: Diagnosis) -> dict[str, Any]:
    """One entry a part of the page; money in major units, shares 0 to 1, what is not known is null or empty."""
    told = as_told(diagnosis)
    audit = told.liquidity
    return {
        "market": told.name,
        "currency": told.currency,
        "as_of": told.as_of.isoformat(),
        "window": [day.isoformat() for day in told.window],
        "orders_from": told.first_day.isoformat(),
        "load_id": told.load_id,
        "verdict": told.verdict,
        "set_aside": list(told.set_aside),
        "headlines": [_headline(headline) for headline in told.headlines],
        "findings": [finding_json(finding) for finding in sorted(told.findings, key=lambda finding: finding.rank)],
        "findings_beyond_the_list": [finding_json(finding) for finding in told.beyond],
        "smaller_findings": [finding_json(finding) for finding in told.smaller],
        "stage": stage_record(told.stage) if told.stage else None,
        "liquidity": liquidity_json(told, audit.cells if audit else ()),
        "flywheel": {"limiting": told.flywheel.limiting, "sentence": told.flywheel.sentence},
        "concentration": [
            {
                "side": str(side.side),
                "sentence": side.sentence,
                "values": [value_json(value) for value in side.values.values()],
                "another_year": [value_json(value) for value in side.repeated.values()],
            }
            for side in told.concentration
        ],
        "economics": [
            {
                "side": str(side.side),
                "sentence": side.sentence,
                "values": [value_json(value) for value in side.values.values()],
            }
            for side in told.economics
        ],
        "predictions": [_model(card) for card in told.predictions],
        "open_questions": [
            {"question": gap.question, "missing": list(gap.missing), "ask": gap.ask, "then": gap.then}
            for gap in told.gaps
        ],
        "caveats": list(told.caveats),
    }


def _headline(headline: Headline) -> dict[str, Any]:
    return {
        "label": headline.label,
        "now": value_json(headline.now),
        "before": value_json(headline.before) if headline.before else None,
        "note": headline.note,
    }


def _model(card: ModelCard) -> dict[str, Any]:
    """What a model may be used for; its figures are `bothsides predict --json`."""
    return {
        "model": card.model,
        "side": str(card.side) if card.side else None,
        "label": card.label,
        "verdict": str(card.verdict),
        "reason": card.reason,
        "scored_on": card.scored_on.isoformat() if card.scored_on else None,
        "cases_judged": card.n_test,
    }
