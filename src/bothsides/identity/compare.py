"""How far two parties agree, field by field, in words that rules and people read."""

from dataclasses import dataclass
from typing import TypeAlias

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler
from rapidfuzz.fuzz import token_sort_ratio

from bothsides.identity.names import one_umlaut
from bothsides.identity.party import Normal

LEVELS = ("unknown", "different", "part", "close", "shared", "same")
"""Levels from least to most: unknown on a side, different, one name is part of the other, close, same mailbox of a
team or same label of a domain, the same."""
UNKNOWN, DIFFERENT, PART, CLOSE, SHARED, SAME = range(6)

COMPARED = (
    "registration_number",
    "verified_domain",
    "email",
    "domain",
    "phone",
    "company",
    "person",
    "born_on",
    "country",
    "region",
    "city",
    "postcode",
    "street",
)
"""What a rule may ask about."""
Levels: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closeness:
    """From which likeness, 0 to 1, two texts count as close."""

    company: float = 0.9
    person: float = 0.9
    place: float = 0.88


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How far two parties agree, by field."""

    levels: Levels

    def words(self) -> dict[str, str]:
        """The level of each field, in words."""
        return {name: LEVELS[level] for name, level in zip(COMPARED, self.levels, strict=True)}


def compare(one: Normal, other: Normal, closeness: Closeness | None = None) -> Comparison:
    """How far the two agree, field by field; the order of the two does not matter."""
    return Comparison(levels=levels(one, other, closeness or Closeness()))


def levels(one: Normal, other: Normal, closeness: Closeness) -> Levels:
    """The level of every field of COMPARED, in that order."""
    return (
        _number(one.registration_number, other.registration_number),
        _exact(one.verified_domain, other.verified_domain),
        _mail(one, other),
        _domain(one.domains, other.domains),
        _exact(one.phone, other.phone),
        _company(one.company, other.company, closeness.company),
        _person(one, other, closeness.person),
        _digits(one.born_on, other.born_on),
        _exact(one.country, other.country),
        _exact(one.region, other.region),
        _place(one.city, other.city, closeness.place),
        _exact(one.postcode, other.postcode),
        _street(one, other, closeness.place),
    )


def company_likeness(one: str, other: str) -> float:
    """Likeness of two company names, 0 to 1: the mean of Jaro-Winkler and the ratio of their sorted words.

    Jaro-Winkler forgives a wrong letter and weighs the start of the name, the sorted words forgive their order.

    >>> company_likeness("acme robotics", "acme robotics")
    1.0
    """
    return (JaroWinkler.similarity(one, other) + token_sort_ratio(one, other) / 100) / 2


def strongly_differ(name: str, one: str, other: str) -> bool:
    """Whether two values of a strong identifier tell two parties apart.

    >>> strongly_differ("born_on", "19560409", "19560408"), strongly_differ("registration_number", "1234567", "1234568")
    (False, True)
    """
    level = _digits if name == "born_on" else _number if name == "registration_number" else _exact
    return level(one, other) == DIFFERENT


def _exact(one: str, other: str) -> int:
    if not one or not other:
        return UNKNOWN
    return SAME if one == other else DIFFERENT


def _number(one: str, other: str) -> int:
    """Register numbers; the letters of a country may stand before one of the two."""
    level = _exact(one, other)
    if level == DIFFERENT:
        longer, shorter = (one, other) if len(one) > len(other) else (other, one)
        if longer[:2].isalpha() and longer[2:].lstrip("0") == shorter:
            return SAME
    return level


def _mail(one: Normal, other: Normal) -> int:
    if not one.email or not other.email:
        return UNKNOWN
    if one.email != other.email:
        return DIFFERENT
    return SHARED if one.shared_mailbox else SAME


def _domain(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    if not one or not other:
        return UNKNOWN
    if any(domain in other for domain in one):
        return SAME
    labels = {domain.partition(".")[0] for domain in other}
    return CLOSE if any(domain.partition(".")[0] in labels for domain in one) else DIFFERENT


def _company(one: str, other: str, close: float) -> int:
    if not one or not other:
        return UNKNOWN
    if one == other or one.replace(" ", "") == other.replace(" ", ""):
        return SAME
    if company_likeness(one, other) >= close:
        return CLOSE
    first, second = set(one.split()), set(other.split())
    if first == second:
        return SAME
    return PART if first < second or second < first else DIFFERENT


def _person(one: Normal, other: Normal, close: float) -> int:
    if not (one.given or one.surname) or not (other.given or other.surname):
        return UNKNOWN
    first, second = one.person, other.person
    if first == second:
        return SAME if one.given and one.surname else CLOSE
    if one.surname == other.surname and one.given and other.given and one.given[0] == other.given[0]:
        if min(len(one.given), len(other.given)) == 1:
            return CLOSE
    elif one.given == other.surname and one.surname == other.given:
        return CLOSE
    if JaroWinkler.similarity(first, second) >= close or one_umlaut(first) == one_umlaut(second):
        return CLOSE
    return DIFFERENT


def _digits(one: str, other: str) -> int:
    """A date: one wrong or swapped digit, or day and month swapped, is close."""
    if not one or not other:
        return UNKNOWN
    if one == other:
        return SAME
    if DamerauLevenshtein.distance(one, other, score_cutoff=1) <= 1:
        return CLOSE
    return CLOSE if one[:4] + one[6:] + one[4:6] == other else DIFFERENT


def _place(one: str, other: str, close: float) -> int:
    if not one or not other:
        return UNKNOWN
    if one == other:
        return SAME
    return CLOSE if JaroWinkler.similarity(one, other) >= close else DIFFERENT


def _street(one: Normal, other: Normal, close: float) -> int:
    level = _place(one.street, other.street, close)
    if level in {UNKNOWN, DIFFERENT} or not one.street_number or not other.street_number:
        return level
    return level if one.street_number == other.street_number else DIFFERENT
