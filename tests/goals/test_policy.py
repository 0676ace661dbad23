"""Goals as the teams write them down, and every mistake in them named at once."""

import pytest

from bothsides.agreement import AgreementError
from bothsides.goals import Goal, GoalKind, GoalsPolicy, goals_of, load_goals, problems
from bothsides.schema import Side

SIGNED = """
[[goal]]
metric = "qualified_leads"
side = "supplier"
category = "steel"
period = "2026-Q2"
target = 150
owners = ["marketing", "sales"]

[[goal]]
metric = "suppliers_lost"
side = "supplier"
period = "2026-05"
target = 10
better = "down"

[pacing]
earliest_share = 0.3
"""


def written(tmp_path, text):
    path = tmp_path / "goals.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_goals_are_read_with_their_place_and_period(tmp_path):
    policy = load_goals(written(tmp_path, SIGNED)).policy
    assert [goal.key for goal in policy.goal] == [
        ("qualified_leads", "supplier", "steel", "2026-Q2"),
        ("suppliers_lost", "supplier", "", "2026-05"),
    ]
    assert policy.pacing.earliest_share == 0.3
    assert policy.goal[1].owners == ("marketing", "sales", "customer_success")
    assert (policy.goal[0].span.start.month, policy.goal[0].span.end.month) == (4, 6)


def test_a_clause_finds_the_goal_of_exactly_its_place(tmp_path):
    policy = load_goals(written(tmp_path, SIGNED)).policy
    found = goals_of(policy, "qualified_leads", side=Side.SUPPLIER, category="steel", period="2026-Q2")
    assert found is policy.goal[0]
    assert goals_of(policy, "qualified_leads", side=Side.SUPPLIER, period="2026-Q2") is None
    assert goals_of(policy, "qualified_leads", side=Side.BUYER, category="steel", period="2026-Q2") is None


def test_every_mistake_is_named_at_once(tmp_path):
    wrong = SIGNED.replace("2026-05", "2026-W07").replace("150", "-150").replace("0.3", "30") + "\nlater = 1\n"
    with pytest.raises(AgreementError) as error:
        load_goals(written(tmp_path, wrong))
    text = str(error.value)
    assert "a month or a quarter" in text
    assert "a number above 0" in text
    assert "a share from 0 to 1" in text
    assert "later" in text


def test_goals_that_contradict_each_other_are_refused(tmp_path):
    twice = SIGNED + SIGNED.split("[pacing]", maxsplit=1)[0].split("[[goal]]")[1].join(["\n[[goal]]", ""])
    with pytest.raises(AgreementError, match="qualified_leads supplier steel 2026-Q2 has two targets"):
        load_goals(written(tmp_path, twice))


def test_a_goal_of_one_team_alone_and_a_rate_above_one_are_problems():
    alone = Goal(metric="win_rate", period="2026-05", target=25, kind=GoalKind.RATE, owners=("sales",))
    found = problems(GoalsPolicy(goal=(alone,)))
    assert len(found) == 2
    assert "at least two teams" in found[1]
