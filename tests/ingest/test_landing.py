"""Files as received: copied whole under their hash, once; names made safe; half copies swept."""

import hashlib
from pathlib import Path

import pytest

from bothsides.ingest import MappingError, identity_mapping
from bothsides.ingest.landing import expanded, land, sweep


def test_bytes_are_kept_as_received_and_once(tmp_path: Path) -> None:
    content = b"spent_at,amount\r\xff\xfe2024-01-01,5\r"
    (tmp_path / "a b[1].csv").write_bytes(content)
    mapping = identity_mapping("spend", ["a b[1].csv"])
    first = land(mapping, tmp_path, tmp_path / "raw")
    again = land(mapping, tmp_path, tmp_path / "raw")
    assert first == again
    digest = hashlib.sha256(content).hexdigest()
    assert first.files[0].sha256 == digest
    assert first.files[0].path == tmp_path / "raw" / digest[:2] / digest / "a b_1_.csv"
    assert first.files[0].path.read_bytes() == content
    assert [path for path in (tmp_path / "raw").rglob("*") if path.is_file()] == [first.files[0].path]


def test_another_content_under_the_same_name_is_kept_beside_it(tmp_path: Path) -> None:
    mapping = identity_mapping("spend", ["a.csv"])
    paths = set()
    for content in ("spent_at\n2024-01-01\n", "spent_at\n2024-01-02\n"):
        (tmp_path / "a.csv").write_text(content, encoding="utf-8")
        paths.add(land(mapping, tmp_path, tmp_path / "raw").files[0].path)
    assert len(paths) == 2


def test_half_made_copies_are_swept(tmp_path: Path) -> None:
    (tmp_path / ".arriving-123").write_bytes(b"half")
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("pattern", "said"), [("${NOWHERE_AT_ALL}/x.csv", "NOWHERE_AT_ALL is not set"), ("$5", r"\$ must")]
)
def test_a_variable_that_is_not_set_is_named(tmp_path: Path, pattern: str, said: str) -> None:
    with pytest.raises(MappingError, match=said):
        land(identity_mapping("spend", [pattern]), tmp_path, tmp_path / "raw")


def test_variables_are_replaced() -> None:
    assert expanded("${A}/x/${B}*.csv", {"A": "/a", "B": "b"}) == "/a/x/b*.csv"
