"""Labels that agreed formulas test for and no row carries."""

from dataclasses import replace
from datetime import date

from bothsides.diagnosis.labels import unknown_labels
from bothsides.metrics import METRICS
from bothsides.metrics.agreed.parsing import parse_formula
from bothsides.metrics.dictionary import Dictionary, Version
from tests.metrics.conftest import build_market


def test_a_label_that_no_row_has_is_doubtful_and_the_near_one_is_named() -> None:
    sold = {"buyer_id": "b1", "supplier_id": "s1", "placed_at": date(2024, 1, 1), "amount": 5_00}
    store = build_market(orders=[sold | {"category": category} for category in ("Pumps", "Valves")])
    formulas = (
        "count(orders)",
        "count(orders) where category in ('Pumps', 'Valves')",
        "(count(orders) where category = 'Pump') / count(orders)",
        "count(listings) where category = 'Pump'",
    )
    versions = tuple(
        Version(
            metric=replace(METRICS["orders"], formula=parse_formula(text), version=n), effective_from=date(2024, n, 1)
        )
        for n, text in enumerate(formulas, 2)
    )
    (complaint,) = unknown_labels(store, Dictionary({"orders": versions}))
    assert complaint.severity == "doubtful"
    assert complaint.what == "orders@4: no row has category 'Pump': did you mean 'Pumps'?"
    assert "agreement/metrics.toml" in complaint.mend
