"""A desk with a history of won and lost leads whose truth is known."""

import hashlib
import math
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.leads.desk.conftest import EXAMPLE, at

from bothsides.leads.desk.adopting import ClosedLead, adopt
from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.looking import look
from bothsides.leads.desk.opening import open_desk
from bothsides.leads.intake import Lead
from bothsides.logbook import Book, Logbook, Written, claim
from bothsides.schema import Side
from bothsides.schema.instant import DAY, HOUR, Instant
from bothsides.workspace import Settings, Workspace

MODELS_TOML = """
closes_within_days = 30
shadow_days = 14
looks_a_year = 4
"""

CATEGORIES = ("pumps", "valves", "tools", "cables")


def drawn(*of: object) -> float:
    """A number from 0 to 1 that is the same for the same words."""
    return int(hashlib.sha256(repr(of).encode()).hexdigest()[:12], 16) / 16**12


def chance(fields: dict[str, Any]) -> float:
    """The truth: the category and the size decide, which the signed points do not know."""
    logit = -1.2 + 1.6 * (fields["category"] in ("pumps", "valves")) + 0.9 * (math.log10(fields["employees"]) - 1.5)
    return 1 / (1 + math.exp(-logit))


def fields(number: int, seed: int = 1) -> dict[str, Any]:
    return {
        "company": f"Company {number}",
        "email": f"buyer{number}@company{number}.example",
        "country": ("GB", "DE", "PL")[int(3 * drawn(seed, "country", number))],
        "category": CATEGORIES[int(4 * drawn(seed, "category", number))],
        "employees": int(10 ** (0.5 + 3 * drawn(seed, "employees", number))),
        "segment": ("enterprise", "mid_market", "small")[int(3 * drawn(seed, "segment", number))],
        "deal_size": int(100_000 * drawn(seed, "deal", number)),
    }


def lead(number: int, created_at: Instant, *, side: Side = Side.BUYER, **more: Any) -> Lead:
    return Lead(
        lead_id=hashlib.sha256(f"{side} {number}".encode()).hexdigest()[:32],
        side=side,
        source="web-form",
        created_at=created_at,
        fields={**fields(number), **more},
    )


@dataclass(kw_only=True)
class ModelDesk:
    """A desk whose clock is the test's."""

    workspace: Workspace
    logbook: Logbook
    now: Instant
    agreed: Agreed = field(init=False)

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        self.agreed = open_desk(self.workspace, self.logbook, now=self.now)

    def adopt(
        self, n: int, *, won: Callable[[int, dict[str, Any]], bool] | None = None, **more: Callable[[bool, int], Any]
    ) -> None:
        """History: leads of the year before, evenly apart; `more` are fields made from the outcome and the number."""
        closed = []
        for number in range(n):
            created = self.now - 400 * DAY + number * 365 * DAY // n
            is_won = won(number, fields(number)) if won else drawn("won", number) < chance(fields(number))
            extra = {name: value for name, make in more.items() if (value := make(is_won, number)) is not None}
            closed_at = created + 5 * DAY + int(20 * DAY * drawn("days", number))
            closed.append(ClosedLead(lead=lead(number, created, **extra), closed_at=closed_at, won=is_won))
        with self.logbook.writing() as book:
            adopt(book, closed, now=self.now)

    def write(self, what: Callable[..., Any], *args: Any, **more: Any) -> Any:
        with self.logbook.writing() as book:
            return what(book, self.agreed, *args, now=self.now, **more)

    def tick(self) -> None:
        """Opens the desk anew and looks at every score that is due; nothing else."""
        self.open()
        with self.logbook.writing() as book:
            due = [timer for timer in claim(book, now=self.now, limit=10_000) if timer.purpose == "score"]
            look(book, self.agreed, due, now=self.now)

    def scores(self) -> dict[str, tuple[Any, ...]]:
        rows = self.rows("SELECT lead_id, score, earned, win_chance FROM leads WHERE is_open = 1 ORDER BY lead_id")
        return {row[0]: row[1:] for row in rows}

    def rows(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        with self.logbook.reading() as book:
            return book.all(statement, *parameters)

    def history(self, lead_id: str) -> list[Written]:
        return self.read(lambda book: book.history(lead_id))  # type: ignore[no-any-return]  # it is what was read

    def read(self, what: Callable[[Book], Any]) -> Any:
        with self.logbook.reading() as book:
            return what(book)


@pytest.fixture
def model_desk(logbook: Logbook, tmp_path: Path) -> ModelDesk:
    workspace = Workspace.create(tmp_path / "acme", Settings(name="acme", currency="GBP", time_zone="Europe/London"))
    shutil.copytree(EXAMPLE, workspace.agreement_dir)
    (workspace.agreement_dir / "models.toml").write_text(MODELS_TOML)
    return ModelDesk(workspace=workspace, logbook=logbook, now=at("04-30T09:00") // HOUR * HOUR)
