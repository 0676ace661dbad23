"""Lists of leads in files: every line counted, values with the types that lose nothing."""

import gzip
from pathlib import Path
from typing import Literal

import duckdb
import pytest
from tests.workbooks import workbook

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


@pytest.mark.parametrize("depth", [*range(900, 1000, 3), 100_000])
def test_a_cell_that_nests_too_deeply_is_one_refused_record(tmp_path: Path, depth: int) -> None:
    path = tmp_path / "a.csv"
    nested = '[{""event"": ' + "[" * depth + "]" * depth + "}]"
    path.write_text(f'email,events\na@b.example,"{nested}"\nc@d.example,\n')
    (batch,) = listing(path, tmp_path).batches(10)
    source = Source(name="form", side=Side.BUYER)
    deep, other = (read_lead(one, source, workspace="acme", now=1_774_771_200, ahead=300) for one in batch)
    assert isinstance(deep, Refused)
    assert isinstance(other, Lead)


def test_a_cell_or_line_in_which_a_name_stands_twice_is_one_refused_record(tmp_path: Path) -> None:
    cells, lines = tmp_path / "a.csv", tmp_path / "a.jsonl"
    twice = '[{"event": "demo_requested", "event": "quote_requested"}]'
    cells.write_text('email,events\na@b.example,"' + twice.replace('"', '""') + '"\nc@d.example,\n')
    (batch,) = listing(cells, tmp_path).batches(10)
    source = Source(name="form", side=Side.BUYER)
    told, other = (read_lead(one, source, workspace="acme", now=1_774_771_200, ahead=300) for one in batch)
    assert isinstance(told, Refused)
    assert told.reasons == ('events: cannot be read one way: "event" stands twice in one object',)
    assert isinstance(other, Lead)
    lines.write_text('{"email": "a@b.example", "events": ' + twice + '}\n{"email": "c@d.example"}\n')
    read = listing(lines, tmp_path)
    (reason,) = read.refused("form")[0].reasons
    assert reason == "a.jsonl line 1: duplicate_key: the key 'event' stands twice in one object"
    assert (read.records, len(read.rejects), read.lines.physical) == (1, 1, 2)


@pytest.mark.parametrize("digits", [25, 300, 400, 5000])
def test_a_number_of_too_many_digits_in_json_lines_is_one_refused_record(tmp_path: Path, digits: int) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"email": "a@b.example", "deal_size": ' + "9" * digits + '}\n{"email": "c@d.example"}\n')
    (batch,) = listing(path, tmp_path).batches(10)
    source = Source(name="form", side=Side.BUYER)
    long, other = (read_lead(one, source, workspace="acme", now=1_774_771_200, ahead=300) for one in batch)
    assert isinstance(long, Refused)
    assert "too large a number" in long.reasons[0]
    assert isinstance(other, Lead)


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


@pytest.mark.parametrize("decimal", [",", ".", None])
@pytest.mark.parametrize("size", [1.234, 120.125, 12.5, 1500, 1234.56789012, 0.1 + 0.2, 1e-05, 2.5e16])
def test_a_number_cell_of_a_sheet_is_that_number_whatever_the_source_says_of_its_decimals(
    tmp_path: Path, decimal: Literal[".", ","] | None, size: float
) -> None:
    path = workbook(tmp_path / "a.xlsx", ("firma", "umsatz"), ("A", "90"), ("B", size))
    source = Source(name="fair", side=Side.BUYER, decimal=decimal, rename={"firma": "company", "umsatz": "deal_size"})
    file = listing(path, tmp_path)
    as_read = file.read_by(source)
    _, last = next(iter(file.batches(10, as_read)))
    found = read_lead(last, as_read, workspace="acme", now=1_800_000_000, ahead=0)
    assert isinstance(found, Lead)
    assert found.fields["deal_size"] == size


@pytest.mark.parametrize(
    ("decimal", "given", "size"),
    [(",", "1.234", 1234), (".", "1.234", 1.234), (",", "12.5", None), (None, "1.234", None)],
)
def test_a_text_cell_of_a_sheet_is_read_by_the_sign_of_its_source(
    tmp_path: Path, decimal: Literal[".", ","] | None, given: str, size: float | None
) -> None:
    path = workbook(tmp_path / "a.xlsx", ("company", "deal_size"), ("A", 7.25), ("B", given), ("C", 1.234))
    source = Source(name="fair", side=Side.BUYER, decimal=decimal)
    file = listing(path, tmp_path)
    as_read = file.read_by(source)
    _, told, number = (
        read_lead(one, as_read, workspace="acme", now=1_800_000_000, ahead=0)
        for one in next(iter(file.batches(10, as_read)))
    )
    assert isinstance(number, Lead)
    assert number.fields["deal_size"] == 1.234
    if size is None:
        assert isinstance(told, Refused)
        assert told.reasons[0].startswith(f'deal_size: "{given}"')
    else:
        assert isinstance(told, Lead)
        assert told.fields["deal_size"] == size


def test_number_cells_show_nothing_of_how_a_sheet_writes_its_texts(tmp_path: Path) -> None:
    rows = [("deal_size",), (7.5,), (0.25,), ("1.250,50",), ("7,5",)]
    file = listing(workbook(tmp_path / "a.xlsx", *rows), tmp_path)
    assert file.read_by(Source(name="fair")).decimal == ","
    file = listing(workbook(tmp_path / "b.xlsx", *rows[:3]), tmp_path)
    assert file.read_by(Source(name="fair")).decimal is None


def test_the_number_that_names_a_record_stays_what_it_is_written_as(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ("Nr", "share"), (2.5e16, 2.5e16), (17, 17))
    records = next(iter(listing(path, tmp_path).batches(10, Source(name="fair", rename={"Nr": "id"}))))
    assert records == [{"Nr": "2.5e+16", "share": 2.5e16}, {"Nr": 17, "share": 17}]


def test_a_name_with_a_point_in_it_is_no_figure(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,share,email\n2026.1,2026.1,a@b.example\n2026.10,0.5,c@d.example\n17,17,e@f.example\n")
    source = Source(name="fair", side=Side.BUYER)
    (batch,) = listing(path, tmp_path).batches(10, source)
    assert [one["id"] for one in batch] == ["2026.1", "2026.10", 17]
    read = [read_lead(one, source, workspace="acme", now=1_774_771_200, ahead=300) for one in batch]
    assert [isinstance(one, Lead) for one in read] == [True, True, True]


def test_a_number_column_of_parquet_holds_numbers_and_a_text_column_texts(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with duckdb.connect() as con:
        con.execute(
            "COPY (SELECT 'A' AS company, 1.234::DOUBLE AS deal_size, '1.234' AS employees,"
            " 2.50::DECIMAL(9,2) AS share, 'nan'::DOUBLE AS risk)"
            f" TO '{path}' (FORMAT parquet)"
        )
    file = listing(path, tmp_path)
    source = Source(name="fair", side=Side.BUYER, decimal=",")
    ((record,),) = file.batches(10, source)
    assert record == {"company": "A", "deal_size": 1.234, "employees": "1.234", "share": 2.5, "risk": "nan"}
