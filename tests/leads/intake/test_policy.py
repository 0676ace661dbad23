"""`agreement/intake.toml`: what it may say of a source, and every mistake that no single key shows."""

from pathlib import Path

import pytest

from bothsides.agreement import AgreementError, load_policy
from bothsides.leads.intake import IntakePolicy, problems
from bothsides.schema import Side


def written(folder: Path, text: str) -> IntakePolicy:
    (folder / "intake.toml").write_text(text)
    return load_policy(folder / "intake.toml", IntakePolicy).policy


def test_a_source_says_what_its_words_mean(tmp_path: Path) -> None:
    policy = written(tmp_path, '[[source]]\nname = "messe"\n[source.sides]\n"Einkäufer" = "buyer"\n')
    assert policy.named("messe").meant("einkäufer") is Side.BUYER
    assert policy.named("crm").meant("einkäufer") is None
    assert problems(policy) == ()


def test_a_word_for_no_side_of_ours_is_named_with_its_key(tmp_path: Path) -> None:
    with pytest.raises(AgreementError, match=r"intake.toml: source\[0\]\.sides\.Presse = \"press\": .*buyer.*supplier"):
        written(tmp_path, '[[source]]\nname = "messe"\n[source.sides]\nPresse = "press"\n')


def test_every_mistake_that_no_single_key_shows_is_told_at_once(tmp_path: Path) -> None:
    policy = written(
        tmp_path,
        """
        most_bytes = 10
        clock_ahead_seconds = -1
        [[source]]
        name = "messe"
        sides = {"Käufer" = "buyer", "KÄUFER " = "supplier"}
        hook = {secrets = []}
        [[source]]
        name = "messe"
        """,
    )
    assert problems(policy) == (
        "source messe: stands twice",
        "source messe: hook.secrets must hold one secret, or two while it changes",
        "source messe: sides: 'käufer' stands twice",
        "most_bytes = 10: must be at least 1000",
        "clock_ahead_seconds = -1: must not be negative",
    )
