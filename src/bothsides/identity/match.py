"""Which known party a lead is: the match, the rule and tie-breaker that chose it, and why not the others."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bothsides.identity.keys import candidates as sharing
from bothsides.identity.party import Normal, Party
from bothsides.identity.rules import Matching, Of, Verdict, keys_of
from bothsides.schema import Side

Outcome: TypeAlias = Literal["match", "review", "new"]
_Held: TypeAlias = tuple[Normal, Verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A party that was not taken though a rule spoke for it."""

    party_id: str
    rule: str
    why_not: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Who the party is. `match`: taken; `review`: a person decides between the rivals; `new`: nobody known."""

    party_id: str
    outcome: Outcome
    matched_id: str | None = None
    """The best of those that are the same."""
    account_id: str | None = None
    """Among the matched organisation's accounts the one in the party's own role; None where it has none yet."""
    organization_id: str | None = None
    parent_id: str | None = None
    """The account that the matched branch belongs to."""
    cross_role_id: str | None = None
    """The organisation's account in the other role: known there, not mixed with this one."""
    cross_role_owner_id: str | None = None
    rule: str = ""
    decided_by: str = ""
    """The tie-breaker that decided, 'only one', 'rule order', or 'lowest id' as the last resort."""
    rivals: tuple[Rival, ...] = ()
    self_dealing: tuple[str, ...] = ()
    """Parties in the other role that look like this one: an order between them is one with itself."""

    @property
    def why(self) -> str:
        """The decision in a sentence."""
        if self.outcome != "match":
            told = "; ".join(f"{rival.party_id}: {rival.why_not}" for rival in self.rivals)
            return f"{self.outcome}: {told or 'no rule speaks for a known party'}"
        return f"{self.matched_id} by '{self.rule}', decided by {self.decided_by}"


def match(party: Normal, known: Iterable[Normal], matching: Matching, *, of: Of = "company") -> Match:
    """Which of the known parties this one is. The order in which they are given does not matter.

    Strong rules are asked first, fallbacks only where neither a strong nor a weak rule holds for anybody. Parties that
    differ on a strong identifier are never taken: under a strong rule they are for review, else they are others.
    """
    own_id = party.party.party_id
    strong: list[_Held] = []
    fallback: list[_Held] = []
    unsure: list[_Held] = []
    others: list[_Held] = []
    for other in known:
        if other.party.party_id == own_id:
            continue
        verdict = matching.verdict(party, other, of)
        if verdict.bucket == "none":
            continue
        if verdict.apart and verdict.bucket != "strong":
            others.append((other, verdict))
        elif verdict.apart or verdict.bucket == "weak":
            unsure.append((other, verdict))
        else:
            (strong if verdict.bucket == "strong" else fallback).append((other, verdict))
    taken = strong or ([] if unsure else fallback)
    if taken:
        return _taken(party, taken, [*(fallback if strong else []), *unsure, *others], matching)
    pending = sorted([*unsure, *fallback, *others], key=_rank)
    outcome: Outcome = "review" if unsure else "new"
    return Match(party_id=own_id, outcome=outcome, rivals=tuple(_rival(held) for held in pending))


def match_all(
    parties: Iterable[Normal], known: Mapping[str, Normal], matching: Matching, *, of: Of = "company"
) -> Iterator[Match]:
    """`match` for many parties against everybody known, found by their identity keys."""
    found = key_index(known.values(), of, matching.keys_of)
    for party in parties:
        ids = sharing(matching.keys_of(party, of), found, too_common=matching.too_common)
        yield match(party, [known[each] for each in ids], matching, of=of)


def key_index(
    known: Iterable[Normal], of: Of, keys_of: Callable[[Normal, Of], tuple[str, ...]] = keys_of
) -> dict[str, list[str]]:
    """Ids of the parties under each of their identity keys."""
    found: dict[str, list[str]] = {}
    for normal in known:
        party_id = normal.party.party_id
        for key in keys_of(normal, of):
            held = found.get(key)
            if held is None:
                found[key] = [party_id]
            elif held[-1] != party_id:
                held.append(party_id)
    return found


def roles(
    party: Normal, chosen: Normal, company: Iterable[Normal], matching: Matching
) -> tuple[Party | None, Party | None]:
    """Of the accounts of the company that the party was said to be, the one in its own role and the one in the other.

    `chosen` is the account that was named, which is that of its role; None where the company has none in a role yet.
    """
    held = [(other, matching.verdict(party, other, "company")) for other in company]
    organization = chosen.party.organization_id or chosen.party.party_id
    own, other = _roles(party, chosen, organization, held, matching)
    sides = party.party.sides
    if len(sides) != 1:
        return own, other
    if chosen.party.sides and sides[0] not in chosen.party.sides:
        return own, chosen.party
    return chosen.party, other


def self_dealing(buyer: Normal, supplier: Normal) -> str | None:
    """Why an order between the two would be one with itself; None where nothing says so."""
    one, other = buyer.party, supplier.party
    if one.organization_id and one.organization_id == other.organization_id:
        return "same organisation"
    for what, first, second in (
        ("register number", buyer.registration_number, supplier.registration_number),
        ("proven domain", buyer.verified_domain, supplier.verified_domain),
        ("e-mail", buyer.email, supplier.email),
        ("phone", buyer.phone, supplier.phone),
    ):
        if first and first == second:
            return f"same {what}"
    return None


