"""What only a person can say of who is the same, and what follows from it."""

import pytest
from tests.leads.desk.conftest import Desk
from tests.leads.desk.test_taking import account, publish_accounts

from bothsides.leads.desk.reviewing import answer, link_accounts, reviews, undo
from bothsides.logbook import rebuild, standing

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
    with desk.logbook.writing() as book:
        before = standing(book)
        rebuild(book)
        assert standing(book) == before
