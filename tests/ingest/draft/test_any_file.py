"""Whatever a file holds, a draft is made, every column is accounted for, and what it writes can be read."""

import csv
import io
import tempfile
from pathlib import Path

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bothsides.ingest.draft import FileProfile, draft, write_draft
from bothsides.ingest.draft.profile import profile_relation
from bothsides.ingest.draft.synonyms import SYNONYMS
from bothsides.ingest.mapping_file import load_mapping

_KNOWN = sorted({name for columns in SYNONYMS.values() for names in columns.values() for name in names.split("|")})
_NAMES = st.one_of(st.sampled_from(_KNOWN), st.text(max_size=12))
_VALUES = st.one_of(
    st.text(max_size=8),
    st.dates().map(str),
    st.integers().map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str),
    st.sampled_from(["", "NULL", "£5.00", "R$ 1.000,50", "yes", "EUR", "Closed Won", "buyer", "01/02/2024", "999"]),
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    names = draw(st.lists(_NAMES, min_size=1, max_size=8, unique_by=lambda name: name.lower()))
    rows = draw(st.lists(st.lists(_VALUES, min_size=len(names), max_size=len(names)), max_size=8))
    return names, rows


def as_profile(con: duckdb.DuckDBPyConnection, name: str, names: list[str], rows: list[list[str]]) -> FileProfile:
    aliases = ", ".join(f"c{position} VARCHAR" for position in range(len(names)))
    con.execute(f"CREATE OR REPLACE TABLE given ({aliases})")
    for row in rows:
        con.execute(f"INSERT INTO given VALUES ({', '.join('?' * len(row))})", [cell.replace("\0", "") for cell in row])
    return profile_relation(con, "given", names, name=name, files=(name,))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    files=st.lists(tables(), min_size=1, max_size=3), stem=st.sampled_from(["orders", "leads", "x", "accounts", "fees"])
)
def test_every_column_is_mapped_or_listed_and_the_text_loads(
    files: list[tuple[list[str], list[list[str]]]], stem: str
) -> None:
    with duckdb.connect() as con, tempfile.TemporaryDirectory() as folder:
        profiles = [as_profile(con, f"{stem}{n}.csv", names, rows) for n, (names, rows) in enumerate(files)]
        drafted = draft(profiles, currency="EUR")
        for profile in profiles:
            told = {field for skipped in drafted.skipped if skipped.file == profile.name for field in skipped.fields}
            for source in drafted.sources:
                inputs = source.reshape.inputs[0][1] if source.reshape else source.files
                if profile.name in inputs:
                    told |= {field.field for field in source.unmapped}
                    told |= {field for table in source.tables for field in table.used_fields}
                    told |= {name for name in profile.header if source.reshape and f'"{name}"' in source.reshape.sql}
            assert set(profile.header) <= told
        for path in write_draft(drafted, Path(folder) / "acme"):
            if path.suffix == ".toml" and path.parent.name == "mapping":
                load_mapping(path)


def test_the_property_would_see_a_lost_column() -> None:
    text = io.StringIO()
    csv.writer(text).writerow(["order id", "zzz"])
    with duckdb.connect() as con:
        drafted = draft([as_profile(con, "orders.csv", ["order id", "zzz"], [["1", "a"], ["2", "b"]])])
    told = {field for skipped in drafted.skipped for field in skipped.fields}
    assert told == {"order id", "zzz"}
