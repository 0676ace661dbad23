"""What a file's columns hold: how full, how varied, and whether they look like dates, money, labels or keys."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import duckdb

from bothsides.connectors.files import TextTable, scan
from bothsides.ingest.draft.dates import DateStyle, detect_dates
from bothsides.ingest.draft.figures import FigureStyle, detect_figures
from bothsides.ingest.draft.names import words
from bothsides.schema.money import CURRENCIES

SAMPLE_ROWS = 200_000
"""Files longer than this are profiled on an even sample of so many rows."""
SKETCH = 4096
_TOP = 1 << 64
_EXAMPLES = 400
_WORDS = 60
_DEFAULT_NULLS = frozenset({"null", "NULL", "n/a", "N/A", "NaN", "None"})
_BOOLEANS = frozenset({"true", "false", "yes", "no", "y", "n", "t", "f", "0", "1", "sim", "nao", "não"})
_NOTHING = frozenset(
    "select|unknown|none|nil|na|n/a|#n/a|null|nan|-|--|---|?|??|tbd|tba|tbc|undefined|missing|blank|(blank)|empty|"
    "unspecified|desconhecido|not set|not available|not specified|not applicable|not provided|please select|"
    "no data".split("|")
)
_NOTHING_FIGURES = frozenset({"999", "9999", "99999", "999999", "-1", "-99", "-999"})

_NUMBERED = frozenset(
    "id no nr number nummer num code ref reference order invoice transaction purchase booking deal auftrag auftrags "
    "bestellung bestell beleg rechnung rechnungs numero commande facture pedido factura fatura sale".split()
)
"""Words in the name of a field that numbers the records."""
_STEADY = 0.9


class Shape(StrEnum):
    """What most values of a column look like."""

    BLANK = "blank"
    DATE = "date"
    MONEY = "money"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CURRENCY = "currency"
    EMAIL = "email"
    LINK = "link"
    ID = "id"
    WORDS = "words"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProfile:
    """One column of a file. Counts are records; `distinct` and `words` leave blanks and NULL words out."""

    name: str
    position: int
    rows: int
    filled: int
    distinct: int
    shape: Shape
    examples: tuple[str, ...] = ()
    words: tuple[tuple[str, int], ...] = ()
    """Every value and its count where there are at most 60, else the commonest."""
    dates: DateStyle | None = None
    figures: FigureStyle | None = None
    null_words: tuple[tuple[str, int], ...] = ()
    sketch: tuple[int, ...] = ()
    """The smallest hashes of the distinct values, to compare the values of two columns."""
    sketch_cut: int = 1 << 64
    """Hashes below this are all in the sketch, unless it is full."""
    repeated: int = 0
    """Values that stand in several records; counted for fields named like numbers of records only."""
    sharing: int = 0
    """Records that hold one of the repeated values."""
    steady: frozenset[str] = frozenset()
    """Fields that hold one value (or none) in all records of nearly every repeated value."""

    @property
    def filled_share(self) -> float:
        """Share of the records that hold a value."""
        return self.filled / self.rows if self.rows else 0.0

    @property
    def unique(self) -> bool:
        """Every record has a value and no two the same: it can be a key."""
        return self.rows > 0 and self.distinct == self.rows

    @property
    def figures_in_words(self) -> str:
        """How full and varied the column is, for a person.

        >>> ColumnProfile(name="s", position=0, rows=10, filled=10, distinct=3, shape=Shape.TEXT).figures_in_words
        '3 distinct in 10 rows'
        """
        gap = "" if self.filled == self.rows else f", {self.rows - self.filled:,} blank"
        return f"{self.distinct:,} distinct in {self.rows:,} rows{gap}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileProfile:
    """One file and its columns. `files` are the paths or patterns the mapping will name."""

    name: str
    columns: tuple[ColumnProfile, ...]
    rows: int
    files: tuple[str, ...] = ()
    sampled: bool = False

    @property
    def stem(self) -> str:
        """The file's name without folder and ending."""
        return self.name.rsplit("/", 1)[-1].split(".")[0]

    @property
    def header(self) -> tuple[str, ...]:
        """The column names as received."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> ColumnProfile | None:
        """The column of that name, None when the file has none."""
        return next((column for column in self.columns if column.name == name), None)


def profile(
    con: duckdb.DuckDBPyConnection, table: TextTable, *, files: Sequence[str] = (), sample_rows: int = SAMPLE_ROWS
) -> FileProfile:
    """Profile one file that was read; `files` is how the mapping will name it (default: the table's name)."""
    scan(con, table).create_view("draft_scan", replace=True)
    columns = (table.line_column, *table.columns) if table.line_column is not None else table.columns
    try:
        named = files or (table.name,)
        whole = profile_relation(con, "draft_scan", columns, name=table.name, files=named, sample_rows=sample_rows)
    finally:
        con.execute("DROP VIEW IF EXISTS draft_scan")
    if table.line_column is None:
        return whole
    return replace(whole, columns=tuple(replace(one, position=one.position - 1) for one in whole.columns[1:]))


def profile_relation(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    columns: Sequence[str],
    *,
    name: str,
    files: Sequence[str] = (),
    sample_rows: int = SAMPLE_ROWS,
) -> FileProfile:
    """Profile the rows of a DuckDB relation whose all-text columns are `columns`, in that order.

    `relation` is SQL of our own (a table name or a subquery); the columns are addressed by position, so a header can
    hold anything.
    """
    aliases = ", ".join(f"c{position}" for position in range(len(columns)))
    named = f"(SELECT {aliases} FROM {relation} AS rows_({aliases}))"
    rows = _count(con, relation)
    sampled = rows > sample_rows
    sample = f"USING SAMPLE reservoir({sample_rows} ROWS) REPEATABLE (1)" if sampled else ""
    con.execute(f"CREATE OR REPLACE TEMP TABLE draft_rows AS SELECT * FROM {named} {sample}")
    seen = min(rows, sample_rows)
    profiles = tuple(_column(con, position, column, seen) for position, column in enumerate(columns))
    profiles = tuple(_with_repeats(con, one, columns) for one in profiles)
    if sampled:
        profiles = _with_full_sketches(con, named, profiles, _TOP // (rows // sample_rows + 1))
    for table in ("draft_rows", "draft_values", "draft_figures"):
        con.execute(f"DROP TABLE IF EXISTS {table}")
    return FileProfile(name=name, columns=profiles, rows=rows, files=tuple(files), sampled=sampled)


def _with_full_sketches(
    con: duckdb.DuckDBPyConnection, named: str, profiles: tuple[ColumnProfile, ...], cut: int
) -> tuple[ColumnProfile, ...]:
    """Sketches of the columns that can hold keys from all rows: two samples would share few values of a long column."""
    keyed = [
        one.position for one in profiles if one.shape in (Shape.ID, Shape.TEXT, Shape.NUMBER) and one.distinct > _WORDS
    ]
    if not keyed:
        return profiles
    hashed = ", ".join(f"{{'position': {position}, 'hashed': hash(trim(c{position}))}}" for position in keyed)
    found = con.execute(
        f"""
        SELECT DISTINCT one.position, one.hashed FROM (SELECT unnest([{hashed}]) AS one FROM {named})
        WHERE one.hashed < {cut}::UBIGINT
        """
    ).fetchall()
    sketches: dict[int, list[int]] = {position: [] for position in keyed}
    for position, value in found:
        sketches[position].append(value)
    return tuple(
        replace(one, sketch=tuple(sorted(sketches[one.position])[:SKETCH]), sketch_cut=cut)
        if one.position in sketches
        else one
        for one in profiles
    )


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    row = con.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def _column(con: duckdb.DuckDBPyConnection, position: int, name: str, rows: int) -> ColumnProfile:
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE draft_values AS
        SELECT trim(c{position}) AS value, count(*) AS n FROM draft_rows
        WHERE trim(c{position}) <> '' AND NOT list_contains($nulls, trim(c{position})) GROUP BY 1
        """,
        {"nulls": sorted(_DEFAULT_NULLS)},
    )
    totals = con.execute("SELECT coalesce(sum(n), 0), count(*) FROM draft_values").fetchone() or (0, 0)
    filled, distinct = int(totals[0]), int(totals[1])
    common = con.execute(f"SELECT value, n FROM draft_values ORDER BY n DESC, value LIMIT {_EXAMPLES}").fetchall()
    values = [value for value, _ in common]
    in_codes = sum(count for value, count in common if value in CURRENCIES)
    dates = detect_dates(con, values) if filled else None
    figures = detect_figures(con) if filled and dates is None else None
    coded = in_codes > filled / 2
    shape = _shape(values, filled=filled, distinct=distinct, dates=dates, figures=figures, coded=coded)
    return ColumnProfile(
        name=name,
        position=position,
        rows=rows,
        filled=filled,
        distinct=distinct,
        shape=shape,
        examples=tuple(_shown(value) for value in values[:3]),
        words=tuple(common[:_WORDS]),
        dates=dates,
        figures=figures,
        null_words=_null_words(common, figures, rows),
        sketch=_sketch(con) if shape is not Shape.BLANK else (),
    )


def _with_repeats(con: duckdb.DuckDBPyConnection, column: ColumnProfile, names: Sequence[str]) -> ColumnProfile:
    """How often the numbers of records repeat, and what stays the same within the repeats."""
    keyish = _NUMBERED.intersection(words(column.name)) and column.filled_share >= 0.99
    if not keyish or not 1 < column.distinct < column.filled or column.distinct < 0.02 * column.filled:
        return column
    texts = [f"nullif(trim(c{position}), '')" for position in range(len(names))]
    steady = ", ".join(
        f"coalesce(avg(CASE WHEN low{at} IS NOT DISTINCT FROM high{at} THEN 1 ELSE 0 END), 0)"
        for at in range(len(names))
    )
    bounds = ", ".join(f"min({text}) AS low{at}, max({text}) AS high{at}" for at, text in enumerate(texts))
    row = con.execute(
        f"""
        WITH repeats AS (
          SELECT count(*) AS n, {bounds} FROM draft_rows WHERE {texts[column.position]} IS NOT NULL
          GROUP BY {texts[column.position]} HAVING count(*) > 1
        )
        SELECT count(*), coalesce(sum(n), 0), {steady} FROM repeats
        """
    ).fetchone()
    if row is None:
        return column
    agreeing = frozenset(name for name, share in zip(names, row[2:], strict=True) if share >= _STEADY)
    return replace(column, repeated=int(row[0]), sharing=int(row[1]), steady=agreeing)


def _shown(value: str) -> str:
    """One short line of a value, safe for a terminal and a comment."""
    line = "".join(letter if letter.isprintable() else " " for letter in value)
    return line if len(line) <= 40 else line[:37] + "..."


def _sketch(con: duckdb.DuckDBPyConnection) -> tuple[int, ...]:
    rows = con.execute(f"SELECT hash(value) FROM draft_values ORDER BY 1 LIMIT {SKETCH}").fetchall()
    return tuple(int(row[0]) for row in rows)


def overlap(mine: ColumnProfile, theirs: ColumnProfile) -> float:
    """Share of my distinct values that occur among theirs, from the sketches; 0 where too few can be compared."""
    if not mine.sketch or not theirs.sketch:
        return 0.0
    cut = min(_known_below(mine), _known_below(theirs))
    compared = [value for value in mine.sketch if value < cut]
    return len(set(compared) & set(theirs.sketch)) / len(compared) if compared else 0.0


def _known_below(column: ColumnProfile) -> int:
    full = len(column.sketch) >= SKETCH
    return min(column.sketch_cut, column.sketch[-1] + 1) if full else column.sketch_cut


def _shape(
    values: Sequence[str],
    *,
    filled: int,
    distinct: int,
    dates: DateStyle | None,
    figures: FigureStyle | None,
    coded: bool,
) -> Shape:
    if not filled:
        return Shape.BLANK
    if dates is not None:
        return Shape.DATE
    if distinct <= 2 and {value.lower() for value in values} <= _BOOLEANS:
        return Shape.BOOLEAN
    if figures is not None:
        return Shape.MONEY if figures.signed else Shape.NUMBER
    return Shape.CURRENCY if coded else _text_shape(values, filled=filled, distinct=distinct)


_TEXT_SHAPES: tuple[tuple[Shape, str], ...] = (
    (Shape.EMAIL, r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    (Shape.LINK, r"(https?://|www\.)\S+"),
    (Shape.ID, r"(?=\S*\d)(?=.{4,})[\w./:\-]+"),
)


def _text_shape(values: Sequence[str], *, filled: int, distinct: int) -> Shape:
    for shape, pattern in _TEXT_SHAPES:
        fits = sum(1 for value in values if re.fullmatch(pattern, value))
        if fits >= 0.9 * len(values) and (shape is not Shape.ID or distinct > 5):
            return shape
    few = distinct <= _WORDS and distinct < filled and (distinct <= 0.5 * filled or distinct <= 3)
    return Shape.WORDS if few else Shape.TEXT


def _null_words(
    common: Sequence[tuple[str, int]], figures: FigureStyle | None, rows: int
) -> tuple[tuple[str, int], ...]:
    """Words and figures that stand for 'nothing' in forms and exports: 'Select', 'unknown', 999."""
    found = [(value, n) for value, n in common if value.lower() in _NOTHING]
    if figures is not None:
        edge = {f"{figures.low:.0f}", f"{figures.high:.0f}"}
        found += [
            (value, n)
            for value, n in common
            if value in _NOTHING_FIGURES and value in edge and n >= max(3, rows // 200)
        ]
    return tuple(found)
