"""The examples of docs/commitments.md are agreements that load."""

import re
from pathlib import Path

import pytest

from bothsides.goals import load_goals
from bothsides.leads.sla.commitment_terms import Counting, Team, Then, load_commitments

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "commitments.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"```toml\n# agreement/(\w+)\.toml\n(.*?)```", PAGE, flags=re.DOTALL))


@pytest.fixture
def example(tmp_path):
    def write(name):
        path = tmp_path / f"{name}.toml"
        path.write_text(EXAMPLES[name], encoding="utf-8")
        return path

    return write


def test_the_example_of_goals_loads(example):
    policy = load_goals(example("goals")).policy
    assert [goal.period for goal in policy.goal] == ["2026-Q2", "2026-05"]


def test_the_example_of_commitments_loads(example):
    policy = load_commitments(example("commitments")).policy
    assert [clause.counted for clause in policy.marketing] == [Counting.LEADS, Counting.WIN_CHANCE]
    assert [team for team, _ in policy.services] == [Team.SALES, Team.SALES, Team.CUSTOMER_SUCCESS]
    assert [rule.then for rule in policy.consequence] == [Then.PAUSE_VOLUME, Then.RETURN_LEADS, Then.MEETING]
