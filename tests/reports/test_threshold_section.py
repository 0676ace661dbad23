"""The section on thresholds: the claim first, the cells folded, and why nothing is claimed."""

import re
from dataclasses import replace
from functools import cache

from tests.diagnosis.panels import panel_of
from tests.reports.sample import full

from bothsides.diagnosis.threshold import ThresholdPolicy, Thresholds, read_thresholds
from bothsides.reports.sections.threshold import threshold
from bothsides.simulate.panel import WORLDS, draw


@cache
def look(name: str) -> Thresholds:
    return read_thresholds(panel_of(draw(WORLDS[name](1))), ThresholdPolicy())


def body(found: Thresholds | None) -> str:
    section = threshold(replace(full(), threshold=found))
    return "" if section is None else str(section.html())


def test_a_claim_is_the_title_and_its_cells_fold() -> None:
    text = body(look("sharp_threshold"))
    assert "From 44 suppliers on (43 to 45)" in text.replace("\u00a0", " ")
    assert text.index("<h3") < text.index("<details")
    assert "Cells by how many are missing" in text


def test_without_a_claim_it_says_so_and_folds_why() -> None:
    text = body(look("no_effect"))
    assert "No level is known" in text
    assert "None found" in text


def test_without_a_panel_it_says_why() -> None:
    text = body(Thresholds(reason="the market is one cell"))
    assert "No level is known from which on a side stays longer. The market is one cell." in text
    assert "<details" not in text


def test_the_week_of_a_claim_is_written_as_people_say_it() -> None:
    text = body(look("sharp_threshold")).replace("\u00a0", " ")
    assert not re.search(r"In the week of \d{4}-", text)


def test_a_diagnosis_that_did_not_look_has_no_section() -> None:
    assert body(None) == ""
