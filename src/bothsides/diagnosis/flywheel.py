"""The flywheel as an accounting model: the rate of each edge, what a point there is worth, and which edge limits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bothsides.diagnosis import wheel
from bothsides.diagnosis.cells import Cells
from bothsides.diagnosis.headlines import UNRECORDED_SHARE
from bothsides.diagnosis.picture import Edge, Flywheel
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.span import Span, Spans, spans
from bothsides.diagnosis.wheel import Flow
from bothsides.diagnosis.wording import money, share
from bothsides.metrics import Store, Value
from bothsides.metrics.facts.reviews import REVIEW_DAYS
from bothsides.predict.comparison import worse_than
from bothsides.schema import Side

MODEL = "This is bookkeeping, not cause and effect: a point is worth what it adds if all later edges stay as they are."

SAMPLED = "orders are a declared sample, which cannot follow accounts"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Declared:
    """An edge: what it is called, which tables it needs, how it is counted, and how old its outcome must be."""

    id: str
    label: str
    source: str
    target: str
    side: Side | None
    needs: tuple[str, ...]
    reason: str
    """Why it cannot be shown where it cannot."""
    counts: str = ""
    days: int = 0
    lag: str = ""


EDGES = (
    _Declared(
        id="go_live",
        label="applications that go live within 90 days",
        source="Supplier acquisition",
        target="Live suppliers",
        side=Side.SUPPLIER,
        needs=("accounts.live_at", "accounts.signed_up_at"),
        reason="onboarding dates are not recorded",
        counts=wheel.WENT_LIVE,
        days=90,
        lag=wheel.DAYS_TO_LIVE,
    ),
    _Declared(
        id="stock_up",
        label="live suppliers with three listings within 90 days",
        source="Live suppliers",
        target="Inventory depth",
        side=Side.SUPPLIER,
        needs=("accounts.live_at", "listings.listed_at"),
        reason="listings or the day a supplier went live are not recorded",
        counts=wheel.LISTED,
        days=90,
    ),
    _Declared(
        id="be_found",
        label="searches that find something",
        source="Inventory depth",
        target="Search and discovery",
        side=Side.BUYER,
        needs=("events.results",),
        reason="searches and their results are not recorded",
        counts=wheel.FOUND,
    ),
    _Declared(
        id="buy",
        label="searches or requests that end in an order",
        source="Search and discovery",
        target="Purchase",
        side=Side.BUYER,
        needs=(),
        reason="neither searches nor requests are recorded",
    ),
    _Declared(
        id="repeat",
        label="new buyers that order again within 90 days",
        source="Purchase",
        target="Repeat purchase",
        side=Side.BUYER,
        needs=("orders.placed_at",),
        reason="too few orders are known to be a buyer's first and are old enough",
        counts=wheel.REPEATED,
        days=90,
        lag=wheel.DAYS_TO_REPEAT,
    ),
    _Declared(
        id="signal",
        label="active buyers that send a request",
        source="Repeat purchase",
        target="Demand signals",
        side=Side.BUYER,
        needs=("quotes.requested_at",),
        reason="requests for quotation are not recorded for these months",
        counts=wheel.ASKED,
    ),
    _Declared(
        id="keep_suppliers",
        label="active suppliers that never pause for 90 days",
        source="Demand signals",
        target="Supplier retention",
        side=Side.SUPPLIER,
        needs=("orders.placed_at",),
        reason="the history is too short",
        counts=wheel.SUPPLIERS_KEPT,
        days=90,
    ),
    _Declared(
        id="refer_suppliers",
        label="new suppliers that came by referral",
        source="Supplier retention",
        target="Supplier acquisition",
        side=Side.SUPPLIER,
        needs=("accounts.channel", "accounts.signed_up_at"),
        reason="the channel of new suppliers is not recorded",
        counts=wheel.referred(Side.SUPPLIER),
    ),
    _Declared(
        id="review",
        label="orders whose supplier is reviewed within 60 days",
        source="Purchase",
        target="Reviews and word of mouth",
        side=Side.BUYER,
        needs=("reviews.order_id",),
        reason="reviews and the orders they are about are not recorded",
        counts=wheel.REVIEWED,
        days=REVIEW_DAYS,
    ),
    _Declared(
        id="refer_buyers",
        label="new buyers that came by referral",
        source="Reviews and word of mouth",
        target="Search and discovery",
        side=Side.BUYER,
        needs=("accounts.channel", "accounts.signed_up_at"),
        reason="the channel of new buyers is not recorded",
        counts=wheel.referred(Side.BUYER),
    ),
)
"""The loop in order, then the second loop by word of mouth."""


def flywheel(
    store: Store,
    covered: Spans,
    found: Cells | None,
    filled: frozenset[str],
    policy: DiagnosisPolicy,
    *,
    as_of: date | None = None,
) -> Flywheel:
    """Every edge now and before. `filled` names the `table.column`s that hold a value."""
    flow = wheel.read_flow(store, covered.window)
    spans_of = {declared.id: _spans(store, declared, covered, as_of) for declared in EDGES}
    edges = [
        _edge(store, d, spans_of[d.id], filled, flow=flow, policy=policy, apart=spans_of[d.id].now != covered.now)
        for d in EDGES
    ]
    gains = {edge.id: gain for edge in edges if (gain := _gain(edge, found, policy)) is not None}
    best = max(gains, key=lambda i: (gains[i].worth, i), default=None)
    marked = tuple(replace(edge, limiting=edge.id == best) for edge in edges)
    if best is None:
        known = any(edge.rate is not None for edge in edges)
        sentence = "No edge stands out as the one that limits growth now." if known else "The data shows no edge yet."
        return Flywheel(edges=marked, limiting=None, sentence=f"{sentence} {MODEL}" if known else sentence)
    edge = next(e for e in marked if e.id == best)
    return Flywheel(
        edges=marked,
        limiting=best,
        sentence=_sentence(edge, gains[best], store.currency),
        reach_worth=gains[best].worth,
    )


def _spans(store: Store, declared: _Declared, covered: Spans, as_of: date | None) -> Spans:
    """The orders' spans; for the edge to purchase the requests' own where only requests of other years are known."""
    if declared.id == "repeat":
        return _of_newcomers(covered, store.newcomers(spend=False), declared.days)
    requests = store.ranges.get("quotes")
    if declared.id != "buy" or requests is None or "events" in store.fed:
        return covered
    apart = requests[0] > covered.now.end or requests[1] < covered.now.start
    own = spans(store, "quotes", as_of=as_of, months=covered.now.whole_months) if apart else None
    return own or covered


def _of_newcomers(covered: Spans, told: date | None, days: int) -> Spans:
    """The spans as far as first orders are told from merely the first known ones.

    Where none of the latest is old enough, those of the whole window, with nothing to hold them against.
    """
    now, before = covered.now, covered.before
    if wheel.mature(_from(now, told), covered.known, days) is None and now != covered.window:
        now, before = covered.window, None
    if told is None or told <= (before or now).start:
        return covered if now is covered.now else replace(covered, now=now, before=before)
    return replace(covered, now=_from(now, told), before=before if before and before.start >= told else None)


def _from(span: Span, told: date | None) -> Span:
    return span if told is None or told <= span.start else replace(span, start=told)


def _edge(
    store: Store,
    declared: _Declared,
    covered: Spans,
    filled: frozenset[str],
    *,
    flow: Flow,
    policy: DiagnosisPolicy,
    apart: bool,
) -> Edge:
    """The edge over its spans; `apart` says that these are other days than the orders', whose GMV prices nothing."""
    now = before = lag = None
    followed = declared.id == "buy" or not store.sampled
    if followed and set(declared.needs) <= filled:
        now = _read(store, declared, covered.now, covered.known)
        # Requests of other years than the orders' are mostly a record that begins: its growth is no market's.
        comparable = covered.before and now and not (apart and declared.id == "buy")
        before = _read(store, declared, covered.before, covered.known) if covered.before and comparable else None
        if declared.id == "buy" and _record_began(now, before):
            before = None
        lag = wheel.middle(store, "lag_days", declared.lag, covered.now) if declared.lag and now else None
    # What a review brings is not known: nobody follows a reader to an order.
    worth = None
    if now is not None and not apart and declared.id != "review":
        worth = point_worth(declared.id, float(now.value or 0), flow, policy)
    return Edge(
        id=declared.id,
        label=_label(declared, covered.now) if apart and now else declared.label,
        source=declared.source,
        target=declared.target,
        side=declared.side,
        rate=now,
        before=before,
        lag_days=lag,
        point_worth=worth,
        reason="" if now is not None else declared.reason if followed else SAMPLED,
    )


