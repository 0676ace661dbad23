"""The journal as a source: copied by line, the same however often, corrected by what came later."""

import shutil

import pytest
from tests.ingest.desk.conftest import DeskedMarket

from bothsides.ingest import SyncRefused
from bothsides.leads.desk.happenings import Judged, Touched
from bothsides.logbook import Entry, Kind
from bothsides.schema.instant import HOUR
from bothsides.schema.tables.desk import DESK_TABLES


def test_a_worked_lead_is_there_after_a_sync(desked: DeskedMarket) -> None:
    desk = desked.desk
    lead = desk.take_one().lead_id
    touch = Touched(touch_id="t1", lead_id=lead, kind="call", direction="out", occurred_at=desk.now + 2 * HOUR, by="x")
    desk.until(desk.now + 2 * HOUR)
    desk.record(touch)
    desk.record(Judged(lead_id=lead, verdict="accepted", reason="", by="x", occurred_at=desk.now))
    report = desked.sync()
    assert all(one.read == one.new + one.changed + one.unchanged + one.quarantined for one in report.sources)
    assert {one.source: one.quarantined for one in report.sources if one.quarantined} == {}
    assert desked.rows("SELECT side, name, region IS NULL, owner IS NOT NULL FROM leads") == [
        ("buyer", "Harland Pumps Ltd", True, True)
    ]
    assert desked.rows("SELECT stage FROM stage_changes ORDER BY changed_at, change_id IS NULL") == [
        ("mql",),
        ("sales_qualified",),
    ]
    assert desked.rows("SELECT kind, direction, automated, occurred_at::VARCHAR FROM touches") == [
        ("call", "out", False, "2026-03-31 11:00:00")
    ]
    (first,) = desked.rows(
        "SELECT side, owed_by, state, due_at::VARCHAR, met_at::VARCHAR FROM sla_clocks WHERE kind = 'first_touch'"
    )
    assert first == ("buyer", "sales", "met", "2026-04-01 09:15:00", "2026-03-31 11:00:00")
    assert desked.rows("SELECT verdict, band FROM lead_feedback") == [("accepted", "sales")]
    assert desked.rows("SELECT is_new_round, ended_at FROM assignments") == [(True, None)]


TABLES = ("leads", "stage_changes", "touches", *(table.name for table in DESK_TABLES))


def quarter(desked: DeskedMarket) -> list[str]:
    """Three leads: one called in time, one never, one of the first one's company later."""
    desk = desked.desk
    called = desk.take_one().lead_id
    left = desk.take_one(company="Rowe Foods", name="Ann Rowe", email="ann@rowefoods.example").lead_id
    desk.until(desk.now + HOUR)
    desk.record(
        Touched(touch_id="t1", lead_id=called, kind="call", direction="out", occurred_at=desk.now, by="x"),
        Touched(touch_id="t2", lead_id=called, kind="email", direction="in", occurred_at=desk.now),
        Judged(lead_id=called, verdict="accepted", reason="", by="x", occurred_at=desk.now),
    )
    return [called, left]


def test_the_same_sync_again_changes_nothing(desked: DeskedMarket) -> None:
    quarter(desked)
    desked.sync()
    before = {name: desked.table(name) for name in TABLES}
    again = desked.sync()
    assert {one.source: one.read for one in again.sources if one.source.startswith("desk:")} == {"desk:leads": 0}
    assert again.notes == ()
    assert {name: desked.table(name) for name in TABLES} == before


def test_it_goes_on_from_the_last_published_line_and_copies_again_what_a_lost_load_held(desked: DeskedMarket) -> None:
    quarter(desked)
    desked.sync()
    desk = desked.desk
    desk.until(desk.now + 240 * HOUR)
    second = desked.sync()
    changed = {one.table: (one.new, one.changed, one.unchanged) for one in second.sources}
    assert changed["leads"] == (0, 1, 1)  # one went back to marketing
    assert changed["sla_clocks"][1] > 0
    before = {name: desked.table(name) for name in TABLES}
    (desked.workspace.raw_dir / "loads" / "1.json").unlink()
    third = desked.sync()
    assert {one.table: one.new + one.changed for one in third.sources if one.table in TABLES} == dict.fromkeys(
        TABLES, 0
    )
    assert {one.table: one.unchanged for one in third.sources}["touches"] == 2
    assert {name: desked.table(name) for name in TABLES} == before


def test_the_warehouse_is_made_again_from_raw(desked: DeskedMarket) -> None:
    quarter(desked)
    desked.sync()
    desked.desk.until(desked.desk.now + 240 * HOUR)
    desked.sync()
    before = {name: desked.rows(f"SELECT * FROM {name} ORDER BY ALL") for name in TABLES}
    desked.workspace.warehouse_path.unlink()
    desked.sync()
    assert {name: desked.rows(f"SELECT * FROM {name} ORDER BY ALL") for name in TABLES} == before


