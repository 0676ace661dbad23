"""A funnel as a picture, and its leaks as findings: cause, owner, worth."""

from dataclasses import dataclass

from bothsides.diagnosis.figures import rate
from bothsides.diagnosis.finding import Evidence, Finding, Place, Sureness, Worth
from bothsides.diagnosis.leak import Leak
from bothsides.diagnosis.leak_cause import Cause
from bothsides.diagnosis.picture import Funnel, Step
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.span import Span
from bothsides.diagnosis.walk import Walked, Walks
from bothsides.diagnosis.wording import count, listed, money, of_side, share
from bothsides.metrics import Store, Value
from bothsides.schema import Side, minor_units


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What usually lies behind a leak at a step: cause, whose it is, what to do first."""

    cause: str
    owner: str
    first_step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A side's way in as people name it, and the remedies by step id."""

    id: str
    label: str
    kind: str
    play: str
    done: str
    """What its last step is, e.g. `a first sale`."""
    remedies: dict[str, Remedy]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trading:
    """What the accounts of a place trade over the window: GMV in major units and how many are active."""

    gmv: float
    active: int


def picture(found: Walks, way: Way, leaking: list[Leak]) -> Funnel:
    """The funnel top first, with its leaks marked."""
    marked = {leak.step for leak in leaking}
    return Funnel(
        id=way.id,
        label=way.label,
        side=found.side,
        steps=tuple(
            Step(
                id=milestone.id,
                label=milestone.label,
                count=found.whole.reached[i],
                rate=step_value(found, found.whole, i) if i else None,
                leak=i in marked,
            )
            for i, milestone in enumerate(found.milestones)
        ),
        sentence=_sentence(found, way, leaking),
        basis=f"{of_side(found.side).capitalize()} that signed up from {found.span.start} to {found.span.end}, each "
        f"followed for {found.days} days.",
    )


def step_value(found: Walks, walked: Walked, step: int) -> Value:
    """The share that took the step."""
    place = {walked.place: walked.label} if walked.place else {}
    return rate(
        f"{found.milestones[step].id}_rate",
        walked.reached[step],
        walked.reached[step - 1],
        side=found.side.value,
        period=f"{found.span.start}..{found.span.end}",
        place=place,
    )


def _sentence(found: Walks, way: Way, leaking: list[Leak]) -> str:
    start, final = found.whole.reached[0], found.whole.reached[-1]
    text = f"Of {count(start)} {of_side(found.side)} {count(final)} ({share(final / start)}) came to {way.done}"
    if not leaking:
        return f"{text}; no step stands out against other places, earlier signups or the other steps."
    leak = leaking[0]
    where = f" in {leak.walked.label}" if leak.walked.label else ""
    return f"{text}; the leak is {step_name(found, leak.step)}{where}: {share(leak.rate)}, {beside(found, leak)}."


def beside(found: Walks, leak: Leak) -> str:
    """What the leak is held against: the rate of other places or times, or the least that every other step passes."""
    if leak.settled:
        return f"{share(leak.usual)} in {leak.against}"
    rates = [found.whole.rate(i) for i in range(1, len(found.whole.reached)) if i != leak.step]
    return f"every other step {share(min(part for part in rates if part is not None))} or more"


def around(found: Walks, leak: Leak) -> str:
    """The steps around the leak one by one, and the lowest other one."""
    rates = {i: part for i in range(1, len(found.whole.reached)) if (part := found.whole.rate(i)) is not None}
    near = [i for i in (leak.step - 1, leak.step + 1) if i in rates]
    others = [i for i in rates if i != leak.step]
    if len(near) == 2:
        text = f"the steps before and after it {share(rates[near[0]])} and {share(rates[near[1]])}"
    else:
        text = listed([f"{step_name(found, i)} {share(rates[i])}" for i in near])
    lowest = min(others, key=lambda i: rates[i])
    least = f", the lowest other step ({step_name(found, lowest)}) {share(rates[lowest])}"
    return text if lowest in near else text + least


def step_name(found: Walks, step: int) -> str:
    """A step from where to where, e.g. `verified to catalogue`."""
    return f"{found.milestones[step - 1].label.lower()} to {found.milestones[step].label.lower()}"