def _label(declared: _Declared, now: Span) -> str:
    """The edge with the days it was measured on, which are not those of the report; requests may lie wholly outside."""
    return f"{declared.label}{', outside this report' if declared.id == 'buy' else ''}, {now.start} to {now.end}"


def _record_began(now: Value | None, before: Value | None) -> bool:
    """Whether so little came of the asks before that their outcomes were more likely not recorded."""
    if now is None or before is None:
        return False
    return float(before.value or 0) <= UNRECORDED_SHARE * float(now.value or 0)


def _read(store: Store, declared: _Declared, span: Span, known: Span) -> Value | None:
    old = wheel.mature(span, known, declared.days)
    if old is None:
        return None
    if declared.id == "buy":
        return wheel.order_rate(store, old)
    value = wheel.passed(store, f"{declared.id}_rate", declared.counts, old, side=declared.side)
    empty = value is None or (declared.id in ("signal", "refer_suppliers", "refer_buyers") and not value.value)
    return None if empty else value


def point_worth(edge: str, rate: float, flow: Flow, policy: DiagnosisPolicy) -> float:
    """GMV a month that one percentage point more at the edge adds, all later edges unchanged.

    Edges of demand carry orders one for one; edges of supply add suppliers, and orders grow with suppliers to the
    policy's matching exponent.
    """
    step = 0.01 / rate if rate else 0.0
    year = 12 / max(flow.active_suppliers, 1)
    more_suppliers: dict[str, float] = {
        "go_live": flow.signups * 0.01 * year,
        "stock_up": flow.new_suppliers * step * year,
        "keep_suppliers": 0.01,
        "refer_suppliers": flow.new_suppliers * 0.01 * year,
    }
    if edge in more_suppliers:
        return flow.gmv * float((1 + more_suppliers[edge]) ** policy.matching_exponent - 1)
    if edge == "repeat":
        return flow.repeat_gmv * step
    if edge in ("be_found", "buy"):
        return flow.gmv * step
    buyers = 12 / max(flow.active_buyers, 1)
    more_buyers: dict[str, float] = {"signal": 0.01, "refer_buyers": flow.new_buyers * 0.01 * buyers}
    return flow.gmv * float((1 + more_buyers.get(edge, 0.0)) ** policy.matching_exponent - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gain:
    """How far the edge is below a level it or its better cells reach, and what reaching it would bring a month."""

    level: float
    whose: str
    worth: float


def _gain(edge: Edge, found: Cells | None, policy: DiagnosisPolicy) -> _Gain | None:
    """The larger of its own earlier level, if lost beyond chance, and its upper-quartile cell."""
    if edge.rate is None or edge.rate.value is None or not edge.point_worth or edge.rate.n < policy.edge_least_n:
        return None
    now = float(edge.rate.value)
    levels = [("a year before", level) for level in _earlier(edge, policy)]
    if edge.id == "buy" and found is not None and edge.rate.metric == "search_to_order":
        levels += [("its better cells", level) for level in _upper_cells(found, policy)]
    levels = [(whose, level) for whose, level in levels if level >= now * (1 + policy.edge_gap)]
    if not levels:
        return None
    whose, level = max(levels, key=lambda pair: pair[1])
    return _Gain(level=level, whose=whose, worth=(level - now) * 100 * edge.point_worth)


def _earlier(edge: Edge, policy: DiagnosisPolicy) -> list[float]:
    now, before = edge.rate, edge.before
    if now is None or before is None or now.value is None or before.value is None or now.metric != before.metric:
        return []
    lost = worse_than(now.value * now.n, now.n, before.value * before.n, before.n) <= policy.alarm_rate
    return [float(before.value)] if lost and before.n >= policy.edge_least_n else []


def _upper_cells(found: Cells, policy: DiagnosisPolicy) -> list[float]:
    """The upper quartile of the cells' search-to-order, each drawn to the mean as far as it is luck."""
    counted = [(c.searches.met, c.searches.asked) for c in found.cells if c.searches.asked >= policy.least_n]
    return [] if len(counted) < policy.least_cells else [upper_quartile(shrunk(counted))]


def shrunk(counted: Sequence[tuple[float, float]]) -> list[float]:
    """Shares drawn towards their mean by how much of their spread is luck (empirical Bayes, normal approximation).

    Source: Efron and Morris 1975, JASA 70:311-319.

    >>> [round(share, 2) for share in shrunk([(50, 100), (50, 100), (50, 100)])]
    [0.5, 0.5, 0.5]
    """
    total = sum(asked for _, asked in counted)
    mean = sum(met for met, _ in counted) / total
    luck = [mean * (1 - mean) / asked for _, asked in counted]
    rates = [met / asked for met, asked in counted]
    spread = sum((rate - mean) ** 2 for rate in rates) / max(len(rates) - 1, 1)
    between = max(0.0, spread - sum(luck) / len(luck))
    return [
        mean + (rate - mean) * (between / (between + own) if between else 0.0)
        for rate, own in zip(rates, luck, strict=True)
    ]


def upper_quartile(shares: Sequence[float]) -> float:
    """The level that a quarter of the cells reach.

    >>> upper_quartile([0.1, 0.2, 0.3, 0.4])
    0.4
    """
    ranked = sorted(shares)
    return ranked[min(len(ranked) - 1, int(0.75 * len(ranked)))]


def _sentence(edge: Edge, gain: _Gain, currency: str) -> str:
    now = float(edge.rate.value or 0) if edge.rate else 0.0
    return (
        f"What limits growth now is the edge from {edge.source.lower()} to {edge.target.lower()}: {share(now)} of "
        f"{edge.label.split(' that ')[0]}, against {share(gain.level)} of {gain.whose}; one point more is worth "
        f"{money(edge.point_worth or 0, currency)} of GMV a month, reaching that level {money(gain.worth, currency)}. "
        f"{MODEL}"
    )
