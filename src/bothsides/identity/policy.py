"""What the teams agreed about who is the same, as `agreement/matching.toml` says it, with the house's own values."""

from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

from bothsides.agreement import checked
from bothsides.agreement.conditions import When
from bothsides.agreement.numbers import Share
from bothsides.identity.compare import COMPARED, LEVELS, Closeness

FILE = "agreement/matching.toml"

Bucket: TypeAlias = Literal["strong", "weak", "fallback"]
TieBreaker: TypeAlias = Literal[
    "same_side",
    "owner_has_open_deal",
    "most_open_deals",
    "has_owner",
    "nearest_place",
    "most_contacts",
    "most_touches",
    "most_recent_activity",
    "oldest",
]
FieldRule: TypeAlias = Literal["first_known", "most_recent", "person_entered", "longest", "keep_all"]
ListField: TypeAlias = Literal[
    "given",
    "surname",
    "company",
    "email",
    "phone",
    "born_on",
    "street_number",
    "street",
    "locality",
    "city",
    "postcode",
    "region",
    "country",
]


def several(value: int) -> int:
    """A whole number of 2 or more. Raises ValueError for less."""
    if value < 2:
        raise ValueError("must be 2 or more")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When two records are the same (strong), may be (weak), or are if nothing else was found (fallback)."""

    name: str
    bucket: Bucket
    when: When


@dataclass(frozen=True, slots=True, kw_only=True)
class DedupePolicy:
    """How a list is searched for records of the same party.

    `rules`: the rules above. `weights`: agreement weights learned from the list itself (Fellegi and Sunter 1969), for
    lists of persons with several independent fields. `names`: likeness of company names alone.
    """

    method: Literal["rules", "weights", "names"] = "rules"
    fields: tuple[ListField, ...] = (
        "given",
        "surname",
        "street_number",
        "street",
        "locality",
        "city",
        "postcode",
        "region",
        "born_on",
        "email",
        "phone",
    )
    """Fields that the weights are learned of; those nobody fills are left out by themselves."""
    cluster_cap: Annotated[int, checked(several)] = 20
    """More different spellings than this are never joined without a person: the group is parted and reviewed."""
    even_odds: Share | None = None
    """For `names`: the likeness that is as likely one company as two. Without it 1.5 spreads above the median of names
    drawn at random from the list, which suited lists of patent owners; labels settle it better."""
    threshold: float | None = None
    """Fixed threshold; without it the one whose closed groups are likeliest is taken."""
    review_margin: float = 3.0
    """Pairs at most this far below the threshold are listed for review: powers of two for `weights`, hundredths of
    likeness for `names`."""
    block_limit: Annotated[int, checked(several)] = 100
    """For `weights` and `names`: a key that more records of the list share brings no pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivorshipPolicy:
    """Which value stays when two records become one."""

    otherwise: FieldRule = "first_known"
    fields: dict[str, FieldRule] = field(
        default_factory=lambda: {
            "phone": "most_recent",
            "email": "person_entered",
            "job_title": "most_recent",
            "company": "person_entered",
            "street": "longest",
            "notes": "keep_all",
            "tags": "keep_all",
            "source": "keep_all",
        }
    )


def _company_rules() -> tuple[Rule, ...]:
    like = ["same", "close", "part"]
    return (
        Rule(name="same register number", bucket="strong", when={"registration_number": "same"}),
        Rule(name="same proven domain", bucket="strong", when={"verified_domain": "same"}),
        Rule(name="same domain, like name", bucket="strong", when={"domain": "same", "company": list(like)}),
        Rule(name="same e-mail", bucket="strong", when={"email": ["same", "shared"]}),
        Rule(name="same phone, like name", bucket="strong", when={"phone": "same", "company": list(like)}),
        Rule(
            name="same name and postcode",
            bucket="strong",
            when={"company": "same", "postcode": "same", "country": "!= different"},
        ),
        Rule(
            name="same name, city and country",
            bucket="strong",
            when={"company": "same", "city": ["same", "close"], "country": "same", "domain": "!= different"},
        ),
        Rule(name="domain only", bucket="fallback", when={"domain": "same"}),
        Rule(name="same name", bucket="weak", when={"company": "same", "country": "!= different"}),
        Rule(
            name="like name, domain of the same label",
            bucket="weak",
            when={"company": ["close", "part"], "domain": "close"},
        ),
        Rule(name="like name, same country", bucket="weak", when={"company": "close", "country": "same"}),
        Rule(name="same phone", bucket="weak", when={"phone": "same"}),
    )


