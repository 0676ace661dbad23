"""Agreement weights on a list whose truth is known: the shares that the errors were made with come back."""

import random

import numpy as np
import pytest

from bothsides.identity import MatchingPolicy, Normal, Party, dedupe, link, normalise
from bothsides.identity.blocking import shared_keys
from bothsides.identity.policy import DedupePolicy
from bothsides.identity.weights import Weights, learn

SURNAME_KEPT, GIVEN_KEPT, CITY_KEPT, CITIES = 0.8, 0.9, 0.7, 20


def word(chance: random.Random) -> str:
    return "".join(chance.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(9))


@pytest.fixture(scope="module")
def persons() -> list[Normal]:
    """1,500 persons twice: in the second record each field is another with a known chance."""
    chance = random.Random(7)
    cities = [word(chance) for _ in range(CITIES)]
    made = []
    for number in range(1_500):
        given, surname, city = word(chance), word(chance), chance.choice(cities)
        born = f"{1940 + number % 60}-{1 + number // 60 % 12:02}-{1 + number // 720:02}"
        again = (
            given if chance.random() < GIVEN_KEPT else word(chance),
            surname if chance.random() < SURNAME_KEPT else word(chance),
            city if chance.random() < CITY_KEPT else chance.choice(cities),
        )
        for copy, (first, last, place) in enumerate(((given, surname, city), again)):
            made.append(
                normalise(
                    Party(
                        party_id=f"{number}-{copy}",
                        kind="contact",
                        given_name=first,
                        surname=last,
                        city=place,
                        born_on=born,
                    )
                )
            )
    return made


def fitted(persons: list[Normal]) -> Weights:
    first, second = shared_keys(persons, lambda each: [each.born_on[:4]], 50)
    return learn(persons, first, second, ("given", "surname", "city"))


def test_the_shares_of_agreement_come_back(persons: list[Normal]) -> None:
    agree = {each.name: each.agree[-1] for each in fitted(persons).fields}
    assert agree["given"] == pytest.approx(GIVEN_KEPT, abs=0.03)
    assert agree["surname"] == pytest.approx(SURNAME_KEPT, abs=0.03)
    assert agree["city"] == pytest.approx(CITY_KEPT + (1 - CITY_KEPT) / CITIES, abs=0.04)


def test_chance_agreement_and_the_prior_are_of_random_pairs(persons: list[Normal]) -> None:
    weights = fitted(persons)
    city = next(each for each in weights.fields if each.name == "city")
    assert city.chance[-1] == pytest.approx(1 / CITIES, abs=0.01)
    pairs = len(persons) * (len(persons) - 1) / 2
    assert weights.prior == pytest.approx(np.log2(1_500 / pairs), abs=0.3)


def test_what_is_unknown_weighs_nothing(persons: list[Normal]) -> None:
    weights = fitted(persons)
    nobody = normalise(Party(party_id="x", kind="contact"))
    assert weights.pair(nobody, persons[0]) == weights.prior


def test_a_second_run_is_the_same_to_the_last_bit(persons: list[Normal]) -> None:
    assert fitted(persons) == fitted(persons)


def test_nothing_to_learn_from_joins_nobody() -> None:
    nobody = [normalise(Party(party_id=str(n), kind="contact")) for n in range(3)]
    assert dedupe(nobody, MatchingPolicy(dedupe=DedupePolicy(method="weights"))).groups == ()


def test_linked_lists_never_join_two_that_differ_on_a_strong_identifier(persons: list[Normal]) -> None:
    left, right = persons[::2], persons[1::2]
    policy = MatchingPolicy(dedupe=DedupePolicy(method="weights"))
    linked = dict(link(left, right, policy))
    assert len(linked) > 1_300
    numbered = [
        normalise(
            Party(
                party_id=each.party.party_id,
                kind="contact",
                given_name=each.given,
                surname=each.surname,
                city=each.city,
                born_on=each.born_on,
                registration_number=f"{place}{1000 + side}",
            )
        )
        for side, part in enumerate((left[:50], right[:50]))
        for place, each in enumerate(part)
    ]
    assert link(numbered[:50], numbered[50:], policy) == ()
