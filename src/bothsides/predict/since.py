"""What has become of a stored model: older data, another make-up, moved inputs, better or worse figures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bothsides.predict.model_card import ModelCard
from bothsides.predict.shelf import Stored, plain
from bothsides.schema.period import add_months

MOVED = 0.25
"""An input has moved when its mean is this many of its old standard deviations away."""
RATE_MOVED = 0.2
"""The share that comes true has moved when it is this much away, relative."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """A stored model against today's. `same` is the very model; `stale` means that a whole horizon has passed since.

    `mismatch` says what is not comparable, `drift` what has moved, `quality` the measures then and now.
    """

    version: str
    known_to: date | None
    load_id: int | None
    same: bool
    stale: bool
    older: bool = True
    """Whether days have become known that it did not know."""
    restated: bool = False
    """Whether data have been loaded since, which may have changed the days that it knew."""
    mismatch: tuple[str, ...] = ()
    drift: tuple[str, ...] = ()
    quality: tuple[tuple[str, float, float], ...] = ()
    verdict_then: str = ""

    @property
    def sentences(self) -> tuple[str, ...]:
        """What a reader must know of the stored model."""
        made = f"version {self.version}, data to {self.known_to}, load {self.load_id}"
        if self.same:
            return (f"The stored model is this one: {made}.",)
        return (f"The stored model ({made}) {self._age}.", *self.mismatch, *self.drift)

    @property
    def _age(self) -> str:
        if self.stale:
            return "is stale: a whole horizon has passed since its last day"
        if self.older:
            return "is older than the data"
        if self.restated:
            return "knew the same days as they were before the last load"
        return "knew the same days and was asked or made otherwise"


def since(then: Stored, card: ModelCard, *, known_to: date | None, load_id: int | None) -> Since:
    """The stored model against today's card, whose data reach to that day and are those of that load."""
    old, same = then.card, then.version == card.version
    stale = then.known_to is not None and known_to is not None and known_to >= add_months(
        then.known_to, card.horizon_months
    )  # fmt: skip
    return Since(
        version=then.version,
        known_to=then.known_to,
        load_id=then.load_id,
        same=same,
        stale=stale and not same,
        older=then.known_to is None or known_to is None or then.known_to < known_to,
        restated=then.load_id != load_id,
        mismatch=() if same else tuple(_mismatches(old, card)),
        drift=() if same else tuple(_drift(old, card)),
        quality=tuple(_quality(old, card)),
        verdict_then=str(old.get("verdict", "")),
    )


def _mismatches(old: Mapping[str, Any], card: ModelCard) -> Iterator[str]:
    """What makes the two hard to compare: another way, label, horizon or set of inputs."""
    for name, said in (("method", "way"), ("label", "question"), ("horizon_months", "horizon in months")):
        before, now = old.get(name), plain(getattr(card, name))
        if before != now and before not in ("", None) and now not in ("", None):
            yield f"Another {said} since: {before} then, {now} now."
    before, now = (set(_features(side)) for side in (old, plain(card)))
    if before and now and before != now:
        gone, new = ", ".join(sorted(before - now)) or "none", ", ".join(sorted(now - before)) or "none"
        yield f"Other inputs since: gone {gone}; new {new}."


def _drift(old: Mapping[str, Any], card: ModelCard) -> Iterator[str]:
    """Inputs with a part then and now whose mean has moved, by the old spread, and a base rate that has."""
    before, now = (_used(_features(side)) for side in (old, plain(card)))
    for name in sorted(set(before) & set(now)):
        scale = before[name]["scale"] or 0.0
        moved = (now[name]["mean"] - before[name]["mean"]) / scale if scale > 0 else 0.0
        if abs(moved) >= MOVED:
            yield f"{before[name]['says']}: {'up' if moved > 0 else 'down'} by {abs(moved):.1f} standard deviations."
    rate, today = old.get("base_rate"), card.base_rate
    if rate and today is not None and abs(today / rate - 1) >= RATE_MOVED:
        yield f"The share that comes true was {rate:.0%} then and is {today:.0%} now."


def _features(card: Mapping[str, Any]) -> dict[str, Any]:
    return {feature["name"]: feature for feature in card.get("features", ())}


def _used(features: Mapping[str, Any]) -> dict[str, Any]:
    """Those with a part: of the others mean and spread were not reckoned."""
    return {name: feature for name, feature in features.items() if feature["weight"]}


def _quality(old: Mapping[str, Any], card: ModelCard) -> Iterator[tuple[str, float, float]]:
    then = {found["measure"]: found["model"]["value"] for found in old.get("comparisons", ())}
    for found in card.comparisons:
        if then.get(found.measure) is not None:
            yield found.measure, float(then[found.measure]), found.model.value
