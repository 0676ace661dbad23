"""Which questions today's data can answer, what is missing for the others, and whom to ask for it."""

from collections.abc import Iterable
from dataclasses import dataclass

from bothsides.diagnosis.panel import first_trial, no_weeks
from bothsides.diagnosis.picture import Gap
from bothsides.diagnosis.span import Span
from bothsides.metrics import Store
from bothsides.schema import TABLES
from bothsides.schema.period import add_months


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question of the audit and the tables or columns (`table.column`) without which it has no answer."""

    id: str
    text: str
    needs: tuple[str, ...]
    then: str
    """What becomes visible with the data."""
    follows: bool = False
    """Whether the answer follows accounts through all their orders, which a declared sample cannot."""
    wants: bool = False
    """Whether the answer needs to know what buyers wanted, not only what they ordered, in the orders' months."""
    tries: bool = False
    """Whether the answer needs a trial: pushes of which somebody other than the teams picked the places, by week."""


SAMPLE = "orders: every order, not a sample of them"
TRIED = "pushes: places picked by lot, as `bothsides elasticity plan` deals them"
BY_DAY = "orders: dates by day, not by month: no push can be dealt or read before that"
WANTED = "events or quotes: searches or requests for quotation of the same months as the orders"

QUESTIONS = (
    Question(
        id="volume",
        text="How much is traded, by whom, and is it growing?",
        needs=("orders.amount", "orders.buyer_id", "orders.supplier_id"),
        then="GMV, orders, active accounts on both sides, their size and growth",
    ),
    Question(
        id="concentration",
        text="Does the market hang on few accounts?",
        needs=("orders.amount",),
        then="top-account shares, HHI, what the loss of the largest would leave",
        follows=True,
    ),
    Question(
        id="retention",
        text="Do accounts stay and grow?",
        needs=("orders.placed_at",),
        then="cohorts, NDR and churn on both sides",
        follows=True,
    ),
    Question(
        id="earnings",
        text="What does the marketplace earn of what is traded?",
        needs=("fees.amount",),
        then="net revenue, take rate, NDR on revenue, lifetime value",
    ),
    Question(
        id="economics",
        text="Does an account bring back what it cost to win it, per side and channel?",
        needs=("spend.amount", "spend.side", "fees.amount"),
        then="CAC, payback and LTV:CAC per side",
        follows=True,
    ),
    Question(
        id="channels",
        text="Which acquisition channel pays back?",
        needs=("spend.channel", "accounts.channel"),
        then="CAC and LTV:CAC per channel",
        follows=True,
    ),
    Question(
        id="thin_spend",
        text="Is money spent to fill cells whose other side is too thin?",
        needs=("spend.category", "spend.side"),
        then="money at risk per cell and where it would work",
        follows=True,
    ),
    Question(
        id="cells",
        text="Which side is short in which category and region?",
        needs=("orders.category", "orders.region"),
        then="a verdict per category and region",
        follows=True,
        wants=True,
    ),
    Question(
        id="pushes",
        text="Does one side bring the other, by trial and not only by what moves together?",
        needs=(),
        then="how many of one side a push for the other brought, and which side to fund, at the strongest grade",
        follows=True,
        tries=True,
    ),
    Question(
        id="search",
        text="How many searches lead to an order, and how many find nothing?",
        needs=("events.account_id", "events.results"),
        then="search-to-order and searches without result, by cell: the sharpest sign of short supply",
    ),
    Question(
        id="requests",
        text="How many requests for quotation are filled, and how fast?",
        needs=("quotes.status", "quotes.requested_at"),
        then="fill rate and time to fill",
    ),
    Question(
        id="replies",
        text="How fast do suppliers reply?",
        needs=("quotes.request_id",),
        then="hours to first reply, share answered within a day",
    ),
    Question(
        id="onboarding",
        text="Where do suppliers drop out between application and first sale?",
        needs=("accounts.signed_up_at", "accounts.verified_at", "accounts.live_at"),
        then="the onboarding funnel, its leak and where it sits",
    ),
    Question(
        id="first_order",
        text="Where do buyers drop out before their first order?",
        needs=("accounts.signed_up_at", "events.account_id"),
        then="the first-transaction funnel, its leak and where it sits",
        follows=True,
    ),
    Question(
        id="supply",
        text="How much is on offer, and does it sell?",
        needs=("listings.listed_at",),
        then="live listings, new listings, suppliers able to sell in every cell",
    ),
    Question(
        id="listing_sales",
        text="Which listings sell?",
        needs=("order_lines.listing_id",),
        then="share of new listings with a sale within 90 days",
    ),
    Question(
        id="pipeline",
        text="How do leads become accounts, and how fast are they touched?",
        needs=("leads.created_at", "stage_changes.stage"),
        then="the sales funnel, win rate, time to first touch",
    ),
    Question(
        id="refunds",
        text="How much of what is sold comes back?",
        needs=("refunds.amount",),
        then="refund rate, net GMV",
    ),
    Question(
        id="deliveries",
        text="Do suppliers ship what was ordered, and when they promised?",
        needs=("shipments.shipped_at", "shipments.promised_at"),
        then="time to ship, orders shipped and delivered as promised",
    ),
    Question(
        id="plans",
        text="What do paid plans bring, and who keeps them?",
        needs=("subscriptions.started_at", "subscriptions.amount"),
        then="recurring revenue of plans: new, grown, shrunk and lost",
    ),
    Question(
        id="visits",
        text="How many come to look, from where, and do they sign up?",
        needs=("visits.started_at", "visits.channel"),
        then="visits and visitors by channel, and the share that signs up",
    ),
    Question(
        id="reviews",
        text="How many orders are reviewed?",
        needs=("reviews.order_id",),
        then="the flywheel's edge from purchase to reviews and word of mouth",
        follows=True,
    ),
)
"""In the order a reader would ask them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """The questions that today's data can answer, and the gaps that keep the others open."""

    answerable: tuple[str, ...]
    gaps: tuple[Gap, ...]


