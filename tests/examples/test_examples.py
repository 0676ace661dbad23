"""The example workspaces are what init drafts from the public files, hold no data, and load to the known answers."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from bothsides.connectors.files import locate, read
from bothsides.ingest import SyncReport, load_mappings, sync
from bothsides.ingest.draft import Draft, draft, profile
from bothsides.ingest.draft.write import draft_texts
from bothsides.warehouse import open_reader
from bothsides.workspace import Workspace

EXAMPLES = Path(__file__).parents[2] / "examples"
PATTERNS = {
    "uk-digital-marketplace": ["uk-digital-marketplace/*.csv"],
    "olist": ["olist/*.csv", "olist/*.parquet", "olist/orders_sample/*.csv"],
}
NOW = datetime(2026, 1, 5, tzinfo=UTC)
Synced = tuple[SyncReport, duckdb.DuckDBPyConnection]


def without_values(made: Draft) -> Draft:
    """The draft without examples: no row of the public files stands in this repository."""
    return replace(
        made,
        sources=tuple(
            replace(
                source,
                tables=tuple(
                    replace(table, columns=tuple(replace(column, examples=()) for column in table.columns))
                    for table in source.tables
                ),
            )
            for source in made.sources
        ),
    )


@pytest.mark.real_data
@pytest.mark.parametrize("name", PATTERNS)
def test_an_example_is_what_init_drafts(name: str, real_data: Path, tmp_path: Path) -> None:
    with duckdb.connect() as con:
        profiles = [
            profile(con, read(file, spool_dir=tmp_path), files=(f"${{BOTHSIDES_DATA}}/{file.name}",))
            for file in locate(PATTERNS[name], real_data)
        ]
    for path, text in draft_texts(without_values(draft(profiles)), EXAMPLES / name).items():
        assert path.read_text(encoding="utf-8") == text, path


@pytest.mark.parametrize("name", PATTERNS)
def test_an_example_holds_configuration_only(name: str) -> None:
    written = sorted(path.name for path in (EXAMPLES / name / "mapping").iterdir())
    assert {Path(file).suffix for file in written} <= {".toml", ".sql"}
    assert Workspace.open(EXAMPLES / name).settings.name == name
    for mapping in load_mappings(EXAMPLES / name / "mapping"):
        files = [*mapping.files, *(file for _, inputs in mapping.inputs for file in inputs)]
        assert all(file.startswith("${BOTHSIDES_DATA}/") for file in files)


@pytest.mark.parametrize("name", PATTERNS)
def test_a_readme_says_where_the_data_come_from_and_under_which_licence(name: str) -> None:
    text = (EXAMPLES / name / "README.md").read_text(encoding="utf-8")
    for needed in ("## Where the data come from", "BOTHSIDES_DATA", "bothsides sync", "## The answers"):
        assert needed in text
    assert "Open Government Licence" in text or "CC BY-NC-SA 4.0" in text


@pytest.fixture(scope="module")
def synced(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Synced]:
    """An example loaded into a folder of its own, once."""
    done: dict[str, Synced] = {}

    def load(name: str) -> Synced:
        if name not in done:
            folder = tmp_path_factory.mktemp("examples") / name
            shutil.copytree(EXAMPLES / name / "mapping", folder / "mapping")
            shutil.copy(EXAMPLES / name / "bothsides.toml", folder)
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("BOTHSIDES_DATA", str(real_data))
                report = sync(Workspace.open(folder), now=NOW, refresh=lambda _: None)
            done[name] = (report, open_reader(Workspace.open(folder).warehouse_path))
        return done[name]

    return load


def rows(synced: Synced, query: str) -> list[tuple[object, ...]]:
    return synced[1].execute(query).fetchall()


@pytest.mark.real_data
def test_every_ledger_line_is_booked_to_the_penny(synced: Callable[[str], Synced]) -> None:
    uk = synced("uk-digital-marketplace")
    ledger = next(source for source in uk[0].sources if (source.source, source.table) == ("ledger", "orders"))
    assert (ledger.read, ledger.new, ledger.quarantined) == (13_492, 13_492, 0)
    assert ledger.rounding_difference == Decimal("0.0115")
    assert rows(uk, "SELECT count(*), sum(amount) FROM orders") == [(13_492, 21_745_567_438)]
    assert rows(uk, "SELECT count(DISTINCT supplier_id), count(DISTINCT buyer_id) FROM orders") == [(343, 524)]
    assert rows(uk, "SELECT first_on::VARCHAR, last_on::VARCHAR FROM watermarks WHERE table_name = 'orders'") == [
        ("2012-04-01", "2014-06-30")
    ]


@pytest.mark.real_data
def test_quarters_of_the_ledger(synced: Callable[[str], Synced]) -> None:
    quarters = rows(
        synced("uk-digital-marketplace"),
        "SELECT round(sum(amount) / 1e8, 2), count(DISTINCT supplier_id), count(DISTINCT buyer_id) FROM orders "
        "GROUP BY date_trunc('quarter', placed_on) ORDER BY date_trunc('quarter', placed_on)",
    )
    assert [gmv for gmv, _, _ in quarters] == [1.19, 2.31, 3.59, 11.20, 15.09, 23.44, 37.57, 62.22, 60.84]
    assert [suppliers for _, suppliers, _ in quarters] == [23, 27, 47, 80, 107, 143, 199, 243, 241]
    assert [buyers for _, _, buyers in quarters] == [39, 38, 61, 108, 120, 162, 206, 269, 278]


@pytest.mark.real_data
def test_requests_share_their_companies_with_the_ledger(synced: Callable[[str], Synced]) -> None:
    uk = synced("uk-digital-marketplace")
    assert rows(uk, "SELECT count(*), sum(responses), count(supplier_id) FROM quotes") == [(2_118, 31_467, 606)]
    assert rows(uk, "SELECT count(*) FROM quotes WHERE status = 'awarded' AND supplier_id IS NULL") == [(10,)]
    met = "SELECT count(DISTINCT buyer_id) FROM quotes WHERE buyer_id IN (SELECT buyer_id FROM orders)"
    assert rows(uk, met) == [(67,)]
    assert rows(uk, "SELECT count(*) - count(DISTINCT account_id) FROM accounts WHERE superseded_in IS NULL") == [(0,)]
    assert rows(uk, "SELECT category, count(*) FROM orders GROUP BY 1 ORDER BY 2 DESC") == [
        ("Specialist services", 9_184),
        ("SaaS", 2_067),
        ("IaaS", 1_992),
        ("PaaS", 249),
    ]


@pytest.mark.real_data
def test_olist_funnel(synced: Callable[[str], Synced]) -> None:
    olist = synced("olist")
    assert rows(olist, "SELECT count(*), count(account_id) FROM leads") == [(8_000, 380)]
    assert rows(olist, "SELECT stage, count(*) FROM stage_changes GROUP BY 1 ORDER BY 1") == [
        ("closed_won", 842),
        ("mql", 8_000),
    ]
    days = rows(
        olist,
        "SELECT round(median(epoch(won.changed_at) - epoch(mql.changed_at)) / 86400, 1), "
        "count(*) FILTER (won.changed_at < mql.changed_at) FROM stage_changes AS won "
        "JOIN stage_changes AS mql USING (lead_id) WHERE won.stage = 'closed_won' AND mql.stage = 'mql'",
    )
    assert days == [(14.7, 1)]
    by_origin = rows(
        olist,
        "SELECT channel, count(*), count(won.lead_id) FROM leads LEFT JOIN stage_changes AS won "
        "ON won.lead_id = leads.lead_id AND won.stage = 'closed_won' GROUP BY 1 ORDER BY 2 DESC LIMIT 3",
    )
    assert by_origin == [("organic_search", 2_296, 271), ("paid_search", 1_586, 195), ("social", 1_350, 75)]


@pytest.mark.real_data
def test_olist_orders_are_a_declared_sample_and_all_accounted_for(synced: Callable[[str], Synced]) -> None:
    olist = synced("olist")
    orders = next(source for source in olist[0].sources if (source.source, source.table) == ("orders", "orders"))
    assert orders.sample
    assert (orders.read, orders.new, orders.quarantined) == (8_208, 7_433, 775)
    assert rows(olist, "SELECT count(*), sum(amount), sum(shipping) FROM orders") == [(7_433, 109_326_435, 17_228_839)]
    assert rows(olist, "SELECT DISTINCT status, sample_weight FROM orders WHERE status = 'completed'") == [
        ("completed", 18.654)
    ]
    assert rows(olist, "SELECT side, count(*) FROM accounts GROUP BY 1 ORDER BY 1") == [
        ("buyer", 7_263),
        ("supplier", 3_095),
    ]
