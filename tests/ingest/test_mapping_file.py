"""Mapping files: every mistake named, written text read back as the same mapping."""

import dataclasses
from pathlib import Path

import pytest

from bothsides.connectors.files import ReadHints
from bothsides.ingest import (
    ColumnMap,
    DateGrain,
    Mapping,
    MappingError,
    Mode,
    TableMap,
    dump_mapping,
    identity_mapping,
    load_mapping,
    load_mappings,
)

GOOD = """
files = ["a.csv"]
[[table]]
name = "orders"
key = ["id"]
[table.columns]
buyer_id = "buyer"
supplier_id = "supplier"
placed_at = "day"
amount = "amount"
"""


def written(folder: Path, text: str, name: str = "ledger.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, text: str) -> dict[str, str]:
    with pytest.raises(MappingError) as caught:
        load_mapping(written(folder, text))
    return {problem.key: f"{problem.value} {problem.allowed}" for problem in caught.value.problems}


def test_defaults_come_from_the_file_name_and_the_workspace(tmp_path: Path) -> None:
    mapping = load_mapping(written(tmp_path, GOOD))
    assert (mapping.source, mapping.id_space, mapping.mode, mapping.currency) == ("ledger", "ledger", "snapshot", None)
    assert mapping.main.columns[0] == ColumnMap(column="buyer_id", fields=("buyer",))
    assert "" in mapping.null_words


@pytest.mark.parametrize(
    ("change", "key", "said"),
    [
        (("files", "filse"), "filse", "did you mean 'files'"),
        (('["a.csv"]', "3"), "files", "3 must be a list of texts"),
        (('"orders"', '"order"'), "order.name", "'order' must be one of accounts"),
        (("buyer_id =", "buyer ="), "orders.columns.buyer", "did you mean 'buyer_id'"),
        (('amount = "amount"', ""), "orders.columns.amount", "missing: orders needs value without tax"),
        (('"day"', "{ fields = 'day' }"), "orders.columns.placed_at", "needs either field = ... or value"),
        (('"day"', "{ field = 'day', format = '%d/%m/%Y %z' }"), "orders.columns.placed_at.format", "strptime"),
        (('"amount"', "{ field = 'a', scale = '0.02' }"), "orders.columns.amount.scale", "power of ten"),
        (('"amount"', '["a", "b"]'), "orders.columns.amount", "takes one field"),
        (('"buyer"', "{ field = 'b', side = 'left' }"), "orders.columns.buyer_id.side", "buyer, supplier, any"),
        (('"buyer"', "{ field = 'b', orphans = 'keep' }"), "orders.columns.buyer_id.orphans", "optional reference"),
        (('"amount"', '"amount"\norder_id = "id"'), "orders.columns.order_id", "made from key"),
        (
            ('"amount"', '"amount"\nstatus = { value = "done" }'),
            "orders.columns.status",
            "placed, completed, cancelled",
        ),
        (('"amount"', '"amount"\nstatus = { field = "s", map = { a = "done" } }'), "orders.columns.status", "'done'"),
        (('key = ["id"]', ""), "mode", "incremental needs a key"),
        (("[[table]]", 'reshape = "x.sql"\n[[table]]'), "inputs", "names the files behind each view"),
        (("[[table]]", "[inputs]\na = ['a.csv']\n[[table]]"), "inputs", "only with reshape"),
        (("[[table]]", 'source = "a/b"\n[[table]]'), "source", "must be 1 to 63 letters"),
        (("[[table]]", 'source = ""\n[[table]]'), "source", "must be 1 to 63 letters"),
        (("[[table]]", "allow_empty = 1\n[[table]]"), "allow_empty", "true or false"),
        (("[[table]]", 'reshape = "../x.sql"\n[[table]]'), "reshape", "plain name of a file beside the mapping"),
        (('["a.csv"]', '[""]'), "files", "names no file"),
        (('["a.csv"]', "[]"), "files", "missing"),
        (('"orders"', '["orders"]'), "table[0].name", "must be one of accounts"),
        (('"amount"', "{ value = [1] }"), "orders.columns.amount.value", "must be text, a number"),
        (('"amount"', "{ field = 'a', map = { b = 2020-01-01 } }"), "orders.columns.amount.map.b", "must be text, a"),
        (("[[table]]", 'date_formats = ["%Y-%Q"]\n[[table]]'), "date_formats", "must be strptime formats"),
        (("[[table]]", 'currency = "GBX"\n[[table]]'), "currency", "not an active ISO 4217 code"),
        (("[[table]]", 'time_zone = "Mars"\n[[table]]'), "time_zone", "IANA"),
        (("[[table]]", 'decimal = ";"\n[[table]]'), "decimal", "one of ., ,"),
        (("[[table]]", 'sample = "yes"\n[[table]]'), "sample", "true or false"),
        (("[[table]]", '[read]\nencodin = "x"\n[[table]]'), "read.encodin", "did you mean 'encoding'"),
        (('key = ["id"]', 'key = ["id"]\nentities = true'), "table", "exactly one [[table]] without entities"),
        (('key = ["id"]', 'key = ["id"]\nwhere = { a = "*" }'), "orders.where", "only with entities"),
    ],
)
def test_each_mistake_says_file_key_value_and_what_is_allowed(
    tmp_path: Path, change: tuple[str, str], key: str, said: str
) -> None:
    text = GOOD.replace(*change, 1)
    if key == "mode":
        text = 'mode = "incremental"\n' + text
    found = problems(tmp_path, text)
    assert said in found[key], found


def test_all_files_are_checked_before_anything_is_said(tmp_path: Path) -> None:
    written(tmp_path, GOOD.replace("amount", "amuont"), "a.toml")
    written(tmp_path, "x = [", "b.toml")
    written(tmp_path, GOOD, "c.toml")
    written(tmp_path, 'source = "c"\n' + GOOD, "d.toml")
    with pytest.raises(MappingError) as caught:
        load_mappings(tmp_path)
    assert {Path(problem.file).name for problem in caught.value.problems} == {"a.toml", "b.toml", "d.toml"}


def test_sources_that_differ_in_case_only_are_one_too_many(tmp_path: Path) -> None:
    written(tmp_path, GOOD, "orders.toml")
    written(tmp_path, 'source = "ORDERS"\n' + GOOD, "other.toml")
    with pytest.raises(MappingError, match=r"taken by .*orders\.toml as 'orders'"):
        load_mappings(tmp_path)


def test_a_byte_order_mark_is_no_fault_and_other_encodings_and_folders_are_said(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeff" + GOOD)
    assert load_mapping(path).files == ("a.csv",)
    path.write_bytes(GOOD.encode("utf-16"))
    with pytest.raises(MappingError, match="must be UTF-8, save it as such"):
        load_mapping(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(MappingError, match="is a folder"):
        load_mapping(path)


def test_two_tables_with_one_identity_need_id_spaces(tmp_path: Path) -> None:
    stage = '[[table]]\nname = "stage_changes"\nentities = true\nkey = ["id"]\n[table.columns]\nlead_id = "id"\n'
    stage += 'stage = {{ value = "{}" }}\nchanged_at = "day"\n'
    found = problems(tmp_path, GOOD + stage.format("mql") + stage.format("closed_won"))
    assert "id_space" in found["stage_changes.key"]
    told = stage.format("closed_won").replace("[table.columns]", 'id_space = "won"\n[table.columns]')
    load_mapping(written(tmp_path, GOOD + stage.format("mql") + told))


def test_written_text_is_read_back_as_the_same_mapping(tmp_path: Path) -> None:
    mapping = Mapping(
        source="ledger",
        files=("${DATA}/a*.csv", 'odd "name".csv'),
        id_space="market",
        mode=Mode.INCREMENTAL,
        currency="BRL",
        time_zone="America/Sao_Paulo",
        date_grain=DateGrain.MONTH,
        date_formats=("%d/%m/%Y",),
        null_words=("", "999", "Select"),
        decimal=",",
        sample=True,
        allow_empty=True,
        side="any",
        read=ReadHints(encoding="mac_roman", delimiter="\t", header=False, sheet="Sheet 1"),
        tables=(
            TableMap(
                name="orders",
                key=("Order ID", "seller"),
                columns=(
                    ColumnMap(column="buyer_id", fields=("b", "c"), id_space="other", side="buyer"),
                    ColumnMap(column="quote_id", fields=("q",), orphans="keep"),
                    ColumnMap(column="supplier_id", fields=("s",)),
                    ColumnMap(column="placed_at", fields=("d",), formats=("%d/%m/%Y", "%Y")),
                    ColumnMap(column="amount", fields=("cents",), shift=-2),
                    ColumnMap(column="tax", fields=("thousands",), shift=3),
                    ColumnMap(column="status", fields=("x",), words=(("Won\\ü", "completed"),), other="placed"),
                    ColumnMap(column="is_test", value="false"),
                ),
            ),
            TableMap(
                name="accounts",
                entities=True,
                key=("s",),
                id_space="x",
                side="buyer",
                where=(("s", ("*",)), ("kind of", ("a", "b"))),
                columns=(ColumnMap(column="side", value="supplier"),),
            ),
        ),
    )
    text = dump_mapping(mapping, comments={"files": "two\nlines", "orders": "o", "orders.amount": "sure"})
    path = written(tmp_path, text)
    assert load_mapping(path) == dataclasses.replace(mapping, path=path)
    assert "# sure\namount" in text


def test_reshapes_are_read_back_too(tmp_path: Path) -> None:
    mapping = dataclasses.replace(
        identity_mapping("spend", ["x.csv"]), files=(), reshape="s.sql", inputs=(("a b", ("x.csv", "y.csv")),)
    )
    path = written(tmp_path, dump_mapping(mapping))
    assert load_mapping(path) == dataclasses.replace(mapping, path=path)


def test_identity_maps_every_field_that_is_there() -> None:
    mapping = identity_mapping("fees", ["fees.csv"], columns=["fee_id", "charged_at", "amount", "other"])
    assert mapping.main.key == ("fee_id",)
    assert [column.column for column in mapping.main.columns] == ["charged_at", "amount"]
    assert identity_mapping("spend", ["s.csv"], columns=["spent_at", "amount"]).main.key == ()
