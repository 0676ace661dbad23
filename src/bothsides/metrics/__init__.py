"""One declaration per metric; compiled to one read per fact; every number says how far to trust it."""

from bothsides.metrics.agreed import read_definitions, read_dictionary
from bothsides.metrics.answer import ask, explain
from bothsides.metrics.building import build_facts
from bothsides.metrics.catalogue import METRICS, metric
from bothsides.metrics.dictionary import Dictionary
from bothsides.metrics.metric import Better, Metric, SideRule, Tier
from bothsides.metrics.publishing import refresh
from bothsides.metrics.query import Query, parse_by, parse_where
from bothsides.metrics.store import Store, open_store, read_store
from bothsides.metrics.value import Basis, Status, Unit, Value

__all__ = [
    "METRICS",
    "Basis",
    "Better",
    "Dictionary",
    "Metric",
    "Query",
    "SideRule",
    "Status",
    "Store",
    "Tier",
    "Unit",
    "Value",
    "ask",
    "build_facts",
    "explain",
    "metric",
    "open_store",
    "parse_by",
    "parse_where",
    "read_definitions",
    "read_dictionary",
    "read_store",
    "refresh",
]
