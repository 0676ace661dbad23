"""What routing remembers between decisions: loads of members and their places in the turns of each pool."""

from dataclasses import dataclass, field
from typing import Literal

from bothsides.schema.instant import Instant


@dataclass(slots=True, kw_only=True)
class Load:
    """How much a member has, whatever the pool it came from."""

    open: int = 0
    day: Instant = -1
    """Start of the local day that `today` counts; on another day it counts as 0."""
    today: int = 0
    recent: list[Instant] = field(default_factory=list)
    """When leads were given, oldest first; kept only for members with a cap per window."""
    absent: bool = False
    """Reported absent now, whatever the calendar says."""


@dataclass(slots=True, kw_only=True)
class Place:
    """Where a member stands in the turns of one lane."""

    pointer: int | None = None
    """Turns taken, in steps of the pool; who has the least is next. None before the first turn."""
    away: bool = False
    """Missed a turn of others; on return the pointer is lifted where the pool keeps places."""
    owed: int = 0
    """Turns given back while away."""


@dataclass(slots=True, kw_only=True)
class RoutingState:
    """A working copy: the caller fills it from its store, lets decisions change it and writes back what changed."""

    loads: dict[str, Load] = field(default_factory=dict)
    """By member id."""
    places: dict[str, dict[str, Place]] = field(default_factory=dict)
    """By lane (a pool's name, or 'pool/territory' where the pool shares each territory apart), then member id."""

    def load_of(self, member: str) -> Load:
        """The member's load, a fresh one where there was none."""
        load = self.loads.get(member)
        if load is None:
            load = self.loads[member] = Load()
        return load

    def places_of(self, lane: str) -> dict[str, Place]:
        """The places in the lane."""
        places = self.places.get(lane)
        if places is None:
            places = self.places[lane] = {}
        return places


Changed = tuple[Literal["load", "place"], str, str]
"""What a decision changed in the state, to be written back: ('load', member, '') or ('place', member, lane)."""
