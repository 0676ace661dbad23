"""Why a total changed: the change of GMV or net revenue between two periods, in parts that add up to the last cent."""

from bothsides.metrics.decompose.change import Change, Part, Split
from bothsides.metrics.decompose.decomposition import Comparison, decompose
from bothsides.metrics.decompose.periods import named_period

__all__ = ["Change", "Comparison", "Part", "Split", "decompose", "named_period"]
