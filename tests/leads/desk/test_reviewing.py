"""What only a person can say of who is the same, and what follows from it."""

import json
from itertools import permutations
from typing import Any

import pytest
from tests.leads.desk.conftest import Desk
from tests.leads.desk.test_taking import account, publish_accounts

from bothsides.leads.desk.merges import made
from bothsides.leads.desk.reviewing import answer, link_accounts, reviews, undo

BY = {"who": "ana.ruiz", "why": "she said so"}


def asked(desk: Desk) -> tuple[str, str, str]:
    """Two leads and the question whether they are one."""
    first = desk.take_one(email="info@harlandpumps.example")
    desk.now += 60
    second = desk.take_one(company="Harland Pump", name="J Harland", email="jh@gmail.com", phone="020 7946 0001")
    with desk.logbook.reading() as book:
        (review,) = reviews(book, desk.agreed)
    return first.lead_id, second.lead_id, review.item


def test_a_review_has_both_records_and_the_word_for_each_field(desk: Desk) -> None:
    first, second, _ = asked(desk)
    with desk.logbook.reading() as book:
        (review,) = reviews(book, desk.agreed)
    (rival,) = review.rivals
    assert (review.lead_id, rival.party_id, rival.kind) == (second, first, "lead")
    words = {field.field: (field.one, field.other, field.word) for field in rival.fields}
    assert words["company"] == ("harland pump", "harland pumps", "close")
    assert "weak" in rival.why


def test_yes_merges_into_the_lead_that_is_further_and_closes_the_question(desk: Desk) -> None:
    first, second, item = asked(desk)
    with desk.logbook.writing() as book:
        key = answer(book, desk.agreed, item, "yes", now=desk.now, **BY)
    assert key is not None
    assert {desk.row(first)["merged_into"], desk.row(second)["merged_into"]} == {None, first}
    assert desk.rows("SELECT state FROM agenda WHERE item_id = ?", item) == [("yes",)]
    with pytest.raises(LookupError, match="was decided already: yes"), desk.logbook.writing() as book:
        answer(book, desk.agreed, item, "no", now=desk.now, **BY)


def test_no_changes_nothing_but_is_kept(desk: Desk) -> None:
    first, second, item = asked(desk)
    with desk.logbook.writing() as book:
        assert answer(book, desk.agreed, item, "no", now=desk.now, **BY) is None
    assert (desk.row(first)["merged_into"], desk.row(second)["merged_into"]) == (None, None)
    line = desk.history(second)[-1]
    assert (line.kind, line.actor, line.reason) == ("agenda_closed", "ana.ruiz", "she said so")
    with pytest.raises(ValueError, match="'maybe' must be yes or no"), desk.logbook.writing() as book:
        answer(book, desk.agreed, item, "maybe", now=desk.now, **BY)


def test_accounts_that_a_person_says_are_one_share_their_owner_until_that_is_taken_back(desk: Desk) -> None:
    publish_accounts(
        desk,
        account("buys", company="Harland Pumps", website="harlandpumps.example", owner_id="tom.hadley"),
        account("sells", sides=["supplier"], company="Harland Pumps Trading", website="harlandpumps.example",
                owner_id="amara.osei"),
        account("other", sides=["supplier"], company="Oak Bearings", website="oak.example", owner_id="callum.reid"),
    )  # fmt: skip
    with desk.logbook.writing() as book:
        key = link_accounts(book, "buys", "sells", now=desk.now, **BY)
        with pytest.raises(ValueError, match="are one organisation already, buys"):
            link_accounts(book, "sells", "buys", now=desk.now, **BY)
        with pytest.raises(LookupError, match="no known account 'nobody'"):
            link_accounts(book, "buys", "nobody", now=desk.now, **BY)
    linked = desk.take_one(email="a@harlandpumps.example", name="Ana Ash")
    assert linked.stands.known["organization_id"] == "buys"
    assert linked.stands.known["other_side_owner"] == "amara.osei"
    with desk.logbook.writing() as book:
        assert undo(book, desk.agreed, key, now=desk.now, **BY) == "accounts"
        with pytest.raises(ValueError, match="was taken back already"):
            undo(book, desk.agreed, key, now=desk.now, **BY)
    alone = desk.take_one(email="b@harlandpumps.example", name="Bo Birch")
    assert "other_side_owner" not in alone.stands.known
    assert desk.folds_alike()


