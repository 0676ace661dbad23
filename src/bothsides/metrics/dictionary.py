"""The dictionary in force: the house's metrics with what people agreed on top, each definition from its day on."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from difflib import get_close_matches

from bothsides.metrics.catalogue import METRICS
from bothsides.metrics.catalogue import metric as house_metric
from bothsides.metrics.metric import Metric, Quotient


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One dated definition of a metric. Without `effective_from` it holds since ever.

    `restate` makes it hold for the days before as well, so that history is told anew.
    """

    metric: Metric
    effective_from: date | None = None
    restate: bool = False
    agreed: bool = True
    """Whether people agreed on it; the house's own definitions stand in the catalogue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A definition and the periods it answers: those that start from `first` to `last`, None for no bound.

    `undefined` says why there is no definition in these periods; the metric then only lends its id.
    """

    metric: Metric
    first: date | None = None
    last: date | None = None
    undefined: str | None = None

    def covers(self, start: date) -> bool:
        """Whether a period that starts on this day is answered by the definition."""
        return (self.first is None or self.first <= start) and (self.last is None or start <= self.last)

    def touches(self, first: date, last: date) -> bool:
        """Whether any period that starts within these days is answered by it."""
        return (self.first is None or self.first <= last) and (self.last is None or first <= self.last)


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Every metric that can be asked for. `agreed` holds the versions of the ids that people defined, oldest first;
    an id that is also the house's begins with the house's definition.
    """

    agreed: Mapping[str, tuple[Version, ...]] = field(default_factory=dict)

    @property
    def ids(self) -> tuple[str, ...]:
        """Every id, the house's first."""
        return (*METRICS, *(name for name in self.agreed if name not in METRICS))

    def versions(self, metric_id: str) -> tuple[Version, ...]:
        """The metric's definitions, oldest first. Raises KeyError with near names for an unknown id."""
        if metric_id in self.agreed:
            return self.agreed[metric_id]
        near = get_close_matches(metric_id.casefold(), self.agreed, n=3, cutoff=0.6)
        try:
            return (Version(metric=house_metric(metric_id), agreed=False),)
        except KeyError as error:
            if not near:
                raise
            raise KeyError(f"{error.args[0]}; agreement/metrics.toml has {', '.join(near)}") from None

    def metric(self, name: str, on: date | None = None) -> Metric:
        """The definition of an id in force on a day (the latest one without it), or of `id@version` whatever the day.

        Raises KeyError for an unknown id or version.
        """
        metric_id, named, number = name.partition("@")
        if not named:
            held = self.held(name)
            return next((h for h in reversed(held) if on is not None and h.covers(on)), held[-1]).metric
        versions = {str(version.metric.version): version.metric for version in self.versions(metric_id)}
        if number not in versions:
            raise KeyError(f"metric {name!r}: {metric_id} has version {', '.join(versions)}")
        return versions[number]

    def held(self, name: str) -> tuple[Held, ...]:
        """Which definition answers which periods, in order; `id@version` names one that answers them all."""
        if "@" in name:
            return (Held(metric=self.metric(name)),)
        spans = tuple(_spans(self.versions(name)))
        return tuple(part for span in spans for part in self._by_parts(span))

    def parts(self, metric: Metric) -> tuple[Metric, ...]:
        """The metrics that a quotient divides, the metric itself for any other."""
        if not isinstance(metric.formula, Quotient):
            return (metric,)
        return self.metric(metric.formula.numerator), self.metric(metric.formula.denominator)

    def _named(self, metric: Metric) -> str:
        """How a quotient names its part: with the version where there is more than one."""
        return metric.definition if metric.id in self.agreed else metric.id

    def _by_parts(self, span: Held) -> Iterator[Held]:
        """A quotient changes where the definitions of its parts do: one stretch for each pair of them."""
        formula = span.metric.formula
        if not isinstance(formula, Quotient) or not {formula.numerator, formula.denominator} & set(self.agreed):
            yield span
            return
        tops, bottoms = self.held(formula.numerator), self.held(formula.denominator)
        for top in tops:
            for bottom in bottoms:
                first = max(filter(None, (span.first, top.first, bottom.first)), default=None)
                last = min(filter(None, (span.last, top.last, bottom.last)), default=None)
                if first is None or last is None or first <= last:
                    divided = replace(
                        formula,
                        numerator=self._named(top.metric),
                        denominator=self._named(bottom.metric),
                        reads=tuple(dict.fromkeys(top.metric.reads + bottom.metric.reads)),
                    )
                    undefined = span.undefined or top.undefined or bottom.undefined
                    metric = replace(span.metric, formula=divided)
                    yield Held(metric=metric, first=first, last=last, undefined=undefined)


def _spans(versions: Iterable[Version]) -> Iterator[Held]:
    """From each definition's first day to the day before the next one's; one that restates covers all before it."""
    starts: list[tuple[date | None, Version]] = []
    for version in versions:
        if version.restate or version.effective_from is None:
            starts = [(None, version)]
        else:
            starts = [(day, kept) for day, kept in starts if day is None or day < version.effective_from]
            starts.append((version.effective_from, version))
    for (first, version), following in zip(starts, [*(day for day, _ in starts[1:]), None], strict=True):
        yield from _undefined_before(first, version) if (first, version) == starts[0] else ()
        last = following - timedelta(days=1) if following else None
        yield Held(metric=version.metric, first=first, last=last)


def _undefined_before(first: date | None, version: Version) -> Iterator[Held]:
    if first is not None:
        reason = f"is defined from {first} on; restate = true would answer the time before as well"
        yield Held(metric=version.metric, last=first - timedelta(days=1), undefined=reason)


HOUSE = Dictionary()
"""The catalogue as it stands."""
