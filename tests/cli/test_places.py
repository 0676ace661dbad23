"""Commands that a hint names mean the workspace that the command was run with."""

import re
from pathlib import Path

import pytest
from tests.cli.desk_runs import VISITORS, DeskRuns, desk_at, did


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> DeskRuns:
    return desk_at(tmp_path / "acme", capsys)


def test_every_command_that_a_hint_names_means_the_workspace_of_the_command(desk: DeskRuns) -> None:
    told = [desk.text("leads", "agree", at=None)]
    path = desk.folder / "visitors.csv"
    path.write_text(VISITORS)
    told.append(desk.text("leads", "take", path, "--source", "trade_fair"))
    hot = did("demo_requested", "quote_requested")
    one = desk.lead(id="A", company="Oak Pumps", name="Joan Oak", email="info@oakpumps.example", events=hot)
    other = desk.lead(id="B", company="Oak Pump", name="J Oak", phone="020 7946 0009", email="jo@gmail.com")
    looks = (
        "leads",
        "leads refused",
        "leads agenda",
        "merge",
        "score",
        "sla",
        "sla clocks",
        "hygiene",
        "hygiene fixes",
    )
    told += [desk.text(*words.split()) for words in (*looks, "hygiene", "hygiene fixes", "hygiene weeks")]
    told += [desk.text("leads", "show", other), desk.text("leads", "--owner", "priya.nair", "--side", "supplier")]
    told += [desk.text("merge", "leads", one, other, "--why", "same"), desk.text("merge")]
    named = [line for text in told for line in text.replace("\n", " ").split("bothsides ")[1:]]
    assert len(named) > 15
    where = re.escape(f" -w {desk.folder}")
    assert [line for line in named if not re.search(where, line) and not line.startswith("run ")] == []
