"""What marketing, sales and customer success owe, judged by hand-worked months, and the file they sign."""

from dataclasses import replace

import pytest
from tests.leads.sla.promised import BUYERS, CLOSE, FIRST_TOUCH, MAY, POLICY, START, clock, lead

from bothsides.agreement import AgreementError
from bothsides.goals import Goal, GoalsPolicy
from bothsides.leads.sla.commitment_terms import (
    CommitmentsPolicy,
    Consequence,
    Counting,
    LeadsOwed,
    Team,
    Then,
    load_commitments,
    problems,
)
from bothsides.leads.sla.commitments import Word, judge_month, leads_kept, service_kept
from bothsides.schema import Side
from bothsides.schema.instant import DAY, HOUR

LATER = CLOSE + 30 * DAY


def reached(n, **changes):
    one = lead(n, attempts=1, **changes)
    return replace(one, contacted_at=one.assigned_at + HOUR)


def judged(clause, leads, now=LATER, **changes):
    return leads_kept(clause, leads, period=MAY, now=now, **changes)


def test_fifty_leads_with_a_fifth_reached_keep_the_word():
    kept = judged(BUYERS, [reached(n) for n in range(10)] + [lead(n) for n in range(10, 50)])
    assert (kept.word, kept.delivered, kept.owed, kept.attainment) == (Word.KEPT, 50, 50, 1.0)
    assert kept.contact.rate == pytest.approx(0.2)
    assert kept.leads[:2] == ("lead-000", "lead-001")


def test_one_lead_less_or_a_tenth_reached_misses_it():
    short = judged(BUYERS, [reached(n) for n in range(10)] + [lead(n) for n in range(10, 49)])
    assert (short.word, short.delivered) == (Word.MISSED, 49)
    cold = judged(BUYERS, [reached(n) for n in range(5)] + [lead(n) for n in range(5, 50)])
    assert cold.word is Word.MISSED
    assert "10 % reached within 3 attempts" in cold.reason


def test_the_contact_rate_counts_against_marketing_only_after_sales_tried():
    untouched = judged(BUYERS, [lead(n, attempts=0) for n in range(50)])
    assert untouched.word is Word.NOT_JUDGED
    assert len(untouched.contact.charged_to_sales) == 50
    early = judged(BUYERS, [lead(n, attempts=0) for n in range(50)], now=START)
    assert early.contact.waiting == 50


def test_contacts_after_the_agreed_hours_come_too_late():
    late = [replace(lead(n), contacted_at=lead(n).assigned_at + 300 * HOUR) for n in range(50)]
    assert judged(BUYERS, late).contact.rate == 0.0


def test_quality_weighted_clauses_count_chance_or_money():
    chance = LeadsOwed(name="x", side=Side.BUYER, leads=50, counted=Counting.WIN_CHANCE, standard_win_chance=0.1)
    kept = judged(chance, [lead(n) for n in range(25)])
    assert (kept.word, kept.delivered, kept.unit) == (Word.KEPT, pytest.approx(50), "standard leads")
    money = LeadsOwed(name="x", side=Side.BUYER, leads=10_000, counted=Counting.MONEY)
    poor = judged(money, [lead(n, quality=100) for n in range(50)])
    assert (poor.word, poor.delivered) == (Word.MISSED, 5_000)
    unknown = judged(money, [lead(n, quality=None) for n in range(50)])
    assert unknown.word is Word.NOT_JUDGED
    assert "50 of 50 leads have no quality in money" in unknown.reason


def test_a_clause_speaks_of_its_side_and_its_field_tests_only():
    searched = replace(BUYERS, when={"source": "search"}, contact_rate=None)
    leads = [lead(n) for n in range(10)] + [lead(20, side=Side.SUPPLIER), lead(22, withdrawn=True)]
    assert judged(searched, leads).delivered == 5


def test_a_shared_goal_replaces_the_number_for_its_month():
    clause = replace(BUYERS, contact_rate=None, goal_metric="qualified_leads")
    goals = GoalsPolicy(goal=(Goal(metric="qualified_leads", side=Side.BUYER, period="2026-05", target=80),))
    assert judged(clause, [lead(n) for n in range(60)], goals=goals).word is Word.MISSED
    assert judged(clause, [lead(n) for n in range(60)]).word is Word.KEPT


