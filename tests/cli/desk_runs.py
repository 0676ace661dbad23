"""The desk's commands run in this process, over a workspace with the example's agreement."""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bothsides.cli.app import app

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "desk-agreement"

NOW = "2026-03-31T09:00"
"""A Tuesday, 10:00 in London."""

VISITORS = """\
Visitor type,Company,Contact,E-mail,Telephone,Country,Interest,Position,deal_size
buyer,Harland Pumps Ltd,Joan Harland,joan@harlandpumps.example,020 7946 0001,GB,pumps,Head of Procurement,60000
buyer,Marsh Valves,Tim Marsh,tim@marshvalves.example,020 7946 0002,GB,valves,Purchasing,9000

supplier,Oakley Bearings,Ada Oakley,ada@oakleybearings.example,020 7946 0003,GB,bearings,Owner,
pirate,Black Flag,Edward Teach,edward@flag.example,,,,,
,,,,,,,,
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRuns:
    """Commands of one workspace."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def text(self, *words: object, at: str | None = NOW) -> str:
        """What a command prints for a person."""
        self.capture.readouterr()
        moment = () if at is None else ("--at", at)
        app([*map(str, words), *moment, "-w", str(self.folder)], exit_on_error=False, print_error=False)
        return self.capture.readouterr().out

    def record(self, *words: object, at: str | None = NOW) -> Any:
        """What it prints for a script."""
        return json.loads(self.text(*words, "--json", at=at))

    def lead(self, **fields: object) -> str:
        """One lead more, from a file of JSON lines; its id."""
        path = self.folder / "one.jsonl"
        path.write_text(json.dumps({"side": "buyer", "country": "GB", **fields}) + "\n")
        taken = self.record("leads", "take", path, "--source", "api")
        assert taken["refused"] == 0, taken
        (found,) = (
            lead["lead_id"]
            for lead in self.record("leads", "--limit", 1000)["leads"]
            if lead["name"] == fields.get("name") and lead["company"] == fields.get("company", "")
        )
        return str(found)


Events = Callable[..., list[dict[str, object]]]


def did(*names: str, at: str = "2026-03-31T08:00:00Z") -> list[dict[str, object]]:
    """Events at that moment."""
    return [{"event": name, "occurred_at": at} for name in names]


def desk_at(folder: Path, capture: pytest.CaptureFixture[str]) -> DeskRuns:
    """A workspace with the example's agreement, without a logbook."""
    folder.mkdir()
    (folder / "bothsides.toml").write_text('name = "acme"\ncurrency = "GBP"\ntime_zone = "Europe/London"\n')
    shutil.copytree(EXAMPLE, folder / "agreement")
    return DeskRuns(folder=folder, capture=capture)


def widest(text: str) -> int:
    """Columns that the text takes, but for the folder in commands, which is as long as it was typed."""
    return max(len(re.sub(r" -w \S+", "", line).rstrip()) for line in text.splitlines())
