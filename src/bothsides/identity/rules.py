"""The rules of the agreement, made ready once: two parties in, the rule that speaks for them out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from bothsides.agreement.conditions import Tests, read_tests
from bothsides.identity.compare import COMPARED, DIFFERENT, LEVELS, Closeness, Levels, levels
from bothsides.identity.keys import company_keys, person_keys
from bothsides.identity.party import Normal
from bothsides.identity.policy import Bucket, MatchingPolicy, Rule, TieBreaker

Of: TypeAlias = Literal["company", "person"]
"""Whether the same company or the same person is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the rules say of two parties."""

    bucket: Bucket | Literal["none"]
    rule: str = ""
    place: int = 999
    """Position of the rule in the agreement: an earlier one is surer."""
    apart: tuple[str, ...] = ()
    """Strong identifiers on which they differ: with one they are never the same, whatever the bucket."""

    @property
    def same(self) -> bool:
        """Whether they are the same without anybody asked."""
        return self.bucket == "strong" and not self.apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """One ordered list of rules over levels; what was decided for a combination of levels is kept."""

    rules: tuple[tuple[Rule, Tests], ...]
    keep_apart: tuple[tuple[int, str], ...]
    decided: dict[Levels, Verdict] = field(default_factory=dict, compare=False, repr=False)

    def verdict(self, combination: Levels) -> Verdict:
        """The first rule that holds; one with bucket none where no rule does."""
        known = self.decided.get(combination)
        if known is None:
            known = self.decided[combination] = self._decide(combination)
        return known

    def _decide(self, combination: Levels) -> Verdict:
        words = _words(combination)
        apart = tuple(name for position, name in self.keep_apart if combination[position] == DIFFERENT)
        for place, (rule, tests) in enumerate(self.rules):
            if tests.hold(words):
                return Verdict(bucket=rule.bucket, rule=rule.name, place=place, apart=apart)
        return Verdict(bucket="none", apart=apart)

    def why_not(self, combination: Levels) -> tuple[str, ...]:
        """For each rule that does not hold, the first test that fails."""
        words = _words(combination)
        return tuple(f"{rule.name}: {why}" for rule, tests in self.rules if (why := tests.why_not(words)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """A matching policy made ready for use: make it once with `compile_matching`."""

    policy: MatchingPolicy
    company: Ruled
    person: Ruled
    closeness: Closeness
    tie_breakers: tuple[TieBreaker, ...]
    too_common: int
    persons_by_company: bool
    """Whether a rule for persons may hold by what tells companies alone, such as a register number."""

    def keys_of(self, normal: Normal, of: Of) -> tuple[str, ...]:
        """The identity keys under which everybody is found of whom the rules may say that they are the same."""
        if of == "person" and self.persons_by_company:
            return tuple(dict.fromkeys((*person_keys(normal), *company_keys(normal))))
        return keys_of(normal, of)

    def ruled(self, of: Of) -> Ruled:
        """The rules for companies or for persons."""
        return self.company if of == "company" else self.person

    def verdict(self, one: Normal, other: Normal, of: Of) -> Verdict:
        """What the rules say of the two; the order of the two does not matter."""
        return (self.company if of == "company" else self.person).verdict(levels(one, other, self.closeness))

    def why_not(self, one: Normal, other: Normal, of: Of) -> tuple[str, ...]:
        """For each rule that does not hold for the two, the first test that fails."""
        return self.ruled(of).why_not(levels(one, other, self.closeness))


def compile_matching(policy: MatchingPolicy) -> Matching:
    """The policy made ready for use."""
    apart = tuple((COMPARED.index(name), name) for name in policy.keep_apart)

    def ready(rules: Sequence[Rule]) -> Ruled:
        return Ruled(rules=tuple((rule, read_tests(rule.when)) for rule in rules), keep_apart=apart)

    return Matching(
        policy=policy,
        company=ready(policy.company_rule),
        person=ready(policy.person_rule),
        closeness=policy.closeness,
        tie_breakers=policy.tie_breakers,
        too_common=policy.too_common,
        persons_by_company=any(_BY_PERSON.isdisjoint(rule.when) for rule in policy.person_rule),
    )


_BY_PERSON = frozenset({"email", "phone", "person"})
"""What the keys of persons are made of."""


def keys_of(normal: Normal, of: Of) -> tuple[str, ...]:
    """The identity keys under which the party is found as a company or as a person."""
    return company_keys(normal) if of == "company" else person_keys(normal)


def _words(combination: Levels) -> dict[str, str]:
    return {name: LEVELS[level] for name, level in zip(COMPARED, combination, strict=True)}
