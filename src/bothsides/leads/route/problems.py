"""What cannot stand together in a routing policy, and the loading of one."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from bothsides.agreement import Agreed, AgreementError, Problem, load_policy
from bothsides.leads.route.policy import Member, Pool, RoutingPolicy, Rule, Territory, To

FILE = "agreement/routing.toml"

_NEEDS = {To.OWNER: "a member", To.POOL: "a pool", To.PARTNER: "a pool of partners", To.QUEUE: "a queue's name"}


def load_routing(path: Path) -> Agreed[RoutingPolicy]:
    """The signed policy. Raises AgreementError naming every mistake, FileNotFoundError where there is no file."""
    agreed = load_policy(path, RoutingPolicy)
    if wrong := problems(agreed.policy):
        raise AgreementError([Problem(file=str(path), key="routing", value="", allowed=text) for text in wrong])
    return agreed


def problems(policy: RoutingPolicy) -> tuple[str, ...]:
    """What cannot stand together in the policy, each as one sentence."""
    members = {member.id: member for member in policy.member}
    pools = {pool.name: pool for pool in policy.pool}
    found = [
        *_twice("member", (member.id for member in policy.member)),
        *_twice("pool", (pool.name for pool in policy.pool)),
        *_twice("territory", (territory.name for territory in policy.territory)),
        *_twice("rule", (rule.name for rule in policy.rule)),
    ]
    territories = {territory.name for territory in policy.territory}
    for member in policy.member:
        found += _of_member(member, members, territories, policy)
    for pool in policy.pool:
        found += _of_pool(pool, members, policy)
    for rule in policy.rule:
        found += _of_rule(rule, members, pools, policy)
    found += [
        f"rule {rule.name!r} takes every lead, so the rules after it never count; put it last"
        for rule in policy.rule[:-1]
        if not (rule.when or rule.effective_from or rule.effective_until)
    ]
    for territory in policy.territory:
        found += _of_territory(territory, members, pools)
    return (*found, *_overlaps(policy.territory))


def pool_members(pool: Pool, members: Iterable[Member]) -> tuple[Member, ...]:
    """Who belongs to the pool, in the order of the roster."""
    if pool.members:
        return tuple(member for member in members if member.id in pool.members)
    if not (pool.team or pool.role or pool.skills):
        return ()
    return tuple(
        member
        for member in members
        if pool.team in ("", member.team) and pool.role in ("", member.role) and {*pool.skills} <= {*member.skills}
    )


def _twice(kind: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if not name:
            yield f"a {kind} has no name"
        elif count > 1:
            yield f"{kind} {name!r} is declared {count} times; keep one"


def _one_of(wanted: str, known: Iterable[str]) -> str:
    return f"{wanted!r} is not one of {', '.join(sorted(known)) or 'none declared'}"


def _of_member(
    member: Member, members: dict[str, Member], territories: set[str], policy: RoutingPolicy
) -> Iterator[str]:
    name = f"member {member.id!r}"
    if member.manager and member.manager not in members:
        yield f"{name}: manager {_one_of(member.manager, members)}"
    if member.active_from and member.active_until and member.active_until < member.active_from:
        yield f"{name}: active_until {member.active_until} is before active_from {member.active_from}"
    if member.grade and policy.grade_weights and member.grade not in policy.grade_weights:
        yield f"{name}: grade {_one_of(member.grade, policy.grade_weights)} (grade_weights)"
    for territory in member.territories:
        if territory not in territories:
            yield f"{name}: territory {_one_of(territory, territories)}"


def _of_pool(pool: Pool, members: dict[str, Member], policy: RoutingPolicy) -> Iterator[str]:
    name = f"pool {pool.name!r}"
    if "/" in pool.name:
        yield f"{name}: must have no '/' in its name"
    if pool.members and (pool.team or pool.role or pool.skills):
        yield f"{name}: has both members and team, role or skills; keep one way"
    for member in pool.members:
        if member not in members:
            yield f"{name}: member {_one_of(member, members)}"
    inside = {member.id for member in pool_members(pool, policy.member)}
    if not inside:
        yield f"{name}: has no members; name some, or a team, role or skills that somebody has"
    for member in pool.weights:
        if member not in inside:
            yield f"{name}: weight of {_one_of(member, inside)}"
    if "manager" in (pool.when_all_away, pool.when_all_full) and not pool.manager:
        yield f"{name}: leads go to the manager, but no manager is named"
    if pool.manager and pool.manager not in members:
        yield f"{name}: manager {_one_of(pool.manager, members)}"


def _of_rule(rule: Rule, members: dict[str, Member], pools: dict[str, Pool], policy: RoutingPolicy) -> Iterator[str]:
    name = f"rule {rule.name!r}"
    if rule.to in _NEEDS and not rule.target:
        yield f"{name}: to = {rule.to.value!r} needs target = {_NEEDS[rule.to]}"
    elif rule.to not in _NEEDS and rule.target:
        yield f"{name}: to = {rule.to.value!r} takes no target, but has {rule.target!r}"
    elif rule.to is To.OWNER and rule.target not in members:
        yield f"{name}: target {_one_of(rule.target, members)}"
    elif rule.to in (To.POOL, To.PARTNER) and rule.target not in pools:
        yield f"{name}: target {_one_of(rule.target, pools)}"
    elif rule.to is To.PARTNER:
        inside = pool_members(pools[rule.target], policy.member)
        if people := [member.id for member in inside if not member.partner]:
            yield f"{name}: {', '.join(people)} of pool {rule.target!r} are not partners (partner = true)"
    if rule.to is To.TERRITORY and not policy.territory:
        yield f"{name}: to = 'territory', but no territory is declared"
    if rule.effective_from and rule.effective_until and rule.effective_until < rule.effective_from:
        yield f"{name}: effective_until {rule.effective_until} is before effective_from {rule.effective_from}"


def _of_territory(territory: Territory, members: dict[str, Member], pools: dict[str, Pool]) -> Iterator[str]:
    name = f"territory {territory.name!r}"
    if not (territory.countries or territory.regions or territory.postcodes):
        yield f"{name}: names no countries, regions or postcodes"
    if territory.pool and territory.member:
        yield f"{name}: has both pool and member; keep one"
    if territory.pool and territory.pool not in pools:
        yield f"{name}: pool {_one_of(territory.pool, pools)}"
    if territory.member and territory.member not in members:
        yield f"{name}: member {_one_of(territory.member, members)}"


def territory_keys(territory: Territory) -> Iterator[tuple[str, str]]:
    """What the territory answers to: (country or '', postcode), ('region', name) or ('country', name), lower case."""
    countries = [country.casefold() for country in territory.countries]
    if territory.postcodes:
        for country in countries or [""]:
            for postcode in territory.postcodes:
                yield f"postcode {country}", squeezed(postcode)
        return
    for region in territory.regions:
        yield "region", region.casefold()
    for country in () if territory.regions else countries:
        yield "country", country


def squeezed(postcode: str) -> str:
    """A postcode without spaces, in lower case.

    >>> squeezed("SW1A 1AA")
    'sw1a1aa'
    """
    return postcode.replace(" ", "").casefold()


def _overlaps(territories: tuple[Territory, ...]) -> Iterator[str]:
    holder: dict[tuple[str, str], str] = {}
    for territory in territories:
        for key in territory_keys(territory):
            first = holder.setdefault(key, territory.name)
            if first != territory.name:
                yield f"territories {first!r} and {territory.name!r} both have {key[1]!r}; keep it in one"
