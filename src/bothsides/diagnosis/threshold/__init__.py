"""Liquidity thresholds: from how many accounts of one side on the other stays, and how far each cell is from it."""

from bothsides.diagnosis.threshold.distance import Distance, Kept
from bothsides.diagnosis.threshold.finding import threshold_findings
from bothsides.diagnosis.threshold.frontier import Weight
from bothsides.diagnosis.threshold.reading import Estimate, Ground, ThresholdReading, ThresholdStatus, read_side
from bothsides.diagnosis.threshold.thresholds import Thresholds, read_thresholds
from bothsides.diagnosis.threshold_policy import ThresholdPolicy

__all__ = [
    "Distance",
    "Estimate",
    "Ground",
    "Kept",
    "ThresholdPolicy",
    "ThresholdReading",
    "ThresholdStatus",
    "Thresholds",
    "Weight",
    "read_side",
    "read_thresholds",
    "threshold_findings",
]
