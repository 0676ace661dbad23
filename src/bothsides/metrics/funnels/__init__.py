"""Funnels: ways through steps of several sources, with every choice that changes their numbers declared."""

from bothsides.metrics.funnels.declaration import Absent, Exclusion, Funnel, Step
from bothsides.metrics.funnels.metrics import metrics_of
from bothsides.metrics.funnels.shape import Walk

__all__ = ["Absent", "Exclusion", "Funnel", "Step", "Walk", "metrics_of"]
