"""The simulated quarter: always the same, on both sides, as messy as real systems, with its problems planted."""

import csv
import io
import json
import math
from collections import Counter
from datetime import date

import pytest

from bothsides.schema.side import Side
from bothsides.simulate.desk import LAYOUTS, Quarter, quarter, truth
from bothsides.simulate.desk.arrivals import month_of
from bothsides.simulate.desk.companies import ZONES, company
from bothsides.simulate.desk.layouts import CHANNEL_WORDS
from bothsides.simulate.desk.lead import NO_VALUE
from bothsides.simulate.desk.odds import WEIGHTS, win_probability


def test_the_same_seed_gives_the_same_quarter_another_seed_another(spring: Quarter) -> None:
    assert quarter(7) == spring
    assert quarter(8).leads != spring.leads


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"leads_per_week": 9}, "leads_per_week = 9"),
        ({"start": date(2026, 4, 1)}, "must be a Monday"),
        ({"companies_on_the_books": 0}, "companies_on_the_books = 0"),
    ],
)
def test_a_wrong_call_is_told(arguments: dict[str, int], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        quarter(7, **arguments)


def test_everything_comes_in_time_order_within_thirteen_weeks(spring: Quarter) -> None:
    moments = [one.received_at for one in spring.deliveries]
    assert moments == sorted(moments)
    arrived = [one.arrived_at for one in spring.leads]
    assert arrived == sorted(arrived)
    assert spring.opens_at - 2 * 3600 <= arrived[0]
    assert arrived[-1] < spring.closes_at
    assert [one.occurred_at for one in spring.engagements] == sorted(one.occurred_at for one in spring.engagements)
    assert {one.lead for one in spring.engagements} <= {one.lead for one in spring.leads}


def test_every_lead_is_sent_once_and_every_retry_is_one(spring: Quarter) -> None:
    first = [lead for one in spring.deliveries if not one.again for lead in one.leads if lead is not None]
    assert Counter(first) == Counter(one.lead for one in spring.leads)
    body_of = {one.key: one.body for one in spring.deliveries if not one.again}
    again = [one for one in spring.deliveries if one.again]
    assert {one.changed for one in again} == {True, False}
    assert all((one.body != body_of[one.key]) == one.changed for one in again)


def test_a_body_read_by_its_layout_says_what_the_lead_says(spring: Quarter) -> None:
    said = {lead.lead: lead.fields for lead in spring.leads}
    checked: set[str] = set()
    for one in spring.deliveries:
        if one.again or (one.trouble is not None and one.content_type != "text/csv"):
            continue
        for row, lead in zip(_rows(one.body, one.content_type), one.leads, strict=True):
            if lead is None:
                continue
            fields = said[lead]
            for field in ("company", "email", "phone", "country"):
                assert (row[LAYOUTS[one.source][field]] or None) == fields.get(field)
            checked.add(one.source)
    assert checked == set(LAYOUTS)


def _rows(body: str, content_type: str) -> list[dict[str, object]]:
    if content_type == "text/csv":
        return [dict(row) for row in csv.DictReader(io.StringIO(body.removeprefix("\ufeff")), delimiter=";")]
    return [json.loads(body)]


def test_a_lead_of_another_quarter_is_told(spring: Quarter) -> None:
    with pytest.raises(ValueError, match="'nobody' is none of the"):
        spring.lead("nobody")
    assert spring.lead(spring.leads[5].lead) == spring.leads[5]


def test_what_is_broken_cannot_be_read_as_a_lead(spring: Quarter) -> None:
    troubles = {one.trouble for one in spring.deliveries}
    assert {"another body under a key already used", "two lines are no leads", "a field that is a list"} <= troubles
    cut = [one for seed in (7, 8, 9) for one in quarter(seed).deliveries if one.trouble == "JSON cut off"]
    assert cut
    for one in cut:
        with pytest.raises(json.JSONDecodeError):
            json.loads(one.body)


def test_a_company_comes_again_in_other_spellings_and_on_both_sides(spring: Quarter) -> None:
    by_id = {lead.lead: lead for lead in spring.leads}
    repeated = [lead for lead in spring.leads if lead.duplicate_of is not None]
    for lead in repeated:
        before = by_id[lead.duplicate_of]
        assert (before.company, before.side) == (lead.company, lead.side)
        assert before.duplicate_of is None
        assert before.number < lead.number
    spelled = [lead for lead in repeated if lead.fields.get("company") != lead.company.name]
    assert len(spelled) > len(repeated) / 2
    account_of = {row.account_id: row for row in spring.accounts}
    crossing = [lead for lead in spring.leads if lead.other_side in account_of]
    assert crossing
    assert all(account_of[lead.other_side].side is lead.side.other for lead in crossing)
    assert all(account_of[lead.account_id].company == lead.company.number for lead in spring.leads if lead.account_id)


def test_the_books_hold_branches_companies_on_both_sides_and_orphans(spring: Quarter) -> None:
    sides = Counter(row.organization_id for row in spring.accounts)
    assert 0.05 < sum(count == 2 for count in sides.values()) / len(sides) < 0.2
    branches = [row for row in spring.accounts if row.parent_id is not None]
    assert branches
    assert {row.parent_id for row in branches} <= set(sides)
    assert any(row.owner is None for row in spring.accounts)
    assert company(7, 11).domain == company(7, 0).domain


def test_leads_are_messy_in_the_ways_that_forms_are(spring: Quarter) -> None:
    fields = [lead.fields for lead in spring.leads]
    assert 0.03 < sum("side" not in one for one in fields) / len(fields) < 0.1
    assert any(one.get("phone") in NO_VALUE for one in fields)
    assert any(one["email_domain"] == "gmail.com" for one in fields)
    assert "segment" not in next(lead.fields for lead in spring.leads if lead.source == "trade_fair")
    standard = sum(one["channel"] in CHANNEL_WORDS for one in fields)
    assert 0.65 < standard / len(fields) < 0.85
    assert {"Google Ads", "Messe"} <= {one["channel"] for one in fields}


def test_most_leads_come_on_working_days_of_their_own_country(spring: Quarter) -> None:
    assert set(ZONES) == {lead.company.country for lead in spring.leads}
    weekend = [lead for lead in spring.leads if (lead.arrived_at - spring.opens_at) // 86_400 % 7 >= 5]
    assert 0.03 < len(weekend) / len(spring.leads) < 0.15


def test_the_chance_of_winning_is_the_sum_of_its_traits(spring: Quarter) -> None:
    for lead in spring.leads[:50]:
        log_odds = sum(WEIGHTS[lead.side].get(trait, 0.0) for trait in lead.traits)
        assert lead.win_probability == pytest.approx(1 / (1 + math.exp(-log_odds)))
    hot = frozenset({"always", "demo_requested", "quote_requested"})
    assert win_probability(Side.BUYER, hot, hours_to_contact=48) < win_probability(Side.BUYER, hot, skill=0.4)
    assert win_probability(Side.BUYER, hot, hours_to_contact=1e6) == win_probability(
        Side.BUYER, hot, hours_to_contact=100
    )


def test_the_prize_draw_brings_poor_leads_in_two_weeks(spring: Quarter) -> None:
    draw = [lead for lead in spring.leads if lead.prize_draw]
    others = [lead.win_probability for lead in spring.leads if not lead.prize_draw]
    assert len(draw) > 50
    assert sum(lead.win_probability for lead in draw) / len(draw) < 0.05 < sum(others) / len(others) / 3
    weeks = {(lead.arrived_at - spring.opens_at) // (7 * 86_400) for lead in draw}
    assert weeks == {6, 7}


def test_the_third_month_is_slow(spring: Quarter) -> None:
    by_month = Counter(month_of(spring.start, lead.arrived_at) for lead in spring.leads if not lead.prize_draw)
    assert by_month["2026-06"] < 0.65 * min(by_month["2026-04"], by_month["2026-05"])


def test_the_truth_names_what_was_planted(spring: Quarter) -> None:
    told = json.loads(json.dumps(truth(spring)))
    assert set(told["leads"]) == {lead.lead for lead in spring.leads}
    problems = {one["problem"]: one for one in told["planted"]}
    assert problems["leads of a campaign buy nothing"]["from"] == "2026-05-11"
    assert problems["marketing misses its monthly pace"]["month"] == "June 2026"
    assert problems["a rep is on leave"]["rep"] == "jonas.weber"
    assert problems["a rep leaves the company"]["last_day"] == "2026-05-29"
    assert problems["public holiday"]["day"] == "2026-05-25"
    assert told["effects"]["log_odds_per_doubling_of_hours_to_contact"]["buyer"] < 0
