"""Files of additions without a key, recognised by their content when they come again under another name."""

import json
from collections.abc import Mapping as Values
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from bothsides.ingest.landing import Landed, LandedFile
from bothsides.ingest.mapping import Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """The files of a source to read, each with the name under which its records are known; `notes` say what is odd."""

    files: tuple[LandedFile, ...]
    names: Values[str, str]
    notes: tuple[str, ...]


def by_file(landed: Landed) -> bool:
    """Whether the file's name is part of what a record is: additions whose records have no key."""
    mapping = landed.mapping
    return mapping.mode is Mode.APPEND and not mapping.main.key and not mapping.reshape


def recognise(con: duckdb.DuckDBPyConnection, landed: Landed) -> Recognised:
    """Give every content the name under which it came first; leave a second copy of it out.

    A record without a key is known by its file and its content, so that a renamed file would add all of it again.
    """
    if not by_file(landed):
        return Recognised(files=landed.files, names={}, notes=())
    source, present = landed.mapping.source, {file.name for file in landed.files}
    known = _loaded(con, source)
    files: list[LandedFile] = []
    names: dict[str, str] = {}
    notes: list[str] = []
    first: dict[tuple[str, str | None], str] = {}
    for file in landed.files:
        content = (file.sha256, file.member)
        before = _name_before(known, file)
        other = before if before in present else first.get(content)
        if before is None:
            alias = next((first_name for name, first_name, _ in reversed(known) if name == file.name), file.name)
            names[file.name] = file.name if alias in present else alias
        if other is not None and other != file.name:
            notes.append(f"{source}: {file.name} was left out, it has the content of {other}")
            continue
        if before != file.name and before is not None:
            notes.append(f"{source}: {file.name} was loaded before as {before}, so its records are known")
        files.append(file)
        names.setdefault(file.name, before or file.name)
        first[content] = file.name
    return Recognised(files=tuple(files), names=names, notes=tuple(notes))


def _name_before(known: Sequence[tuple[str, str, str]], file: LandedFile) -> str | None:
    """The name of the first load of this content; its own name where it was ever loaded under it."""
    same = [
        first_name
        for name, first_name, sha256 in known
        if sha256 == file.sha256 and (file.member is None or name.endswith(f"/{file.member}"))
    ]
    return file.name if file.name in same else next(iter(same), None)


def _loaded(con: duckdb.DuckDBPyConnection, source: str) -> list[tuple[str, str, str]]:
    """Every file of the source's loads: its name, the name under which its records are known, its content."""
    rows = con.execute('SELECT files FROM load_sources WHERE "source" = ? ORDER BY load_id', [source]).fetchall()
    files = [file for (listed,) in rows for file in json.loads(listed)]
    return [(file["name"], file.get("known_as") or file["name"], file["sha256"]) for file in files]
