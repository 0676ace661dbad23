"""The shape of the logbook: made once, found as it is, refused where it is newer than this release."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from bothsides.logbook import Logbook, LogbookNewer
from bothsides.logbook.tables import METADATA
from bothsides.logbook.upgrading import upgrade


def test_the_steps_make_the_declared_tables(logbook: Logbook) -> None:
    found = sa.inspect(logbook.engine)
    # The inspector leaves out SQLite's indexes over expressions.
    listed = {
        "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'index'",
        "postgresql": "SELECT tablename, indexname FROM pg_indexes WHERE schemaname = current_schema()",
    }
    with logbook.reading() as book:
        indexes = set(book.all(listed[logbook.dialect]))
    for name, table in METADATA.tables.items():
        assert {column["name"] for column in found.get_columns(name)} == set(table.columns.keys())
        assert {(name, index.name) for index in table.indexes} <= indexes
    assert logbook.is_current


def test_again_changes_nothing(logbook: Logbook) -> None:
    upgrade(logbook)
    assert logbook.is_current


def test_one_of_a_later_release_is_refused_and_left_alone(logbook: Logbook) -> None:
    with logbook.writing() as book:
        book.run("UPDATE alembic_version SET version_num = '9999'")
    assert not logbook.is_current
    with pytest.raises(LogbookNewer, match="9999"):
        upgrade(logbook)


def test_the_steps_spell_out_exactly_what_is_declared(tmp_path: Path) -> None:
    def shape(path: Path) -> dict[str, str]:
        with closing(sqlite3.connect(path)) as con:
            rows = con.execute(
                "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'"
            )
            return {name: " ".join(sql.split()) for name, sql in rows}

    stepped = Logbook.open(tmp_path / "stepped.sqlite")
    upgrade(stepped)
    stepped.close()
    declared = sa.create_engine(f"sqlite:///{tmp_path / 'declared.sqlite'}")
    METADATA.create_all(declared)
    declared.dispose()
    assert shape(tmp_path / "stepped.sqlite") == shape(tmp_path / "declared.sqlite")
