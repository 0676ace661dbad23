"""What is wrong with the market, where, how sure, what it is worth and what to do first."""

from bothsides.diagnosis.benchmarks import BENCHMARKS, Benchmark, Grade
from bothsides.diagnosis.checkup import Complaint, Severity, checkup
from bothsides.diagnosis.diagnose import diagnose
from bothsides.diagnosis.figures import READINGS
from bothsides.diagnosis.finding import Evidence, Finding, FindingSeverity, Place, Rows, Sureness, Worth
from bothsides.diagnosis.gaps import QUESTIONS, Question, Readiness, readiness
from bothsides.diagnosis.liquidity_audit import CellVerdict
from bothsides.diagnosis.picture import (
    CohortTable,
    Diagnosis,
    Edge,
    Flywheel,
    Funnel,
    Gap,
    Headline,
    LiquidityCell,
    SideConcentration,
    SideEconomics,
    Step,
    Stress,
)
from bothsides.diagnosis.policy import DiagnosisPolicy, read_policy

__all__ = [
    "BENCHMARKS",
    "QUESTIONS",
    "READINGS",
    "Benchmark",
    "CellVerdict",
    "CohortTable",
    "Complaint",
    "Diagnosis",
    "DiagnosisPolicy",
    "Edge",
    "Evidence",
    "Finding",
    "FindingSeverity",
    "Flywheel",
    "Funnel",
    "Gap",
    "Grade",
    "Headline",
    "LiquidityCell",
    "Place",
    "Question",
    "Readiness",
    "Rows",
    "Severity",
    "SideConcentration",
    "SideEconomics",
    "Step",
    "Stress",
    "Sureness",
    "Worth",
    "checkup",
    "diagnose",
    "read_policy",
    "readiness",
]
