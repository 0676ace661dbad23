"""Names as people say them: metrics, places, sides, periods of a value."""

from collections.abc import Iterable

from bothsides.diagnosis.figures import READINGS
from bothsides.metrics import METRICS, Better, Unit, Value
from bothsides.reports.numbers import change, dated
from bothsides.reports.trust import is_firm, status
from bothsides.schema import Side

_KNOWN = {metric.id: metric for metric in METRICS.values()}


def metric_name(metric_id: str) -> str:
    """The printed name of a metric or of a diagnosis's own reading; any other id is spelled out.

    >>> metric_name("gmv"), metric_name("some_reading")
    ('GMV', 'Some reading')
    """
    if metric_id in _KNOWN:
        return _KNOWN[metric_id].label
    return READINGS.get(metric_id) or metric_id.replace("_", " ").capitalize()


_MEASURED_IN = {
    "liquidity_ratio": " (orders per million pairs)",
    "matching_efficiency": " (orders per account)",
    "supplier_utilisation": " (share that sold)",
}
_PLAIN = frozenset(
    {"buyers_per_supplier", "buyer_to_seller_ratio", "median_listings_per_supplier", "responses_per_request"}
)


def measure_name(metric_id: str, currency: str) -> str:
    """The name of a cell's measure with what it is counted in, where the number itself does not say it.

    >>> measure_name("gmv", "EUR"), measure_name("liquidity_ratio", "EUR"), measure_name("orders", "EUR")
    ('GMV, EUR', 'Liquidity ratio (orders per million pairs)', 'Orders')
    """
    in_money = metric_id in _KNOWN and _KNOWN[metric_id].unit is Unit.MONEY
    return f"{metric_name(metric_id)}{f', {currency}' if in_money else _MEASURED_IN.get(metric_id, '')}"


def unit_of(value: Value) -> Unit:
    """The unit to print a measure in: so many of one thing for one of another is a number, not a multiple."""
    return Unit.COUNT if value.metric in _PLAIN else value.unit


_GLOSSES = {
    "ndr": "last year's accounts, a year on",
    "hhi": "0 spread out, 1 one account",
    "gini": "0 all equal, 1 one account",
}


def gloss(metric_id: str) -> str:
    """A technical name in five words; empty where the name speaks for itself.

    >>> gloss("ndr_gmv"), gloss("gmv")
    ("last year's accounts, a year on", '')
    """
    return _GLOSSES.get(metric_id.partition("_")[0], "")


def first_glosses(metric_ids: Iterable[str]) -> list[str]:
    """The gloss of each name where it first stands, and nothing where it was said before."""
    said: set[str] = set()
    glosses = []
    for metric_id in metric_ids:
        words = gloss(metric_id)
        glosses.append("" if words in said else words)
        said.add(words)
    return glosses


def better(metric_id: str) -> Better:
    """Which direction of the metric is good; neither where the dictionary does not know it."""
    return _KNOWN[metric_id].better if metric_id in _KNOWN else Better.NEITHER


def where(value: Value) -> str:
    """The cell a value stands for, in words; empty for the whole market over the whole window."""
    labels = (channel_name(part) if dim == "channel" else part or "not given" for dim, part in value.dims)
    parts = [f"{value.side}s" if value.side else "", *labels]
    return " · ".join(part for part in (*parts, dated((value.period or "").replace("..", " to "))) if part)


def channel_name(channel: str | None) -> str:
    """A channel as people say it.

    >>> channel_name("paid_search"), channel_name(None)
    ('paid search', 'channel not given')
    """
    return channel.replace("_", " ") if channel else "channel not given"


def value_name(value: Value) -> str:
    """A value's metric and cell."""
    place = where(value)
    return f"{metric_name(value.metric)} ({place})" if place else metric_name(value.metric)


def sides(side: Side) -> str:
    """The side in the plural, as a heading.

    >>> sides(Side.BUYER)
    'Buyers'
    """
    return f"{side}s".capitalize()


def change_words(now: Value, before: Value | None, *, short: bool = False) -> str:
    """The change against the span before, or why there is none to show."""
    if now.value is None:
        return "" if short else "no change to show"
    if before is None or before.value is None:
        return "" if short else "no earlier span to compare with"
    moved = change(now.value, before.value, now.unit)
    return moved if short or is_firm(before) else f"{moved}, the span before is {status(before)}"


def with_status(label: str, value: Value | None) -> str:
    """A row's label; where its number should not be leaned on, it says why."""
    return label if value is None or is_firm(value) else f"{label} ({status(value)})"
