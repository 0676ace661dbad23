"""The parts of the page, in the order a reader meets them; a part without data is left out."""

from collections.abc import Callable

from bothsides.diagnosis.picture import Diagnosis
from bothsides.reports.pieces import Section
from bothsides.reports.sections.benchmarks import benchmarks
from bothsides.reports.sections.cohorts import cohorts
from bothsides.reports.sections.concentration import concentration
from bothsides.reports.sections.economics import economics
from bothsides.reports.sections.elasticity import elasticity
from bothsides.reports.sections.findings import findings
from bothsides.reports.sections.first import first
from bothsides.reports.sections.flywheel import flywheel
from bothsides.reports.sections.funnels import funnels
from bothsides.reports.sections.gaps import gaps
from bothsides.reports.sections.headlines import headlines
from bothsides.reports.sections.liquidity import liquidity
from bothsides.reports.sections.method import method
from bothsides.reports.sections.predictions import predictions
from bothsides.reports.sections.stage import stage
from bothsides.reports.sections.threshold import threshold

SECTIONS: tuple[Callable[[Diagnosis], Section | None], ...] = (
    first,
    headlines,
    stage,
    flywheel,
    funnels,
    liquidity,
    elasticity,
    threshold,
    cohorts,
    economics,
    concentration,
    predictions,
    benchmarks,
    findings,
    gaps,
    method,
)
"""Answer first, evidence second, method last."""
