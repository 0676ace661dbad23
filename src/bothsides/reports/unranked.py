"""What is said of findings without a rank: those worth a trifle, and those beyond what a person reads."""

from collections.abc import Sequence

from bothsides.diagnosis.finding import Finding
from bothsides.diagnosis.picture import Diagnosis
from bothsides.reports.numbers import money, plural

_NOTHING = "No problem was found that the data can show"
_SMALL = "No problem was found that is worth ranking in a market of this size"


def none_ranked(diagnosis: Diagnosis) -> str:
    """What stands in the place of findings where none has a rank, without its full stop."""
    return _SMALL if diagnosis.unranked else _NOTHING


def unranked_lines(diagnosis: Diagnosis) -> list[tuple[str, tuple[Finding, ...]]]:
    """A line on each sort of finding without a rank, and the findings it is about; none where there are none."""
    lines = []
    if diagnosis.beyond:
        lines.append((_beyond(diagnosis), diagnosis.beyond))
    if diagnosis.smaller:
        lines.append((smaller_words(diagnosis.smaller), diagnosis.smaller))
    return lines


def _beyond(diagnosis: Diagnosis) -> str:
    """How many they are. Without a sum: they need not be small, and may count the money of those listed."""
    more = plural(len(diagnosis.beyond), "more finding")
    return f"And {more} beyond the {len(diagnosis.findings)} listed; worths of one place overlap and are not added up"


def smaller_words(findings: Sequence[Finding]) -> str:
    """How many findings are too small to be ranked and about what they are worth together, by kind of money.

    A sum of middles: each one's range stands in its record.
    """
    worths = [finding.worth for finding in findings if finding.worth is not None]
    kinds = dict.fromkeys(worth.of for worth in worths)
    sums = [f"{money(sum(w.per_month for w in worths if w.of == of), worths[0].currency)} of {of}" for of in kinds]
    together = " together" if len(worths) > 1 else ""
    worth = f", worth about {' and '.join(sums)} a month{together}" if sums else ""
    return f"And {plural(len(findings), 'smaller one')}{worth}"
