"""Codes that hold where nobody signed any: a verdict and a close always bring one."""

from bothsides.leads.teams.reasons import Kind, Reason, ReasonsPolicy, problems
from bothsides.leads.teams.standard_reasons import completed, standard_reasons
from bothsides.schema import Side


def test_every_kind_has_codes_for_either_side_and_they_can_stand_together() -> None:
    house = standard_reasons()
    assert problems(house) == ()
    assert all(house.allowed(kind, side) for kind in Kind for side in Side)


def test_what_was_signed_of_a_kind_stands_alone_and_the_others_are_the_house_s() -> None:
    signed = (Reason(code="weather", words="it rained"),)
    found = completed(ReasonsPolicy(loss=signed))
    assert found.loss == signed
    assert found.win == standard_reasons().win
