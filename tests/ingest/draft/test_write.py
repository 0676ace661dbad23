"""Drafts as files that a person corrects and the mapping loader reads."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from bothsides.ingest.draft import Draft, summary, write_draft
from bothsides.ingest.draft.write import mapped_files
from bothsides.ingest.mapping_file import load_mapping
from bothsides.workspace import Workspace

Drafted = Callable[..., Draft]

ORDERS = (
    "Order ID,Customer,Seller,Date,Total,Status\n"
    "A1,Ada,Steel,01/02/2024,5.50,Won\nA2,Bob,Steel,03/04/2024,6.50,zorp\nA3,Ada,Nut,05/06/2024,7.50,Won\n"
)


def test_a_draft_is_a_workspace_that_opens_and_a_mapping_that_loads(drafted: Drafted, tmp_path: Path) -> None:
    written = write_draft(drafted({"orders.csv": ORDERS}, currency="EUR"), tmp_path / "acme")
    assert [path.relative_to(tmp_path).as_posix() for path in written] == [
        "acme/bothsides.toml",
        "acme/mapping/orders.toml",
    ]
    settings = Workspace.open(tmp_path / "acme").settings
    assert (settings.name, settings.currency) == ("acme", "EUR")
    mapping = load_mapping(tmp_path / "acme/mapping/orders.toml")
    assert mapping.main.key == ("Order ID",)
    placed = mapping.main.column("placed_at")
    status = mapping.main.column("status")
    assert placed is not None
    assert status is not None
    assert placed.formats == ("%d/%m/%Y",)
    assert (status.words, status.other) == ((("Won", "completed"),), None)
    assert [table.key for table in mapping.entities] == [("Customer",), ("Seller",)]


def test_the_comments_say_how_sure_why_and_what_to_change(drafted: Drafted, tmp_path: Path) -> None:
    write_draft(drafted({"orders.csv": ORDERS}, currency="EUR"), tmp_path / "acme")
    text = (tmp_path / "acme/mapping/orders.toml").read_text()
    joined = " ".join(text.replace("\n#  ", "").split())
    assert "# sure: named 'Customer', a few words that repeat, 2 distinct in 3 rows; such as 'Ada', 'Bob'" in joined
    assert "# guess: named 'Date'" in joined
    assert 'if the other holds, write format = "%m/%d/%Y"' in joined
    assert "To correct a column" in joined


def test_a_workspace_without_a_currency_is_refused_until_somebody_names_it(drafted: Drafted, tmp_path: Path) -> None:
    write_draft(drafted({"orders.csv": ORDERS}), tmp_path / "acme")
    text = (tmp_path / "acme/bothsides.toml").read_text()
    assert "# TODO currency" in text
    with pytest.raises(ValueError, match="currency"):
        Workspace.open(tmp_path / "acme")
    (tmp_path / "acme/bothsides.toml").write_text(text.replace('# currency = "EUR"', 'currency = "EUR"'))
    assert Workspace.open(tmp_path / "acme").settings.currency == "EUR"


def test_existing_files_are_named_and_nothing_is_written(drafted: Drafted, tmp_path: Path) -> None:
    draft = drafted({"orders.csv": ORDERS}, currency="EUR")
    folder = tmp_path / "acme"
    (folder / "mapping").mkdir(parents=True)
    (folder / "mapping/orders.toml").write_text("mine")
    with pytest.raises(FileExistsError, match=r"nothing was written.*acme/mapping/orders\.toml"):
        write_draft(draft, folder)
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["orders.toml"]
    assert (folder / "mapping/orders.toml").read_text() == "mine"


def test_an_unfinished_mapping_waits_beside_the_others_with_its_question(drafted: Drafted, tmp_path: Path) -> None:
    text = "order id,customer,date,total\nA,Ada,2024-01-01,5\nB,Bob,2024-01-02,6\n"
    write_draft(drafted({"orders.csv": text}, currency="EUR"), tmp_path / "acme")
    path = tmp_path / "acme/mapping/orders.toml.todo"
    assert "# TODO supplier_id (required)" in path.read_text()
    finished = path.with_suffix("")
    finished.write_text(path.read_text().replace('# supplier_id = ""', 'supplier_id = "customer"'))
    assert load_mapping(finished).main.column("supplier_id") is not None


def test_skipped_files_stand_in_the_settings(drafted: Drafted, tmp_path: Path) -> None:
    write_draft(
        drafted({"orders.csv": ORDERS, "weather.csv": "station,rain\nA,1.5\nB,2.5\n"}, currency="EUR"),
        tmp_path / "acme",
    )
    assert "# weather.csv: its names and values fit no table" in (tmp_path / "acme/bothsides.toml").read_text()


def test_paths_inside_the_workspace_are_relative(tmp_path: Path) -> None:
    inside = str(tmp_path / "acme/raw/x.csv")
    assert mapped_files((inside, "/else/y.csv", "${BOTHSIDES_DATA}/z.csv"), tmp_path / "acme") == (
        "raw/x.csv",
        "/else/y.csv",
        "${BOTHSIDES_DATA}/z.csv",
    )


def test_a_long_list_of_files_is_one_pattern_unless_it_would_catch_another(tmp_path: Path) -> None:
    days = tuple(f"/data/day-{n:02d}.csv" for n in range(1, 13))
    assert mapped_files(days, tmp_path) == ("/data/day-*.csv",)
    assert mapped_files(days, tmp_path, (*days, "/data/day-notes.csv")) == days


def test_the_summary_has_a_row_for_every_column_gap_and_unused_field(drafted: Drafted) -> None:
    draft = drafted(
        {
            "orders.csv": "order id,customer,date,total,mood\nA,Ada,2024-01-01,5,x1\nB,Bob,2024-01-02,6,y2\n",
            "weather.csv": "station,rain\nA,1.5\nB,2.5\n",
        }
    )
    rows = {(row.table, row.column, row.comes_from): row.sure for row in summary(draft)}
    assert rows["orders", "buyer_id", "customer"] == "sure"
    assert rows["orders", "supplier_id", ""] == "missing"
    assert rows["", "", "mood"] == "unmapped"
    assert rows["", "", "weather.csv"] == "skipped"
    assert rows["", "currency", ""] == "todo"


def test_hostile_names_stay_inside_their_strings_and_comments(drafted: Drafted, tmp_path: Path) -> None:
    text = 'order id,"cust""omer\nx","supplier\\",date,amount,"# [table]"\n' + "".join(
        f'A{n},"b{n}",s{n % 2},2024-01-0{n},{n}.5,"""\nkey = 1 {n}"\n' for n in range(1, 6)
    )
    write_draft(drafted({"orders.csv": text}, currency="EUR"), tmp_path / "acme")
    path = next((tmp_path / "acme/mapping").iterdir())
    data = tomllib.loads(path.read_text())
    assert data["table"][0]["key"] == ["order id"]
    assert data["table"][0]["columns"]["supplier_id"] == "supplier\\"
