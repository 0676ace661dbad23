"""A desk over the example agreement, in each of the two databases."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.happenings import Happening, Moved, Touched, record
from bothsides.leads.desk.looking import look, proven
from bothsides.leads.desk.opening import open_desk
from bothsides.leads.desk.taking import Taken, take
from bothsides.leads.intake import Lead, Source, read_lead
from bothsides.logbook import Logbook, Written, claim, rebuild, standing
from bothsides.schema.instant import Instant, instant
from bothsides.schema.stage import LeadStage
from bothsides.workspace import Settings, Workspace

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "desk-agreement"


def at(text: str) -> Instant:
    """A moment of 2026 in UTC, such as 03-31T09:00."""
    return instant(datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC))


BUYER = {
    "side": "buyer",
    "company": "Harland Pumps Ltd",
    "name": "Joan Harland",
    "email": "joan@harlandpumps.example",
    "country": "GB",
    "deal_size": 12_000,
    "employees": 120,
}


def call(
    lead_id: str, moment: Instant, *, name: str = "t1", direction: str = "out", automated: bool = False
) -> Touched:
    """A call to a lead, or its answer."""
    return Touched(
        touch_id=name,
        lead_id=lead_id,
        kind="call",
        direction=direction,
        occurred_at=moment,
        automated=automated,
        by="x",
    )


def won(lead_id: str, by: str, moment: Instant, *, amount: int) -> Moved:
    """A deal that was won, its amount in minor units."""
    return Moved(
        lead_id=lead_id,
        stage=LeadStage.CLOSED_WON,
        occurred_at=moment,
        by=by,
        reason="price",
        objections=("none",),
        amount=amount,
    )


@dataclass(kw_only=True)
class Desk:
    """The desk with a clock of its own."""

    agreed: Agreed
    logbook: Logbook
    now: Instant
    count: int = field(default=0)

    def lead(self, **changed: Any) -> Lead:
        """A buyer's lead with other values; one that asked for a demo and a quote an hour ago unless said otherwise."""
        self.count += 1
        raw = {"id": f"L{self.count}", **BUYER, **changed}
        raw.setdefault("events", ["demo_requested", "quote_requested"])
        raw["events"] = [{"event": name, "occurred_at": _iso(self.now - 3600)} for name in raw["events"]]
        read = read_lead(raw, Source(name="web-form"), workspace="acme", now=self.now, ahead=300)
        assert isinstance(read, Lead), read
        return read

    def take(self, *leads: Lead) -> list[Taken]:
        with self.logbook.writing() as book:
            return take(book, self.agreed, leads, now=self.now)

    def take_one(self, **changed: Any) -> Taken:
        (taken,) = self.take(self.lead(**changed))
        return taken

    def record(self, *happenings: Happening) -> int:
        with self.logbook.writing() as book:
            return record(book, self.agreed, happenings, now=self.now)

    def until(self, moment: Instant) -> int:
        """Time goes by: everything due until then is looked at, as often as it takes."""
        self.now = moment
        lines = 0
        while True:
            with self.logbook.writing() as book:
                timers = claim(book, now=moment, limit=100) or proven(book, limit=100)
                if not timers:
                    return lines
                lines += look(book, self.agreed, timers, now=moment)

    def folds_alike(self) -> bool:
        """Whether the tables made anew from the journal are those that stand."""
        with self.logbook.writing() as book:
            before = standing(book)
            rebuild(book)
            return standing(book) == before

    def history(self, lead_id: str) -> list[Written]:
        with self.logbook.reading() as book:
            return book.history(lead_id)

    def kinds(self, lead_id: str) -> list[str]:
        return [line.kind.value for line in self.history(lead_id)]

    def rows(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        with self.logbook.reading() as book:
            return book.all(statement, *parameters)

    def fields(self, lead_id: str) -> Mapping[str, Any]:
        (row,) = self.rows("SELECT fields FROM leads WHERE lead_id = ?", lead_id)
        found: Mapping[str, Any] = json.loads(row[0])
        return found

    def row(self, lead_id: str) -> Mapping[str, Any]:
        names = (
            "stage, is_open, owner, queue, band, score, attempts, first_touch_at, disposition, recycles, merged_into"
        )
        (row,) = self.rows(f"SELECT {names} FROM leads WHERE lead_id = ?", lead_id)
        return dict(zip(names.split(", "), row, strict=True))


def _iso(moment: Instant) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()


@pytest.fixture
def desk(logbook: Logbook, tmp_path: Path) -> Desk:
    workspace = Workspace.create(tmp_path / "acme", Settings(name="acme", currency="GBP", time_zone="Europe/London"))
    shutil.copytree(EXAMPLE, workspace.agreement_dir)
    now = at("03-31T09:00")  # a Tuesday, 10:00 in London
    return Desk(agreed=open_desk(workspace, logbook, now=now), logbook=logbook, now=now)
