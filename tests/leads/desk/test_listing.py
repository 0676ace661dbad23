"""Leads as lists: filters, order, and a lead by the beginning of its id."""

from dataclasses import replace

import pytest
from tests.leads.desk.conftest import Desk, at

from bothsides.leads.desk.listing import Page, Wanted, found, listed, meant
from bothsides.leads.score import Band
from bothsides.logbook import Entry, Kind
from bothsides.schema import Side
from bothsides.schema.stage import LeadStage


def page(desk: Desk, wanted: Wanted, limit: int = 50) -> Page:
    with desk.logbook.reading() as book:
        return listed(book, wanted, limit=limit)


def test_leads_are_listed_by_worth_then_points_then_age(desk: Desk) -> None:
    old = desk.take_one(company="Reed", name="Ola Reed", email="ola@reed.example", events=["pricing_viewed"]).lead_id
    hot = desk.take_one().lead_id
    desk.now += 60
    new = desk.take_one(company="Sol", name="Ira Sol", email="ira@sol.example", events=["pricing_viewed"]).lead_id
    assert [lead.lead_id for lead in page(desk, Wanted()).leads] == [hot, old, new]
    scored = {"score": 1, "band": "nurture", "earned": "nurture", "reasons": [], "priority": 900_00, "card": "c"}
    with desk.logbook.writing() as book:
        book.post([Entry(kind=Kind.SCORED, subject=new, at=desk.now, data=scored)], now=desk.now)
    assert [lead.lead_id for lead in page(desk, Wanted()).leads] == [new, hot, old]
    assert page(desk, Wanted(), limit=1).total == 3


def test_open_leads_stand_before_closed_ones_however_much_those_were_worth(desk: Desk) -> None:
    small = desk.take_one(company="Reed", name="Ola Reed", email="ola@reed.example", events=["pricing_viewed"]).lead_id
    won, lost = (
        desk.take_one(company=name, name=f"Ada {name}", email=f"ada@{name}.example").lead_id for name in ("oak", "elm")
    )
    large = desk.take_one().lead_id
    assert [lead.lead_id for lead in page(desk, Wanted()).leads][-1] == small
    closed = {won: LeadStage.CLOSED_WON.value, lost: LeadStage.CLOSED_LOST.value}
    with desk.logbook.writing() as book:
        for lead, stage in closed.items():
            moved = Entry(kind=Kind.STAGE_CHANGED, subject=lead, at=desk.now, data={"stage": stage})
            book.post([moved], now=desk.now)
    found = page(desk, Wanted())
    assert [lead.lead_id for lead in found.leads] == [large, small, *sorted(closed)]
    assert [lead.is_open for lead in found.leads] == [True, True, False, False]
    assert [lead.lead_id for lead in page(desk, Wanted(), limit=3).leads] == [large, small, min(closed)]


def test_each_filter_leaves_out_what_does_not_fit(desk: Desk) -> None:
    buyer = desk.take_one()
    supplier = desk.take_one(side="supplier", company="Oak", name="Ada Oak", email="ada@oak.example", events=["x_seen"])
    merged = desk.take_one(company="HARLAND PUMPS LIMITED")
    assert merged.outcome == "merged"
    everything = Wanted()
    assert {lead.lead_id for lead in page(desk, everything).leads} == {buyer.lead_id, supplier.lead_id}
    owner = buyer.stands.owner
    for wanted in (
        replace(everything, side=Side.BUYER),
        replace(everything, owner=owner),
        replace(everything, band=Band.SALES),
        replace(everything, stage=LeadStage.MQL),
        replace(everything, side=Side.BUYER, open_only=True),
    ):
        assert [lead.lead_id for lead in page(desk, wanted).leads] == [buyer.lead_id], wanted
    assert [lead.lead_id for lead in page(desk, replace(everything, queue="nurture")).leads] == [supplier.lead_id]
    assert page(desk, replace(everything, owner="nobody")) == Page(leads=(), total=0)


def test_a_lead_is_found_by_its_beginning_where_only_one_begins_so(desk: Desk) -> None:
    desk.now = at("03-31T09:00")
    ids = [
        desk.take_one(company=f"{word} Ltd", name=f"{word} {word}son", email=f"a@{word}.example").lead_id
        for word in ("alder", "birch", "cedar")
    ]
    with desk.logbook.reading() as book:
        assert [found(book, lead[:6]).lead_id for lead in ids] == ids
        assert found(book, ids[0]).lead_id == ids[0]
        with pytest.raises(LookupError, match="give at least 4 letters"):
            found(book, ids[0][:3])
        with pytest.raises(LookupError, match="'zzzz' never came in"):
            found(book, "zzzz")


@pytest.mark.parametrize(
    "said",
    [
        "Harland Pumps",
        "HARLAND PUMPS LIMITED",
        "harland & pumps",
        "harlandpumps.example",
        "https://www.harlandpumps.example/shop",
        "Joan@HarlandPumps.example",
    ],
)
def test_a_lead_is_meant_by_its_company_its_domain_or_its_address(desk: Desk, said: str) -> None:
    lead = desk.take_one(company="Harland Pumps Ltd").lead_id
    desk.take_one(company="Reed", name="Ola Reed", email="ola@reed.example")
    with desk.logbook.reading() as book:
        assert meant(book, said).lead_id == lead
        assert meant(book, lead[:8]).lead_id == lead
        with pytest.raises(LookupError, match="never came in"):
            found(book, said)


def test_what_means_several_leads_is_told_with_each_ones_id_and_company(desk: Desk) -> None:
    joan = desk.take_one().lead_id
    ada = desk.take_one(
        side="supplier", company="Harland Pumps", name="Ada Oak", email="ada@harlandpumps.example"
    ).lead_id
    with desk.logbook.reading() as book:
        with pytest.raises(LookupError, match="'harland pumps' is not one lead: ") as told:
            meant(book, "harland pumps")
        assert f"{joan[:8]} Harland Pumps Ltd (buyer, mql)" in str(told.value)
        assert f"{ada[:8]} Harland Pumps (supplier, " in str(told.value)
        assert meant(book, "ada@harlandpumps.example").lead_id == ada


def test_a_company_whose_leads_became_one_means_the_one_that_stands(desk: Desk) -> None:
    lead = desk.take_one().lead_id
    assert desk.take_one(company="HARLAND PUMPS LIMITED").outcome == "merged"
    with desk.logbook.reading() as book:
        assert meant(book, "Harland Pumps").lead_id == lead


@pytest.mark.parametrize("said", ["", "zzzz", "Nobody & Sons", "gmail.com", "n/a", "no@nobody.example"])
def test_what_means_no_lead_is_told_so(desk: Desk, said: str) -> None:
    desk.take_one()
    with desk.logbook.reading() as book, pytest.raises(LookupError, match="never came in"):
        meant(book, said)
