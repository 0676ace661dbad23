"""Cards fitted from history: points and chances as where they were fitted, and reasons that sum to the score."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bothsides.leads.score import Card, Group, Rule, Thresholds, compiled, score
from bothsides.leads.score.fitted import AGREED
from bothsides.leads.score.from_history import as_fitted
from bothsides.predict.scorecard.card import AGREED as AGREED_THERE
from bothsides.predict.scorecard.card import Card as FittedCard
from bothsides.predict.scorecard.card import CardField
from bothsides.predict.scorecard.scoring import compiled as fitted_scorer
from bothsides.schema import Side

NOW = 1_800_000_000


def a_field(name: str, points: tuple[int, ...], **told: tuple[object, ...]) -> CardField:
    none = (0,) * len(points)
    return CardField(name=name, points=points, seen=none, won=none, **told)  # type: ignore[arg-type]


LEARNED = FittedCard(
    side=Side.BUYER,
    fields=(
        a_field("visits", (0, 12, 30, 4), edges=(1.0, 5.0)),
        a_field("source", (25, 10, 3, 0), levels=("referral", "organic")),
        a_field(AGREED, (0, 40, 5), edges=(20.0,)),
    ),
    slope=0.06,
    shift=-3.0,
    bands=(),
    n=0,
    won=0,
    learned_from=(0, 0),
    effective_from=0,
)
assert AGREED == AGREED_THERE
HAND = Card(
    id="c",
    side=Side.BUYER,
    fit=(Group(id="size", rule=(Rule(code="large", says="large", points=30, when={"employees": ">= 250"}),)),),
    fitted=as_fitted(LEARNED, {"source": "where it came from"}),
    thresholds=Thresholds(sales_from=60, self_serve_from=30),
)


@given(
    fields=st.fixed_dictionaries(
        {},
        optional={
            "visits": st.one_of(st.integers(-1, 7), st.floats(allow_infinity=False), st.none(), st.just("many")),
            "source": st.sampled_from(["referral", "organic", "other", "", None, 7, True]),
            "employees": st.sampled_from([10, 300]),
        },
    )
)
def test_points_and_chance_are_those_of_the_card_as_it_was_fitted(fields: dict[str, object]) -> None:
    found = score(compiled(HAND), fields, [], NOW)
    agreed = 30 if fields.get("employees") == 300 else 0
    expected = fitted_scorer(LEARNED)({**fields, AGREED: agreed})
    assert found.points == expected.score
    assert found.probability == pytest.approx(expected.chance)
    assert sum(reason.points for reason in found.reasons) == found.points
    assert sum(reason.points for reason in found.hand_reasons) == agreed


def test_the_fitted_lines_say_field_and_bin_and_the_hand_rules_stand_beside() -> None:
    found = score(compiled(HAND), {"visits": 3, "source": "referral", "employees": 300}, [], NOW)
    assert [(reason.text, reason.points) for reason in found.reasons] == [
        ("visits: above 1 to 5", 12),
        ("where it came from: referral", 25),
        (f"{AGREED.replace('_', ' ')}: above 20", 40),
    ]
    assert [(reason.code, reason.points) for reason in found.hand_reasons] == [("large", 30)]
    assert (found.points, found.fitted, found.band) == (77, 77, "sales")