def test_clocks_are_met_of_those_decided():
    clocks = [clock(n) for n in range(18)] + [clock(18, met=False), clock(19, met=False, breached_at=None)]
    kept = service_kept(Team.SALES, FIRST_TOUCH, clocks, period=MAY, now=CLOSE)
    assert (kept.word, kept.n, kept.waiting, kept.leads) == (Word.KEPT, 19, 1, ("lead-018",))
    assert kept.delivered == pytest.approx(18 / 19)
    assert kept.low < 0.9 < kept.high


def test_a_reversed_breach_counts_as_met_from_then_on():
    late = clock(18, met=False)
    proved = replace(late, reversed_at=CLOSE + DAY)
    clocks = [clock(n) for n in range(8)]
    before = service_kept(Team.SALES, FIRST_TOUCH, [*clocks, proved], period=MAY, now=CLOSE)
    after = service_kept(Team.SALES, FIRST_TOUCH, [*clocks, proved], period=MAY, now=CLOSE + DAY)
    assert (before.word, after.word, after.delivered) == (Word.MISSED, Word.KEPT, 1.0)
    assert "by chance" in before.reason


def test_a_touch_after_the_due_time_is_not_met_while_no_breach_is_written():
    slow = replace(clock(1, breached_at=None), met_at=clock(1).due_at + 1)
    kept = service_kept(Team.SALES, FIRST_TOUCH, [slow], period=MAY, now=CLOSE)
    assert (kept.word, kept.waiting) == (Word.NOT_JUDGED, 1)


def test_the_month_holds_what_was_qualified_and_due_in_it():
    next_month = lead(1, qualified_at=CLOSE, lead_id="june")
    clocks = [clock(1), replace(clock(2, met=False), due_at=CLOSE)]
    kept = judge_month(
        POLICY, period=MAY, start=START, close=CLOSE, leads=[*(lead(n) for n in range(3)), next_month], clocks=clocks
    )
    assert [one.clause for one in kept] == ["qualified buyers", "first touch of buyers", "welcome of suppliers"]
    assert (kept[0].n, kept[1].n, kept[2].word) == (3, 1, Word.NOT_JUDGED)


SIGNED = """
[[marketing]]
name = "qualified suppliers"
side = "supplier"
leads = 12
when = { region = ["EU", "UK"] }

[[sales]]
name = "first touch"
side = "supplier"
clock = "first_touch"
"""


def test_the_file_names_every_mistake_at_once(tmp_path):
    path = tmp_path / "commitments.toml"
    path.write_text(SIGNED, encoding="utf-8")
    assert load_commitments(path).policy.sales[0].share == 0.9
    path.write_text(SIGNED.replace("12", "-1").replace('"supplier"', '"seller"') + "tolerance = 1\n", encoding="utf-8")
    with pytest.raises(AgreementError) as error:
        load_commitments(path)
    text = str(error.value)
    assert all(word in text for word in ("marketing[0].side", "sales[0].side", "a number above 0", "tolerance"))


def test_clauses_that_contradict_each_other_are_problems():
    wrong = CommitmentsPolicy(
        marketing=(
            BUYERS,
            replace(BUYERS, counted=Counting.WIN_CHANCE),
            replace(BUYERS, name="z", standard_win_chance=0.2),
        ),
        sales=(FIRST_TOUCH,),
        consequence=(
            Consequence(name="a", by=Team.SALES, then=Then.MEETING, clauses=("qualified buyers",)),
            Consequence(name="b", by=Team.MARKETING, then=Then.PAUSE_VOLUME),
        ),
    )
    found = "\n".join(problems(wrong))
    assert "two clauses are called 'qualified buyers'" in found
    assert found.count("standard_win_chance") == 2
    assert "['qualified buyers'] are not clauses of sales; allowed: ['first touch of buyers']" in found
    assert "only breaches by sales pause" in found
    assert problems(POLICY) == ()
