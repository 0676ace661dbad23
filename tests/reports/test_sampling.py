"""A declared sample is said first, and nothing of its orders is called a census or certain."""

from dataclasses import replace

from tests.reports import sample
from tests.reports.test_html import Outline

from bothsides.diagnosis.figures import figure
from bothsides.metrics import Basis, Unit
from bothsides.reports import audit_html, audit_json, audit_summary
from bothsides.reports.sampling import as_told, is_sample

OTHER_BOOKS = {"leads", "mqls", "win_rate", "fill_rate", "requests", "lead_to_mql_rate", "mql_to_sales_qualified_rate"}


def _sampled():
    return replace(sample.full(), caveats=("Orders are a declared sample: totals are weighted up.",))


def test_the_page_says_it_before_any_number():
    words = " ".join(Outline(audit_html(_sampled())).words)
    assert words.index("a declared sample, not the whole ledger") < words.index("Verdict")
    assert "a declared sample, not" not in " ".join(Outline(sample.page("full")).words)


def test_no_number_of_sampled_orders_is_a_census_or_certain():
    words = " ".join(Outline(audit_html(_sampled())).words).lower()
    assert "certain" not in words
    plain = audit_summary(_sampled(), width=80).plain
    assert plain.split("\n")[1].startswith("A declared sample")
    assert "certain" not in plain
    records = audit_json(_sampled())
    assert "certain" not in {record["sure"] for record in records}
    values = [value for r in records for e in r["evidence"] for value in e["values"]]
    assert not {value["metric"] for value in values if value["basis"] == "census"} - OTHER_BOOKS


def test_leads_beside_sampled_orders_are_counted_whole():
    """The declaration is of the orders: what other books hold is not weighted up and not called a sample."""

    def basis_of(metric: str) -> Basis:
        headline = replace(sample.full().headlines[0], now=figure(metric, 40, Unit.COUNT, n=40))
        return as_told(replace(_sampled(), headlines=(headline,))).headlines[0].now.basis

    assert {metric: basis_of(metric) for metric in ("leads", "win_rate", "fill_rate")} == dict.fromkeys(
        ("leads", "win_rate", "fill_rate"), Basis.CENSUS
    )
    assert {basis_of(metric) for metric in ("gmv", "search_to_order", "cell_buyers")} == {Basis.SAMPLE}


def test_a_whole_ledger_is_told_as_it_is():
    assert not is_sample(sample.full())
    assert as_told(sample.full()) == sample.full()
