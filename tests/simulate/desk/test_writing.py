"""A quarter written for people reads back as what it is."""

import csv
import json
from pathlib import Path

from bothsides.simulate.desk import Quarter, write_quarter


def test_what_is_written_is_what_arrives(spring: Quarter, tmp_path: Path) -> None:
    paths = write_quarter(spring, tmp_path / "exports")
    assert all(path.exists() for path in paths)
    lines = [json.loads(line) for line in (tmp_path / "exports" / "deliveries.jsonl").read_text("utf-8").splitlines()]
    assert [line["idempotency_key"] for line in lines] == [one.key for one in spring.deliveries]
    for line, one in zip(lines, spring.deliveries, strict=True):
        if one.content_type == "text/csv":
            written = (tmp_path / "exports" / line["body"]).read_bytes().decode("utf-8")
            assert written == one.body
        else:
            assert line["body"] == one.body
    for name, rows in (("accounts", spring.accounts), ("engagements", spring.engagements)):
        with (tmp_path / "exports" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            assert len(list(csv.DictReader(file))) == len(rows)
    assert json.loads((tmp_path / "exports" / "truth.json").read_text("utf-8"))["seed"] == 7


def test_the_same_quarter_is_the_same_bytes(spring: Quarter, tmp_path: Path) -> None:
    first, again = (write_quarter(spring, tmp_path / name) for name in ("first", "again"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