def _person_rules() -> tuple[Rule, ...]:
    like = ["same", "close"]
    return (
        Rule(name="same e-mail", bucket="strong", when={"email": "same"}),
        Rule(name="same phone, like name", bucket="strong", when={"phone": "same", "person": list(like)}),
        Rule(name="same name, same domain", bucket="strong", when={"person": "same", "domain": "same"}),
        Rule(name="same name, same company", bucket="strong", when={"person": "same", "company": ["same", "close"]}),
        Rule(name="same name and birthday", bucket="strong", when={"person": list(like), "born_on": "same"}),
        Rule(name="like name, same company", bucket="weak", when={"person": "close", "company": ["same", "close"]}),
        Rule(name="like name, same domain", bucket="weak", when={"person": "close", "domain": "same"}),
        Rule(name="same team mailbox", bucket="weak", when={"email": "shared"}),
        Rule(name="same phone", bucket="weak", when={"phone": "same", "person": "unknown"}),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingPolicy:
    """The one definition of the same company and the same person, for routing, reports and batches alike."""

    too_common: Annotated[int, checked(several)] = 21
    """A key that as many parties share says nothing (Odoo's guard)."""
    closeness: Closeness = field(default_factory=Closeness)
    keep_apart: tuple[Literal["registration_number", "verified_domain", "born_on"], ...] = (
        "registration_number",
        "verified_domain",
        "born_on",
    )
    """Two records that differ on one of these are never joined, whatever else agrees."""
    company_rule: tuple[Rule, ...] = field(default_factory=_company_rules)
    person_rule: tuple[Rule, ...] = field(default_factory=_person_rules)
    tie_breakers: tuple[TieBreaker, ...] = (
        "same_side",
        "owner_has_open_deal",
        "nearest_place",
        "most_contacts",
        "most_recent_activity",
        "oldest",
    )
    dedupe: DedupePolicy = field(default_factory=DedupePolicy)
    survivorship: SurvivorshipPolicy = field(default_factory=SurvivorshipPolicy)


def problems(policy: MatchingPolicy) -> tuple[str, ...]:
    """What stands in the policy that cannot be meant: unknown fields and words in rules, names used twice."""
    found = []
    for kind, rules in (("company_rule", policy.company_rule), ("person_rule", policy.person_rule)):
        names = [rule.name for rule in rules]
        found += [f"{kind} {name!r}: the name is used twice" for name in sorted(set(names)) if names.count(name) > 1]
        if not any(rule.bucket == "strong" for rule in rules):
            found.append(f"{kind}: no rule is strong, so nothing would ever match")
        for rule in rules:
            if not rule.when:
                found.append(f"{kind} {rule.name!r}: tests nothing, so everyone would be the same")
            found += [f"{kind} {rule.name!r}: {wrong}" for wrong in _wrong_tests(rule)]
    return tuple(found)


def _wrong_tests(rule: Rule) -> list[str]:
    wrong = []
    for name, written in rule.when.items():
        if name not in COMPARED:
            wrong.append(f"{name!r} is not compared; allowed: {', '.join(COMPARED)}")
        for word in written if isinstance(written, list) else [written]:
            parts = str(word).removeprefix("!=").removeprefix("none of").split(",")
            wrong += [
                f"{name} = {word!r}: allowed: {', '.join(LEVELS)}, alone, in a list or after '!='"
                for part in parts
                if part.strip() not in LEVELS
            ]
    return wrong
