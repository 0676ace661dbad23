"""What changed in the columns of a source's files since its last load."""

import json
from collections.abc import Sequence

import duckdb


def drift(con: duckdb.DuckDBPyConnection, source: str, present: Sequence[str]) -> list[str]:
    """Sentences about fields that are new or gone since the source was last loaded; none for a first load."""
    rows = con.execute(
        'SELECT load_id, files FROM load_sources WHERE "source" = ? AND files <> ? ORDER BY load_id DESC LIMIT 1',
        [source, "[]"],
    ).fetchall()
    if not rows:
        return []
    load_id, files = rows[0]
    before = list(dict.fromkeys(name for file in json.loads(files) for name in file["fields"]))
    gone = [name for name in before if name not in present]
    new = [name for name in present if name not in before]
    changes = []
    if gone:
        changes.append(f"fields gone since load {load_id}: {', '.join(gone)}")
    if new:
        changes.append(f"fields new since load {load_id}: {', '.join(new)}")
    return changes
