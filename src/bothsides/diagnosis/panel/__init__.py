"""The market by cell and week: stocks, joiners and leavers of both sides, the ground of thresholds and elasticities."""

from bothsides.diagnosis.panel.panel import Assignment, Floats, Panel, SidePanel
from bothsides.diagnosis.panel.reading import NoPanel, read_panel

__all__ = ["Assignment", "Floats", "NoPanel", "Panel", "SidePanel", "read_panel"]
