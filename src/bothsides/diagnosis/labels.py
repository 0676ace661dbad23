"""Labels that an agreed formula tests for and no row carries: its numbers are zero because a word is misspelt."""

from collections.abc import Iterator

from bothsides.diagnosis.checkup import Complaint, Severity
from bothsides.metrics import Dictionary, Store
from bothsides.metrics.facts import FACTS
from bothsides.metrics.labels import unknown_label
from bothsides.metrics.measure import Formula, Test, measures_of


def unknown_labels(store: Store, dictionary: Dictionary) -> Iterator[Complaint]:
    """One complaint for each such test of the definitions that people agreed on."""
    for metric in (v.metric for name in dictionary.agreed for v in dictionary.versions(name) if v.agreed):
        measures = measures_of(metric.formula) if isinstance(metric.formula, Formula) else ()
        tested = {(measure.fact, test): None for measure in measures for test in measure.where}
        for fact, test in tested:
            if test.column not in FACTS[fact].dimensions or store.missing(fact) or not (words := _words(test)):
                continue
            if reason := unknown_label(store, test.column, words, (fact,)):
                yield Complaint(
                    severity=Severity.DOUBTFUL,
                    what=f"{metric.definition}: {reason}",
                    mend="correct the word in agreement/metrics.toml, unless rows with it are still to come",
                )


def _words(test: Test) -> tuple[str, ...]:
    """The texts that the test compares with."""
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    return tuple(value for value in values if isinstance(value, str))