def test_a_miss_taken_back_is_a_later_version_of_the_same_clock(desked: DeskedMarket) -> None:
    _, left = quarter(desked)
    desk = desked.desk
    began = desk.now
    desk.until(began + 80 * HOUR)
    desked.sync()
    query = (
        "SELECT c.loaded_in, breached_at IS NOT NULL, reversed_at IS NOT NULL, met_at <= due_at FROM sla_clocks c"
        " JOIN leads l USING (lead_id) WHERE l.name = 'Rowe Foods' AND kind = 'first_touch'"
        " AND l.superseded_in IS NULL ORDER BY 1"
    )
    assert desked.rows(query) == [(1, True, False, None)]
    desk.record(Touched(touch_id="late", lead_id=left, kind="call", direction="out", occurred_at=began + HOUR, by="x"))
    desked.sync()
    assert desked.rows(query) == [(1, True, False, None), (2, True, True, True)]


def test_a_lead_merged_later_is_one_lead_with_all_that_belonged_to_both(desked: DeskedMarket) -> None:
    stays, goes = quarter(desked)
    desked.sync()
    desk = desked.desk
    data = {"absorbed": goes, "fields": {"company": "Harland Pumps Ltd"}, "keys": []}
    with desk.logbook.writing() as book:
        book.post([Entry(kind=Kind.LEADS_MERGED, subject=stays, at=desk.now, data=data, key="m")], now=desk.now)
    desked.sync(facts=True)
    assert desked.rows("SELECT count(*) FROM fact_leads") == [(1,)]
    for name in ("stage_changes", "assignments", "sla_clocks"):
        assert desked.rows(f"SELECT count(DISTINCT lead_id) FROM {name} WHERE superseded_in IS NULL") == [(1,)]
    with desk.logbook.writing() as book:
        undone = data | {"absorbed_open": 1, "keys_gone": []}
        book.post([Entry(kind=Kind.MERGE_UNDONE, subject=stays, at=desk.now, data=undone, reverses="m")], now=desk.now)
    desked.sync(facts=True)
    assert desked.rows("SELECT count(*) FROM fact_leads") == [(2,)]
    assert desked.rows("SELECT count(DISTINCT lead_id) FROM assignments WHERE superseded_in IS NULL") == [(2,)]


def test_a_lead_that_came_in_twice_was_always_one(desked: DeskedMarket) -> None:
    taken = desked.desk.take(desked.desk.lead(), desked.desk.lead())
    assert [one.outcome for one in taken] == ["new", "merged"]
    desked.sync()
    assert desked.rows("SELECT count(*) FROM leads") == [(1,)]


CRM = """
files = ["leads.csv"]
[[table]]
name = "leads"
key = ["id"]
[table.columns]
side = "side"
created_at = "day"
"""


def test_a_crm_mapping_beside_the_desk_is_refused_with_the_way_in(desked: DeskedMarket) -> None:
    (desked.workspace.mappings_dir / "crm.toml").write_text(CRM, encoding="utf-8")
    with pytest.raises(SyncRefused, match="comes from the logbook alone; take these records in as leads"):
        desked.sync()


def test_the_tables_change_hands_whole(desked: DeskedMarket) -> None:
    quarter(desked)
    desked.sync()
    settings = desked.workspace.folder / "bothsides.toml"
    by_desk = settings.read_text(encoding="utf-8")
    settings.write_text(by_desk.replace('leads = "desk"', 'leads = "crm"'), encoding="utf-8")
    (desked.workspace.mappings_dir / "crm.toml").write_text(CRM, encoding="utf-8")
    (desked.workspace.folder / "leads.csv").write_text("id,side,day\n1,buyer,2026-01-05\n", encoding="utf-8")
    desked.reopen()
    desked.sync()
    assert desked.rows('SELECT DISTINCT "source" FROM leads WHERE superseded_in IS NULL') == [("crm",)]
    assert desked.table("touches") == desked.table("sla_clocks") == []
    settings.write_text(by_desk, encoding="utf-8")
    (desked.workspace.mappings_dir / "crm.toml").unlink()
    desked.reopen()
    desked.sync()
    assert desked.rows('SELECT count(*), min("source") FROM leads WHERE superseded_in IS NULL') == [(2, "desk:leads")]
    assert len(desked.table("touches")) == 2


def test_a_logbook_that_is_gone_or_older_is_told(desked: DeskedMarket) -> None:
    path = desked.workspace.folder / "logbook.sqlite"
    quarter(desked)
    desked.desk.logbook.close()
    shutil.copy(path, path.with_suffix(".kept"))
    desked.desk.take_one(company="Third", email="c@third.example", name="Cy Third")
    desked.sync()
    desked.desk.logbook.close()
    whole = path.rename(path.with_suffix(".whole"))
    with pytest.raises(SyncRefused, match="has no logbook any more"):
        desked.sync()
    path.with_suffix(".kept").rename(path)
    assert any("all of it is copied again" in note for note in desked.sync().notes)
    assert whole.exists()
