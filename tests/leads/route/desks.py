"""Small desks for the tests of routing: members, pools, working hours by the hour."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bothsides.leads.route import (
    CompiledRouting,
    Decision,
    Member,
    Pool,
    RoutingPolicy,
    RoutingState,
    Rule,
    To,
    compile_routing,
    route,
)
from bothsides.schema.instant import DAY, HOUR
from bothsides.schema.working_time import NeverOpenError

MONDAY = 1_780_272_000
"""2026-06-01, a Monday, 00:00 UTC."""


@dataclass
class Daily:
    """At work from one hour to the other of every UTC day, but for spans of leave."""

    begin: int = 9
    end: int = 17
    leave: tuple[tuple[int, int], ...] = ()

    def is_open(self, moment: int) -> bool:
        away = any(start <= moment < end for start, end in self.leave)
        return not away and self.begin <= moment % DAY // HOUR < self.end

    def next_open(self, moment: int) -> int:
        for at in range(moment, moment + 60 * DAY, HOUR // 2):
            if self.is_open(at):
                return at
        raise NeverOpenError("no more")


def members(count: int, **each: Any) -> tuple[Member, ...]:
    return tuple(Member(id=f"rep{at}", **each) for at in range(count))


def pool(*people: Member, name: str = "sales", **more: Any) -> Pool:
    return Pool(name=name, members=tuple(member.id for member in people), **more)


def policy(people: Collection[Member], pools: Collection[Pool], *rules: Rule, **more: Any) -> RoutingPolicy:
    every = rules or (Rule(name="all", to=To.POOL, target=next(iter(pools)).name),)
    more = {"seed": "june", "holdout_share": 0.0, **more}
    return RoutingPolicy(member=tuple(people), pool=tuple(pools), rule=every, **more)


class Desk:
    """A policy with its state; leads are numbered by themselves."""

    def __init__(self, agreed: RoutingPolicy, calendars: Mapping[str, Any] | None = None) -> None:
        self.compiled: CompiledRouting = compile_routing(agreed, calendars or {})
        self.state = RoutingState()
        self.count = 0

    def lead(self, now: int = MONDAY + 10 * HOUR, *, left_out: Collection[str] = (), **fields: object) -> Decision:
        self.count += 1
        return route(self.compiled, fields, f"{self.count:032x}", self.state, now, left_out=left_out)

    def owners(self, count: int, now: int = MONDAY + 10 * HOUR) -> list[str | None]:
        return [self.lead(now).owner for _ in range(count)]

    def given(self) -> dict[str, int]:
        return {member: load.open for member, load in sorted(self.state.loads.items())}
