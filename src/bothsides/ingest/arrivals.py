"""Since when each file of changes has lain where its mapping looks, so that a later one can correct an earlier one."""

import json
from collections.abc import Mapping as Values
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from bothsides.ingest.landing import Landed
from bothsides.ingest.mapping import Mode

_Content = tuple[str, str]
"""A file's name and the hash of what it holds."""


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Arrival:
    """The load with which a file came, counted over its source's loads; it has stayed since.

    `is_back`: an earlier load had its content already, so that it is not known whether it is new or old. `is_grown`:
    it took the place of a file of its name, whose records it may hold again.
    """

    load: int
    is_back: bool = False
    is_grown: bool = False


def arrivals(con: duckdb.DuckDBPyConnection, landed: Landed) -> Values[_Content, Arrival]:
    """The arrival of every file of changes; none for other sources, nor where a query makes rows of several files."""
    if landed.mapping.mode is not Mode.INCREMENTAL or landed.mapping.reshape:
        return {}
    rows = con.execute(
        'SELECT files FROM load_sources WHERE "source" = ? AND files <> ? ORDER BY load_id',
        [landed.mapping.source, "[]"],
    ).fetchall()
    loads = [[(file["name"], file["sha256"]) for file in json.loads(listed)] for (listed,) in rows]
    return arrived([*loads, [(file.name, file.sha256) for file in landed.files]])


def arrived(loads: Sequence[Sequence[_Content]]) -> dict[_Content, Arrival]:
    """The arrival of each file of the last load, by the files of all loads.

    >>> arrived([[("a.csv", "1")], [("a.csv", "1"), ("b.csv", "2")]])[("b.csv", "2")].load
    1
    """
    seen: set[str] = set()
    before: dict[_Content, Arrival] = {}
    for load, files in enumerate(loads):
        renamed = {sha256: one for (name, sha256), one in before.items() if (name, sha256) not in files}
        names = {name for name, _ in before}
        before = {
            (name, sha256): before.get((name, sha256))
            or renamed.get(sha256)
            or Arrival(load=load, is_back=sha256 in seen, is_grown=name in names)
            for name, sha256 in files
        }
        seen.update(sha256 for _, sha256 in files)
    return before
