"""Who a lead is found to be: under the names it had before, beside leads that are closed, by the rules of the house."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

from tests.leads.desk.conftest import EXAMPLE, Desk
from tests.leads.desk.test_merging import merge, stranger

from bothsides.agreement.versions import load_signed
from bothsides.identity import MatchingPolicy, compile_matching
from bothsides.identity.policy import Rule
from bothsides.leads.desk.agreed import Agreed, ready
from bothsides.leads.desk.candidates import keys_by, read_candidates
from bothsides.leads.desk.merging import undo_merge
from bothsides.leads.desk.standing import leads_by_id, normal_lead
from bothsides.leads.desk.told import Moved
from bothsides.leads.route import Rule as Route
from bothsides.leads.route import To
from bothsides.schema import Side
from bothsides.schema.instant import DAY
from bothsides.schema.stage import LeadStage
from bothsides.schema.working_time import Calendars

ANN = {"company": "Orion Valves", "name": "Ann Field", "email": "ann.field@orion.example", "phone": "020 7946 0011"}
AGAIN = {**ANN, "email": "afield@orion-group.example"}


def test_a_person_is_found_under_the_address_of_a_lead_that_went_into_theirs(desk: Desk) -> None:
    first = desk.take_one(**ANN).lead_id
    second = desk.take_one(**AGAIN)
    assert (second.outcome, second.stands.lead_id) == ("merged", first)
    third = desk.take_one(company="Orion", email="AField@orion-group.example", name=None, phone=None)
    assert (third.outcome, third.stands.lead_id) == ("merged", first)
    assert desk.folds_alike()


def test_within_one_file_too(desk: Desk) -> None:
    leads = [desk.lead(**ANN), desk.lead(**AGAIN), desk.lead(email="afield@orion-group.example", name=None)]
    takings = desk.take(*leads)
    assert [taken.outcome for taken in takings] == ["new", "merged", "merged"]
    assert {taken.stands.lead_id for taken in takings} == {leads[0].lead_id}


def test_after_the_merge_is_taken_back_the_address_is_the_others_alone(desk: Desk) -> None:
    first = desk.take_one(**ANN).lead_id
    second = desk.take_one(**AGAIN).lead_id
    with desk.logbook.writing() as book:
        undo_merge(book, desk.agreed, f"merge:{first}:{second}", who="ada", why="two people", now=desk.now)
    third = desk.take_one(company="Orion", email="afield@orion-group.example", name=None, phone=None)
    assert third.stands.lead_id == second


def test_a_merge_by_rule_is_found_by_what_both_together_tell(desk: Desk) -> None:
    first = desk.take_one(name="Hal Tull", company=None, email="hal.tull@gmail.com").lead_id
    assert desk.take_one(name=None, company="Quartz Mill Ltd", email="hal.tull@gmail.com").outcome == "merged"
    third = desk.take_one(name="Hal Tull", company="Quartz Mill Ltd", email="h77@outlook.com")
    assert (third.outcome, third.stands.lead_id) == ("merged", first)


def test_a_mailbox_that_many_closed_leads_came_from_is_still_one_persons(desk: Desk) -> None:
    for number in range(desk.agreed.matching.too_common + 1):
        taken = desk.take_one()
        assert taken.outcome == "new", number
        desk.now += DAY
        lost = LeadStage.CLOSED_LOST
        desk.record(
            Moved(lead_id=taken.lead_id, stage=lost, occurred_at=desk.now, by="x", reason="price", objections=("none",))
        )
        desk.now += DAY
    first, second = desk.take_one(), desk.take_one(events=[])
    assert (first.outcome, second.outcome) == ("new", "merged")
    assert second.stands.lead_id == first.lead_id


def test_a_rule_for_persons_that_asks_for_the_register_number_alone_holds(desk: Desk) -> None:
    rule = Rule(name="same number", bucket="strong", when={"registration_number": "same"})
    policy = replace(MatchingPolicy(), person_rule=(rule,))
    desk.agreed = replace(desk.agreed, matching=compile_matching(policy))
    told: dict[str, Any] = {"registration_number": "04567123", "name": None}
    first = desk.take_one(**told, email="a@one.example", company="One")
    second = desk.take_one(**told, email="b@two.example", company="Two")
    assert (second.outcome, second.stands.lead_id) == ("merged", first.lead_id)


def test_a_route_may_ask_for_the_owner_of_the_companys_other_lead(desk: Desk) -> None:
    policy = desk.agreed.routing_policy
    members: list[str | int | float | bool] = [member.id for member in policy.member]
    rule = Route(name="colleague", when={"company_lead_owner": members}, to=To.QUEUE, target="colleagues")
    fields = tuple(name for name in policy.owner_first.fields if name != "company_lead_owner")
    routing = replace(policy, rule=(rule, *policy.rule), owner_first=replace(policy.owner_first, fields=fields))
    desk.agreed = agreed_with(desk, routing=routing)
    assert desk.agreed.asks_colleagues
    desk.take_one()
    second = desk.take_one(name="Piet Vos", email="piet@harlandpumps.example")
    assert (second.stands.owner, second.stands.queue) == (None, "colleagues")


def test_nobody_is_asked_for_whom_no_rule_wants(desk: Desk) -> None:
    policy = desk.agreed.routing_policy
    routing = replace(policy, owner_first=replace(policy.owner_first, fields=("account_owner",)))
    assert not agreed_with(desk, routing=routing).asks_colleagues


def agreed_with(desk: Desk, **changed: Any) -> Agreed:
    agreed = desk.agreed
    signed = load_signed(EXAMPLE / "calendar.toml", Calendars, time_zone="Europe/London")
    policies = {
        "intake": agreed.intake, "matching": agreed.matching.policy, "scoring": agreed.scoring,
        "routing": agreed.routing_policy, "sla": agreed.slas[agreed.versions["sla"]], "decay": agreed.decay.policy,
        "calendar": signed.policy, **changed,
    }  # fmt: skip
    return ready(policies, agreed.versions, now=desk.now)


def test_a_source_that_corrects_what_decay_asks_for_starts_decay(desk: Desk) -> None:
    lead = desk.take_one(id="L1", deal_size=80_000).lead_id
    assert desk.rows("SELECT count(*) FROM timers WHERE purpose = 'decay' AND subject = ?", lead) == [(0,)]
    desk.now += 3600
    desk.take(desk.lead(id="L1", deal_size=12_000))
    desk.until(desk.now + 30 * DAY)
    row = desk.row(lead)
    assert (row["stage"], row["owner"]) == ("recycled", None)


def test_names_with_umlauts_are_found_under_both_spellings(desk: Desk) -> None:
    first = desk.take_one(
        company="Müller Pumpen GmbH", name="Jürgen Müller", email="juergen.mueller@mueller-pumpen.example", phone=None
    ).lead_id
    second = desk.take_one(
        company="Mueller Pumpen", name="Juergen Mueller", email="jm@mueller-pumpen.example", phone=None
    )
    reviews = desk.rows("SELECT data FROM agenda WHERE kind = 'identity_review' AND subject = ?", second.lead_id)
    assert second.stands.lead_id == first or any(first in data for (data,) in reviews)


def test_in_a_long_chain_of_merges_everybody_is_held_against_the_lead_once(desk: Desk) -> None:
    chain = [stranger(desk, n, id=f"C{n}") for n in range(8)]
    desk.take(*(desk.lead(id=f"C{n}", **ANN, events=()) for n in range(8)))
    for kept, absorbed in reversed(list(pairwise(chain))):
        merge(desk, kept, absorbed)
    matching = desk.agreed.matching
    with desk.logbook.reading() as book:
        keys = keys_by(normal_lead(leads_by_id(book, chain[:1], locked=False)[chain[0]]), matching)
        found = read_candidates(book, [keys], matching, colleagues=False)
        held = found.open_on(Side.BUYER, keys.person, matching)
    assert [one.party.party_id for one in held] == chain
