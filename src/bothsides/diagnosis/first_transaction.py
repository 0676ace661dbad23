"""Buyers on their way to a first order: signup, search, supplier view, cart or request, order."""

from dataclasses import dataclass

from bothsides.diagnosis.figures import rate
from bothsides.diagnosis.finding import Evidence, Finding, Worth
from bothsides.diagnosis.funnel import Remedy, Way, finding, matched_worth, picture, trading
from bothsides.diagnosis.leak import MOST_LEAKS, Leak, leaks
from bothsides.diagnosis.leak_cause import cause_of
from bothsides.diagnosis.picture import Funnel
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.span import Span
from bothsides.diagnosis.walk import Milestone, Walks, walks
from bothsides.diagnosis.wording import count, money, share
from bothsides.metrics import Store, Value
from bothsides.metrics.interval import wilson
from bothsides.predict.comparison import worse_than
from bothsides.schema import Side, minor_units

MILESTONES = (
    Milestone(id="search", label="Searched", days="(first_search_on - signed_up_on)"),
    Milestone(id="supplier_view", label="Viewed a supplier", days="(first_view_on - signed_up_on)"),
    Milestone(
        id="cart",
        label="Cart or request",
        days="(CASE WHEN first_cart_on IS NULL OR first_rfq_on < first_cart_on THEN first_rfq_on ELSE first_cart_on END"
        " - signed_up_on)",
    ),
    Milestone(id="order", label="First order", days="days_to_first_order"),
)

FIRST_TRANSACTION = Way(
    id="first_transaction",
    label="Buyers' first transaction",
    kind="first_transaction_leak",
    play="recover_first_transactions",
    done="a first order",
    remedies={
        "search": Remedy(
            cause="Content: new buyers do not see what they can find here.",
            owner="Demand-generation manager",
            first_step="Give each new buyer a search filled in for its industry in the first mail.",
        ),
        "supplier_view": Remedy(
            cause="Supply or search: results do not answer what was asked.",
            owner="Product, search",
            first_step="Read the hundred most frequent searches without a view and fix or recruit for the top ten.",
        ),
        "cart": Remedy(
            cause="Content or supply: supplier pages lack price, stock or proof.",
            owner="Category manager, supplier side",
            first_step="Complete price, stock and delivery time on the fifty most viewed supplier pages.",
        ),
        "order": Remedy(
            cause="Product or sales: carts and requests stop at checkout, delivery, terms or slow replies.",
            owner="Product with Sales, buyer side",
            first_step="Call twenty buyers whose cart or request there ended without an order and record why.",
        ),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Searching:
    """Searches of one place over the window and how many led to an order."""

    searches: int
    converted: int


def first_transaction(
    store: Store, known: Span, window: Span, policy: DiagnosisPolicy
) -> tuple[tuple[Funnel, ...], list[Finding]]:
    """The first-transaction funnel and its leaks, the dearest first; nothing where signups of buyers are not dated."""
    found = walks(store, Side.BUYER, MILESTONES, known, days=policy.step_days)
    if found is None:
        return (), []
    drops = [_drop(store, found, window, leak, policy) for leak in leaks(found, policy, most=len(MILESTONES))]
    dearest = sorted(drops, key=lambda drop: -drop[1].per_month)[:MOST_LEAKS]
    findings = [
        finding(found, FIRST_TRANSACTION, leak, worth, more, cause=cause_of(store, found, leak, policy))
        for leak, worth, more in dearest
    ]
    return (picture(found, FIRST_TRANSACTION, [leak for leak, *_ in dearest]),), findings


def _drop(
    store: Store, found: Walks, window: Span, leak: Leak, policy: DiagnosisPolicy
) -> tuple[Leak, Worth, tuple[Evidence, ...]]:
    """A leak with what it costs: the first orders lost, or every order of the place where later ones fail as well."""
    traded = trading(store, Side.BUYER, window, leak.walked)
    worth = matched_worth(leak, found.span, window.months, traded, policy, store.currency)
    wider = _every_order(store, window, leak, policy) if leak.step == len(found.milestones) - 1 else None
    if wider is not None and wider[0].per_month > worth.per_month:
        return leak, wider[0], (wider[1],)
    return leak, worth, ()


def _every_order(store: Store, window: Span, leak: Leak, policy: DiagnosisPolicy) -> tuple[Worth, Evidence] | None:
    """Where not only first orders fail: searches of the place that lead to an order, against all other places."""
    place, label = leak.walked.place, leak.walked.label
    if place not in ("region", "category") or store.missing("events"):
        return None
    here, elsewhere = _searching(store, window, place, str(label))
    if not here.searches or not elsewhere.searches:
        return None
    usual, own = elsewhere.converted / elsewhere.searches, here.converted / here.searches
    p = worse_than(here.converted, here.searches, elsewhere.converted, elsewhere.searches)
    if p > policy.alarm_rate or own > (1 - policy.material_shortfall) * usual:
        return None
    low, high = wilson(here.converted, here.searches)
    value = _order_value(store, window, place, str(label))
    missed = [(usual - part) * here.searches / window.months * value for part in (own, high, low)]
    values: tuple[Value, ...] = (
        rate("search_to_order", here.converted, here.searches, place={place: label}),
        rate("search_to_order", elsewhere.converted, elsewhere.searches),
    )
    return (
        Worth(
            per_month=missed[0],
            low=max(0.0, missed[1]),
            high=missed[2],
            currency=store.currency,
            reckoning=f"{count(here.searches / window.months)} searches a month x {share(usual - own)} fewer orders "
            f"than elsewhere x {money(value, store.currency)} an order: later orders fail there as first ones do.",
        ),
        Evidence(
            sentence=f"Not only first orders: {share(own)} of all searches in {label} led to an order, {share(usual)} "
            "elsewhere.",
            values=values,
        ),
    )


def _searching(store: Store, window: Span, place: str, label: str) -> tuple[Searching, Searching]:
    rows = store.engine.rows(
        f"SELECT {place} = $label, count(*), count(*) FILTER (converted) FROM fact_events"
        " WHERE name = 'search' AND account IS NOT NULL AND occurred_on BETWEEN $first AND $last"
        f" AND {place} IS NOT NULL GROUP BY 1",
        {"label": label, "first": window.start, "last": window.end},
    )
    counted = {here: Searching(searches=n, converted=converted) for here, n, converted in rows}
    nothing = Searching(searches=0, converted=0)
    return counted.get(True, nothing), counted.get(False, nothing)


def _order_value(store: Store, window: Span, place: str, label: str) -> float:
    row = store.engine.row(
        f"SELECT avg(value)::DOUBLE FROM fact_orders WHERE {place} = $label AND placed_on BETWEEN $first AND $last",
        {"label": label, "first": window.start, "last": window.end},
    )
    return (row[0] or 0.0) / 10 ** minor_units(store.currency) if row else 0.0
