"""From the metric algebra to one SQL statement: one read per fact and date, one stack, one group, ratios after it."""

from bothsides.metrics.compile.aggregate import Spelling, spelled
from bothsides.metrics.compile.clusters import ClusterPlan, cluster_plans
from bothsides.metrics.compile.cut import NO_LABEL, Cut, Parameters, Window, filtered, period_start
from bothsides.metrics.compile.legend import given, legend
from bothsides.metrics.compile.sides import expand
from bothsides.metrics.compile.statement import Plan, plan

__all__ = [
    "NO_LABEL",
    "ClusterPlan",
    "Cut",
    "Parameters",
    "Plan",
    "Spelling",
    "Window",
    "cluster_plans",
    "expand",
    "filtered",
    "given",
    "legend",
    "period_start",
    "plan",
    "spelled",
]
