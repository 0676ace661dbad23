"""Reports of a declared sample: they say so first, and call nothing that rests on orders complete or certain."""

from dataclasses import fields, is_dataclass, replace
from itertools import chain
from typing import Any

from bothsides.diagnosis.finding import Finding, Sureness
from bothsides.diagnosis.picture import Diagnosis
from bothsides.metrics import Basis, Value
from bothsides.metrics.catalogue import METRICS
from bothsides.metrics.facts import FACTS

DECLARED = "declared sample"
"""The words by which a diagnosis's caveat says that its orders are one."""
_COUNTED = "counted in a declared sample of the orders"


def is_sample(diagnosis: Diagnosis) -> bool:
    """Whether the orders are a declared sample: a caveat says so, or a headline number rests on one."""
    return any(DECLARED in caveat.lower() for caveat in diagnosis.caveats) or any(
        headline.now.basis is Basis.SAMPLE for headline in diagnosis.headlines
    )


def as_told(diagnosis: Diagnosis) -> Diagnosis:
    """The diagnosis as a report may tell it: of sampled orders nothing is a census and nothing certain."""
    if not is_sample(diagnosis):
        return diagnosis
    told = _without_census(diagnosis)
    assert isinstance(told, Diagnosis)
    listed = (tuple(map(_less_sure, each)) for each in (told.findings, told.beyond, told.smaller))
    findings, beyond, smaller = listed
    return replace(told, findings=findings, beyond=beyond, smaller=smaller)


def _less_sure(finding: Finding) -> Finding:
    if finding.sure is not Sureness.CERTAIN:
        return finding
    return replace(finding, sure=Sureness.DIRECTIONAL, why_sure=_COUNTED)


def _reads_orders(name: str) -> bool:
    """Whether the number rests on orders, as far as is known: leads, visits and reviews are not sampled with them."""
    facts = [FACTS[fact] for fact in METRICS[name].facts] if name in METRICS else []
    return not facts or any("orders" in (*f.requires, *f.known_by, *chain(*f.later.values())) for f in facts)


def _without_census(part: Any) -> Any:
    if isinstance(part, Value):
        return replace(part, basis=Basis.SAMPLE) if part.basis is Basis.CENSUS and _reads_orders(part.metric) else part
    if isinstance(part, tuple):
        return tuple(_without_census(one) for one in part)
    if isinstance(part, dict):
        return {name: _without_census(one) for name, one in part.items()}
    if is_dataclass(part) and not isinstance(part, type):
        return replace(part, **{field.name: _without_census(getattr(part, field.name)) for field in fields(part)})
    return part
