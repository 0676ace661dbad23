"""A statement never changes; what proves different later is told once, in the next."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.leads.sla.promised import CLOSE, MAY, POLICY, START, clock, lead

from bothsides.leads.sla.commitments import judge_month
from bothsides.leads.sla.statements import Line, adjustments, close_month, lines_of, untouched
from bothsides.schema.instant import DAY


def lines_at(moment, clocks, leads):
    return lines_of(
        judge_month(POLICY, period=MAY, start=START, close=CLOSE, known_at=moment, leads=leads, clocks=clocks)
    )


def closed(lines, period="2026-05", adjusted=()):
    return close_month(
        period=period, closed_at=CLOSE, load_id="load-7", policy_version="v1", lines=lines, adjustments=adjusted
    )


def test_a_late_proof_is_an_adjustment_of_the_next_statement_and_of_no_further_one():
    late = replace(clock(1, met=False), reversed_at=CLOSE + DAY)
    clocks, leads = [clock(2), late], [lead(n) for n in range(3)]
    may = closed(lines_at(CLOSE, clocks, leads))
    now = lines_at(CLOSE + 2 * DAY, clocks, leads)
    told = adjustments([may], "2026-05", now)
    changed = {(one.clause, one.figure): (one.told, one.value) for one in told}
    assert changed[("first touch of buyers", "delivered")] == (0.5, 0.5)
    assert changed[("first touch of buyers", "breaches")] == (1.0, -1.0)
    assert changed[("first touch of buyers", "missed")] == (1.0, -1.0)
    june = closed([], "2026-06", told)
    assert adjustments([may, june], "2026-05", now) == ()
    assert may.lines == lines_at(CLOSE, clocks, leads)


def test_what_is_no_longer_there_is_taken_back():
    may = closed([Line(clause="a", figure="breaches", value=2)])
    (gone,) = adjustments([may], "2026-05", [])
    assert gone.value == -2


def test_the_seal_breaks_with_any_figure():
    may = closed([Line(clause="a", figure="n", value=2)])
    assert untouched(may)
    assert not untouched(replace(may, lines=(Line(clause="a", figure="n", value=3),)))
    assert not untouched(replace(may, load_id="load-8"))


def test_wrong_calls_say_what_is_there():
    with pytest.raises(ValueError, match=r"2026-04 has no statement; closed are \['2026-05'\]"):
        adjustments([closed([])], "2026-04", [])
    with pytest.raises(ValueError, match="stands twice"):
        closed([Line(clause="a", figure="n", value=1)] * 2)


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(-5, 5)), min_size=2, max_size=6))
def test_statement_and_adjustments_always_add_up_to_the_present(history):
    """However the figures move between closes, the sum of what was told is the latest."""
    made = [[Line(clause=name, figure="n", value=float(value)) for name, value in one.items()] for one in history]
    statements = [closed(made[0])]
    for k, lines in enumerate(made[1:], 6):
        statements.append(closed([], f"2026-{k:02d}", adjustments(statements, "2026-05", lines)))
    for name in "abc":
        told = sum(line.value for line in statements[0].lines if line.clause == name)
        told += sum(one.value for made in statements for one in made.adjustments if one.clause == name)
        assert told == history[-1].get(name, 0)