def link(desk: Desk, first: str, second: str) -> str:
    with desk.logbook.writing() as book:
        return link_accounts(book, first, second, now=desk.now, **BY)


def unlink(desk: Desk, key: str) -> None:
    with desk.logbook.writing() as book:
        undo(book, desk.agreed, key, now=desk.now, **BY)


def links(desk: Desk) -> dict[str, str]:
    return dict(desk.rows("SELECT account_id, organization_id FROM account_links"))


LINKS = {"one": ("a", "b1"), "two": ("c", "b1"), "three": ("b2", "d")}
"""Links, in the order in which they are made; b1 and b2 are one organisation by the warehouse, bs."""
STANDING: dict[frozenset[str], dict[str, str]] = {
    frozenset(): {},
    frozenset({"one"}): {"a": "a", "b1": "a", "b2": "a"},
    frozenset({"two"}): {"c": "c", "b1": "c", "b2": "c"},
    frozenset({"three"}): {"b2": "bs", "d": "bs"},
    frozenset({"one", "two"}): {"a": "c", "b1": "c", "b2": "c", "c": "c"},
    frozenset({"one", "three"}): {"a": "a", "b1": "a", "b2": "a", "d": "a"},
    frozenset({"two", "three"}): {"c": "c", "b1": "c", "b2": "c", "d": "c"},
}


@pytest.mark.parametrize("order", [*permutations(LINKS)], ids="-".join)
def test_links_of_accounts_are_taken_back_in_any_order(desk: Desk, order: tuple[str, ...]) -> None:
    publish_accounts(
        desk,
        *(account(name, company=name) for name in ("a", "c", "d")),
        *(account(name, company=name, organization_id="bs") for name in ("b1", "b2")),
    )
    keys = {name: link(desk, *accounts) for name, accounts in LINKS.items()}
    assert links(desk) == dict.fromkeys(("a", "b1", "b2", "c", "d"), "c")
    left = dict(keys)
    for name in order:
        unlink(desk, left.pop(name))
        assert links(desk) == STANDING[frozenset(left)]
        with desk.logbook.reading() as book:
            assert {one.key for one in made(book, by_rule=False, limit=9)} == set(left.values())
    assert desk.folds_alike()


def said_yes(desk: Desk, *accounts: Any, party: str) -> dict[str, Any]:
    """What the lead knows after a person said that its company is that account."""
    publish_accounts(desk, *accounts)
    lead = desk.take_one(email="j@gmail.com")
    assert lead.stands.account_id is None
    with desk.logbook.writing() as book:
        (review,) = reviews(book, desk.agreed)
        answer(book, desk.agreed, review.item, "yes", now=desk.now, party=party, **BY)
    ((own, known),) = desk.rows("SELECT account_id, known FROM leads WHERE lead_id = ?", lead.lead_id)
    return {"account": own, **json.loads(known)}


def harland(name: str, *sides: str, **told: Any) -> Any:
    return account(
        name, sides=list(sides), company="Harland Pumps", website="harland-other.example", country="GB", **told
    )


SELLS = harland("sells", "supplier", owner_id="ines.duarte", open_deals=2, organization_id="harland")
BUYS = harland("buys", "buyer", owner_id="tom.hadley", open_deals=1, organization_id="harland")


def test_a_buyer_that_is_said_to_be_a_suppliers_account_has_no_account_of_its_own_yet(desk: Desk) -> None:
    known = said_yes(desk, SELLS, party="sells")
    assert known == {"account": None, "organization_id": "harland", "other_side_owner": "ines.duarte"}


@pytest.mark.parametrize("party", ["sells", "buys"])
def test_a_company_that_a_person_names_is_known_by_its_account_in_the_leads_own_role(desk: Desk, party: str) -> None:
    assert said_yes(desk, SELLS, BUYS, party=party) == {
        "account": "buys", "organization_id": "harland", "account_owner": "tom.hadley",
        "open_deal_owner": "tom.hadley", "other_side_owner": "ines.duarte",
    }  # fmt: skip


def test_of_two_accounts_in_its_own_role_the_lead_is_the_one_that_was_named(desk: Desk) -> None:
    other = harland("another", "buyer", owner_id="amara.osei", open_deals=9, organization_id="harland")
    known = said_yes(desk, BUYS, other, party="buys")
    assert (known["account"], known["account_owner"]) == ("buys", "tom.hadley")
