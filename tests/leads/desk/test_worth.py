"""A lead's worth by what the warehouse handed over: in its score's line, in the routes, in the order of the queue."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tests.leads.desk.conftest import EXAMPLE, Desk, at

from bothsides.leads.desk.opening import open_desk
from bothsides.leads.desk.standing import waiting_leads
from bothsides.leads.desk.taking import Taken, take
from bothsides.leads.intake import Lead
from bothsides.leads.quality import CellFacts, Counted, MarketFacts, compile_quality, priority
from bothsides.leads.quality.stored import market_facts, published_cells
from bothsides.logbook import Kind, Logbook, cells_of, publish
from bothsides.schema import Money, Side
from bothsides.workspace import Settings, Workspace

RULE = """
[[rule]]
name = "nobody could serve them"
when = { side = "buyer", cell_suppliers = "< 3" }
to = "supply_recruit"
owner_first = false

[[rule]]
name = "big fish"
when = { side = "buyer", priority = ">= 400" }
to = "queue"
target = "big"
owner_first = false

[[rule]]
name = "the others"
when = { side = "buyer" }
to = "queue"
target = "small"
owner_first = false

"""


def cell(category: str, suppliers: int, per_order: int, year: int) -> CellFacts:
    return CellFacts(
        category=category,
        region="north",
        snapshot="1",
        suppliers=suppliers,
        filled=Counted(came=50, of=100),
        first_orders=((Side.BUYER, "", Counted(came=50, of=100)),),
        contribution_per_order=Money(minor=per_order, currency="GBP"),
        own_contribution=((Side.BUYER, "", Money(minor=year, currency="GBP")),),
    )


FACTS = MarketFacts(
    snapshot="1",
    currency="GBP",
    whole=CellFacts(category="", region="", snapshot="1", filled=Counted(came=100, of=200)),
    cells=(cell("gears", 1, 1000, 90_000), cell("pumps", 9, 1000, 50_000), cell("valves", 9, 5000, 900_000)),
)


@pytest.fixture
def worth(logbook: Logbook, tmp_path: Path) -> Desk:
    """A desk that was handed the facts, with routes that ask for them."""
    workspace = Workspace.create(tmp_path / "acme", Settings(name="acme", currency="GBP", time_zone="Europe/London"))
    shutil.copytree(EXAMPLE, workspace.agreement_dir)
    routing = workspace.agreement_dir / "routing.toml"
    head, first, rest = routing.read_text(encoding="utf-8").partition("[[rule]]")
    routing.write_text(head + RULE + first + rest, encoding="utf-8")
    now = at("03-31T09:00")
    desk = Desk(agreed=open_desk(workspace, logbook, now=now), logbook=logbook, now=now)
    with logbook.writing() as book:
        publish(book, load_id=1, now=now, cells=published_cells(FACTS), parties=[], watermarks={})
    return desk


def taken(desk: Desk, *leads: Lead, snapshot: int | None = 1) -> list[Taken]:
    with desk.logbook.writing() as book:
        return take(book, desk.agreed, leads, now=desk.now, snapshot=snapshot)


def of(desk: Desk, category: str, name: str) -> Lead:
    return desk.lead(category=category, region="north", company=name, name=f"Al {name}", email=f"al@{name}.example")


def test_facts_come_back_as_they_were_handed_over(worth: Desk) -> None:
    with worth.logbook.reading() as book:
        assert market_facts(cells_of(book, 1), 1) == FACTS


def test_the_line_of_the_score_says_what_the_lead_is_worth_and_why(worth: Desk) -> None:
    (one,) = taken(worth, of(worth, "valves", "hale"))
    (line,) = [line for line in worth.history(one.lead_id) if line.kind is Kind.SCORED]
    assert worth.agreed.quality is not None
    ready = compile_quality(worth.agreed.quality, FACTS)
    chance = line.data["win_chance"]
    expected = priority(
        ready, side=Side.BUYER, category="valves", region="north", band=line.data["band"], win_chance=chance
    )
    assert line.data["priority"] == expected.money.minor > 0
    assert line.snapshot == 1
    told = line.data["worth"]
    assert sum(minor for _, minor in told["lines"] if minor is not None) == line.data["priority"]
    assert (told["step"], told["currency"]) == ("in_turn", "GBP")
    assert worth.rows("SELECT priority FROM leads WHERE lead_id = ?", one.lead_id) == [(line.data["priority"],)]


def test_before_a_card_is_fitted_the_chance_is_that_agreed_for_the_leads_band(worth: Desk) -> None:
    assert worth.agreed.quality is not None
    fallback = replace(
        worth.agreed.quality.fallback, win_chance_by_band={"sales": 0.5, "self_serve": 0.4, "nurture": 0.01}
    )
    worth.agreed = replace(worth.agreed, quality=replace(worth.agreed.quality, fallback=fallback))
    cold = worth.lead(
        category="valves", region="north", company="lund", name="Al", email="al@lund.example", channel="list"
    )
    warm = replace(of(worth, "valves", "hale"), events=())
    found = {}
    for lead in (warm, cold):
        (one,) = taken(worth, lead)
        (line,) = [line for line in worth.history(one.lead_id) if line.kind is Kind.SCORED]
        assert line.data["win_chance"] is None
        found[line.data["band"]] = line.data["worth"]["lines"][2][0]
    for band, said in found.items():
        assert (
            said == f"chance of winning: not known, {fallback.win_chance_by_band[band]:.0%} of {band} leads as agreed"
        )


def test_routes_may_ask_for_worth_and_supply(worth: Desk) -> None:
    leads = taken(
        worth, of(worth, "gears", "adler"), of(worth, "pumps", "birch"), of(worth, "valves", "corvo"),
        of(worth, "unheard of", "dorn"),
    )  # fmt: skip
    assert [worth.row(one.lead_id)["queue"] for one in leads] == ["supply_recruit", "small", "big", "small"]


def test_the_queue_goes_by_worth_before_age(worth: Desk) -> None:
    small = taken(worth, of(worth, "pumps", "birch"))[0].lead_id
    other = taken(worth, of(worth, "unheard of", "dorn"))[0].lead_id
    with worth.logbook.writing() as book:
        order = [lead.lead_id for lead in waiting_leads(book, "small", "small", limit=10)]
    assert order == [other, small]


def test_without_a_publish_or_a_signed_quality_leads_have_no_worth(worth: Desk, tmp_path: Path) -> None:
    (one,) = taken(worth, of(worth, "gears", "adler"), snapshot=None)
    assert worth.rows("SELECT priority FROM leads WHERE lead_id = ?", one.lead_id) == [(None,)]
    workspace = Workspace.open(tmp_path / "acme")
    (workspace.agreement_dir / "quality.toml").unlink()
    worth.agreed = open_desk(workspace, worth.logbook, now=worth.now)
    assert worth.agreed.quality is None
    (two,) = taken(worth, of(worth, "gears", "zander"))
    assert worth.rows("SELECT priority FROM leads WHERE lead_id = ?", two.lead_id) == [(None,)]
