"""The stage follows from declared rules: what is known decides, what is unknown leaves stages open."""

from dataclasses import replace

import pytest

from bothsides.diagnosis.figures import figure, rate
from bothsides.diagnosis.stage.ladder import possible, rules, stage_of, turns
from bothsides.diagnosis.stage.policy import READ, StagePolicy, conditions
from bothsides.diagnosis.stage.reading import Stage
from bothsides.metrics import Unit, Value

LADDER = rules(StagePolicy())
UNITS = {"months_of_trade": Unit.MONTHS, "working_cells": Unit.COUNT}
GROWING = {
    "months_of_trade": 30,
    "gmv_growth_year": 0.6,
    "buyer_repeat": 0.5,
    "working_cells": 10,
    "working_cell_share": 0.4,
    "balanced_cell_share": 0.8,
    "cells_above_threshold": 0.5,
    "ndr_buyers": 1.2,
    "newcomer_gmv_share": 0.4,
    "top_ten_buyers_share": 0.3,
}
"""A market that grows, reading by reading."""


def values(**changed: float | None) -> dict[str, Value]:
    """The growing market with some readings changed; None for one that is not known."""
    return {
        name: figure(name, number, UNITS.get(name, Unit.RATE), n=100, reason="not loaded" if number is None else None)
        for name, number in {**GROWING, **changed}.items()
    }


def stage(**changed: float) -> Stage:
    return stage_of({**GROWING, **changed}, LADDER)


def test_a_market_walks_through_its_stages_as_its_readings_change() -> None:
    assert stage(buyer_repeat=0.1) is Stage.PRE_FIT
    assert stage(working_cells=0, working_cell_share=0.0) is Stage.PRE_FIT
    assert stage(working_cells=1, working_cell_share=0.1) is Stage.EARLY
    assert stage() is Stage.GROWING
    assert stage(gmv_growth_year=0.1, working_cell_share=0.7) is Stage.MATURE
    assert stage(gmv_growth_year=-0.1, ndr_buyers=0.8) is Stage.LATE


def test_a_fall_alone_is_not_decline_while_accounts_buy_more() -> None:
    assert stage(gmv_growth_year=-0.02, ndr_buyers=1.05, working_cell_share=0.7) is Stage.MATURE


def test_a_young_market_that_falls_is_not_late() -> None:
    assert stage(gmv_growth_year=-0.1, ndr_buyers=0.8, months_of_trade=12) is not Stage.LATE


def test_a_market_that_few_buyers_hold_is_not_mature() -> None:
    assert stage(gmv_growth_year=0.1, working_cell_share=0.7, top_ten_buyers_share=0.8) is Stage.EARLY


def test_every_combination_of_readings_has_exactly_one_stage() -> None:
    for growth in (-0.5, 0.0, 0.2, 3.0):
        for repeat in (0.0, 0.3):
            for cells in (0.0, 0.3, 0.9):
                assert stage(gmv_growth_year=growth, buyer_repeat=repeat, working_cell_share=cells) in Stage


def test_one_stage_is_left_where_the_unknown_cannot_change_it() -> None:
    assert possible(values(newcomer_gmv_share=None, top_ten_buyers_share=None), LADDER) == (Stage.GROWING,)


def test_stages_stay_open_where_the_unknown_decides() -> None:
    assert possible(values(buyer_repeat=None), LADDER) == (Stage.PRE_FIT, Stage.GROWING)
    slow = values(gmv_growth_year=0.1, working_cell_share=0.7, newcomer_gmv_share=None)
    assert possible(slow, LADDER) == (Stage.EARLY, Stage.MATURE)


def test_with_nothing_known_every_stage_is_possible() -> None:
    assert possible(values(**dict.fromkeys(GROWING)), LADDER) == tuple(Stage)


def test_the_nearest_rival_is_the_one_the_closest_value_decides() -> None:
    nearest = turns(values(gmv_growth_year=0.27, working_cell_share=0.6), LADDER)[0]
    assert (nearest.stage, nearest.test.reading) == (Stage.MATURE, "gmv_growth_year")
    assert nearest.distance == pytest.approx(0.2)


def test_an_interval_makes_a_value_near_or_far_from_its_bound() -> None:
    few, many = values(), values()
    few["buyer_repeat"], many["buyer_repeat"] = rate("buyer_repeat", 12, 40), rate("buyer_repeat", 1200, 4000)
    near = {kind: turns(each, LADDER)[0].distance for kind, each in (("few", few), ("many", many))}
    assert near["few"] < 1 < near["many"]


def test_no_rival_follows_from_a_market_growing_younger() -> None:
    late = values(gmv_growth_year=-0.2, ndr_buyers=0.8, months_of_trade=25)
    assert all(turn.test.reading != "months_of_trade" for turn in turns(late, LADDER))


def test_rules_are_data_that_a_team_may_change() -> None:
    strict = rules(replace(StagePolicy(), early={"buyer_repeat": ">= 0.9"}, growing={"gmv_growth_year": ">= 2"}))
    assert stage_of(GROWING, strict) is Stage.PRE_FIT


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"gmv_grwth": ">= 1"}, "'gmv_grwth' is not one of months_of_trade"),
        ({"gmv_growth_year": "about 1"}, "must be one of >=, <=, >, < and a number"),
        ({"gmv_growth_year": ">= 1 or 2"}, "must be one of >=, <=, >, < and a number"),
    ],
)
def test_a_rule_that_cannot_be_read_names_what_is_allowed(rule: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        StagePolicy(late=rule)


def test_what_a_rule_may_test_is_what_is_measured() -> None:
    assert set(GROWING) == set(READ)
    assert all(conditions({reading: ">= 1"})[0].passes(1.0) for reading in READ)
