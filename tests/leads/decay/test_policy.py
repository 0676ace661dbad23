"""The file that teams sign: the one in the documentation is read and works, and mistakes are told."""

import re
from pathlib import Path

import pytest
from tests.leads.decay.checks import FRIDAY_16, lead

from bothsides.agreement import AgreementError
from bothsides.leads.decay import compile_decay, decay_due, load_decay
from bothsides.schema.instant import DAY, HOUR
from bothsides.schema.working_time import OFFICE, working_time

PAGE = Path(__file__).resolve().parents[3] / "docs" / "decay.md"


def test_the_example_of_the_documentation_works(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    path = tmp_path / "decay.toml"
    path.write_text(example, encoding="utf-8")
    compiled = compile_decay(load_decay(path).policy)
    hours = working_time(OFFICE, 2026, 2026)
    named = lead(fields={"segment": "enterprise", "account_id": "a1"})
    supplier = lead(fields={"side": "supplier"})
    buyer = lead(fields={"side": "buyer"})
    assert decay_due(named, compiled, hours) is None
    assert decay_due(supplier, compiled, hours) == FRIDAY_16 + 7 * DAY
    assert decay_due(buyer, compiled, hours) == FRIDAY_16 + 8 * HOUR
    ben = lead(fields={"side": "buyer"}, owner="ben", reassignments=1)
    assert decay_due(ben, compiled, hours) == FRIDAY_16 + 48 * HOUR


def test_every_mistake_of_the_file_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "decay.toml"
    path.write_text(
        """
        real_touches = ["pigeon"]
        stages = ["mqls"]
        most_recycles = -1
        [[rule]]
        name = "r"
        untouched_hours = 0
        counted_in = "dog_years"
        untouched_days = 2
        """,
        encoding="utf-8",
    )
    with pytest.raises(AgreementError) as told:
        load_decay(path)
    for key in ("real_touches[0]", "stages[0]", "most_recycles", "untouched_hours", "counted_in", "untouched_days"):
        assert key in str(told.value)


def test_rules_that_cannot_stand_together_are_told(tmp_path: Path) -> None:
    path = tmp_path / "decay.toml"
    path.write_text('[[rule]]\nname = "r"\nsilent_hours = 50\n', encoding="utf-8")
    with pytest.raises(AgreementError, match="silent_hours = 50 must be less"):
        load_decay(path)
