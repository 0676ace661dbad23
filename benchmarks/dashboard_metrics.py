"""The twenty metrics of the benchmark dashboard, one declaration each in the algebra of the dictionary.

They follow the benchmark's definitions, which differ from the dictionary's in places: revenue and refunds stand on the
order, search-to-order divides order events by searches, first orders are counted on the order's category.
"""

from itertools import permutations

from bothsides.metrics.measure import Combination, Formula, Measure, Ratio, Test
from bothsides.metrics.metric import Better, Metric, SideRule, Tier
from bothsides.metrics.value import Unit


def _orders(aggregate: str, column: str | None = None, *where: Test) -> Measure:
    return Measure(fact="orders", on="placed_on", aggregate=aggregate, column=column, where=where)  # type: ignore[arg-type]


def _events(name: str) -> Measure:
    return Measure(fact="events", on="occurred_on", aggregate="count", where=(Test("name", "=", name),))


GMV = _orders("sum", "value")
ORDERS = _orders("count")
REVENUE = _orders("sum", "fee")
REFUNDS = _orders("sum", "refunded")
ACTIVE = _orders("count_distinct", "account")
NEW = _orders("count", None, Test("is_first", "=", True))
REPEAT = _orders("count", None, Test("is_first", "=", False))
SEARCHES = _events("search")
EVENT_ACCOUNTS = Measure(fact="events", on="occurred_on", aggregate="count_distinct", column="account")
SIGNUPS = Measure(fact="accounts", on="signed_up_on", aggregate="count")
ACTIVATED = Measure(fact="accounts", on="signed_up_on", aggregate="sum", column="activated_30d")
WON = Measure(fact="leads", on="created_on", aggregate="sum", column="is_won")
LOST = Measure(fact="leads", on="created_on", aggregate="sum", column="is_lost")
COST = Measure(fact="spend", on="spent_on", aggregate="sum", column="amount")


def _over(numerator: Formula, denominator: Formula, *, share: bool = False) -> Ratio:
    return Ratio(numerator=numerator, denominator=denominator, share=share)


_DECLARED: tuple[tuple[str, Unit, Formula], ...] = (
    ("gmv", Unit.MONEY, GMV),
    ("orders", Unit.COUNT, ORDERS),
    ("revenue", Unit.MONEY, REVENUE),
    ("refund", Unit.MONEY, REFUNDS),
    ("active_accounts", Unit.COUNT, ACTIVE),
    ("new_transacting", Unit.COUNT, NEW),
    ("aov", Unit.MONEY, _over(GMV, ORDERS)),
    ("take_rate", Unit.RATE, _over(REVENUE, GMV)),
    ("refund_rate", Unit.RATE, _over(REFUNDS, GMV)),
    ("gmv_per_active", Unit.MONEY, _over(GMV, ACTIVE)),
    ("orders_per_active", Unit.RATIO, _over(ORDERS, ACTIVE)),
    ("repeat_share", Unit.RATE, _over(REPEAT, ORDERS, share=True)),
    ("searches", Unit.COUNT, SEARCHES),
    ("event_accounts", Unit.COUNT, EVENT_ACCOUNTS),
    ("search_to_order", Unit.RATIO, _over(_events("order"), SEARCHES)),
    ("signups", Unit.COUNT, SIGNUPS),
    ("activation_rate", Unit.RATE, _over(ACTIVATED, SIGNUPS, share=True)),
    ("cost", Unit.MONEY, COST),
    ("cac", Unit.MONEY, _over(COST, NEW)),
    ("win_rate", Unit.RATE, _over(WON, Combination(((1, WON), (1, LOST))), share=True)),
)
"""Id (the reference's column), unit and formula."""


def _metric(name: str, unit: Unit, formula: Formula) -> Metric:
    return Metric(
        id=name,
        label=name,
        meaning="As the benchmark's reference query defines it.",
        unit=unit,
        formula=formula,
        side=SideRule.OWN,
        tier=Tier.HEALTH,
        better=Better.NEITHER,
        family="benchmark",
        row=0,
    )


DASHBOARD: tuple[Metric, ...] = tuple(_metric(*declared) for declared in _DECLARED)


def ratios(count: int) -> tuple[Metric, ...]:
    """So many ratios of two of the dashboard's plain measures, to see what compiling them takes."""
    plain = [formula for _, _, formula in _DECLARED if isinstance(formula, Measure)]
    pairs = list(permutations(plain, 2))[:count]
    return tuple(_metric(f"ratio_{i}", Unit.RATIO, _over(*pair)) for i, pair in enumerate(pairs))
