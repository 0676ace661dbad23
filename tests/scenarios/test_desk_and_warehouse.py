"""A simulated market and its desk, told to each other for six weeks: the warehouse tells whom the desk meets again, the
desk's work becomes metrics, and what comes to light later changes the present, not what was known before.
"""

import csv
import json
import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from bothsides.cli.app import app
from bothsides.ingest import dump_mapping, identity_mapping, sync
from bothsides.leads.desk.happenings import Judged, Reached, Touched, record
from bothsides.leads.desk.opening import open_desk
from bothsides.leads.desk.taking import take
from bothsides.leads.publishing import hand_over
from bothsides.leads.quality.stored import market_facts
from bothsides.logbook import cells_of
from bothsides.metrics import Query, Value, ask, build_facts, open_store
from bothsides.schema.instant import DAY, HOUR, in_utc
from bothsides.simulate import demo_plan, simulate, write
from bothsides.warehouse import DuckDB
from bothsides.workspace import Settings, Workspace
from bothsides.workspace.stores import open_logbook
from tests.leads.desk.conftest import EXAMPLE, Desk, at

ASKED = ("mql_contact_rate", "follow_up_sla_attainment")
EXPORTS = ("accounts", "orders", "fees", "quotes")
PEOPLE = """
id_space = "marketplace"
files = ["exports/contacts.csv"]
[[table]]
name = "contacts"
key = ["id"]
[table.columns]
account_id = { field = "account", side = "buyer" }
email = "email"
"""


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Story"]:
    folder = tmp_path_factory.mktemp("story") / "acme"
    told = Story(folder)
    told.tell()
    yield told
    told.desk.logbook.close()


class Story:
    """Three syncs: before the desk's first lead, after its weeks, and after proof that came late."""

    def __init__(self, folder: Path) -> None:
        plan = demo_plan(seed=3, orders=1_000)
        settings = Settings(name="acme", currency=plan.currency, leads="desk")
        self.workspace = Workspace.create(folder, settings)
        shutil.copytree(EXAMPLE, self.workspace.agreement_dir)
        for path in write(simulate(plan), folder / "exports", form="csv"):
            if path.suffix == ".csv" and path.stem in EXPORTS:
                with path.open(encoding="utf-8", newline="") as export:
                    columns = next(csv.reader(export))
                mapping = identity_mapping(path.stem, [f"exports/{path.name}"], columns=columns, time_zone="UTC")
                (self.workspace.mappings_dir / f"{path.stem}.toml").write_text(dump_mapping(mapping), encoding="utf-8")
        with (folder / "exports" / "accounts.csv").open(encoding="utf-8", newline="") as export:
            self.known = next(
                row for row in csv.DictReader(export) if row["side"] == "buyer" and row["is_internal"] != "true"
            )
        people = f"id,account,email\np1,{self.known['account_id']},jo@ash.example\n"
        (folder / "exports" / "contacts.csv").write_text(people, encoding="utf-8")
        (self.workspace.mappings_dir / "contacts.toml").write_text(PEOPLE, encoding="utf-8")
        logbook = open_logbook(self.workspace, os.environ, create=True)
        now = at("03-31T09:00")
        self.desk = Desk(agreed=open_desk(self.workspace, logbook, now=now), logbook=logbook, now=now)
        self.leads: dict[str, str] = {}

    def sync(self, *, facts: bool = True) -> None:
        def made(con: duckdb.DuckDBPyConnection) -> None:
            if facts:
                build_facts(DuckDB(con), currency=self.workspace.settings.currency)

        report = sync(self.workspace, now=in_utc(self.desk.now), refresh=made)
        assert not any(one.quarantined for one in report.sources)
        if not facts:
            return
        handed = hand_over(self.workspace, load_id=report.load_id, now=self.desk.now)
        assert handed is not None
        self.snapshot = handed.snapshot.snapshot

    def take(self, name: str, **fields: object) -> None:
        company = fields.pop("company", f"{name} Works")
        lead = self.desk.lead(company=company, name=f"Al {name}", email=f"al@{name.lower()}.example", **fields)
        with self.desk.logbook.writing() as book:
            (taken,) = take(book, self.desk.agreed, [lead], now=self.desk.now, snapshot=self.snapshot)
        self.leads[name] = taken.lead_id

    def record(self, *happenings: Touched | Judged | Reached) -> None:
        with self.desk.logbook.writing() as book:
            record(book, self.desk.agreed, happenings, now=self.desk.now, snapshot=self.snapshot)

    def touched(self, name: str, kind: str, direction: str, after: int) -> Touched:
        moment = at("03-31T09:00") + after
        return Touched(
            touch_id=f"{name}:{after}", lead_id=self.leads[name], kind=kind, direction=direction,  # type: ignore[arg-type] # a literal
            occurred_at=moment, by="x" if direction == "out" else None,
        )  # fmt: skip

    def tell(self) -> None:
        desk = self.desk
        self.sync()
        # 31 March: Ash is called and answers, Bay only called, Cole never; the supplier Dune answers a mail.
        self.take("Ash", company=self.known["name"], country=self.known["country"])
        self.take("Bay")
        self.take("Cole")
        self.take("Dune", side="supplier", events=["demo_requested", "verification_viewed", "logistics_viewed"],
                  sku_count=5_000, employees=400)  # fmt: skip
        desk.until(desk.now + HOUR)
        self.record(self.touched("Ash", "call", "out", HOUR), self.touched("Bay", "call", "out", HOUR))
        self.record(self.touched("Dune", "email", "out", HOUR))
        desk.until(desk.now + DAY)
        self.record(self.touched("Ash", "call", "in", DAY), self.touched("Dune", "email", "in", DAY))
        self.record(Judged(lead_id=self.leads["Ash"], verdict="accepted", reason="", by="x", occurred_at=desk.now))
        # Six weeks go by; a lead in May says that the record goes on.
        desk.until(at("05-11T09:00"))
        self.take("Elm")
        desk.until(desk.now + HOUR)
        self.record(self.touched("Elm", "call", "out", desk.now - at("03-31T09:00")))
        self.sync(facts=False)
        # The phone system was down: Cole had been called on the first day after all.
        self.record(self.touched("Cole", "call", "out", 2 * HOUR))
        self.sync()

    def by_side(self, metric: str, **more: object) -> dict[str | None, Value]:
        known_on = more.pop("known_on", None)
        with open_store(self.workspace.warehouse_path, known_on=known_on) as store:  # type: ignore[arg-type] # a load
            asked = Query(metrics=(metric,), by_side=True, **more)  # type: ignore[arg-type] # days
            return {value.side: value for value in ask(store, asked)}


