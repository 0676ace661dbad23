"""The agreement on who is the same: the one in the documentation is the house's own, and mistakes are named."""

import dataclasses
import re
from pathlib import Path

import pytest

from bothsides.agreement import AgreementError, load_policy
from bothsides.identity import MatchingPolicy, problems
from bothsides.identity.policy import Rule

PAGE = Path(__file__).resolve().parents[2] / "docs" / "identity.md"


def load(folder: Path, text: str) -> MatchingPolicy:
    path = folder / "matching.toml"
    path.write_text(text, encoding="utf-8")
    return load_policy(path, MatchingPolicy).policy


def test_the_documented_file_is_the_house_policy(tmp_path: Path) -> None:
    found = re.search(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    assert load(tmp_path, found[1]) == MatchingPolicy()


def test_the_house_policy_has_no_problems() -> None:
    assert problems(MatchingPolicy()) == ()


def test_an_empty_file_is_the_house_policy(tmp_path: Path) -> None:
    assert load(tmp_path, "") == MatchingPolicy()


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    text = 'too_common = 1\ntie_breakers = ["newest"]\nfuzzy = true\n[dedupe]\nmethod = "magic"\n'
    with pytest.raises(AgreementError) as error:
        load(tmp_path, text)
    told = str(error.value)
    for key in ("too_common", "tie_breakers", "fuzzy", "dedupe.method"):
        assert key in told


def rule(name: str = "r", bucket: str = "strong", **when: object) -> Rule:
    return Rule(name=name, bucket=bucket, when=when)


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ((rule(fax="same"),), "'fax' is not compared"),
        ((rule(company="alike"),), "'alike': allowed"),
        ((rule(company=["same", "almost"]),), "'almost': allowed"),
        ((rule(company="!= differing"),), "'!= differing': allowed"),
        ((rule(),), "tests nothing"),
        ((rule(bucket="weak", phone="same"),), "no rule is strong"),
        ((rule(phone="same"), rule(email="same")), "used twice"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_a_problem(rules: tuple[Rule, ...], told: str) -> None:
    found = problems(dataclasses.replace(MatchingPolicy(), company_rule=rules))
    assert any(told in problem for problem in found), found
