"""Where people of the desk are written to, and by whose hours."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from bothsides.delivery.compose import letter_fields
from bothsides.delivery.message import Effect
from bothsides.delivery.templates import LETTERS, read_template
from bothsides.leads.review.agenda import call_review
from bothsides.schedule import open_sending
from bothsides.schema import Side
from bothsides.workspace import Workspace
from tests.leads.desk.conftest import Desk


def test_a_member_is_written_to_at_the_agreed_address_and_others_by_the_list(desk: Desk, ws: Workspace) -> None:
    sending = open_sending(ws, desk.logbook, {})
    assert sending is not None
    policy = desk.agreed.routing_policy
    members = tuple(
        replace(one, mail="Tom@fixwell.example") if one.id == "tom.hadley" else replace(one, mail=None)
        for one in policy.member
    )
    agreed = replace(desk.agreed, routing_policy=replace(policy, member=members))
    sending.policy = replace(sending.policy, addresses={"VP Marketing": "mara@fixwell.example"})
    assert sending.address(agreed, "tom.hadley") == "Tom@fixwell.example"
    assert sending.address(agreed, "priya.nair") == "priya.nair@fixwell.example"
    assert sending.address(agreed, "VP Marketing") == "mara@fixwell.example"
    assert sending.address(agreed, "ana@buyer.example") == "ana@buyer.example"
    assert sending.address(agreed, "VP Sales") == ""


def test_who_has_an_address_of_their_own_keeps_their_own_hours(desk: Desk, ws: Workspace) -> None:
    sending = open_sending(ws, desk.logbook, {})
    assert sending is not None
    policy = desk.agreed.routing_policy
    ours = next(one for one in policy.member if one.calendar != policy.member[0].calendar)
    members = tuple(replace(one, mail="x1@fixwell.example") if one is ours else one for one in policy.member)
    agreed = replace(desk.agreed, routing_policy=replace(policy, member=members))
    person = sending._person(agreed, "X1@fixwell.example")
    assert person.staff
    assert person.hours["working"] is desk.agreed.hours_of(ours.id)
    assert person.hours["working"] is not desk.agreed.hours_of("x1")


def test_the_letters_of_meetings_and_reviews_have_all_that_they_ask_for(desk: Desk) -> None:
    desk.take_one()
    with desk.logbook.writing() as book:
        _, told = call_review(book, desk.agreed, Side.BUYER, by="vp.sales", now=desk.now, why="nobody buys")
    effect = Effect(
        effect_id="e",
        key="e",
        action=told.data["action"],
        subject=told.subject,
        sink="mail",
        created_at=desk.now,
        not_before=desk.now,
        payload=told.data["payload"],
    )
    fields = letter_fields(effect, effect.payload)
    review = read_template(effect.action, LETTERS).fill(fields)
    assert review.subject == "Please review the leads: escalation/buyer/2026-03-31"
    assert "nobody buys" in review.text
    assert "VP Sales, VP Marketing, RevOps analyst" in review.text
    assert read_template("alignment_meeting", LETTERS).fields <= set(fields)


def test_a_letter_tells_moments_in_the_zone_of_the_business() -> None:
    due = {"due_at": 1_774_947_600}
    effect = Effect(
        effect_id="e",
        key="e",
        action="clock_warned",
        subject="L1",
        sink="mail",
        created_at=1,
        not_before=1,
        payload=due,
    )
    assert letter_fields(effect, effect.payload, ZoneInfo("Europe/London"))["due"] == "2026-03-31 10:00 BST"
