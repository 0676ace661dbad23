"""Six weeks that were worked at a desk, and changed agreements to run it through again."""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bothsides.leads.desk.opening import open_desk
from bothsides.leads.rehearsal import rehearse
from bothsides.leads.replay import Replayed, read_proposed, replay
from bothsides.logbook import Logbook
from bothsides.schema.instant import DAY, HOUR, Instant
from bothsides.simulate.desk import Quarter, quarter
from bothsides.workspace import Settings, Workspace
from bothsides.workspace.stores import open_logbook

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "desk-agreement"
CALENDARS = ("office", "berlin", "lisbon", "marketplace")
FRIDAY = '"monday to thursday" = ["09:00-12:30", "13:15-17:30"]\n"friday" = ["09:00-12:30"]'

Figures = Mapping[tuple[str, str, str], tuple[float | None, float | None]]


def workspace_in(folder: Path) -> Workspace:
    """A workspace with the example agreement."""
    workspace = Workspace.create(folder, Settings(name="fixwell", currency="GBP", time_zone="Europe/London"))
    shutil.copytree(EXAMPLE, workspace.agreement_dir)
    return workspace


def halved(text: str) -> str:
    """The SLA with half the hours for every first touch."""
    clause = r'(clock = "first_touch"\nowed_by = "sales"\nowed_to = "marketing"\nhours = )(\d+)'
    return re.sub(clause, lambda found: f"{found[1]}{int(found[2]) // 2}", text)


def figures(found: Replayed) -> Figures:
    """Before and after by topic, of what, and which."""
    return {(one.topic, one.of, one.what): (one.before, one.after) for one in found.measures}


def changed(found: Replayed) -> set[str]:
    """The topics in which any figure differs."""
    return {one.topic for one in found.measures if one.before != one.after}


@dataclass(kw_only=True)
class Worked:
    """A quarter after it was worked."""

    quarter: Quarter
    until: Instant
    logbook: Logbook
    folder: Path
    count: int = field(default=0)

    def tried(
        self,
        section: str,
        change: Callable[[str], str],
        *,
        since: Instant | None = None,
        until: Instant | None = None,
        seed: str = "1",
        draws: int | None = 1,
    ) -> Replayed:
        """The span through the section as changed."""
        self.count += 1
        folder = self.folder / f"tried-{self.count}"
        folder.mkdir()
        (folder / f"{section}.toml").write_text(change((EXAMPLE / f"{section}.toml").read_text("utf-8")), "utf-8")
        found = read_proposed([folder], time_zone="Europe/London", calendars=CALENDARS)
        first, last = since or self.quarter.opens_at, until or self.until
        return replay(self.logbook, found.versions, since=first, until=last, seed=seed, draws=draws)


@pytest.fixture(scope="session")
def same(worked: Worked) -> Replayed:
    """The whole span through the SLA as it is."""
    return worked.tried("sla", lambda text: text)


@pytest.fixture(scope="session")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worked]:
    small = quarter(7, leads_per_week=30)
    until = small.opens_at + 42 * DAY
    folder = tmp_path_factory.mktemp("replay")
    workspace = workspace_in(folder / "desk")
    logbook = open_logbook(workspace, {}, create=True)
    rehearse(logbook, open_desk(workspace, logbook, now=small.opens_at), small, tick=2 * HOUR, until=until)
    yield Worked(quarter=small, until=until, logbook=logbook, folder=folder)
    logbook.close()
