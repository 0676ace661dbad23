"""Eight headline numbers, chosen from what the data can feed, each with its run and the same span before."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from bothsides.diagnosis.figures import counted
from bothsides.diagnosis.picture import Headline
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.span import Span, Spans, known_span, spans
from bothsides.diagnosis.wording import share
from bothsides.metrics import METRICS, Query, Status, Store, Value, ask
from bothsides.metrics.facts import FACTS
from bothsides.schema import Grain, Period, Side
from bothsides.schema.period import add_months, periods_between

SHOWN = 8
FIRST_DAYS = 10
"""A span counts as known from its beginning when at most this many of its first days are missing."""

LONG_RUN_MONTHS = 18
"""From here on the run is by quarter."""

FEW = 10
"""Of so many accounts or fewer the ten largest hold everything, which tells nothing."""

FIRM = (Status.OK, Status.RESTATED)
"""What may be held against another span: complete, old enough and of enough cases."""

UNRECORDED_SHARE = 0.5
"""A share of outcomes that was at most this part of today's in some quarter or month before: more likely a record that
began than a market that improved. A rule of thumb; what grows so fast is shown, and not called better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A metric that may stand in the headlines, on one side or for the whole market."""

    metric: str
    label: str
    side: Side | None = None
    yearly: bool = False
    """Whether the metric looks back twelve months by itself, so that it is read at a day, not over a span."""
    of_accounts: bool = False
    """Whether it counts or follows accounts, which a sample of orders cannot."""
    of_newcomers: bool = False
    """Whether it follows accounts from their first order on, which must not be merely the first known one."""
    of_total: bool = False
    """Whether it is a share of the market's own total: counted, with no range of other markets around it."""
    of_outcomes: bool = False
    """Whether it is the share of asks that came to something, which early records often leave out."""


CANDIDATES = (
    _Candidate(metric="gmv", label="GMV"),
    _Candidate(metric="net_revenue", label="Net revenue"),
    _Candidate(metric="take_rate", label="Take rate"),
    _Candidate(metric="active_buyers", label="Active buyers", of_accounts=True),
    _Candidate(metric="active_suppliers", label="Active suppliers", of_accounts=True),
    _Candidate(metric="ndr_gmv", label="NDR on GMV, buyers", side=Side.BUYER, yearly=True, of_accounts=True),
    _Candidate(metric="ndr_gmv", label="NDR on GMV, suppliers", side=Side.SUPPLIER, yearly=True, of_accounts=True),
    _Candidate(metric="search_to_order", label="Search-to-order", of_outcomes=True),
    _Candidate(metric="fill_rate", label="Fill rate of requests", of_outcomes=True),
    _Candidate(
        metric="top_10_share", label="Share of the ten largest buyers", side=Side.BUYER, of_accounts=True, of_total=True
    ),
    _Candidate(
        metric="top_10_share",
        label="Share of the ten largest suppliers",
        side=Side.SUPPLIER,
        of_accounts=True,
        of_total=True,
    ),
    _Candidate(
        metric="buyer_repeat_rate_90d",
        label="Buyers who order again within 90 days",
        side=Side.BUYER,
        of_accounts=True,
        of_newcomers=True,
    ),
    _Candidate(metric="orders", label="Orders"),
    _Candidate(metric="leads", label="Leads"),
    _Candidate(metric="closed_won", label="Leads won"),
    _Candidate(metric="lead_to_won_days", label="Days from lead to won"),
    _Candidate(metric="win_rate", label="Win rate of opportunities", of_outcomes=True),
    _Candidate(metric="aov", label="Average order value"),
    _Candidate(metric="requests", label="Requests for quotation", side=Side.BUYER),
)
"""In the order in which they are chosen."""


def headlines(
    store: Store, orders: Spans, policy: DiagnosisPolicy, *, as_of: date | None = None
) -> tuple[Headline, ...]:
    """The first eight candidates that the data can feed, over the window of the orders.

    What is known on no day of that window stands for the last months of its own, which its note names.
    """
    found: list[Headline] = []
    for candidate in CANDIDATES:
        covered = _covered(store, candidate, orders, policy, as_of)
        if covered is None or len(found) == SHOWN or (store.sampled and candidate.of_accounts):
            continue
        headline = _headline(store, candidate, covered, as_of)
        if headline is None:
            continue
        begun = _record_began(headline, covered) if candidate.of_outcomes else None
        if begun is not None and _apart(covered, orders):
            continue
        found.append(_of_firm_base(_of_one_definition(headline), begun))
    return tuple(found)


def _covered(
    store: Store, candidate: _Candidate, orders: Spans, policy: DiagnosisPolicy, as_of: date | None
) -> Spans | None:
    """The orders' window, and as many months before it where the candidate is known from their beginning on."""
    table = FACTS[METRICS[candidate.metric].facts[0]].requires[0]
    known = known_span(store, table, as_of)
    if known is None:
        return None
    window = orders.window
    if known.start > window.end or known.end < window.start:
        own = spans(store, table, as_of=as_of, months=policy.window_months, slack=policy.complete_within_days)
        if own is None:
            return None
        known, window = own.known, own.window
    if candidate.of_newcomers and (told := store.newcomers(spend=False)) is not None:
        if told > window.end:
            return None
        known, window = replace(known, start=told), replace(window, start=max(window.start, told))
    before = Span(start=add_months(window.start, -window.whole_months), end=window.start - timedelta(days=1))
    reaches = (known.start - before.start).days <= FIRST_DAYS
    return Spans(known=known, window=window, now=window, before=before if reaches else None)


