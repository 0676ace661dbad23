"""Finding files, and saying what is there when they are not."""

import os
import zipfile
from pathlib import Path

import pytest

from bothsides.connectors import files
from bothsides.connectors.files import FileMissing, FileRefused


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "exports" / "2024").mkdir(parents=True)
    for name in ("orders.csv", "orders_eu.csv", "fees[1].csv", "2024/leads.tsv", "notes.md", ".hidden.csv"):
        (tmp_path / "exports" / name).write_text("id\n1\n")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for name in ("a.csv", "sub/b.csv", "c.txt", "readme.md", "__MACOSX/._a.csv", "sub/.DS_Store"):
            archive.writestr(name, "id\n1\n")
    return tmp_path


def names(root: Path, *patterns: str) -> list[str]:
    return [file.name for file in files.locate(patterns, root)]


def test_paths_globs_folders_and_archives(root: Path) -> None:
    assert names(root, "exports/orders.csv") == ["exports/orders.csv"]
    assert names(root, "exports/ord*.csv") == ["exports/orders.csv", "exports/orders_eu.csv"]
    assert names(root, "exports/**/*.tsv") == ["exports/2024/leads.tsv"]
    assert names(root, "exports") == ["exports/fees[1].csv", "exports/orders.csv", "exports/orders_eu.csv"]
    assert names(root, "exports/fees[1].csv") == ["exports/fees[1].csv"]
    assert names(root, "exports/notes.md") == ["exports/notes.md"]
    assert names(root, "all.zip") == ["all.zip/a.csv", "all.zip/c.txt", "all.zip/sub/b.csv"]
    assert names(root, "all.zip/*.csv") == ["all.zip/a.csv", "all.zip/sub/b.csv"]
    assert names(root, "all.zip/readme.md") == ["all.zip/readme.md"]
    assert names(root, "*.zip/sub/*") == ["all.zip/sub/b.csv"]


@pytest.mark.parametrize("pattern", ["exports/pipe.csv", "exports/pi*.csv", "exports/pipe.zip"])
def test_pipes_are_refused_rather_than_waited_for(root: Path, pattern: str) -> None:
    os.mkfifo(root / "exports" / "pipe.csv")
    os.mkfifo(root / "exports" / "pipe.zip")
    with pytest.raises(FileRefused, match="not a regular file"):
        files.locate([pattern], root)


def test_each_file_once_and_sorted(root: Path) -> None:
    assert names(root, "exports/orders_eu.csv", "exports/*.csv") == names(root, "exports/*.csv")


def test_a_path_outside_the_root_keeps_its_full_name(root: Path) -> None:
    path = root / "exports" / "orders.csv"
    (found,) = files.locate([str(path)], root / "exports" / "2024")
    assert (found.path, found.name) == (path, path.as_posix())


def test_a_missing_file_says_where_it_looked_and_what_is_there(root: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"'exports/ordes\.csv'.*exports holds .*Did you mean 'orders\.csv'"):
        files.locate(["exports/ordes.csv"], root)
    with pytest.raises(FileMissing, match=r"all\.zip holds a\.csv, c\.txt, readme\.md, sub/b\.csv"):
        files.locate(["all.zip/orders.csv"], root)
    with pytest.raises(FileMissing, match=r"'exports/2\*/none/\*\.csv': .*exports holds "):
        files.locate(["exports/2*/none/*.csv"], root)


def test_a_folder_that_is_not_there_is_named_and_nothing_around_it_is_listed(root: Path) -> None:
    with pytest.raises(FileMissing) as missing:
        files.locate(["nowhere/deep/*.csv"], root)
    assert str(missing.value) == "no file fits 'nowhere/deep/*.csv': nowhere does not exist."
    with pytest.raises(FileMissing, match=r"'/nope/\*\.csv': /nope does not exist\.$"):
        files.locate(["/nope/*.csv"], root)
    with pytest.raises(FileMissing, match=r"export does not exist\. Did you mean 'exports'\?$"):
        files.locate(["export/orders.csv"], root)
    with pytest.raises(FileMissing, match=r"exports/orders\.csv is a file, not a folder$"):
        files.locate(["exports/orders.csv/*.csv"], root)


def test_a_zip_that_is_none_is_refused(root: Path) -> None:
    (root / "bad.zip").write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(FileRefused, match=r"bad\.zip: not a complete \.zip archive"):
        files.locate(["bad.zip"], root)
