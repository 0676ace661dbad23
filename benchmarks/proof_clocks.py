"""Clocks of the SLA under jumps of time, summer time, late events and outages, and planted mistakes that must be found.

The model, its checks and the planted mistakes are those of tests/leads/sla.
"""

import argparse
import collections
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import harness
import pytest

sys.path.insert(0, str(harness.FOLDER.parent))

from tests.leads.sla import clock_model
from tests.leads.sla.test_clocks_model import PLANTED, run

from bothsides.leads.sla.clocks import Change

HELD = "nothing lost, nothing written twice, no step in closed hours, every state as counted by quarters of an hour"


class Counted(clock_model.ClockModel):
    """The model, counting what it has seen."""

    seen: ClassVar[collections.Counter[str]] = collections.Counter()

    def check(self, new: Sequence[Change]) -> None:
        """Count once it holds."""
        super().check(new)
        self.seen["events"] += 1
        self.seen.update(change.kind.value for change in new)


def found(plant: object, examples: int, steps: int) -> bool:
    """Whether the checks fail on the planted mistake."""
    assert callable(plant)
    with pytest.MonkeyPatch.context() as patch:
        plant(patch)
        try:
            run(examples, steps, shrink=False)
        except AssertionError:
            return True
    return False


def main() -> int:
    """Run the model, then each planted mistake; write the section. 1 where something was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="a few runs instead of 5,000")
    parser.add_argument("--results", type=Path, default=harness.RESULTS)
    words = parser.parse_args()
    examples, steps = (40, 30) if words.smoke else (5_000, 50)
    begun = harness.cpu_seconds()
    run(examples, steps, model=Counted)
    used = harness.cpu_seconds() - begun
    caught = [plant.__name__ for plant in PLANTED if found(plant, 200, 30)]
    missed = sorted({plant.__name__ for plant in PLANTED} - set(caught))
    seen = Counted.seen
    told = ", ".join(
        f"{seen[kind]:,} {word}"
        for kind, word in (
            ("at_risk", "at risk"),
            ("breached", "breaches"),
            ("reversed", "reversals"),
            ("paused", "holds"),
            ("step", "steps of the ladder"),
        )
    )
    harness.write_section(
        "Proof: SLA clocks",
        [
            f"- {examples:,} runs of up to {steps} steps, {seen['events']:,} events told, each twice: {HELD}: met",
            f"- among them {told}; {used:.0f} CPU-s",
            f"- planted mistakes found by the same checks: {len(caught)} of {len(PLANTED)}, bar all: "
            + ("met" if not missed else f"MISSED ({', '.join(missed)})"),
        ],
        results=words.results,
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
