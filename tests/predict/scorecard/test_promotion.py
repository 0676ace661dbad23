"""Shadow, trial, promotion, rolling back: pure records, one side apart from the other, within a year's error."""

from dataclasses import replace

import pytest

from bothsides.predict.model_card import Estimate, ModelVerdict
from bothsides.predict.scorecard.promotion import (
    Act,
    Entry,
    PromotionPolicy,
    alpha_for,
    entry_from_json,
    entry_to_json,
    promoted,
    recorded,
    rolled_back,
    shadowed,
    standing,
)
from bothsides.predict.scorecard.trial import Trial
from bothsides.schema import Side
from bothsides.schema.instant import DAY

BUYER, SUPPLIER = Side.BUYER, Side.SUPPLIER
T0 = 1_700_000_000
BOTH = ("Ana, marketing", "Ben, sales")


def _trial(
    at: int, *, side: Side = SUPPLIER, passed: bool = True, champion: str = "agreed", alpha: float = 0.004
) -> Trial:
    return Trial(
        side=side, challenger="new", champion=champion, at=at, n=500, won=200, alpha=alpha, snapshot="abc",
        verdict=ModelVerdict.USABLE, ranking=None, gap=None, passed=passed, failed=() if passed else ("worse",),
    )  # fmt: skip


def _promoted() -> list[Entry]:
    entries = [shadowed(standing([], SUPPLIER, "agreed"), "new", at=T0, by="Cy")]
    entries.append(recorded(_trial(T0 + 15 * DAY), by="Cy"))
    now = standing(entries, SUPPLIER, "agreed")
    return [*entries, promoted(now, at=T0 + 16 * DAY, by="Cy", signed_by=BOTH)]


def test_from_shadow_to_use_and_back_in_one_step() -> None:
    entries = _promoted()
    now = standing(entries, SUPPLIER, "agreed")
    assert (now.in_use, now.before, now.shadow) == ("new", ("agreed",), None)
    assert "snapshot abc" in entries[-1].reason
    back = rolled_back(now, at=T0 + 17 * DAY, by="Cy", reason="the list is upside down")
    after = standing([*entries, back], SUPPLIER, "agreed")
    assert (after.in_use, after.before) == ("agreed", ())
    assert [entry.act for entry in [*entries, back]] == [Act.SHADOWED, Act.TRIED, Act.PROMOTED, Act.ROLLED_BACK]


def test_entries_are_read_back_as_they_were_written() -> None:
    ranked = replace(_trial(T0), ranking=Estimate(value=0.8, low=0.7, high=0.9), failed=("worse",), passed=False)
    for entry in [*_promoted(), recorded(ranked, by="Cy")]:
        assert entry_from_json(entry_to_json(entry)) == entry
    with pytest.raises(ValueError, match="version"):
        entry_from_json('{"act": "promoted", "side": "buyer", "at": 1, "by": "Cy"}')


def test_sides_stand_apart() -> None:
    assert standing(_promoted(), BUYER, "agreed").in_use == "agreed"


def test_a_card_runs_in_the_shadow_before_it_is_used() -> None:
    entries = [shadowed(standing([], SUPPLIER, "agreed"), "new", at=T0, by="Cy"), recorded(_trial(T0 + DAY), by="Cy")]
    with pytest.raises(ValueError, match="has run 2 days in the shadow, 14 are needed"):
        promoted(standing(entries, SUPPLIER, "agreed"), at=T0 + 2 * DAY, by="Cy", signed_by=BOTH)
    with pytest.raises(ValueError, match="no card of suppliers runs in the shadow"):
        promoted(standing([], SUPPLIER, "agreed"), at=T0, by="Cy", signed_by=BOTH)


@pytest.mark.parametrize(
    "trial", [_trial(T0 + DAY, passed=False), _trial(T0 + DAY, champion="older"), _trial(T0 + DAY, side=BUYER), None]
)
def test_only_a_passed_trial_against_the_card_in_use_counts(trial: Trial | None) -> None:
    entries = [shadowed(standing([], SUPPLIER, "agreed"), "new", at=T0, by="Cy")]
    if trial is not None:
        entries.append(recorded(trial, by="Cy"))
    with pytest.raises(ValueError, match="has not passed"):
        promoted(standing(entries, SUPPLIER, "agreed"), at=T0 + 20 * DAY, by="Cy", signed_by=BOTH)


def test_the_latest_trial_counts() -> None:
    entries = [*_promoted()[:2], recorded(_trial(T0 + 16 * DAY, passed=False), by="Cy")]
    assert standing(entries, SUPPLIER, "agreed").passed is None


@pytest.mark.parametrize("signed", [("Ana", "Ana"), ("Ana", " "), ("", "")])
def test_both_teams_sign(signed: tuple[str, str]) -> None:
    now = standing(_promoted()[:2], SUPPLIER, "agreed")
    with pytest.raises(ValueError, match="signed by two people"):
        promoted(now, at=T0 + 16 * DAY, by="Cy", signed_by=signed)


def test_there_must_be_something_to_roll_back_to_and_a_reason() -> None:
    with pytest.raises(ValueError, match="no other card than agreed"):
        rolled_back(standing([], SUPPLIER, "agreed"), at=T0, by="Cy", reason="why not")
    with pytest.raises(ValueError, match="needs a reason"):
        rolled_back(standing(_promoted(), SUPPLIER, "agreed"), at=T0, by="Cy", reason=" ")
    with pytest.raises(ValueError, match="already in use"):
        shadowed(standing([], SUPPLIER, "agreed"), "agreed", at=T0, by="Cy")


def test_the_looks_of_a_year_share_what_they_may_err_by() -> None:
    entries: list[Entry] = []
    for month in range(12):
        alpha = alpha_for(entries, SUPPLIER, at=T0 + month * 30 * DAY)
        assert alpha == pytest.approx(0.05 / 12)
        entries.append(recorded(_trial(T0 + month * 30 * DAY, alpha=alpha), by="Cy"))
    with pytest.raises(ValueError, match="looks of a year are used up"):
        alpha_for(entries, SUPPLIER, at=T0 + 361 * DAY)
    assert alpha_for(entries, BUYER, at=T0 + 361 * DAY) == pytest.approx(0.05 / 12)
    assert alpha_for(entries, SUPPLIER, at=T0 + 366 * DAY) == pytest.approx(0.05 / 12)


def test_fewer_looks_may_each_err_by_more_but_none_by_more_than_one_alone() -> None:
    four = PromotionPolicy(looks_a_year=4)
    assert alpha_for([], SUPPLIER, at=T0, policy=four) == pytest.approx(0.0125)
    assert alpha_for([], SUPPLIER, at=T0, policy=replace(four, looks_a_year=1)) == 0.025
    spent = [recorded(_trial(T0, alpha=0.04), by="Cy")]
    assert alpha_for(spent, SUPPLIER, at=T0 + DAY, policy=four) == pytest.approx(0.01 / 3)
