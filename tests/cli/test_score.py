"""`bothsides score`: cards in force, why a lead has its points, another card beside the live one."""

from pathlib import Path

import pytest
from tests.cli.desk_runs import DeskRuns, desk_at, did, widest

BUYER = {"company": "Lund Works", "name": "Joan Lund", "email": "joan@lundco.example"}


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> DeskRuns:
    return desk_at(tmp_path / "acme", capsys)


def test_the_cards_in_force_and_what_stands_in_their_bands(desk: DeskRuns) -> None:
    desk.lead(**BUYER, id="1", events=did("demo_requested", "quote_requested"))
    desk.lead(id="2", company="Reed", name="Ola Reed", email="ola@reed.example")
    buyers, suppliers = desk.record("score")
    assert (buyers["side"], suppliers["side"]) == ("buyer", "supplier")
    assert buyers["card"].startswith("buyers-2026-1@")
    assert {one["band"]: one["leads"] for one in buyers["leads"]} == {"sales": 1, "self_serve": 0, "nurture": 1}
    assert sum(one["leads"] for one in suppliers["leads"]) == 0
    assert widest(desk.text("score")) <= 100


def test_a_score_is_explained_to_the_point_and_why_it_moved(desk: DeskRuns) -> None:
    lead = desk.lead(**BUYER, id="1", events=did("pricing_viewed"))
    now = desk.record("score", "explain", lead)
    assert sum(reason["points"] for reason in now["reasons"]) == now["points"] == now["stored"]["points"]
    with pytest.raises(LookupError, match=r"lead \w+ was scored once: there is nothing to compare"):
        desk.text("score", "why", lead)
    desk.record("leads", "event", lead, "demo_requested", at="2026-03-31T10:00")
    later = "2026-04-20T09:00"
    why = desk.record("score", "why", lead, at=later)
    assert sum(move["change"] for move in why["moves"]) == why["change"] > 0
    assert why["moves"][0]["text"] == "asked for a demo"
    fallen = desk.record("score", "explain", lead, at=later)
    assert fallen["points"] < fallen["stored"]["points"]
    assert any("50 %" in reason["how"] for reason in fallen["reasons"])
    shown = desk.text("score", "explain", lead, at=later)
    assert f"lists and leads show say {fallen['stored']['points']} points, as it was scored last" in shown
    assert "as it was scored last" not in desk.text("score", "explain", lead, at="2026-03-31T10:00")
    assert widest(shown) <= 100
    with pytest.raises(ValueError, match=r"--since 2: must be from 1 to 1, for lead \w+ was scored 2 times"):
        desk.text("score", "why", lead, "--since", 2, at=later)


def test_another_card_beside_the_live_one_shows_who_would_move_and_writes_nothing(desk: DeskRuns) -> None:
    lead = desk.lead(**BUYER, id="1", events=did("demo_requested", "quote_requested"))
    other = desk.folder / "other.toml"
    live = (desk.folder / "agreement" / "scoring.toml").read_text()
    before = live[: live.index('id = "suppliers')].rpartition("[[card]]")[0]
    other.write_text(before.replace('id = "buyers-2026-1"', 'id = "july"').replace("points = 30", "points = 1"))
    found = desk.record("score", "try", "--card", other)
    assert (found["leads"], sum(one["leads"] for one in found["table"])) == (1, 1)
    assert found["other"].startswith("july@")
    (mover,) = found["movers"]
    assert mover["lead_id"] == lead
    assert sum(move["change"] for move in mover["moves"]) == mover["other"] - mover["live"] < 0
    assert len([one for one in desk.record("leads", "show", lead)["history"] if one["kind"] == "scored"]) == 1
    assert widest(desk.text("score", "try", "--card", other)) <= 100
    other.write_text(live)
    with pytest.raises(ValueError, match=r"holds 2 cards; name one with --id: buyers-2026-1"):
        desk.text("score", "try", "--card", other)