def _headline(store: Store, candidate: _Candidate, covered: Spans, as_of: date | None) -> Headline | None:
    if candidate.yearly:
        return _yearly(store, candidate, covered, as_of)
    now = _one(store, candidate, covered.now)
    if now is None:
        return None
    before = _one(store, candidate, covered.before) if covered.before else None
    return Headline(
        metric=candidate.metric,
        label=candidate.label,
        now=now,
        before=before,
        run=_run(store, candidate, covered, as_of),
        note=_note(now, covered),
    )


def _of_one_definition(headline: Headline) -> Headline:
    """Numbers found by two definitions are not held against each other: the change would be the definition's."""
    now, before = headline.now.definition, headline.before and headline.before.definition
    if before is None or before == now:
        return headline
    return replace(headline, before=None, note=f"{headline.note}; not compared: {before} then, {now} now")


def _of_firm_base(headline: Headline, begun: Value | None) -> Headline:
    """A span that is too young, too small or badly recorded is not held against: its change would be bookkeeping."""
    before, days = headline.before, headline.note.partition(" against ")[0]
    if before is None:
        return headline
    if begun is not None:
        why = f"{share(float(begun.value or 0))} in {begun.period}, early outcomes look unrecorded"
    elif before.status not in FIRM:
        why = f"the span before is {before.status.value.replace('_', ' ')}"
    else:
        return headline
    return replace(headline, before=None, note=f"{days}; not compared: {why}")


def _record_began(headline: Headline, covered: Spans) -> Value | None:
    """The period of the base whose outcomes were hardly recorded, the worst of them; None where none stands out."""
    if covered.before is None:
        return None
    first, last = covered.before.pair
    grain = Grain.QUARTER if any("Q" in (value.period or "") for value in headline.run) else Grain.MONTH
    labels = {period.label for period in periods_between(first, last, grain)}
    base = [v for v in headline.run if v.period in labels and v.value is not None and v.status in FIRM]
    worst = min(base, key=lambda value: float(value.value or 0), default=None)
    if worst is None or float(worst.value or 0) > UNRECORDED_SHARE * float(headline.now.value or 0):
        return None
    return worst


def _apart(covered: Spans, orders: Spans) -> bool:
    """Whether these are other days than those of the orders."""
    return covered.window.start > orders.window.end or covered.window.end < orders.window.start


def _yearly(store: Store, candidate: _Candidate, covered: Spans, as_of: date | None) -> Headline | None:
    run = [v for v in _run(store, candidate, covered, as_of, grain=Grain.QUARTER) if v.value is not None]
    now = _at(store, candidate, covered.window.end)
    if now is None:
        return None
    year_before = add_months(covered.window.end.replace(day=1), -11) - timedelta(days=1)
    return Headline(
        metric=candidate.metric,
        label=candidate.label,
        now=now,
        before=_at(store, candidate, year_before),
        run=tuple(run),
        note=f"the last 12 months against the 12 before, {(now.period or '').replace('..', ' to ')}".rstrip(", "),
    )


def _at(store: Store, candidate: _Candidate, day: date) -> Value | None:
    values = ask(store, Query(metrics=(candidate.metric,), where=_where(candidate), end=day, as_of=day))
    return values[0] if values and values[0].value is not None else None


def _one(store: Store, candidate: _Candidate, span: Span) -> Value | None:
    query = Query(metrics=(candidate.metric,), where=_where(candidate), start=span.start, end=span.end)
    values = ask(store, query)
    if not values or values[0].value is None:
        return None
    if not candidate.of_total:
        return values[0]
    return counted(values[0]) if values[0].n > FEW else None


def _run(
    store: Store, candidate: _Candidate, covered: Spans, as_of: date | None, *, grain: Grain | None = None
) -> tuple[Value, ...]:
    """The metric period by period, as far as its rows are known; what came of them may be known for longer."""
    known, window_end = covered.known, covered.window.end
    chosen = grain or (Grain.QUARTER if known.whole_months > LONG_RUN_MONTHS else Grain.MONTH)
    where, name = _where(candidate), candidate.metric
    values = ask(store, Query(metrics=(name,), grain=chosen, where=where, end=known.end, as_of=as_of, intervals=False))
    return tuple(_settle(v, known, chosen, window_end) for v in values if v.status is not Status.UNAVAILABLE)


def _settle(value: Value, known: Span, grain: Grain, window_end: date) -> Value:
    """A period counts as whole as the window's months do: few first or last days may be missing."""
    first, last = Period.containing(known.start, grain), Period.containing(window_end, grain)
    begins = (known.start - first.start).days <= FIRST_DAYS and value.period == first.label and first.end <= known.end
    month_after = add_months(window_end.replace(day=1), 1)
    ends = window_end == known.end and value.period == last.label and last.end < month_after
    if value.status is not Status.PARTIAL or not (begins or ends):
        return value
    return replace(value, status=Status.OK, reason=None)


def _where(candidate: _Candidate) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (("side", (candidate.side.value,)),) if candidate.side else ()


def _note(value: Value, covered: Spans) -> str:
    now, before = value.period or f"{covered.now.start}..{covered.now.end}", covered.before
    days = now.replace("..", " to ")
    if before is None:
        return f"{days}; nothing earlier to compare with"
    return f"{days} against {before.start} to {before.end}"
