"""Small files written in a test become profiles, as init makes them."""

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from bothsides.connectors.files import locate, read
from bothsides.ingest.draft import Draft, FileProfile, draft, profile

Files = dict[str, str]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture
def profiled(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> Callable[[Files], list[FileProfile]]:
    """Profiles of files given by name and text."""

    def profiles(files: Files) -> list[FileProfile]:
        folder = tmp_path / "exports"
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        found = locate(list(files), folder)
        return [profile(con, read(file, spool_dir=tmp_path / "spool"), files=(str(file.path),)) for file in found]

    return profiles


@pytest.fixture
def drafted(profiled: Callable[[Files], list[FileProfile]]) -> Callable[..., Draft]:
    """The draft of files given by name and text."""

    def drafts(files: Files, *, currency: str | None = None) -> Draft:
        return draft(profiled(files), currency=currency)

    return drafts
