"""Points add up to the score, for many leads and for one, and both ways agree."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bothsides.predict.scorecard.card import Card, CardField, card_from_json
from bothsides.predict.scorecard.columns import leads
from bothsides.predict.scorecard.scoring import compiled, points, scores
from bothsides.schema import Side

NONE = (0,) * 5
CARD = Card(
    side=Side.SUPPLIER,
    fields=(
        CardField(name="skus", edges=(10.0, 100.0), levels=None, points=(0, 20, 60, 5), seen=(0,) * 4, won=(0,) * 4),
        CardField(name="source", levels=("event", "no", "yes"), points=(0, 40, 10, 3, 7), seen=NONE, won=NONE),
    ),
    slope=0.1,
    shift=-4.0,
    bands=(),
    n=100,
    won=30,
    learned_from=(1, 2),
    effective_from=3,
)
SKUS = st.none() | st.integers(-5, 300) | st.floats(-5, 300) | st.just(float("nan"))
SOURCE = st.none() | st.sampled_from(["event", "search", "", "no"]) | st.booleans()


def test_one_lead_by_hand() -> None:
    scored = compiled(CARD)({"skus": 100, "source": "event", "other": 7})
    assert scored.reasons == (("skus", "above 10 to 100", 20), ("source", "event", 0))
    assert scored.score == 20
    assert scored.chance == pytest.approx(1 / (1 + np.exp(2.0)))
    assert scored.version == CARD.version


@pytest.mark.parametrize(
    ("fields", "score"),
    [
        ({}, 12),
        ({"skus": None, "source": ""}, 12),
        ({"skus": "many", "source": "radio"}, 8),
        ({"skus": True, "source": False}, 45),
        ({"skus": np.float64(10.0), "source": True}, 10),
        ({"skus": 10.5, "source": "yes"}, 30),
    ],
)
def test_what_is_absent_or_of_another_kind_is_not_known(fields: dict[str, object], score: int) -> None:
    assert compiled(CARD)(fields).score == score


@settings(max_examples=60)
@given(st.lists(st.tuples(SKUS, SOURCE), min_size=1, max_size=30))
def test_many_at_once_are_as_one_by_one_and_points_add_up(rows: list[tuple[object, object]]) -> None:
    skus, source = ([row[i] for row in rows] for i in (0, 1))
    many = leads(
        {"skus": np.array([np.nan if v is None else v for v in skus], dtype=float), "source": [*source, "event"][:-1]}
    )
    if "source" in many.columns and many.columns["source"].__class__.__name__ == "Numbers":
        many = leads({"skus": np.array([np.nan if v is None else v for v in skus], dtype=float)})
    one = compiled(CARD)
    by_one = [one({"skus": a, "source": b}) for a, b in rows]
    assert scores(CARD, many).tolist() == [scored.score for scored in by_one]
    parts = points(CARD, many)
    assert sum(parts.values()).tolist() == [scored.score for scored in by_one]  # type: ignore[union-attr]  # an array
    assert all(sum(reason[2] for reason in scored.reasons) == scored.score for scored in by_one)


def test_a_card_is_read_back_as_it_was_written() -> None:
    again = card_from_json(CARD.to_json())
    assert again == CARD
    assert again.version == CARD.version


def test_a_card_changed_after_it_was_made_is_refused() -> None:
    with pytest.raises(ValueError, match="was changed"):
        card_from_json(CARD.to_json().replace('"shift": -4.0', '"shift": -3.0'))


def test_any_change_is_another_version() -> None:
    assert CARD.moved(0.5).version != CARD.version


def test_a_column_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="skus is texts here"):
        scores(CARD, leads({"skus": ["a", "b"]}))


def test_a_field_needs_points_for_every_bin() -> None:
    with pytest.raises(ValueError, match="has 3 bins but 2 points"):
        CardField(name="x", edges=(1.0,), points=(1, 2), seen=(1, 2), won=(0, 0))
    with pytest.raises(ValueError, match="either edges"):
        CardField(name="x", points=(1, 2), seen=(1, 2), won=(0, 0))
