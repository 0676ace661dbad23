"""Lists of leads in files: every line counted, values with the types that lose nothing."""

import gzip
from pathlib import Path

import pytest

from bothsides.connectors.files import FoundFile
from bothsides.leads.intake import Lead, Refused, Source, read_lead
from bothsides.leads.intake.reading_files import Listing, read_listing
from bothsides.schema import Side


def listing(path: Path, spool: Path) -> Listing:
    return read_listing(FoundFile(name=path.name, path=path), spool_dir=spool)


def test_cells_become_numbers_only_where_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,deal_size,phone,code,share,events\n7,60000,0207,1.50,0.5,\n8,,,,,"[{""event"": ""x""}]"\n')
    (batch,) = listing(path, tmp_path).batches(10)
    assert batch == [
        {"id": 7, "deal_size": 60000, "phone": "0207", "code": "1.50", "share": 0.5},
        {"id": 8, "events": [{"event": "x"}]},
    ]


def test_records_come_in_batches_and_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,company\n" + "".join(f"{n},Firm {n}\n" for n in range(25)))
    read = listing(path, tmp_path)
    batches = list(read.batches(10))
    assert [len(batch) for batch in batches] == [10, 10, 5]
    assert [record["id"] for batch in batches for record in batch] == list(range(25))
    assert (read.lines.physical, read.lines.record, read.records) == (26, 25, 25)


def test_a_file_of_another_encoding_with_a_broken_line_is_read_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress("id;firma\n1;Müller\n2;Groß;zu viel\n\n3;Bär\n".encode("latin-1")))
    read = listing(path, tmp_path)
    (batch,) = read.batches(10)
    assert [record["firma"] for record in batch] == ["Müller", "Bär"]
    assert (read.lines.physical, read.lines.blank, read.lines.quarantined) == (5, 1, 1)
    (refused,) = read.refused("fair")
    assert "line 3" in refused.reasons[0]


def test_objects_of_json_lines_keep_their_types(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "007", "deal_size": 5, "new": true}\n\nnot json\n{"id": 8}\n')
    read = listing(path, tmp_path)
    (batch,) = read.batches(10)
    assert batch == [{"id": "007", "deal_size": 5, "new": True}, {"id": 8}]
    assert (read.lines.blank, read.lines.quarantined, len(read.rejects)) == (1, 1, 1)


@pytest.mark.parametrize(
    ("figures", "decimal"),
    [
        ("1.250,50\n7,5\n120.000", ","),
        ("7.5\n0.25\n120.000", "."),
        ("1.250,50\n120.000", None),
        ("90\n120.000", None),
        ("1.250,50\n7,5\n7.5\n120.000", None),
    ],
)
def test_a_file_shows_how_it_writes_decimals_by_numbers_that_can_be_read_one_way(
    tmp_path: Path, figures: str, decimal: str | None
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("firma;umsatz\n" + "".join(f"A;{figure}\n" for figure in figures.split("\n")))
    read, source = listing(path, tmp_path), Source(name="messe", rename={"umsatz": "deal_size"})
    assert read.read_by(source).decimal == decimal
    assert read.read_by(Source(name="messe", decimal=".", rename=source.rename)).decimal == "."
    *_, last = next(iter(read.batches(10, source)))
    assert last["umsatz"] == "120.000"


def test_a_number_that_two_countries_read_differently_stays_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("deal_size,share\n120.125,1.125\n")
    ((record,),) = listing(path, tmp_path).batches(10, Source(name="fair"))
    assert record == {"deal_size": "120.125", "share": 1.125}


@pytest.mark.parametrize(
    ("given", "size"), [("12.5", None), ("0.75", None), ("1234.567", None), ("12.500", 12_500), ("12,5", 12.5)]
)
def test_what_a_source_says_of_its_decimals_holds_for_every_number_of_its_files(
    tmp_path: Path, given: str, size: float | None
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"company;deal_size;share\nA;{given};12.5\nB;1500;\n")
    source = Source(name="fair", side=Side.BUYER, decimal=",")
    file = listing(path, tmp_path)
    first, second = next(iter(file.batches(10, file.read_by(source))))
    found = read_lead(first, source, workspace="acme", now=1_800_000_000, ahead=0)
    if size is None:
        assert isinstance(found, Refused)
        assert found.reasons[0].startswith(f'deal_size: "{given}" is not a number')
    else:
        assert isinstance(found, Lead)
        assert (found.fields["deal_size"], found.fields["share"]) == (size, 12.5)
    # A record without an id is known by its content: what was a number already is the same as before.
    assert second == {"company": "B", "deal_size": 1500}


@pytest.mark.parametrize(
    ("others", "size"), [("90", 120_000), ("7.5", 120_000), ("52.000,50", None), ("1,5\n7,5", 120)]
)
def test_one_number_alone_does_not_make_thousands_of_another_into_units(
    tmp_path: Path, others: str, size: int | None
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("company;deal_size\n" + "".join(f"A;{one}\n" for one in (*others.split("\n"), "120,000")))
    file = listing(path, tmp_path)
    source = file.read_by(Source(name="fair", side=Side.BUYER))
    *_, last = next(iter(file.batches(10, source)))
    found = read_lead(last, source, workspace="acme", now=1_800_000_000, ahead=0)
    if size is None:
        assert isinstance(found, Refused)
        assert found.reasons[0].startswith('deal_size: "120,000" may be 120000 or 120: say decimal')
    else:
        assert isinstance(found, Lead)
        assert found.fields["deal_size"] == size
