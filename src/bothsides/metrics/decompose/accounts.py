"""A change by what each account did: new, returned, expansion, contraction, churned."""

from dataclasses import dataclass
from fractions import Fraction

from bothsides.metrics.cells import Reading
from bothsides.metrics.decompose.change import Part, Split, share
from bothsides.metrics.decompose.movements import NOW, THEN, Movements, Terms, movements
from bothsides.metrics.decompose.rounding import allocate
from bothsides.metrics.metric import Metric
from bothsides.metrics.shapes.shape import run
from bothsides.schema import Side

CLASSES = ("new", "between", "returned", "expansion", "contraction", "unchanged", "churned", "settled")
"""What an account can have done, in the order shown.

new: first active in the period. between: first active after the base period and before the period.
returned: active in the period and before the base period, not in it. expansion, contraction, unchanged: active in
both, with more, less or as much. churned: active in the base period, not in the period. settled: active in neither;
what moved came back on orders of other days.
"""

_ALWAYS = ("new", "returned", "expansion", "contraction", "churned")


@dataclass(slots=True, kw_only=True)
class Class:
    """The accounts of one class: how many, and their amounts then, now, and now at the base period's rates."""

    accounts: int = 0
    orders_then: int = 0
    orders_now: int = 0
    then: int = 0
    now: int = 0
    constant: Fraction = Fraction(0)


def by_accounts(reading: Reading, metric: Metric, side: Side, terms: Terms) -> Split:
    """The change on one side by what its accounts did; what exchange rates did stands apart."""
    moves = movements(reading, metric, None)
    found = _classes(reading, moves, terms)
    then = round(Fraction(sum(one.then for one in found.values()), moves.halves))
    change = round(Fraction(sum(one.now - one.then for one in found.values()), moves.halves))
    rated = round(sum((one.now - one.constant for one in found.values()), Fraction(0)) / moves.halves)
    named = {name: found.get(name, Class()) for name in CLASSES if name in found or name in _ALWAYS}
    amounts = allocate([(one.constant - one.then) / moves.halves for one in named.values()], change - rated)
    whole = Class(
        accounts=sum(one.accounts for one in found.values()),
        orders_then=sum(one.orders_then for one in found.values()),
        orders_now=sum(one.orders_now for one in found.values()),
    )
    if terms.rates:
        named["currency"] = whole
        amounts.append(rated)
    parts = (
        Part(
            part=name,
            side=side,
            amount=amount,
            accounts=one.accounts,
            orders=(one.orders_then, one.orders_now),
            share=share(amount, change),
        )
        for (name, one), amount in zip(named.items(), amounts, strict=True)
    )
    return Split(way="accounts", side=side, base=then, now=then + change, accounts=whole.accounts, parts=tuple(parts))


def _classes(reading: Reading, moves: Movements, terms: Terms) -> dict[str, Class]:
    """Every class with an account in it. An account is active with an order or a fee charged."""
    rows = run(
        reading,
        f"""
        WITH {moves.relation},
        held AS (
            SELECT account, currency, coalesce(sum(amount) FILTER (WHERE {THEN}), 0) AS base,
                   coalesce(sum(amount) FILTER (WHERE {NOW}), 0) AS now,
                   coalesce(sum(original) FILTER (WHERE {NOW}), 0) AS original,
                   coalesce(sum(orders) FILTER (WHERE {THEN}), 0) AS base_orders,
                   coalesce(sum(orders) FILTER (WHERE {NOW}), 0) AS orders,
                   count(*) FILTER (WHERE kind <> 'returned fee' AND {THEN}) AS then_active,
                   count(*) FILTER (WHERE kind <> 'returned fee' AND {NOW}) AS now_active,
                   min(moved_on) FILTER (WHERE kind <> 'returned fee') AS began
            FROM moved WHERE moved_on <= $last GROUP BY account, currency
        ),
        one AS (
            SELECT account, min(currency) AS main, sum(base) AS base, sum({terms.repriced}) AS constant,
                   sum(then_active) > 0 AS then_active, sum(now_active) > 0 AS now_active,
                   min(began) AS began, max(abs(base) + abs(now)) > 0 AS moved
            FROM held GROUP BY account
        ),
        classed AS (
            SELECT account, main,
                   CASE WHEN now_active AND then_active AND constant > base THEN 'expansion'
                                 WHEN now_active AND then_active AND constant < base THEN 'contraction'
                                 WHEN now_active AND then_active THEN 'unchanged'
                                 WHEN now_active AND began < $base_first THEN 'returned'
                                 WHEN now_active AND began < $first THEN 'between'
                                 WHEN now_active THEN 'new'
                                 WHEN then_active THEN 'churned'
                                 WHEN moved THEN 'settled' END AS class
            FROM one
        )
        SELECT class, currency, count(*) FILTER (WHERE currency = main), sum(base_orders), sum(orders), sum(base),
               sum(now), sum(original)
        FROM classed JOIN held USING (account) WHERE class IS NOT NULL GROUP BY class, currency
        """,
        moves.parameters | terms.parameters,
    )
    found: dict[str, Class] = {}
    for name, currency, *figures in rows:
        accounts, orders_then, orders_now, then, now, original = map(int, figures)
        one = found.setdefault(name, Class())
        one.accounts += accounts
        one.orders_then += orders_then
        one.orders_now += orders_now
        one.then += then
        one.now += now
        one.constant += terms.constant(currency, now, original)
    return found