def readiness(store: Store) -> Readiness:
    """Every question of the audit, answered or with what is missing and whom to ask."""
    missing = {question: _missing(store, question) for question in QUESTIONS}
    return Readiness(
        answerable=tuple(question.text for question in QUESTIONS if not missing[question]),
        gaps=tuple(
            Gap(question=question.text, missing=_named(store, needs), ask=_owners(needs), then=question.then)
            for question, needs in missing.items()
            if needs
        ),
    )


def filled(store: Store, needs: Iterable[str]) -> frozenset[str]:
    """Those of the `table.column`s that hold a value; a table the market does not have holds none."""
    return frozenset(need for need in needs if need.partition(".")[0] in TABLES and _filled(store, need))


def _missing(store: Store, question: Question) -> tuple[str, ...]:
    unfilled = [need for need in question.needs if not _filled(store, need)]
    if question.follows and store.sampled:
        unfilled.append(SAMPLE)
    elif question.wants and not demand_seen(store):
        unfilled.append(WANTED)
    return (*unfilled, *_untried(store)) if question.tries else tuple(unfilled)


def _untried(store: Store) -> tuple[str, ...]:
    """What is missing before a trial has answered: days that tell weeks apart, a push, its outcome."""
    known = store.ranges.get("orders")
    if known is not None and no_weeks(store, Span(start=known[0], end=known[1])):
        return (BY_DAY,)  # a push cannot be dealt before: asking for one now would send the reader in a circle
    trial = first_trial(store)
    if trial is None:
        return (TRIED,)
    if not trial.told:
        return (f"pushes: the outcome of the trial of {trial.began_on}, known from {trial.told_on} on",)
    return ()


def demand_seen(store: Store) -> bool:
    """Whether searches or requests are known for any of the last twelve months of orders."""
    orders = store.ranges.get("orders")
    if orders is None:
        return False
    first = max(orders[0], add_months(orders[1], -12))
    known = [store.ranges[name] for name in ("events", "quotes") if name in store.fed and name in store.ranges]
    return any(start <= orders[1] and end >= first for start, end in known)


def _filled(store: Store, need: str) -> bool:
    """Whether the column, or the table, holds a value in any row. Names come from the declarations above."""
    name, _, column = need.partition(".")
    if column:
        TABLES[name].column(column)
    if name not in store.fed or not column:
        return name in store.fed
    return store.engine.row(f"SELECT 1 FROM {name} WHERE {column} IS NOT NULL LIMIT 1") is not None


def _named(store: Store, missing: tuple[str, ...]) -> tuple[str, ...]:
    """A table that is not there at all is named once, a column of one that is there with its table."""
    words = []
    for need in missing:
        if ":" in need:  # in words
            words.append(need)
            continue
        name, column = need.split(".")
        words.append(f"{name}: {TABLES[name].grain}" if name not in store.fed else f"{name}.{column}")
    return tuple(dict.fromkeys(words))


def _table(need: str) -> str:
    """The table of a `table.column`, or of a need in words, which begins with it."""
    return need.partition(":")[0].partition(".")[0]


def _owners(missing: tuple[str, ...]) -> str:
    names = [name for need in missing for name in (("events", "quotes") if need == WANTED else (_table(need),))]
    return "; ".join(dict.fromkeys(TABLES[name].owner for name in names))
