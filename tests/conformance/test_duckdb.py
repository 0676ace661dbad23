"""Both versions of DuckDB give the same cells; two of them cannot be loaded into one process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.conformance.cells import differences, written

OTHER = "BOTHSIDES_OTHER_DUCKDB"
_ROOT = Path(__file__).parents[2]


@pytest.fixture
def other() -> Path:
    """A folder with another version of DuckDB, which `make conformance` makes. None fails in CI, skips elsewhere."""
    folder = os.environ.get(OTHER)
    if folder is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have a second version of DuckDB: {OTHER} names no folder")
        pytest.skip(f"no second version of DuckDB here ({OTHER} names no folder); run: make conformance")
    return _ROOT / folder


def test_every_metric_is_the_same(other: Path, tmp_path: Path) -> None:
    theirs, ours = tmp_path / "theirs.json", tmp_path / "ours.json"
    words = [sys.executable, "-m", "tests.conformance.cells", str(theirs)]
    first = os.pathsep.join([str(other), *filter(None, [os.environ.get("PYTHONPATH")])])
    running = subprocess.Popen(words, cwd=_ROOT, env={**os.environ, "PYTHONPATH": first})
    written(ours)
    assert running.wait() == 0
    expected, found = (json.loads(path.read_text(encoding="utf-8")) for path in (ours, theirs))
    assert expected["duckdb"] == duckdb.__version__ != found["duckdb"]
    assert expected["markets"].keys() == found["markets"].keys()
    for name, cuts in expected["markets"].items():
        for cut, cells in cuts.items():
            assert (name, cut, differences(cells, found["markets"][name][cut])) == (name, cut, [])
