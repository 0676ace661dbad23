"""The findings as records a script can read."""

import json
from dataclasses import replace

from tests.reports import sample

from bothsides.reports import audit_json, audit_record


def test_every_finding_is_a_record_in_rank_order():
    records = audit_json(sample.full())
    assert [record["rank"] for record in records] == [1, 2, 3, 4]
    assert json.loads(json.dumps(records, allow_nan=False)) == records
    assert set(records[0]) == {
        "id", "rank", "severity", "kind", "title", "place", "sure", "why_sure", "worth", "evidence", "cause", "owner",
        "play", "first_step", "success", "caveat",
    }  # fmt: skip


def test_place_worth_and_evidence_are_complete():
    short, _, leak, _ = audit_json(sample.full())
    assert short["place"] == {
        "side": "supplier",
        "category": "Valves and fittings for process industry",
        "region": "Overseas territories",
        "channel": None,
    }
    assert short["worth"]["per_month"] == 182_000
    assert short["worth"]["currency"] == "GBP"
    assert short["play"]["id"] == "seed_supply"
    (value,) = short["evidence"][0]["values"]
    assert (value["metric"], value["n"], value["status"], value["region"]) == (
        "fill_rate", 412, "ok", "Overseas territories",
    )  # fmt: skip
    assert leak["worth"] is None
    assert leak["evidence"] == []


def test_a_finding_carries_its_records_and_how_success_is_measured():
    short, *_ = audit_json(sample.full())
    assert short["id"] == "supply-short-cell/supplier/valves-and-fittings-for-process-industry/overseas-territories"
    assert short["success"]["metric"] == "search_to_order"
    assert short["success"]["look_after_weeks"] == 13
    records = short["evidence"][2]["records"]
    assert (records["of"], len(records["rows"])) == (14, 12)
    assert records["rows"][0]["last asked"] == "2014-05-03"
    assert records["rows"][1]["share of the cell"] is None
    assert short["evidence"][0]["records"] is None


def test_findings_without_a_rank_follow_the_ranked_ones():
    full = sample.full()
    small = replace(full.findings[0], rank=0)
    told = audit_json(replace(full, beyond=(replace(full.findings[1], rank=0),), smaller=(small,)))
    ids = [finding.id for finding in full.findings]
    assert [one["id"] for one in told] == [*ids, ids[1], ids[0]]
    assert [one["rank"] for one in told] == [*range(1, len(ids) + 1), None, None]
    assert told[-1]["worth"] == audit_json(full)[0]["worth"]


def test_the_whole_record_holds_every_part_of_the_page_and_the_same_findings():
    full = sample.full()
    beyond = (replace(full.findings[1], rank=0),)
    told = audit_record(replace(full, smaller=(replace(full.findings[0], rank=0),), beyond=beyond))
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["findings"] == audit_json(full)
    assert [(one["id"], one["rank"]) for one in told["smaller_findings"]] == [(full.findings[0].id, None)]
    assert [(one["id"], one["rank"]) for one in told["findings_beyond_the_list"]] == [(full.findings[1].id, None)]
    assert (told["verdict"], told["window"]) == (full.verdict, [day.isoformat() for day in full.window])
    assert [headline["label"] for headline in told["headlines"]] == [h.label for h in full.headlines]
    assert set(told) >= {"stage", "liquidity", "predictions", "concentration", "economics", "open_questions"}


def test_parts_that_were_not_looked_at_are_null_or_empty():
    told = audit_record(sample.empty())
    assert (told["stage"], told["predictions"], told["findings"]) == (None, [], [])
    assert told["liquidity"]["cells"] == []
