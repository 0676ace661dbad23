"""What sales says of marketing's leads, in agreed codes, and which attributes of leads the rejections go with."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bothsides.leads.teams.reasons import Kind, Means, ReasonsPolicy, Refused, check_codes
from bothsides.metrics.interval import wilson
from bothsides.predict.comparison import believed, worse_than
from bothsides.schema import Side
from bothsides.schema.instant import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One answer of sales to a lead: accepted, or rejected with an agreed code."""

    lead_id: str
    side: Side
    accepted: bool
    code: str | None
    note: str
    by: str
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonCount:
    """How often a code was given, of `n` rejected leads of the side, with Wilson's 95 % interval."""

    side: Side
    code: str
    words: str
    means: Means
    count: int
    n: int
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeSign:
    """Leads with this value of an attribute are rejected for this code more often than the others of their side.

    `rate` of `n` leads with the value against `others_rate` of the others; `p_value` one-sided. `proposal` says what
    the scoring should do about it.
    """

    side: Side
    attribute: str
    value: str
    code: str
    rejected: int
    n: int
    rate: float
    others_rate: float
    p_value: float
    proposal: str


def coded(policy: ReasonsPolicy, said: Feedback) -> Feedback | tuple[Refused, ...]:
    """The answer, or why it cannot be taken: a rejection needs an agreed code of its side, an acceptance none."""
    if said.accepted:
        if said.code is not None:
            allowed = "an accepted lead has no reject code"
            return (Refused(subject_id=said.lead_id, field="reject", value=said.code, allowed=allowed),)
        return said
    wrong = check_codes(policy, Kind.REJECT, said.side, [said.code or ""], subject_id=said.lead_id, note=said.note)
    return wrong or said


def reject_reasons(policy: ReasonsPolicy, feedback: Iterable[Feedback]) -> tuple[ReasonCount, ...]:
    """The codes of rejected leads by side, the most frequent first."""
    counts: dict[Side, Counter[str]] = {side: Counter() for side in Side}
    for one in feedback:
        if not one.accepted and one.code:
            counts[one.side][one.code] += 1
    words = {one.code: one for one in policy.reject}
    found = []
    for side, of_side in counts.items():
        n = of_side.total()
        for code, count in sorted(of_side.items(), key=lambda item: (-item[1], item[0])):
            low, high = wilson(count, n)
            reason = words.get(code)
            found.append(
                ReasonCount(
                    side=side,
                    code=code,
                    words=reason.words if reason else code,
                    means=reason.means if reason else Means.UNKNOWN,
                    count=count,
                    n=n,
                    low=low,
                    high=high,
                )
            )
    return tuple(found)


def attribute_signs(
    policy: ReasonsPolicy,
    feedback: Sequence[Feedback],
    fields: Mapping[str, Mapping[str, object]],
    attributes: Sequence[str],
) -> tuple[AttributeSign, ...]:
    """Which values of leads go with which reject codes, beyond chance; the strongest first.

    `fields` are the leads' by id; texts and yes/no only, since a number has no single value to blame. Codes that say
    nothing of the lead itself (timing, supply, unknown) are left out. All pairs are tested at once, and of those named
    at most `alarm_rate` are named by chance. A sign is an association: the scoring refit decides what it weighs.
    """
    telling = {one.code for one in policy.reject if one.means in (Means.FIT, Means.DATA, Means.MESSAGE)}
    tested: list[tuple[Side, str, str, str, int, int, int, int]] = []
    for side in Side:
        answered = [one for one in feedback if one.side is side and one.lead_id in fields]
        codes = sorted({one.code for one in answered if one.code in telling and not one.accepted})
        for attribute in attributes:
            by_value: dict[str, list[Feedback]] = defaultdict(list)
            for one in answered:
                value = fields[one.lead_id].get(attribute)
                if isinstance(value, str | bool) and value != "":
                    by_value[str(value)].append(one)
            known = sum(len(group) for group in by_value.values())
            for value, group in sorted(by_value.items()):
                if min(len(group), known - len(group)) < policy.feedback.least_leads:
                    continue
                for code in codes:
                    mine = sum(1 for one in group if one.code == code)
                    rest = sum(1 for others in by_value.values() for one in others if one.code == code) - mine
                    tested.append((side, attribute, value, code, mine, len(group), rest, known - len(group)))
    p_values = [worse_than(rest, others, mine, n) for *_, mine, n, rest, others in tested]
    stand = believed(p_values, policy.feedback.alarm_rate) if tested else []
    signs = [
        AttributeSign(
            side=side,
            attribute=attribute,
            value=value,
            code=code,
            rejected=mine,
            n=n,
            rate=mine / n,
            others_rate=rest / others,
            p_value=p,
            proposal=f"lower the points of {attribute} = {value} for {side} leads, or require more before they qualify",
        )
        for (side, attribute, value, code, mine, n, rest, others), p, stands in zip(
            tested, p_values, stand, strict=True
        )
        if stands
    ]
    return tuple(sorted(signs, key=lambda sign: (sign.p_value, sign.attribute, sign.value, sign.code)))
