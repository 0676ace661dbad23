"""A declared sample is said first, and nothing in its report is called a census or certain."""

from dataclasses import replace

from tests.reports import sample
from tests.reports.test_html import Outline

from bothsides.reports import audit_html, audit_json, audit_summary
from bothsides.reports.sampling import as_told, is_sample


def _sampled():
    return replace(sample.full(), caveats=("Orders are a declared sample: totals are weighted up.",))


def test_the_page_says_it_before_any_number():
    words = " ".join(Outline(audit_html(_sampled())).words)
    assert words.index("a declared sample, not the whole ledger") < words.index("Verdict")
    assert "a declared sample, not" not in " ".join(Outline(sample.page("full")).words)


def test_nothing_of_a_sample_is_a_census_or_certain():
    words = " ".join(Outline(audit_html(_sampled())).words).lower()
    assert "census" not in words
    assert "certain" not in words
    plain = audit_summary(_sampled(), width=80).plain
    assert plain.split("\n")[1].startswith("A declared sample")
    assert "census" not in plain
    assert "certain" not in plain
    records = audit_json(_sampled())
    assert "certain" not in {record["sure"] for record in records}
    assert "census" not in {value["basis"] for r in records for e in r["evidence"] for value in e["values"]}


def test_a_whole_ledger_is_told_as_it_is():
    assert not is_sample(sample.full())
    assert as_told(sample.full()) == sample.full()
