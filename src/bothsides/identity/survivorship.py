"""Two records become one and can become two again: which value stays is agreed, nothing is thrown away."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from bothsides.identity.policy import FieldRule, SurvivorshipPolicy
from bothsides.schema.instant import Instant

Origin: TypeAlias = Literal["person", "form", "import", "enriched"]
Value: TypeAlias = str | int | float | bool | tuple[str, ...]
_TRUST: Mapping[str, int] = {"person": 0, "form": 1, "import": 2, "enriched": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A value of a record, who it came from and when."""

    value: Value
    origin: Origin = "import"
    at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The fields of one party; an unknown field is absent."""

    party_id: str
    fields: Mapping[str, Held]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which value stayed in a field where the two differed."""

    field: str
    rule: FieldRule
    stayed: Value
    gave_way: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A merge with everything that undoing it needs: both records as they were."""

    kept: Profile
    absorbed: Profile
    result: Profile
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """Both records again. `carried`: fields changed since the merge, which went with the kept record."""

    kept: Profile
    absorbed: Profile
    carried: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeOrder:
    """One line of the history of merges: by ids, with its own key so that it can be reversed."""

    key: str
    kept_id: str
    absorbed_id: str


def merge(kept: Profile, absorbed: Profile, policy: SurvivorshipPolicy) -> Merged:
    """One record of two, under the id of the kept one; the policy says for each field which value stays.

    >>> one = Profile(party_id="a", fields={"phone": Held(value="1", at=10)})
    >>> two = Profile(party_id="b", fields={"phone": Held(value="2", at=20), "city": Held(value="Oslo")})
    >>> merged = merge(one, two, SurvivorshipPolicy())
    >>> merged.result.fields["phone"].value, merged.result.fields["city"].value
    ('2', 'Oslo')
    >>> undo(merged).absorbed == two
    True
    """
    if kept.party_id == absorbed.party_id:
        raise ValueError(f"{kept.party_id!r} cannot be merged with itself")
    fields: dict[str, Held] = {}
    choices = []
    # In one order, however the records came: what is written down of a merge is the same whenever it is made again.
    for name in sorted({*kept.fields, *absorbed.fields}):
        mine, theirs = kept.fields.get(name), absorbed.fields.get(name)
        if mine is None:
            fields[name] = absorbed.fields[name]
            continue
        if theirs is None:
            fields[name] = mine
            continue
        rule = policy.fields.get(name, policy.otherwise)
        fields[name] = _survivor(rule, mine, theirs)
        if mine.value != theirs.value:
            gone = theirs if fields[name] is mine else mine
            choices.append(Choice(field=name, rule=rule, stayed=fields[name].value, gave_way=gone.value))
    result = Profile(party_id=kept.party_id, fields=fields)
    return Merged(kept=kept, absorbed=absorbed, result=result, choices=tuple(choices))


def undo(merged: Merged, current: Profile | None = None) -> Undone:
    """Both records exactly as they were. What was written into the merged record since stays with the kept one."""
    if current is None:
        return Undone(kept=merged.kept, absorbed=merged.absorbed)
    if current.party_id != merged.kept.party_id:
        raise ValueError(f"{current.party_id!r} is not the merged record; it is {merged.kept.party_id!r}")
    was = merged.result.fields
    changed = {name: held for name, held in current.fields.items() if was.get(name) != held}
    removed = {name for name in was if name not in current.fields}
    fields = {name: held for name, held in {**merged.kept.fields, **changed}.items() if name not in removed}
    return Undone(
        kept=replace(merged.kept, fields=fields),
        absorbed=merged.absorbed,
        carried=tuple(sorted({*changed, *removed})),
    )


def settle(
    originals: Iterable[Profile], orders: Sequence[MergeOrder], reversed_keys: Iterable[str], policy: SurvivorshipPolicy
) -> dict[str, Profile]:
    """The records after a history of merges of which any may have been reversed, in whatever order: as if the
    reversed ones had never been made."""
    gone = set(reversed_keys)
    current = {profile.party_id: profile for profile in originals}
    into: dict[str, str] = {}
    for order in orders:
        if order.key in gone:
            continue
        kept_id, absorbed_id = _last(into, order.kept_id), _last(into, order.absorbed_id)
        if kept_id == absorbed_id:
            continue
        current[kept_id] = merge(current[kept_id], current.pop(absorbed_id), policy).result
        into[absorbed_id] = kept_id
    return current


def _survivor(rule: FieldRule, mine: Held, theirs: Held) -> Held:
    """The value that stays; the kept record's where the rule does not tell them apart."""
    if rule == "most_recent":
        return theirs if _moment(theirs) > _moment(mine) else mine
    if rule == "person_entered":
        first, second = _TRUST[mine.origin], _TRUST[theirs.origin]
        return theirs if second < first or (second == first and _moment(theirs) > _moment(mine)) else mine
    if rule == "longest":
        return theirs if len(str(theirs.value)) > len(str(mine.value)) else mine
    if rule == "keep_all":
        every = tuple(dict.fromkeys((*_all(mine.value), *_all(theirs.value))))
        return mine if every == _all(mine.value) else replace(mine, value=every)
    return mine


def _moment(held: Held) -> float:
    return float("-inf") if held.at is None else held.at


def _all(value: Value) -> tuple[str, ...]:
    # A list that was written down as JSON and read again is a list still.
    return tuple(value) if isinstance(value, tuple | list) else (str(value),)


def _last(into: Mapping[str, str], party_id: str) -> str:
    while party_id in into:
        party_id = into[party_id]
    return party_id
