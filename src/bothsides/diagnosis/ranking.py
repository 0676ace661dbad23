"""Which finding comes first: by expected worth and sureness, retention before acquisition while accounts leak."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from bothsides.diagnosis.finding import Finding, FindingSeverity, Sureness
from bothsides.diagnosis.policy import DiagnosisPolicy
from bothsides.diagnosis.wording import listed
from bothsides.schema.plays import RETAINING

SURENESS_WEIGHT = {Sureness.CERTAIN: 1.0, Sureness.LIKELY: 0.8, Sureness.DIRECTIONAL: 0.35}
"""How much of a finding's worth counts at its sureness: a directional one is about as often wrong as right."""

WINNING = ("seed_demand", "diversify_buyers")
"""Plays that win buyers: while accounts leak in a place they come after the retention work."""

LEAK = "ndr_leak"
"""Net retention under 100 %."""


def expected(finding: Finding) -> float:
    """The worth a month as it is shown times how far to believe it, whatever kind of money it is."""
    return 0.0 if finding.worth is None else finding.worth.per_month * SURENESS_WEIGHT[finding.sure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What a month of the market brings, major units: GMV, and net revenue where it is known."""

    gmv: float = 0.0
    net_revenue: float | None = None


class Ranking(NamedTuple):
    """The findings a person reads, in order; those beyond that, in the same order; those worth a trifle, dearest first.

    Only the first have a rank. Those beyond it are as material as the last that has one.
    """

    listed: tuple[Finding, ...]
    beyond: tuple[Finding, ...]
    smaller: tuple[Finding, ...]


def ranked(findings: Iterable[Finding], policy: DiagnosisPolicy, market: Market | None = None) -> Ranking:
    """The findings by rank, and those that have none; one per kind and place.

    A leak in retention comes first whatever its worth, and with it every play that keeps accounts: what is won by
    spending would run out through it.
    """
    market = market or Market()
    every = [replace(f, severity=severity(f, policy, gmv=market.gmv)) for f in _distinct(findings)]
    material = [f for f in every if not _trifle(f, policy, market)]
    leaks = any(f.kind == LEAK for f in material)
    chosen = sorted(material, key=lambda f: (_turn(f, leaks=leaks), -expected(f), f.kind, f.place.label))
    shown, beyond = chosen[: policy.most_findings], chosen[policy.most_findings :]
    numbered = [replace(finding, rank=i) for i, finding in enumerate(shown, 1)]
    numbered = [_after_retention(finding) for finding in numbered] if leaks else numbered
    small = [f for f in every if _trifle(f, policy, market)]
    small.sort(key=lambda f: (-expected(f), f.kind, f.place.label))
    return Ranking(
        listed=tuple(_referring(finding, numbered) for finding in numbered), beyond=tuple(beyond), smaller=tuple(small)
    )


def _turn(finding: Finding, *, leaks: bool) -> int:
    """The leak, then what keeps accounts while there is one, then everything else, acquisition among it."""
    if finding.kind == LEAK:
        return 0
    return 1 if leaks and finding.play in RETAINING else 2


def _after_retention(finding: Finding) -> Finding:
    """What wins buyers waits for what keeps them: the advice of one finding must not undo that of the first."""
    if finding.play not in WINNING or (finding.place.category, finding.place.region) == (None, None):
        return finding
    return replace(finding, first_step=f"{finding.first_step} Do this after the retention work of finding 1.")


def severity(finding: Finding, policy: DiagnosisPolicy, *, gmv: float) -> FindingSeverity:
    """How much of the market it touches, where the evidence settles that it is there; `gmv` is the market's a month."""
    if finding.worth is None or finding.worth.per_month <= policy.least_worth_share * gmv:
        return FindingSeverity.LOW
    visible = finding.worth.per_month >= policy.high_worth_share * gmv
    settled = finding.sure is not Sureness.DIRECTIONAL
    return FindingSeverity.HIGH if visible and settled else FindingSeverity.MEDIUM


def _trifle(finding: Finding, policy: DiagnosisPolicy, market: Market) -> bool:
    """Whether it is worth too little of what the market brings, in its own kind of money."""
    if finding.worth is None:
        return False
    least = policy.least_worth_share * market.gmv
    if finding.worth.of != "GMV" and market.net_revenue:
        least = policy.least_margin_share * market.net_revenue
    return finding.worth.per_month < least


def _distinct(findings: Iterable[Finding]) -> list[Finding]:
    """The most valuable finding of each kind and place."""
    best: dict[tuple[str, object], Finding] = {}
    for finding in findings:
        key = finding.kind, finding.place
        if key not in best or expected(finding) > expected(best[key]):
            best[key] = finding
    return list(best.values())


def _referring(finding: Finding, others: list[Finding]) -> Finding:
    """The finding, naming by their numbers the others that are about the same cell."""
    place = finding.place
    if place.category is None and place.region is None:
        return finding
    same = [
        f"finding {other.rank}"
        for other in others
        if other.kind != finding.kind and (other.place.category, other.place.region) == (place.category, place.region)
    ]
    if not same:
        return finding
    note = f"See also {listed(same)}, about the same place: their worths overlap and must not be added."
    return replace(finding, caveat=f"{finding.caveat} {note}".strip())
