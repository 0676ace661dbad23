"""Why accounts are lost at a step, as far as the records show: content, sales, onboarding, product or supply."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

import numpy as np
from scipy.stats import mannwhitneyu

from bothsides.diagnosis.figures import figure
from bothsides.diagnosis.finding import Evidence
from bothsides.diagnosis.leak import Leak
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.walk import Walks
from bothsides.diagnosis.wording import share
from bothsides.metrics import Basis, Store, Unit
from bothsides.metrics.catalogue.liquidity import UNANSWERED_MATURITY
from bothsides.schema.period import add_months

Category: TypeAlias = Literal["content", "sales", "onboarding", "product", "supply"]

LEAST_EACH = 10
"""Accounts on record in each group below which a clue is not read."""
SHARE_GAP = 0.1
"""A mean share is materially worse from this many points on; a typical wait or count by the factor below."""
WORSE_FACTOR = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """One thing on record that can hold accounts up: its category, what is measured per account, and who mends it.

    `measured` selects account and value from the facts, of what happened in the days that an account has for its way
    and is decided: it may join `cohort` for `signed_up_on` and use $days and $replied. A higher value is worse unless
    `more_is_better`. `says` is a sentence with {here} and {there}.
    """

    id: str
    category: Category
    steps: tuple[str, ...]
    needs: tuple[str, ...]
    measured: str
    unit: Unit
    says: str
    owner: str
    first_step: str
    more_is_better: bool = False
    of_those_who_stop: bool = False
    """Whether it may also tell those who stopped from those who went on: not where stopping itself makes it worse."""


_ASKED_IN_TIME = "requested_on <= least(signed_up_on + $days, $replied)"
"""Requests of an account's first days that are old enough to have been answered."""