def test_the_desk_knew_whom_it_met_and_on_which_publish_it_decided(story: Story) -> None:
    (row,) = story.desk.rows("SELECT account_id FROM leads WHERE lead_id = ?", story.leads["Ash"])
    assert row[0] is not None
    with open_store(story.workspace.warehouse_path) as store:
        found = store.engine.rows(
            "SELECT a.name FROM leads l JOIN accounts a ON a.account_id = l.account_id AND a.superseded_in IS NULL"
            " WHERE l.superseded_in IS NULL"
        )
    assert found == [(story.known["name"],)]
    scored = [line for line in story.desk.history(story.leads["Ash"]) if line.kind.value == "scored"]
    assert scored[0].snapshot == 1
    assert scored[0].data["priority"] > 0


def test_each_publish_looks_at_what_one_more_account_brings(story: Story) -> None:
    """A thousand orders leave it open; the second publish, of the same trade, does not reckon it again."""
    with story.desk.logbook.reading() as book:
        first, second = (market_facts(cells_of(book, snapshot), snapshot) for snapshot in (1, 2))
    assert first is not None
    assert second is not None
    assert first.effects_of == second.effects_of != ""
    assert first.whole.extra_fills == ()


def test_the_command_answers_by_month_and_side(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["metrics", ",".join(ASKED), "--by", "month,side", "--from", "2026-03-01", "--to", "2026-03-31", "--json"]
    app([*words, "-w", str(story.workspace.folder)], exit_on_error=False, result_action="return_value")
    told = {(v["metric"], v["side"]): (v["value"], v["n"]) for v in json.loads(capsys.readouterr().out)}
    # Of three buyers one answered, of one supplier one; with the late proof nobody was called too late.
    assert told == {
        ("mql_contact_rate", "buyer"): (pytest.approx(1 / 3), 3),
        ("mql_contact_rate", "supplier"): (1, 1),
    } | {(ASKED[1], side): told[ASKED[1], side] for side in ("buyer", "supplier")}


def test_late_proof_changes_the_present_and_not_what_was_known(story: Story) -> None:
    now = story.by_side("follow_up_sla_attainment")
    then = story.by_side("follow_up_sla_attainment", known_on=2)
    assert [(now[side].value, now[side].n) for side in ("buyer", "supplier")] == [(1, 3), (1, 1)]
    assert [(then[side].value, then[side].n) for side in ("buyer", "supplier")] == [(pytest.approx(2 / 3), 3), (1, 1)]


def test_a_day_asked_for_later_is_answered_as_of_that_day(story: Story) -> None:
    early = story.by_side("mql_contact_rate", as_of=date(2026, 4, 12))
    assert (early["buyer"].value, early["buyer"].n) == (pytest.approx(1 / 3), 3)
    before = story.by_side("follow_up_sla_attainment", as_of=date(2026, 4, 1))
    assert before["buyer"].n == 2, "Cole's call was due, but nothing was decided yet"


def test_what_sales_left_alone_went_back_and_counts(story: Story) -> None:
    decayed = story.by_side("lead_decay_rate", known_on=2)["buyer"]
    assert (decayed.value, decayed.n) == (1, 3), "Ash too: accepted, and then left alone"
    said = story.by_side("sales_feedback_rate")["buyer"]
    assert (said.value, said.n) == (pytest.approx(1 / 3), 3)
