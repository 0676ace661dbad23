"""The market by cell and week: stocks, joiners and leavers of both sides, the ground of thresholds and elasticities."""

from bothsides.diagnosis.panel.lacking import no_weeks
from bothsides.diagnosis.panel.panel import Assignment, Floats, Lot, Panel, SidePanel
from bothsides.diagnosis.panel.pushes import Trial, first_trial, untold_pushes
from bothsides.diagnosis.panel.reading import NoPanel, read_panel

__all__ = [
    "Assignment",
    "Floats",
    "Lot",
    "NoPanel",
    "Panel",
    "SidePanel",
    "Trial",
    "first_trial",
    "no_weeks",
    "read_panel",
    "untold_pushes",
]