CLUES: tuple[Clue, ...] = (
    Clue(
        id="verification_days",
        category="onboarding",
        steps=("verified",),
        needs=("accounts.verified_at",),
        measured="SELECT account, days_to_verified FROM fact_accounts WHERE days_to_verified IS NOT NULL",
        unit=Unit.DAYS,
        says="verification takes {here} days, against {there}",
        owner="Onboarding manager",
        first_step="Clear the queue of waiting checks there this week, oldest first, and name who signs them off.",
    ),
    Clue(
        id="catalogue_days",
        category="product",
        steps=("catalogue",),
        needs=("accounts.catalogue_at", "accounts.verified_at"),
        measured="SELECT account, days_to_catalogue - days_to_verified FROM fact_accounts"
        " WHERE days_to_catalogue >= days_to_verified",
        unit=Unit.DAYS,
        says="a catalogue takes {here} days to upload, against {there}",
        owner="Product with the onboarding manager",
        first_step="Watch three suppliers there upload, write down where the file is refused, mend the first refusal.",
    ),
    Clue(
        id="early_skus",
        category="content",
        steps=("first_sale",),
        needs=("listings",),
        measured="SELECT account, early_listings FROM fact_accounts",
        unit=Unit.COUNT,
        says="suppliers have {here} listings after their first 30 days, against {there}",
        owner="Category manager, supplier side",
        first_step="Take the price lists of the ten largest suppliers there and list their best articles for them.",
        more_is_better=True,
        of_those_who_stop=True,
    ),
    Clue(
        id="review_days",
        category="onboarding",
        steps=("live",),
        needs=("accounts.live_at", "accounts.catalogue_at"),
        measured="SELECT account, days_to_live - days_to_catalogue FROM fact_accounts"
        " WHERE days_to_live >= days_to_catalogue",
        unit=Unit.DAYS,
        says="a catalogue waits {here} days to go live, against {there}",
        owner="Onboarding manager",
        first_step="Review every waiting catalogue there this week and publish what passes.",
    ),
    Clue(
        id="early_reply_hours",
        category="sales",
        steps=("first_sale",),
        needs=("quotes",),
        measured="SELECT account, early_reply_hours FROM fact_accounts WHERE early_reply_hours IS NOT NULL",
        unit=Unit.HOURS,
        says="suppliers take {here} hours to answer a request, against {there}",
        owner="VP Sales, supplier side",
        first_step="Alert each new supplier there of an open request by phone within the hour, for two weeks.",
        of_those_who_stop=True,
    ),
    Clue(
        id="searches_finding_nothing",
        category="supply",
        steps=("supplier_view", "cart"),
        needs=("events.results",),
        measured="SELECT account, avg((results = 0)::INTEGER) FROM fact_events JOIN cohort USING (account)"
        " WHERE name = 'search' AND results IS NOT NULL AND occurred_on <= signed_up_on + $days GROUP BY account",
        unit=Unit.RATE,
        says="{here} of a buyer's searches find nothing, against {there}",
        owner="Category manager, supplier side",
        first_step="List the searches there that found nothing, recruit or list for the ten most frequent.",
        of_those_who_stop=True,
    ),
    Clue(
        id="requests_unanswered",
        category="supply",
        steps=("order",),
        needs=("quotes.responses",),
        measured="SELECT account, avg((responses = 0)::INTEGER) FROM fact_requests JOIN cohort USING (account)"
        f" WHERE responses IS NOT NULL AND NOT cancelled AND {_ASKED_IN_TIME} GROUP BY account",
        unit=Unit.RATE,
        says="{here} of a buyer's requests get no answer, against {there}",
        owner="Category manager, supplier side",
        first_step="Route each unanswered request there to three suppliers by hand; recruit where none can serve it.",
        of_those_who_stop=True,
    ),
    Clue(
        id="first_reply_hours",
        category="sales",
        steps=("order",),
        needs=("quotes",),
        measured="SELECT account, median(first_reply_hours) FROM fact_requests JOIN cohort USING (account)"
        f" WHERE first_reply_hours IS NOT NULL AND {_ASKED_IN_TIME} GROUP BY account",
        unit=Unit.HOURS,
        says="the first answer to a request takes {here} hours, against {there}",
        owner="VP Sales, supplier side",
        first_step="Agree on a response time with the suppliers there and show each its own against it.",
        of_those_who_stop=True,
    ),
    Clue(
        id="carts_abandoned",
        category="product",
        steps=("order",),
        needs=("events.name=cart_abandon",),
        measured="SELECT account, least(1.0, count(*) FILTER (name = 'cart_abandon') / count(*) FILTER (name ="
        " 'cart_add')::DOUBLE) FROM fact_events JOIN cohort USING (account) WHERE name IN ('cart_add', 'cart_abandon')"
        " AND occurred_on <= signed_up_on + $days GROUP BY account HAVING count(*) FILTER (name = 'cart_add') > 0",
        unit=Unit.RATE,
        says="{here} of a buyer's carts are left, against {there}",
        owner="Product, checkout",
        first_step="Buy something there yourself, from cart to invoice, and record what stops you.",
    ),
)
"""Every clue in the order in which equally strong ones are believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What the records show at a leak, with the values it rests on."""

    category: Category
    sentence: str
    owner: str
    first_step: str
    evidence: Evidence


def cause_of(store: Store, found: Walks, leak: Leak, policy: DiagnosisPolicy) -> Cause | None:
    """The clue that differs most surely where the accounts are lost; None where nothing on record differs.

    The place against all other places, this year's accounts against the year before, or, where the leak has neither,
    those who stopped against those who went on. Tested together by ranks (Mann and Whitney 1947), Bonferroni's way.
    """
    step = found.milestones[leak.step].id
    by_stopping = leak.walked.place is None and not leak.settled
    fit = [c for c in CLUES if step in c.steps and (c.of_those_who_stop or not by_stopping)]
    clues = [c for c in fit if not any(store.lacks(need) for need in c.needs)]
    judged = [(clue, *groups) for clue in clues if (groups := _groups(store, found, leak, clue)) is not None]
    told = [
        (p, clue, here, there)
        for clue, here, there in judged
        if (p := _worse(clue, here, there)) <= policy.alarm_rate / len(judged) and _material(clue, here, there)
    ]
    if not told:
        return None
    _, clue, here, there = min(told, key=lambda each: each[0])
    return _cause(clue, here, there, found, leak)


Numbers: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.float64]]"


