"""Loads damaged files of a million lines through whole syncs: every physical line and every record accounted for.

The kinds of damage are those of the connector's tests; the mixtures throw all of them, and values that do not type,
into one file at random.
"""

import argparse
import collections
import random
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import harness

sys.path.insert(0, str(harness.FOLDER.parent / "tests" / "connectors"))
import test_conservation as damage
from reading_steps import physical_lines

from bothsides.ingest import SourceReport, sync
from bothsides.warehouse import open_reader
from bothsides.workspace import Settings, Workspace

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KINDS = (
    "unclosed quote",
    "balanced quotes that would swallow a record",
    "record broken in two",
    "text after a quote",
    "byte that is no UTF-8",
    "quoted field over 100 lines",
    "blank lines, CRLF",
    "sound: line breaks in quotes",
)
MAPPING = """
files = ["orders.csv"]

[[table]]
name = "orders"
key = ["id"]
[table.columns]
buyer_id = "buyer"
supplier_id = "buyer"
placed_at = "placed_at"
amount = "amount"
category = "note"
title = "id"
"""
UNCLOSED = damage.UNCLOSED
SWEPT_WITHIN = 100
"""A stray quote of a sound line within so many lines after an unclosed one may seem to close it: both are set aside."""
PLANTS: dict[str, damage.Plant] = {
    "missing field": damage.one(b"%d,2024-03-01,Buyer,note", "too_few_fields"),
    "a fragment": damage.one(b"rdered", "too_few_fields"),
    "extra field": damage.one(b"%d,2024-03-01,Buyer,note,1.50,extra", "too_many_fields"),
    "other delimiter": damage.one(b"%d;2024-03-01;Buyer;note;1.50", "too_few_fields"),
    "record broken in two": damage.lines_of(b"%d,2024-03-01,Buyer", b"note,1.50", reasons=("too_few_fields",) * 2),
    "unclosed quote": damage.one(b'%d,2024-03-01,"Buyer,note,1.50', UNCLOSED),
    "lonely quote": damage.one(b'%d,2024-03-01,",note,1.50', UNCLOSED),
    "text after a quote": damage.one(b'%d,2024-03-01,"Buyer" Ltd,note,1.50', "text_after_quote"),
    "NUL byte": damage.one(b"%d,2024-03-01,Bu\0yer,note,1.50", "nul_byte"),
    "no UTF-8": damage.one(b"%d,2024-03-01,Bu\xffyer,note,1.50", "invalid_encoding"),
    "repeated header": damage.one(damage.HEADER, "repeated_header"),
    "total": damage.one(b"Total,,,1234.50", "too_few_fields"),
    "blank line": damage.blank(b""),
    "line of spaces": damage.blank(b"   "),
    "formula": damage.accepted(b'%d,2024-03-01,"=HYPERLINK(""http://x"")",@note,-1.50'),
    "quote inside a bare field": damage.accepted(b'%d,2024-03-01,Buyer,24" screen,1.50'),
    "not an amount": damage.one(b"%d,2024-03-01,Buyer,note,n/k", "bad_amount"),
    "no such day": damage.one(b"%d,2024-02-30,Buyer,note,1.50", "bad_date"),
    "impossible day": damage.one(b"%d,0024-03-01,Buyer,note,1.50", "impossible_date"),
    "no buyer": damage.one(b"%d,2024-03-01,,note,1.50", "missing_required"),
    "no key": damage.one(b",2024-03-01,Buyer,note,1.50", "missing_required"),
    "one key twice": damage.lines_of(
        b"%d,2024-03-01,Buyer,note,1.50", b"%d,2024-03-01,Buyer,note,2.50", reasons=("duplicate_key",) * 2
    ),
}
"""Damage that is planted in the mixtures, with the reason that each of its lines must be reported with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One file through one sync."""

    name: str
    lines: int
    planted: int
    reported: int
    swept: int
    cpu: float
    wrong: tuple[str, ...]


def bare(number: int) -> bytes:
    """A sound record without quotes, in a file that can be told to be UTF-8."""
    return b"%d,2024-03-%02d,Buyer %d,caf\xc3\xa9 %d,%d.50" % (
        number,
        number % 28 + 1,
        number % 700,
        number,
        number % 997,
    )


def mixture(seed: int, rows: int) -> damage.Damaged:
    """A file with damage of every kind at random distances, with a random line end and quoting."""
    draw = random.Random(seed)
    file = damage.Damaged(newline=draw.choice((b"\n", b"\r\n")), lines=[damage.HEADER])
    record = draw.choice((damage.good, bare))
    names, due = list(PLANTS), 200
    for number in range(1, rows + 1):
        if number == due:
            PLANTS[draw.choice(names)](file, number)
            due += draw.randrange(20, 200)
        else:
            file.lines.append(record(number))
            file.good.append(b"%d" % number)
    return file


def files(rows: int, mixtures: int, seed: int) -> Iterator[tuple[str, damage.Damaged]]:
    """Every file to be loaded, made one at a time."""
    damage.ROWS = rows
    for kind in KINDS:
        yield kind, damage.KINDS[kind]()
    for number in range(seed, seed + mixtures):
        yield f"mixture of {len(PLANTS)} kinds, seed {number}", mixture(number, rows)


