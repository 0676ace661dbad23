"""The rules of the stages in a signed file: what a page shows can be written, what cannot be read is named."""

from pathlib import Path

import pytest

from bothsides.agreement import AgreementError
from bothsides.diagnosis import read_policy
from bothsides.diagnosis.stage.policy import StagePolicy

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reading-the-audit.md"


def signed(folder: Path, text: str) -> StagePolicy:
    (folder / "agreement").mkdir()
    (folder / "agreement" / "diagnosis.toml").write_text(text)
    return read_policy(folder).stage


def test_the_pages_example_is_a_policy(tmp_path: Path) -> None:
    example = PAGE.read_text(encoding="utf-8").split("```toml\n")[1].split("```")[0]
    found = signed(tmp_path, example)
    assert (found.cell_buyers, found.growing["gmv_growth_year"]) == (5, ">= 0.4")
    assert found.late == StagePolicy().late


def test_a_misspelt_reading_is_named_with_what_is_allowed(tmp_path: Path) -> None:
    with pytest.raises(AgreementError, match="'gmv_grwth' is not one of months_of_trade, gmv_growth_year"):
        signed(tmp_path, '[stage.growing]\ngmv_grwth = ">= 1"\n')


def test_a_misspelt_key_is_named_with_its_neighbour(tmp_path: Path) -> None:
    with pytest.raises(AgreementError, match="did you mean 'cell_buyers'"):
        signed(tmp_path, "[stage]\ncell_buyer = 1\n")