def _groups(store: Store, found: Walks, leak: Leak, clue: Clue) -> tuple[Numbers, Numbers] | None:
    """The clue's values where accounts are lost and where they are held against."""
    came = _reached(found, leak.step - 1)
    if leak.walked.place:
        here, first = f"coalesce({leak.walked.place} = $label, false)", found.span.start
    elif leak.settled:
        here, first = "signed_up_on >= $start", add_months(found.span.start, -12)
    else:
        here, first = f"NOT ({_reached(found, leak.step)})", found.span.start
    parameters = {
        "side": found.side.value, "first": first, "start": found.span.start, "last": found.span.end,
        "days": found.days, "label": leak.walked.label, "replied": _replied(store),
    }  # fmt: skip
    statement = (
        f"WITH cohort AS (SELECT account, signed_up_on, {here} AS here FROM fact_accounts WHERE side = $side"
        f" AND signed_up_on BETWEEN $first AND $last AND {came}), measured(account, measure) AS ({clue.measured})"
        " SELECT here, measure::DOUBLE FROM cohort JOIN measured USING (account)"
        " WHERE measure IS NOT NULL ORDER BY 1, 2"
    )
    used = {name: value for name, value in parameters.items() if f"${name}" in statement}
    rows = store.engine.rows(statement, used)
    groups = tuple(np.array([value for mark, value in rows if mark is side], np.float64) for side in (True, False))
    return None if min(map(len, groups)) < LEAST_EACH else (groups[0], groups[1])


def _replied(store: Store) -> date:
    """The last day whose requests are old enough to have been answered."""
    known = store.ranges.get("quotes")
    return known[1] - timedelta(days=UNANSWERED_MATURITY) if known else date.min


def _reached(found: Walks, step: int) -> str:
    """Whether an account took the step or a later one in time; expressions come from declarations."""
    later = ", ".join(f"coalesce({m.days}, 99999)" for m in found.milestones[step:])
    return f"least({later}) <= $days" if step else "true"


def _worse(clue: Clue, here: Numbers, there: Numbers) -> float:
    if np.ptp(np.concatenate([here, there])) == 0:
        return 1.0
    tail: Literal["less", "greater"] = "less" if clue.more_is_better else "greater"
    return float(mannwhitneyu(here, there, alternative=tail, method="asymptotic").pvalue)


def _typical(clue: Clue, values: Numbers) -> float:
    """Means of shares and counts, medians of waits."""
    return float(values.mean() if clue.unit in (Unit.RATE, Unit.COUNT) else np.median(values))


def _material(clue: Clue, here: Numbers, there: Numbers) -> bool:
    one, other = _typical(clue, here), _typical(clue, there)
    if clue.unit is Unit.RATE:
        return one - other >= SHARE_GAP
    return one * WORSE_FACTOR <= other if clue.more_is_better else one >= WORSE_FACTOR * max(other, 1e-9)


def _cause(clue: Clue, here: Numbers, there: Numbers, found: Walks, leak: Leak) -> Cause:
    typical = [_typical(clue, values) for values in (here, there)]
    said = clue.says.format(here=_said(clue, typical[0]), there=f"{_said(clue, typical[1])} {_against(leak)}")
    place = {leak.walked.place: leak.walked.label} if leak.walked.place else {}
    values = tuple(
        figure(clue.id, number, clue.unit, n=len(group), basis=Basis.NOT_COMPUTED, side=found.side.value, place=where)
        for number, group, where in zip(typical, (here, there), (place, {}), strict=True)
    )
    where = f"In {leak.walked.label} " if leak.walked.label else ""
    sentence = f"{where}{said}." if where else f"{said[:1].upper()}{said[1:]}."
    return Cause(
        category=clue.category,
        sentence=f"{clue.category.capitalize()}: {said}.",
        owner=clue.owner,
        first_step=clue.first_step,
        evidence=Evidence(sentence=sentence, values=values),
    )


def _said(clue: Clue, number: float) -> str:
    return share(number) if clue.unit is Unit.RATE else f"{number:.1f}"


def _against(leak: Leak) -> str:
    if leak.walked.place:
        return "elsewhere"
    return "a year before" if leak.settled else "with those who went on"
