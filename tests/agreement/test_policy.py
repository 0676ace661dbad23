"""Policies from TOML: every mistake at once, and a version that depends on meaning alone."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pytest

from bothsides.agreement import AgreementError, checked, load_policy


def positive(value: float) -> float:
    if value <= 0:
        raise ValueError("must be above 0")
    return value


class Verdict(StrEnum):
    SHORT = "short"
    LONG = "long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    name: str
    above: Annotated[float, checked(positive)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    share: float = 0.5
    verdict: Verdict = Verdict.SHORT
    bands: tuple[Band, ...] = ()
    words: dict[str, Band] | None = None


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_values_are_typed_and_missing_ones_take_their_default(tmp_path: Path) -> None:
    text = 'verdict = "long"\n[[bands]]\nname = "a"\nabove = 1\n[words.x]\nname = "b"\nabove = 2.5\n'
    agreed = load_policy(written(tmp_path, text), Policy)
    assert agreed.policy == Policy(
        verdict=Verdict.LONG, bands=(Band(name="a", above=1.0),), words={"x": Band(name="b", above=2.5)}
    )


def test_every_mistake_is_named_at_once_with_file_key_value_and_what_is_allowed(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        'share = "half"\nverdict = "wide"\nshares = 1\n'
        '[[bands]]\nname = "a"\nabove = -1\nbelow = 2\n[[bands]]\nabove = 1\n',
    )
    with pytest.raises(AgreementError) as caught:
        load_policy(path, Policy)
    found = {problem.key: (problem.value, problem.allowed) for problem in caught.value.problems}
    assert found["share"][0] == '"half"'
    assert "short" in found["verdict"][1]
    assert "did you mean 'share'" in found["shares"][1]
    assert found["bands[0].above"] == ("-1", "must be above 0")
    assert "unknown key; allowed: name, above" in found["bands[0].below"][1]
    assert "required" in found["bands[1].name"][1]
    assert all(str(path) in line for line in str(caught.value).splitlines())


def test_a_section_is_read_alone_and_named_in_its_errors(tmp_path: Path) -> None:
    path = written(tmp_path, "[liquidity]\nshare = 0.25\n[other]\nshare = true\n")
    assert load_policy(path, Policy, section="liquidity").policy.share == 0.25
    assert load_policy(path, Policy, section="absent").policy == Policy()
    with pytest.raises(AgreementError, match=r"other\.share = true"):
        load_policy(path, Policy, section="other")


def test_the_version_follows_meaning_not_layout(tmp_path: Path) -> None:
    one = load_policy(written(tmp_path, 'share = 0.5\nverdict = "short"\n'), Policy).version
    two = load_policy(written(tmp_path, '# same\nverdict   = "short"\nshare=0.5\n'), Policy).version
    three = load_policy(written(tmp_path, 'verdict = "short"\nshare = 0.6\n'), Policy).version
    assert one == two
    assert one != three
    assert len(one) == 64


@pytest.mark.parametrize("text", [b"share = ", b"\xff\xfe"])
def test_a_file_that_is_not_toml_is_named(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "policy.toml"
    path.write_bytes(text)
    with pytest.raises(AgreementError, match=r"policy\.toml"):
        load_policy(path, Policy)
