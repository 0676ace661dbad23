"""The finding that a threshold leads to, and a market that has no panel."""

from functools import cache

from bothsides.diagnosis.finding import Finding, Sureness
from bothsides.diagnosis.panel import NoPanel
from bothsides.diagnosis.success import success_of
from bothsides.diagnosis.threshold import ThresholdPolicy, Thresholds, read_thresholds, threshold_findings
from bothsides.schema import Side
from bothsides.schema.plays import play
from bothsides.simulate.panel import WORLDS, draw
from tests.diagnosis.panels import panel_of


@cache
def look() -> Thresholds:
    return read_thresholds(panel_of(draw(WORLDS["sharp_threshold"](1))), ThresholdPolicy())


def finding() -> Finding:
    found = threshold_findings(look(), "EUR")
    assert len(found) == 1
    return found[0]


def test_cells_below_become_one_finding_on_the_side_that_is_missing() -> None:
    found, (reading,) = finding(), look().claimed
    below = [d for d in reading.distances if not d.across]
    assert found.place.side is Side.SUPPLIER
    assert found.sure is Sureness.LIKELY
    assert reading.level is not None
    level = f"{reading.level.value:.0f} suppliers"
    assert found.title.startswith(
        f"{len(below)} of 40 cells have fewer than {level}, from which on 1.8 % instead of 4.8 %"
    )
    assert below[0].label in found.first_step
    assert play(found.play)
    assert success_of(found.kind).weeks > 0


def test_its_worth_is_what_its_cells_would_keep_and_has_a_range() -> None:
    worth, (reading,) = finding().worth, look().claimed
    assert worth is not None
    kept = [d.kept.gmv for d in reading.distances if d.kept is not None]
    assert worth.per_month == sum(kept)
    assert worth.low is not None
    assert worth.high is not None
    assert 0 < worth.low < worth.per_month < worth.high


def test_the_rows_behind_it_are_the_nearest_cells() -> None:
    rows = finding().evidence[1].rows
    assert rows is not None
    missing = [row[2] for row in rows.rows]
    assert missing == sorted(missing)  # type: ignore[type-var]
    assert len(rows.rows) == rows.of == 11


def test_a_market_without_a_panel_says_why() -> None:
    found = read_thresholds(NoPanel(reason="orders are not loaded"), ThresholdPolicy())
    assert found.reason == "orders are not loaded"
    assert threshold_findings(found, "EUR") == []
