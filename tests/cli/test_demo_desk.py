"""The second part of the demo, where it says what to type next."""

from pathlib import Path

from bothsides.cli.demo_desk import what_next


def test_the_next_step_looks_at_the_desk_as_its_quarter_ended() -> None:
    first, why = what_next(Path("demo/desk"), 1782691200)
    assert first == "Next: bothsides leads -w demo/desk --at 2026-06-29T00:00"
    assert why.startswith("The quarter ended on 2026-06-29: --at counts ages and dues to then")
