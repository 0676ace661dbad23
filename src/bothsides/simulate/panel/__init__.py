"""Panel-level worlds: cells by week with known elasticities, thresholds, shocks, pushes and returns."""

from bothsides.simulate.panel.plan import PanelPlan, PanelPush, PanelShock, PanelSidePlan, PanelThreshold
from bothsides.simulate.panel.truth import PanelTruth, Returns, ThresholdTruth
from bothsides.simulate.panel.world import PanelWorld, SideArrays, draw
from bothsides.simulate.panel.worlds import WORLDS

__all__ = [
    "WORLDS",
    "PanelPlan",
    "PanelPush",
    "PanelShock",
    "PanelSidePlan",
    "PanelThreshold",
    "PanelTruth",
    "PanelWorld",
    "Returns",
    "SideArrays",
    "ThresholdTruth",
    "draw",
]
