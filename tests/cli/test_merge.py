"""`bothsides merge`: reviews side by side, answered; leads and accounts that become one, taken back."""

from pathlib import Path

import pytest
from tests.cli.desk_runs import DeskRuns, desk_at, did, widest

HOT = did("demo_requested", "quote_requested")


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> DeskRuns:
    return desk_at(tmp_path / "acme", capsys)


def two(desk: DeskRuns) -> tuple[str, str]:
    """Two leads of which the rules cannot say that they are one person."""
    one = desk.lead(id="A", company="Harland Pumps", name="Joan Harland", email="info@harlandpumps.example", events=HOT)
    other = desk.lead(id="B", company="Harland Pump", name="J Harland", phone="020 7946 0001", email="jh@gmail.com")
    return one, other


def test_a_review_shows_both_records_and_how_far_they_agree(desk: DeskRuns) -> None:
    one, other = two(desk)
    (review,) = desk.record("merge")["reviews"]
    (rival,) = review["rivals"]
    assert {review["lead_id"], rival["party_id"]} == {one, other}
    agree = {by["field"]: by["word"] for by in rival["fields"]}
    assert agree["company"] == "close"
    assert agree["email"] == "different"
    company = {one: "Harland Pumps", other: "Harland Pump"}
    assert (review["company"], rival["company"]) == (company[review["lead_id"]], company[rival["party_id"]])
    text = desk.text("merge")
    assert f"lead {review['lead_id'][:8]} ({review['company']})" in text
    assert f"and lead {rival['party_id']} ({rival['company']})" in text
    assert "harland pump" in text
    assert widest(text) <= 100


def test_a_lead_without_a_company_is_shown_by_its_person(desk: DeskRuns) -> None:
    one = desk.lead(id="A", name="Joan Harland", email="joan@harlandpumps.example", events=HOT)
    other = desk.lead(id="B", company="Harland Pumps", name="J. Harland", email="jh@harlandpumps.example")
    desk.record("merge", "leads", one, other, "--why", "she said so")
    (merge,) = desk.record("merge")["merges"]
    # The one that stays takes the company over.
    assert (merge["kept_company"], merge["absorbed_company"]) == ("Harland Pumps", "Harland Pumps")
    third = desk.lead(id="C", name="Ada Oak", email="ada@oak.example")
    fourth = desk.lead(id="D", name="A. Oak", email="a@oak.example")
    desk.record("merge", "leads", third, fourth, "--why", "she said so, too")
    assert desk.record("merge")["merges"][0]["kept_company"] is None
    assert f"{fourth[:8]} (A. Oak) went into {third[:8]} (" in desk.text("merge")


def test_yes_makes_them_one_and_undo_two_again(desk: DeskRuns) -> None:
    one, other = two(desk)
    done = desk.record("merge", "yes", other[:8], "--why", "same telephone", "--by", "ana.ruiz")
    assert desk.record("merge")["reviews"] == []
    assert desk.record("leads")["total"] == 1
    whole = desk.record("leads", "show", one)
    assert whole["fields"]["phone"] == "020 7946 0001"
    (merge,) = desk.record("merge")["merges"]
    assert (merge["key"], merge["who"], merge["why"]) == (done["merge"], "ana.ruiz", "same telephone")
    assert desk.record("merge", "undo", done["merge"], "--why", "two people")["of"] == "leads"
    assert desk.record("leads")["total"] == 2
    assert "phone" not in desk.record("leads", "show", one)["fields"]
    assert desk.record("merge")["merges"] == []
    with pytest.raises(ValueError, match="was taken back already"):
        desk.text("merge", "undo", done["merge"], "--why", "again")


def test_a_merge_by_hand_answers_the_question_of_the_same_two(desk: DeskRuns) -> None:
    one, other = two(desk)
    made = desk.record("merge", "leads", one, other, "--why", "she confirmed", "--by", "ana.ruiz")
    assert desk.record("leads", "agenda") == desk.record("merge")["reviews"] == []
    with pytest.raises(LookupError, match="was decided already: yes"):
        desk.text("merge", "no", f"review:{other}:same person?", "--why", "x")
    desk.text("merge", "undo", made["key"], "--why", "two people")
    assert desk.record("leads")["total"] == 2


def test_no_is_kept_and_asked_once(desk: DeskRuns) -> None:
    _, other = two(desk)
    assert desk.record("merge", "no", f"review:{other[:8]}", "--why", "father and son")["merge"] is None
    assert desk.record("leads")["total"] == 2
    with pytest.raises(LookupError, match="is no identity review"):
        desk.text("merge", "yes", other, "--why", "x")


def test_leads_are_merged_by_hand_with_a_reason(desk: DeskRuns) -> None:
    one, other = two(desk)
    done = desk.record("merge", "leads", one[:8], other[:8], "--why", "wrote from two addresses")
    assert (done["kept"], done["absorbed"]) == (one, other)
    assert desk.record("leads", "show", other)["merged_into"] == one
    with pytest.raises(ValueError, match=r"was merged into .* already"):
        desk.text("merge", "leads", one, other, "--why", "again")
    with pytest.raises(LookupError, match="no known account 'acc-1'"):
        desk.text("merge", "accounts", "acc-1", "acc-2", "--why", "one company")


def test_a_merge_by_a_rule_is_shown_with_its_key_and_why_and_is_taken_back_by_the_lead_that_went_in(
    desk: DeskRuns,
) -> None:
    one = desk.lead(id="A", company="Harland Pumps", name="Joan Harland", email="joan@harlandpumps.example", events=HOT)
    desk.lead(id="B", company="Harland Pumps", name="Joan Harland", email="j@harlandpumps.example", events=HOT)
    (merge,) = desk.record("merge")["merges"]
    assert (merge["kept"], merge["who"]) == (one, "desk")
    other = merge["absorbed"]
    assert (merge["kept_company"], merge["absorbed_company"]) == ("Harland Pumps", "Harland Pumps")
    text = desk.text("merge")
    assert merge["key"] in text
    assert f"{other[:8]} (Harland Pumps) went into {one[:8]} (Harland Pumps)" in text
    assert "by the rule 'same name at the same company' (company same, person same)" in " ".join(text.split())
    assert widest(text) <= 100
    assert f"went into lead {one}" in desk.text("leads", "show", other)
    with pytest.raises(LookupError, match="no merge 'ffff' stands; bothsides merge lists those that do"):
        desk.text("merge", "undo", "ffff", "--why", "x")
    with pytest.raises(LookupError, match="no merge '' stands"):
        desk.text("merge", "undo", "", "--why", "x")
    desk.lead(id="C", company="Harland Pumps", name="Joan Harland", email="jo@harlandpumps.example")
    third = desk.record("merge")["merges"][0]["absorbed"]
    with pytest.raises(LookupError, match=f"'merge:{one}' names several merges: merge:.*; give more of one's key"):
        desk.text("merge", "undo", f"merge:{one}", "--why", "x")
    done = desk.record("merge", "undo", other[:8], "--why", "two people")
    assert (done["undone"], done["of"]) == (merge["key"], "leads")
    assert desk.record("leads", "show", other)["score"]["points"] > 0
    assert f"taken out of lead {one}" in " ".join(desk.text("leads", "show", other).split())
    assert desk.record("merge", "undo", f"merge:{one}:{third[:6]}", "--why", "three people")["of"] == "leads"
