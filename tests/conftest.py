"""Fixtures shared by every room."""

import os
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of public data sets: BOTHSIDES_DATA, else ../shared/data. Missing fails in CI, skips elsewhere."""
    folder = Path(os.environ.get("BOTHSIDES_DATA") or _ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have the public data sets: {folder} is not a folder")
        pytest.skip(f"the public data sets are not here ({folder}); set BOTHSIDES_DATA to their folder")
    return folder
