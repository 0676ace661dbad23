"""Metrics that are more than ratios of sums: windows compared, medians, survival, concentration, stocks, lifetime."""

from bothsides.metrics.shapes.churned import Churned
from bothsides.metrics.shapes.concentration import Concentration
from bothsides.metrics.shapes.contribution import Contribution
from bothsides.metrics.shapes.dependence import Dependence
from bothsides.metrics.shapes.depth import Depth
from bothsides.metrics.shapes.growth import Growth
from bothsides.metrics.shapes.health import HealthScore
from bothsides.metrics.shapes.holding import Holding
from bothsides.metrics.shapes.lagged import LaggedCost
from bothsides.metrics.shapes.lifetime import LifetimeValue
from bothsides.metrics.shapes.mean import DailyMean, MeanPerAccount, Winsorised
from bothsides.metrics.shapes.median import Median, PerAccount
from bothsides.metrics.shapes.mix import Mix
from bothsides.metrics.shapes.pairs import TrustedPairs
from bothsides.metrics.shapes.payback import ObservedPayback
from bothsides.metrics.shapes.quiet import QuietPairs
from bothsides.metrics.shapes.reached import ReachedShare
from bothsides.metrics.shapes.recurring import RecurringRetained
from bothsides.metrics.shapes.reorder import ReorderGap
from bothsides.metrics.shapes.retained import Retained
from bothsides.metrics.shapes.shape import Shape
from bothsides.metrics.shapes.stock import Stock
from bothsides.metrics.shapes.survival import SurvivalMedian
from bothsides.metrics.shapes.utilised import Utilised
from bothsides.metrics.shapes.weighted import WeightedPipeline

__all__ = [
    "Churned",
    "Concentration",
    "Contribution",
    "DailyMean",
    "Dependence",
    "Depth",
    "Growth",
    "HealthScore",
    "Holding",
    "LaggedCost",
    "LifetimeValue",
    "MeanPerAccount",
    "Median",
    "Mix",
    "ObservedPayback",
    "PerAccount",
    "QuietPairs",
    "ReachedShare",
    "RecurringRetained",
    "ReorderGap",
    "Retained",
    "Shape",
    "Stock",
    "SurvivalMedian",
    "TrustedPairs",
    "Utilised",
    "WeightedPipeline",
    "Winsorised",
]
