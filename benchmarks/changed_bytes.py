"""Changes one byte of one value of a logbook in SQLite, for proofs that every such change is found."""

import random
import sqlite3

from bothsides.logbook.tables import FOLDED, METADATA

TABLES = (*["entries"] * 12, *["seals"] * 3, *(table.name for table in FOLDED))
"""Where a byte may change: most often in the journal."""

_NOT_HISTORY = frozenset({("seals", "sealed_at"), ("outbox", "claimed_until")})
"""Neither sealed nor folded: when a seal was made, who sends an effect."""


def change_a_byte(con: sqlite3.Connection, dice: random.Random) -> tuple[str, int, str]:
    """Some byte of some value becomes another; its table, the number of its line, and the change in words."""
    while True:
        table = dice.choice(TABLES)
        columns = [one.name for one in METADATA.tables[table].columns if (table, one.name) not in _NOT_HISTORY]
        column = dice.choice(columns)
        keys = [one.name for one in METADATA.tables[table].primary_key]
        (count,) = con.execute(f"SELECT count(*) FROM {table}").fetchone()
        if not count:
            continue
        query = f"SELECT {column}, {', '.join(keys)} FROM {table} ORDER BY {', '.join(keys)} LIMIT 1 OFFSET ?"
        before, *key = con.execute(query, (dice.randrange(count),)).fetchone()
        after = _changed(before, dice)
        if after is None:
            continue
        value = "?" if isinstance(after, int) else "CAST(? AS TEXT)"
        matching = " AND ".join(f"{name} = ?" for name in keys)
        try:
            con.execute(f"UPDATE {table} SET {column} = {value} WHERE {matching}", (after, *key))
        except sqlite3.IntegrityError:
            con.rollback()
            continue
        con.commit()
        seq = int(key[0]) if table == "entries" else 0
        return table, seq, f"{table}.{column} of {key}: {before!r} became {after!r}"


def _changed(value: object, dice: random.Random) -> int | bytes | None:
    """The value with another byte, of a number another digit; None where it has none to change."""
    if isinstance(value, int):
        digits = list(str(value))
        place = dice.randrange(len(digits))
        digits[place] = dice.choice([digit for digit in "123456789" if digit != digits[place]])
        return int("".join(digits))
    if not isinstance(value, str) or not value:
        return None
    raw = bytearray(value.encode())
    raw[dice.randrange(len(raw))] ^= 1 << dice.randrange(8)
    return bytes(raw)
