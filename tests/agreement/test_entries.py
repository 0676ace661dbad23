"""Files of many tables: each is read by itself, and every mistake of all of them is named."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import pytest

from bothsides.agreement import AgreementError, checked, fingerprint, load_entries
from bothsides.schema import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A table of the file."""

    name: str
    since: date | None = None
    days: int = 7


def short(text: str) -> str:
    """At most three letters. Raises ValueError for more."""
    if len(text) > 3:
        raise ValueError("must be at most three letters")
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A table within a table."""

    mode: Literal["fast", "slow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """A table whose keys are all needed."""

    order: Literal["strict", "any"]
    side: Side
    code: Annotated[str, checked(short)]
    parts: tuple[Part, ...]


def written(folder: Path, text: str) -> Path:
    path = folder / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_table_is_read_in_order(tmp_path: Path) -> None:
    path = written(tmp_path, '[[rule]]\nname = "a"\nsince = 2024-02-29\n[[rule]]\nname = "b"\ndays = 3\n')
    entries, problems = load_entries(path, "rule", Rule)
    assert problems == ()
    assert [(entry.key, entry.policy) for entry in entries] == [
        ("rule[0]", Rule(name="a", since=date(2024, 2, 29))),
        ("rule[1]", Rule(name="b", days=3)),
    ]


def test_a_table_with_a_mistake_stays_beside_the_good_ones(tmp_path: Path) -> None:
    path = written(tmp_path, '[[rule]]\nnam = "a"\n[[rule]]\nname = "b"\n[[rule]]\nname = 3\n[rules]\n')
    entries, problems = load_entries(path, "rule", Rule)
    assert [entry.policy for entry in entries] == [None, Rule(name="b"), None]
    assert entries[0].written == {"nam": "a"}
    assert [str(problem).removeprefix(f"{path}: ") for problem in problems] == [
        "rules = {}: unknown key; allowed: rule; did you mean 'rule'?",
        "rule[0].nam = \"a\": unknown key; allowed: name, since, days; did you mean 'name'?",
        "rule[0].name: missing; this key is required",
        "rule[2].name = 3: must be a text",
    ]


def test_a_key_left_out_is_named_with_what_it_may_be(tmp_path: Path) -> None:
    _, problems = load_entries(written(tmp_path, "[[rule]]\n[[rule]]\nparts = [{}]\n"), "rule", Choices)
    told = [str(problem).partition("required: ")[2] for problem in problems]
    assert told[:4] == ["one of strict, any", "one of buyer, supplier", "at most three letters", "tables with mode"]
    assert told[-1] == "one of fast, slow"


@pytest.mark.parametrize("text", ['rule = "a"', "rule = [1, 2]", '[rule]\nname = "a"'])
def test_what_is_no_list_of_tables_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(AgreementError, match=r"must be tables, each begun with \[\[rule\]\]"):
        load_entries(written(tmp_path, text), "rule", Rule)


def test_an_empty_file_has_no_entries(tmp_path: Path) -> None:
    assert load_entries(written(tmp_path, ""), "rule", Rule) == ((), ())


def test_a_fingerprint_is_of_the_meaning_not_of_the_layout() -> None:
    assert fingerprint({"a": 1, "b": [2]}) == fingerprint({"b": [2], "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": "1"})