def _taken(party: Normal, taken: list[_Held], passed: list[_Held], matching: Matching) -> Match:
    best, decided_by, lost = _best(party, taken, matching)
    chosen, verdict = best
    organization = chosen.party.organization_id or chosen.party.party_id
    own_role, other_role = _roles(party, chosen, organization, taken, matching)
    rivals = [_rival(held, lost.get(held[0].party.party_id, "")) for held in sorted(taken, key=_rank) if held != best]
    rivals += [_rival(held) for held in sorted(passed, key=_rank)]
    return Match(
        party_id=party.party.party_id,
        outcome="match",
        matched_id=chosen.party.party_id,
        account_id=own_role.party_id if own_role else None,
        organization_id=organization,
        parent_id=chosen.party.parent_id,
        cross_role_id=other_role.party_id if other_role else None,
        cross_role_owner_id=other_role.owner_id if other_role else None,
        rule=verdict.rule,
        decided_by=decided_by,
        rivals=tuple(rivals),
        self_dealing=_other_selves(party, [held[0] for held in (*taken, *passed)]),
    )


def _best(party: Normal, taken: list[_Held], matching: Matching) -> tuple[_Held, str, dict[str, str]]:
    """The one to take, what decided, and why each of the others was not taken."""
    if len(taken) == 1:
        return taken[0], "only one", {}
    lost: dict[str, str] = {}
    surest = min(verdict.place for _, verdict in taken)
    left = [held for held in taken if held[1].place == surest]
    rule = left[0][1].rule
    lost.update({held[0].party.party_id: f"'{rule}' comes first" for held in taken if held[1].place != surest})
    decided_by = "rule order"
    for breaker in matching.tie_breakers:
        if len(left) == 1:
            break
        scores = [_score(breaker, party, held[0]) for held in left]
        top = max(scores)
        for held, score in zip(left, scores, strict=True):
            if score < top:
                lost[held[0].party.party_id] = f"{breaker}: {_shown(score)} against {_shown(top)}"
        if any(score < top for score in scores):
            decided_by = breaker
        left = [held for held, score in zip(left, scores, strict=True) if score == top]
    if len(left) > 1:
        decided_by = "lowest id"
        left.sort(key=lambda held: held[0].party.party_id)
        lost.update({held[0].party.party_id: "all else equal, its id comes later" for held in left[1:]})
    return left[0], decided_by, lost


def _score(breaker: str, party: Normal, other: Normal) -> float:
    """How well the other does on the tie-breaker: more is better."""
    known = other.party
    if breaker == "same_side":
        return float(any(side in known.sides for side in party.party.sides))
    if breaker == "owner_has_open_deal":
        return float(bool(known.owner_id) and known.open_deals > 0)
    if breaker == "most_open_deals":
        return known.open_deals
    if breaker == "has_owner":
        return float(bool(known.owner_id))
    if breaker == "nearest_place":
        if party.postcode and party.postcode == other.postcode:
            return 3
        if party.city and party.city == other.city:
            return 2
        return float(bool(party.country) and party.country == other.country)
    if breaker == "most_contacts":
        return known.contacts
    if breaker == "most_touches":
        return known.touches
    if breaker == "most_recent_activity":
        return float("-inf") if known.last_activity_at is None else known.last_activity_at
    if breaker == "oldest":
        return float("-inf") if known.created_at is None else -known.created_at
    raise ValueError(f"{breaker!r} is no tie-breaker")


def _roles(
    party: Normal, chosen: Normal, organization: str, taken: Sequence[_Held], matching: Matching
) -> tuple[Party | None, Party | None]:
    """The organisation's account in the party's own role and the one in the other role."""
    sides = party.party.sides
    if len(sides) != 1:
        return chosen.party, None
    same = [held for held in taken if (held[0].party.organization_id or held[0].party.party_id) == organization]
    if chosen.party.kind != "account":
        return None, None
    own = [held for held in same if not held[0].party.sides or sides[0] in held[0].party.sides]
    other = [held for held in same if sides[0].other in held[0].party.sides and held not in own]
    return (
        _best(party, own, matching)[0][0].party if own else None,
        _best(party, other, matching)[0][0].party if other else None,
    )


def _other_selves(party: Normal, others: Sequence[Normal]) -> tuple[str, ...]:
    sides = party.party.sides
    if len(sides) != 1:
        return ()
    opposite: Side = sides[0].other
    return tuple(
        sorted(
            other.party.party_id
            for other in others
            if opposite in other.party.sides and sides[0] not in other.party.sides and self_dealing(party, other)
        )
    )


def _rank(held: _Held) -> tuple[int, str]:
    return held[1].place, held[0].party.party_id


def _rival(held: _Held, why: str = "") -> Rival:
    other, verdict = held
    if not why:
        if verdict.apart:
            why = f"differs on {', '.join(verdict.apart)}"
        elif verdict.bucket == "weak":
            why = f"only '{verdict.rule}', which is weak"
        else:
            why = f"only '{verdict.rule}', which counts where nothing else is found"
    return Rival(party_id=other.party.party_id, rule=verdict.rule, why_not=why)


def _shown(score: float) -> str:
    return "unknown" if score == float("-inf") else f"{score:g}" if abs(score) < 1e6 else f"{score:.0f}"
