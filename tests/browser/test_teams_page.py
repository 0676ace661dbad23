"""The teams' page in a browser: read by everybody, no wider than a telephone, nothing cut off on paper."""

from pathlib import Path

import pytest
from tests.reports.teams import months

from bothsides.reports.teams import scorecard_html


@pytest.fixture(scope="module")
def april(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("teams") / "sla-2026-04.html"
    path.write_text(scorecard_html(months.month(items=(months.waiting(), months.decided()))), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it(reader, april: Path, scheme) -> None:
    assert reader.violations(reader.open(april, scheme=scheme)) == []
    assert reader.asked_outside == []


def test_it_fits_a_telephone_and_paper(reader, april: Path, tmp_path: Path) -> None:
    assert reader.overflow(reader.open(april, width=390)) == 0
    page = reader.open(april)
    assert reader.cut_off(page) == []
    assert reader.print_pages(page, tmp_path / "april.pdf") <= 9