def load(folder: Path, name: str, file: damage.Damaged) -> Outcome:
    """Load a file into a workspace of its own and compare what was booked with what was planted."""
    workspace = Workspace.create(folder, Settings(name="damaged", currency="EUR", time_zone="UTC"))
    (workspace.mappings_dir / "shop.toml").write_text(MAPPING, encoding="utf-8")
    data = file.data()
    (folder / "orders.csv").write_bytes(data)
    start = harness.cpu_seconds()
    report = sync(workspace, now=NOW, refresh=lambda _: None)
    used = harness.cpu_seconds() - start
    (orders,) = report.sources
    found, stored = booked(workspace)
    swept = swept_along(file, found)
    wrong = [*conservation(orders, data, file, swept), *differences(file, found, swept), *strays(file, stored, swept)]
    return Outcome(
        name=name,
        lines=physical_lines(data),
        planted=len(file.planted),
        reported=sum(found.get(line) == reason for line, reason in file.planted.items()),
        swept=len(swept),
        cpu=used,
        wrong=tuple(wrong),
    )


def conservation(orders: SourceReport, data: bytes, file: damage.Damaged, swept: dict[int, str]) -> list[str]:
    """Which sums of the load report do not come out."""
    parts = orders.header_lines + orders.blank_lines + orders.record_lines + orders.quarantined_lines
    sums = {
        "physical lines": (orders.physical_lines, physical_lines(data)),
        "parts of the lines": (parts, physical_lines(data)),
        "header lines": (orders.header_lines, 1),
        "blank lines": (orders.blank_lines, file.blank),
        "records": (orders.new + orders.changed + orders.unchanged + orders.quarantined, orders.read),
        "new records": (orders.new, len(file.good) - len(swept)),
        "quarantined records": (orders.quarantined, len(file.planted) + len(swept)),
    }
    return [f"{name}: {found:,}, should be {true:,}" for name, (found, true) in sums.items() if found != true]


def booked(workspace: Workspace) -> tuple[dict[int, str], list[tuple[str, int]]]:
    """Reason by line of what was set aside, and id and amount of what was stored."""
    con = open_reader(workspace.warehouse_path)
    try:
        found = con.execute("SELECT line, reason FROM quarantine WHERE file = 'orders.csv'").fetchall()
        return dict(found), con.execute("SELECT title, amount FROM orders WHERE superseded_in IS NULL").fetchall()
    finally:
        con.close()


def swept_along(file: damage.Damaged, found: dict[int, str]) -> dict[int, str]:
    """Id by line of sound records that were set aside with an unclosed quote before them: at most one for each."""
    open_lines = sorted(line for line, reason in file.planted.items() if reason == UNCLOSED)
    swept: dict[int, str] = {}
    for line in sorted(found.keys() - file.planted.keys()):
        near = [opened for opened in open_lines if line - SWEPT_WITHIN <= opened < line]
        if near and b'"' in _line(file, line):
            open_lines.remove(near[-1])
            swept[line] = _line(file, line).split(b",")[0].decode()
    return swept


def differences(file: damage.Damaged, found: dict[int, str], swept: dict[int, str]) -> list[str]:
    """Lines that were planted and not reported so, or reported and not planted."""
    return [
        f"line {line}: planted {file.planted.get(line)}, reported {found.get(line)}: {_line(file, line)!r}"
        for line in sorted((found.keys() | file.planted.keys()) - swept.keys())
        if found.get(line) != file.planted.get(line)
    ]


def strays(file: damage.Damaged, stored: list[tuple[str, int]], swept: dict[int, str]) -> list[str]:
    """Sound records that are not stored, stored ones that are not sound, amounts that are not their own."""
    sound = collections.Counter(number.decode() for number in file.good)
    sound.subtract(swept.values())
    present = collections.Counter(number for number, _ in stored)
    lost, strange = sorted((sound - present).elements()), sorted((present - sound).elements())
    twisted = [n for n, amount in stored if amount not in {int(n) % 997 * 100 + 50, 150, -150}]
    told = ((lost, "sound and not stored"), (strange, "stored and not sound"), (twisted, "stored with another amount"))
    return [f"{len(ids)} records are {what}, such as {ids[:3]}" for ids, what in told if ids]


def _line(file: damage.Damaged, line: int) -> bytes:
    """The line as far as it can be found without counting line breaks inside lines."""
    return file.lines[line - 1][:60] if line <= len(file.lines) else b""


def main() -> int:
    """Make, load, compare, write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--mixtures", type=int, default=4)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    words = parser.parse_args()
    outcomes = []
    for name, file in files(words.rows, words.mixtures, words.seed):
        with tempfile.TemporaryDirectory() as folder:
            outcomes.append(load(Path(folder) / "workspace", name, file))
        print(f"{name}: {outcomes[-1].cpu:.1f} CPU-s, {outcomes[-1].wrong[:3] or 'right'}", file=sys.stderr, flush=True)
    broken = [f"{outcome.name}: {line}" for outcome in outcomes for line in outcome.wrong]
    lines = [
        (
            f"Files of about {words.rows:,} records through whole syncs, each kind of damage in about every hundredth "
            "record. Physical lines are counted another way than the reader counts; every planted line must be "
            "reported with its own reason, every sound record stored with its own amount, and nothing else. One "
            f"exception is counted: a stray quote within {SWEPT_WITHIN} lines after an unclosed one may seem to close "
            "it, so that its line is set aside too."
        ),
        "",
        "| damage | physical lines | lines planted | reported as planted | sound, set aside too | CPU-s of the sync |",
        "|---|---|---|---|---|---|",
        *(f"| {o.name} | {o.lines:,} | {o.planted:,} | {o.reported:,} | {o.swept} | {o.cpu:.1f} |" for o in outcomes),
        "",
        f"- Violations: {len(broken)}.",
        *(f"  - {line}" for line in broken[:10]),
    ]
    harness.write_section("Proof: conservation", lines, results=words.results)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
