"""The market by cell and week: stocks, joiners and leavers of both sides, the ground of thresholds and elasticities."""

from bothsides.diagnosis.panel.panel import Assignment, Floats, Panel, SidePanel

__all__ = ["Assignment", "Floats", "Panel", "SidePanel"]
