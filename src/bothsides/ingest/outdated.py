"""Records of changes whose key a file that came later holds too: the later file holds, the earlier one is left."""

from itertools import accumulate

import duckdb

from bothsides.ingest.casting import candidate_name
from bothsides.ingest.literals import literal
from bothsides.ingest.staged import Staged, repeats_name
from bothsides.ingest.staging import PROBLEM, Stage
from bothsides.warehouse import quoted, stored_tables


def leave_outdated(con: duckdb.DuckDBPyConnection, staged: Staged) -> int:
    """Leave records of files that stayed as they were loaded where a file that came later holds their key.

    They count as repeats. Returns how many of them say something else. A key is left to the check of equal keys where
    the later file may itself be old: its content came back, or it grew and says what a later version has replaced.
    """
    stage, found = staged.main, staged.arrivals
    if len({one.load for one in found}) < 2:
        return 0
    key, name = quoted(stage.table.key), quoted(stage.name)
    ends = list(accumulate(text.records for text in staged.texts))
    con.execute(
        'CREATE OR REPLACE TEMP TABLE "~arrived" AS SELECT unnest(?::BIGINT[]) AS first, unnest(?::BIGINT[]) AS last, '
        "unnest(?::BIGINT[]) AS arrival, unnest(?::BOOLEAN[]) AS is_back, unnest(?::BOOLEAN[]) AS is_grown",
        [
            [0, *ends[:-1]],
            ends,
            [one.load for one in found],
            [one.is_back for one in found],
            [one.is_grown for one in found],
        ],
    )
    con.execute(
        f'CREATE OR REPLACE TEMP TABLE "~rivals" AS SELECT s.rowid AS n, s.{key} AS id, s.row_hash, a.is_back, '
        f"a.is_grown, s.{quoted(PROBLEM)} IS NOT NULL AS is_bad, "
        f"a.arrival = max(a.arrival) OVER (PARTITION BY s.{key}) AS is_last "
        f'FROM {name} AS s JOIN "~arrived" AS a ON s.rowid >= a.first AND s.rowid < a.last '
        f"WHERE s.{key} IN (SELECT {key} FROM {name} WHERE {key} IS NOT NULL GROUP BY {key} HAVING count(*) > 1)"
    )
    con.execute(f'DELETE FROM "~rivals" WHERE id IN ({_undecided(con, staged)})')
    con.execute(
        f'CREATE TEMP TABLE {quoted(repeats_name(stage))} AS SELECT n FROM "~rivals" WHERE NOT is_last AND NOT is_bad'
    )
    outdated = con.execute(
        'SELECT count(*) FROM "~rivals" AS r WHERE NOT is_last AND NOT is_bad AND row_hash NOT IN '
        '(SELECT l.row_hash FROM "~rivals" AS l WHERE l.id = r.id AND l.is_last)'
    ).fetchall()[0][0]
    con.execute('DROP TABLE "~rivals"; DROP TABLE "~arrived"')
    return int(outdated)


def _undecided(con: duckdb.DuckDBPyConnection, staged: Staged) -> str:
    """SQL of the keys of which it is not known that the file that came last says the newest."""
    stage = staged.main
    back = 'SELECT id FROM "~rivals" WHERE is_last AND is_back'
    spoiled = 'SELECT id FROM "~rivals" GROUP BY id HAVING bool_and(is_bad) FILTER (WHERE is_last)'
    if stage.table.name not in stored_tables(con):
        return f"{back} UNION ALL {spoiled}"
    key, stored = quoted(stage.table.key), quoted(stage.table.name)
    mine = f'"source" = {literal(staged.mapping.source)}'
    current = f"SELECT {key} FROM {stored} WHERE superseded_in IS NULL AND {mine}"
    same = " AND ".join(
        f"c.{quoted(column)} IS NOT DISTINCT FROM {stage.stored_value(column)}" for column in _compared(stage)
    )
    replaced = (
        f'SELECT r.id FROM "~rivals" AS r JOIN {quoted(stage.name)} AS s ON s.rowid = r.n '
        f"JOIN {stored} AS c ON c.{key} = r.id AND c.{mine} AND {same} WHERE r.is_last AND r.is_grown AND NOT r.is_bad "
        "GROUP BY r.id HAVING NOT bool_or(c.superseded_in IS NULL)"
    )
    return f"{back} UNION ALL {replaced} UNION ALL SELECT id FROM ({spoiled}) WHERE id NOT IN ({current})"


def _compared(stage: Stage) -> list[str]:
    """The columns that tell two versions apart; references to either side are settled only later."""
    extras = {extra for cast in stage.casts for extra, _ in cast.extras}
    return [name for name in stage.table.stored_names if candidate_name(name) not in extras]
