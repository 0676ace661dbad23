"""How many leads can be reached, told fairly when sales did not make all the agreed attempts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bothsides.leads.wording import plural, was
from bothsides.metrics.interval import Z


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempted:
    """One lead: attempts made in the agreed time (up to the contact), whether there was one, whether time is up."""

    lead_id: str
    attempts: int
    contacted: bool
    over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRate:
    """Share of leads with a two-way contact within the agreed attempts, 95 % interval, and whose the gaps are.

    `rate` is None, with its reason in `words`, where sales never made enough attempts on any lead. `charged_to_sales`
    are the leads whose time is up without contact and without the agreed attempts, `waiting` those still in time.
    """

    rate: float | None
    low: float | None
    high: float | None
    n: int
    contacted: int
    tried_in_full: int
    charged_to_sales: tuple[str, ...]
    waiting: int
    words: str


def contact_rate(leads: Sequence[Attempted], *, attempts: int) -> ContactRate:
    """The chance that a lead is reached within that many attempts; a lead counts only as far as it was tried.

    Counting leads reached against leads tried in full would flatter marketing: of those never tried again only the
    ones reached at once would be left. So an attempt is a step, and a lead that sales gave up is censored there.
    Source: Kaplan and Meier 1958, JASA 53:457-481, over attempts; interval on log(-log) of what is not reached.

    >>> seen = contact_rate([Attempted(lead_id="a", attempts=1, contacted=True, over=True),
    ...                      Attempted(lead_id="b", attempts=2, contacted=False, over=True)], attempts=2)
    >>> seen.rate, seen.charged_to_sales
    (0.5, ())
    """
    made = [(max(lead.attempts, 1) if lead.contacted else lead.attempts, lead.contacted) for lead in leads]
    contacted = sum(1 for tries, reached in made if reached and tries <= attempts)
    full = sum(1 for tries, reached in made if (reached and tries <= attempts) or tries >= attempts)
    short = tuple(lead.lead_id for lead in leads if lead.over and not lead.contacted and lead.attempts < attempts)
    waiting = sum(1 for lead in leads if not lead.over and not lead.contacted and lead.attempts < attempts)
    unreached, spread, known = 1.0, 0.0, bool(made)
    before, last = 1.0, len(made)
    for step in range(1, attempts + 1):
        at_risk = sum(1 for tries, _ in made if tries >= step)
        reached_now = sum(1 for tries, reached in made if reached and tries == step)
        if unreached == 0:
            break
        if at_risk == 0:
            known = False
            break
        before, last = unreached, at_risk
        unreached *= 1 - reached_now / at_risk
        if reached_now < at_risk:
            spread += reached_now / (at_risk * (at_risk - reached_now))
    rate = 1 - unreached if known else None
    low, high = (None, None) if rate is None else _interval(unreached, spread, len(made), before, last)
    return ContactRate(
        rate=rate,
        low=low,
        high=high,
        n=len(made),
        contacted=contacted,
        tried_in_full=full,
        charged_to_sales=short,
        waiting=waiting,
        words=_words(rate, attempts, contacted, len(made), len(short), waiting),
    )


def _interval(unreached: float, spread: float, n: int, before: float, last: int) -> tuple[float, float]:
    """`before` were not reached when the step that reached all the rest began, with `last` leads still tried."""
    # Nobody or everybody was reached: the rule of three at 95 % (Hanley and Lippman-Hand 1983, JAMA 249:1743).
    if unreached == 1.0:
        return 0.0, min(1.0, 3 / n)
    if unreached == 0.0:
        return 1 - before * min(1.0, 3 / last), 1.0
    log = math.log(unreached)
    step = Z * math.sqrt(spread) / abs(log)
    return 1 - unreached ** math.exp(-step), 1 - unreached ** math.exp(step)


def _words(rate: float | None, attempts: int, contacted: int, n: int, short: int, waiting: int) -> str:
    if not n:
        return "no lead to reach"
    if rate is None:
        return (
            f"contact rate not judged: no lead was tried {plural(attempts, 'time')} ({contacted} of {n} reached so far)"
        )
    tries = plural(attempts, "attempt")
    # The rate is not reached over all: leads that were given up early, or may still be called, say only so much.
    parts = [f"{contacted} of {n} {was(contacted)} reached"]
    if in_vain := n - contacted - short - waiting:
        parts.append(f"{in_vain} not within {tries}")
    if short:
        parts.append(f"{short} given up before, which is for sales to answer")
    if waiting:
        parts.append(f"{waiting} still in time")
    return f"{100 * rate:.0f} % reached within {tries} where all are made: {', '.join(parts)}"
