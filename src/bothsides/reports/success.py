"""What tells that a finding's play worked: which number, where it stands now, and when to look again."""

from bothsides.diagnosis.finding import Finding
from bothsides.reports.numbers import shown


def success_words(finding: Finding) -> str:
    """The measure in a sentence, with today's number where the evidence holds it and the measure does not say it."""
    declared = finding.success
    values = [v for evidence in finding.evidence for v in evidence.values if v.metric == declared.metric]
    now = "" if finding.aim or not values or values[0].value is None else f" Now {shown(values[0])}."
    return f"{declared.says}{now} Look again after {declared.weeks} weeks."
