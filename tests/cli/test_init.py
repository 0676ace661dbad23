"""What `bothsides init` says and writes when some files hold nothing to map."""

from pathlib import Path

import pytest
from tests.cli.conftest import ORDERS, Run

from bothsides.ingest.draft import write


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"order_id,buyer,supplier,order_date,amount\n", "it has no records"),
        (b"\x00\x01\x02binary\n", "it is not text: its header holds control characters"),
        (bytes(range(256)) * 9, "is not text"),
        (b"", "is empty (0 bytes)"),
    ],
)
def test_nothing_is_written_from_a_file_without_records(run: Run, tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "orders.csv").write_bytes(content)
    done = run("init", "acme", "--from", "orders.csv", cwd=tmp_path)
    assert done.code == 2
    said = " ".join(f"{done.out} {done.err}".split())
    assert "orders.csv: " in said
    assert why in said
    assert not (tmp_path / "acme").exists()


def test_a_file_without_records_is_named_and_the_others_are_drafted(run: Run, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS.replace("not money", "5.00"))
    (tmp_path / "refunds.csv").write_text("refund_id,order_id,amount\n")
    done = run("init", "acme", "--from", "orders.csv", "refunds.csv", cwd=tmp_path)
    assert done.code == 0
    assert "not loaded: refunds.csv: it has no records" in done.out
    assert [path.name for path in (tmp_path / "acme" / "mapping").iterdir()] == ["orders.toml"]


def test_a_folder_that_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    done = run("init", "acme", "--from", "/nope/*.csv", cwd=tmp_path)
    assert (done.code, done.err) == (2, "bothsides: no file fits '/nope/*.csv': /nope does not exist.\n")
    assert not (tmp_path / "acme").exists()


def test_doctor_names_the_word_that_marks_what_is_to_be_answered(run: Run, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("order_id,buyer,order_date,amount\n1,A,2024-01-10,5.00\n2,B,2024-01-11,6.00\n")
    assert run("init", "acme", "--currency", "EUR", "--from", "orders.csv", cwd=tmp_path).code == 0
    (draft,) = (tmp_path / "acme" / "mapping").iterdir()
    assert draft.name.endswith(write.UNFINISHED)
    word = " ".join(run("doctor", "acme", cwd=tmp_path).out.split()).partition("marked ")[2].split()[0]
    assert f"# {word} supplier_id (required)" in draft.read_text()


def test_without_exports_the_way_to_a_desk_alone_is_told_and_can_be_gone(run: Run, tmp_path: Path) -> None:
    done = run("init", "acme", cwd=tmp_path)
    assert (done.code, "needs --from with your exports" in done.err) == (2, True)
    (tmp_path / "acme").mkdir()
    lines = [line.strip() for line in done.err.splitlines() if line.startswith("  ")]
    (tmp_path / "acme" / "bothsides.toml").write_text("\n".join(lines))
    assert run("leads", "agree", "-w", "acme", cwd=tmp_path).code == 0


def test_what_is_no_number_and_what_is_no_file_are_said_in_plain_words(run: Run, tmp_path: Path) -> None:
    done = run("leads", "event", "3f2a", "demo_requested", "--amount", "lots", cwd=tmp_path)
    assert (done.code, done.err) == (2, "bothsides: --amount 'lots': must be a number such as 80000.50\n")
    (tmp_path / "bothsides.toml").write_text('name = "acme"\ncurrency = "EUR"\n')
    assert run("leads", "agree", cwd=tmp_path).code == 0
    path = tmp_path / "agreement" / "decay.toml"
    path.write_text(path.read_text().replace("untouched_hours = 16", 'untouched_hours = "lots"'))
    assert 'untouched_hours = "lots": must be a number' in run("leads", "agree", cwd=tmp_path).err
