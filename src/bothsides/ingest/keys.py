"""Identity of rows: 128-bit ids from workspace, id space, table and the source's key."""

from collections.abc import Sequence

from bothsides.ingest.literals import literal

SEPARATOR = "\x1f"


def joined(texts: Sequence[str]) -> str:
    """SQL: the parts of a key as one text; NULL where any part is.

    >>> joined(["a"])
    'a'
    """
    if len(texts) == 1:
        return texts[0]
    return " || chr(31) || ".join(f"({text})" for text in texts)


def row_id(workspace: str, id_space: str, table: str, key: str, *, side: str | None = None) -> str:
    """SQL: the id of a row whose key text is the SQL expression `key`; `side` (SQL too) is part of an account's id."""
    head = SEPARATOR.join((workspace, id_space, table)) + SEPARATOR
    start = literal(head) if side is None else f"{literal(head)} || {side} || chr(31)"
    return f"CAST(unhex(md5({start} || {key})) AS UUID)"
