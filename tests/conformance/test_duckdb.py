"""Both versions of DuckDB give the same cells; two of them cannot be loaded into one process."""

import json
import os
import subprocess
from pathlib import Path

import duckdb
import pytest

from tests.conformance.cells import differences, written

OTHER = "BOTHSIDES_OTHER_DUCKDB_PYTHON"
_ROOT = Path(__file__).parents[2]


@pytest.fixture
def other() -> str:
    """The interpreter of an environment with another version of DuckDB. None fails in CI, skips elsewhere."""
    python = os.environ.get(OTHER)
    if python is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have a second version of DuckDB: {OTHER} names no interpreter")
        pytest.skip(f"no second version of DuckDB here; set {OTHER} to an interpreter that has it")
    return python


def test_every_metric_is_the_same(other: str, tmp_path: Path) -> None:
    theirs, ours = tmp_path / "theirs.json", tmp_path / "ours.json"
    running = subprocess.Popen([other, "-m", "tests.conformance.cells", str(theirs)], cwd=_ROOT)
    written(ours)
    assert running.wait() == 0
    expected, found = (json.loads(path.read_text(encoding="utf-8")) for path in (ours, theirs))
    assert expected["duckdb"] == duckdb.__version__ != found["duckdb"]
    assert expected["markets"].keys() == found["markets"].keys()
    for name, cuts in expected["markets"].items():
        for cut, cells in cuts.items():
            assert (name, cut, differences(cells, found["markets"][name][cut])) == (name, cut, [])
