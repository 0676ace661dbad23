"""Thresholds are data: defaults, a signed file over them, mistakes named."""

from pathlib import Path

import pytest

from bothsides.agreement import AgreementError
from bothsides.diagnosis import DiagnosisPolicy, read_policy


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    assert read_policy(tmp_path) == DiagnosisPolicy()


def test_the_signed_file_overrides_what_it_names(tmp_path: Path) -> None:
    (tmp_path / "agreement").mkdir()
    (tmp_path / "agreement" / "diagnosis.toml").write_text("top_account_share = 0.1\nwindow_months = 6\n")
    policy = read_policy(tmp_path)
    assert (policy.top_account_share, policy.window_months) == (0.1, 6)
    assert policy.least_n == DiagnosisPolicy().least_n


def test_a_misspelt_threshold_is_named_with_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "agreement").mkdir()
    (tmp_path / "agreement" / "diagnosis.toml").write_text("top_acount_share = 0.1\n")
    with pytest.raises(AgreementError, match="did you mean 'top_account_share'"):
        read_policy(tmp_path)
