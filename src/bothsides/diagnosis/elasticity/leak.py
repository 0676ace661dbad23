"""Whether accounts leak, so that keeping them comes before the question which side to fund."""

from datetime import date

from bothsides.diagnosis.benchmarks import BENCHMARKS
from bothsides.diagnosis.finding import Finding
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.ranking import LEAK
from bothsides.diagnosis.retention import retention, retention_findings
from bothsides.diagnosis.span import spans
from bothsides.metrics import Store
from bothsides.metrics.hindsight import on_day


def is_leak(findings: list[Finding]) -> bool:
    """Whether net retention under 100 % is among the findings: they rank before acquisition."""
    return any(finding.kind == LEAK for finding in findings)


def leaks(store: Store, policy: DiagnosisPolicy, *, as_of: date | None = None) -> bool:
    """Whether the audit of this store would find net retention under 100 %."""
    with on_day(store, as_of) as then:
        covered = spans(then, "orders", as_of=as_of, months=policy.window_months, slack=policy.complete_within_days)
        if covered is None or then.sampled:
            return False
        kept = retention(then, covered.known, covered.window.end)
        return is_leak(retention_findings(kept, then.currency, policy, BENCHMARKS))