def trading(store: Store, side: Side, span: Span, walked: Walked) -> Trading:
    """What the side's accounts of the place traded over the span."""
    condition = f"AND a.{walked.place} = $label" if walked.place else ""
    parameters: dict[str, object] = {"side": side.value, "first": span.start, "last": span.end}
    row = store.engine.row(
        "SELECT coalesce(sum(o.value), 0)::DOUBLE, count(DISTINCT o.account) FROM fact_order_parties o"
        " JOIN fact_accounts a USING (account)"
        f" WHERE o.side = $side AND o.placed_on BETWEEN $first AND $last {condition}",
        parameters | ({"label": walked.label} if walked.place else {}),
    )
    gmv, active = row or (0.0, 0)
    return Trading(gmv=gmv / 10 ** minor_units(store.currency), active=active)


def matched_worth(
    leak: Leak, span: Span, months: float, traded: Trading, policy: DiagnosisPolicy, currency: str
) -> Worth:
    """What a year of accounts regained adds to GMV a month, the other side unchanged.

    Orders grow with one side's accounts to the policy's exponent: new accounts partly take orders from old ones.
    """
    monthly, low, high = traded.gmv / months, *leak.range()
    per_year = [number / span.days * 365 for number in (leak.regained(), low, high)]
    exponents = (policy.matching_exponent, policy.matching_exponent_low, policy.matching_exponent_high)
    more = [
        monthly * ((1 + extra / max(traded.active, 1)) ** exponent - 1)
        for extra, exponent in zip(per_year, exponents, strict=True)
    ]
    return Worth(
        per_month=more[0],
        low=more[1],
        high=more[2],
        currency=currency,
        reckoning=f"{count(per_year[0])} more accounts a year on {count(traded.active)} active ones that bring "
        f"{money(monthly, currency)} a month; orders grow with one side's accounts to the power "
        f"{policy.matching_exponent:g} while the other side stays ({policy.matching_exponent_low:g} to "
        f"{policy.matching_exponent_high:g} for the range).",
    )


def finding(
    found: Walks, way: Way, leak: Leak, worth: Worth, more: tuple[Evidence, ...] = (), *, cause: Cause | None = None
) -> Finding:
    """A leak as a finding; where nothing on record shows its cause the usual one is named, and that is said."""
    step, walked = found.milestones[leak.step], leak.walked
    remedy = way.remedies[step.id]
    where = f" in {walked.label}" if walked.label else ""
    lost = walked.reached[leak.step - 1] - walked.reached[leak.step]
    return Finding(
        kind=way.kind,
        title=f"{share(leak.rate)} of {of_side(found.side)}{where} get from {step_name(found, leak.step)}, "
        f"{beside(found, leak)}",
        place=_place(found.side, walked),
        sure=Sureness.LIKELY,
        why_sure="The difference is beyond chance, tested together with all other steps and places."
        if leak.settled
        else "That most are lost here is beyond chance; whether it could be as easy as the other steps is judgement.",
        evidence=(
            Evidence(
                sentence=f"{count(lost)} of {count(walked.reached[leak.step - 1])} did not take the step within "
                f"{found.days} days of signup{'' if leak.settled else f'; {around(found, leak)}'}.",
                values=(step_value(found, walked, leak.step),),
            ),
            *more,
            *((cause.evidence,) if cause else ()),
        ),
        worth=worth,
        cause=cause.sentence if cause else remedy.cause,
        owner=cause.owner if cause else remedy.owner,
        play=way.play,
        first_step=cause.first_step if cause else remedy.first_step,
        caveat="The worth assumes that regained accounts trade as today's do."
        + (
            " The cause is what differs on record; whether mending it helps is to be tried."
            if cause
            else " Nothing on record shows why they stop: the cause is the usual one at this step."
        ),
        aim=f"Of the next signups {share(leak.usual)} pass the step, as of {leak.against}; now {share(leak.rate)} do.",
    )


def _place(side: Side, walked: Walked) -> Place:
    return Place(
        side=side,
        category=walked.label if walked.place == "category" else None,
        region=walked.label if walked.place == "region" else None,
        channel=walked.label if walked.place == "channel" else None,
    )
