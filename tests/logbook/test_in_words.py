"""A line of the journal as a sentence."""

from typing import Any

import pytest

from bothsides.logbook import Kind, Written
from bothsides.logbook.in_words import in_words


def _changed(what: str, state: dict[str, Any] | None) -> Written:
    data = {"clock": "c1", "clause": "first_touch", "what": what, "due_at": 500, "state": state}
    return Written(kind=Kind.CLOCK_CHANGED, subject="3f2a", at=600, data=data, seq=7, written_at=600)


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ({"done_at": None}, "is due without proof, which may still come late"),
        (None, "is due without proof, which may still come late"),
        ({"done_at": 550}, "is past due, for what was done came late; proof that it came in time may still come"),
    ],
)
def test_a_clock_past_its_time_says_whether_anything_was_done(state: dict[str, Any] | None, says: str) -> None:
    assert in_words(_changed("at_risk", state), str) == f'the clock "first touch" {says}, due 500'


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"from": "mql"}, "went from mql to stage opportunity"),
        ({"late": True}, "was in stage opportunity (told late, which moved it nowhere)"),
        ({"late": True, "again": True}, "was in stage opportunity (told again)"),
    ],
)
def test_a_stage_says_whether_the_lead_went_there(told: dict[str, Any], says: str) -> None:
    line = Written(
        kind=Kind.STAGE_CHANGED, subject="3f2a", at=600, data={"stage": "opportunity", **told}, seq=7, written_at=600
    )
    assert in_words(line, str) == says
