"""Merging and going back: which value stays, and that nothing is lost."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bothsides.identity import Held, MergeOrder, Profile, merge, settle, undo
from bothsides.identity.policy import SurvivorshipPolicy

HOUSE = SurvivorshipPolicy()
NAMES = ("phone", "email", "company", "street", "notes", "city", "employees")
HELD = st.builds(
    Held,
    value=st.sampled_from(["a", "bb", "ccc"]) | st.integers(0, 9) | st.tuples(st.sampled_from(["x", "y"])),
    origin=st.sampled_from(["person", "form", "import", "enriched"]),
    at=st.none() | st.integers(0, 5),
)
FIELDS = st.dictionaries(st.sampled_from(NAMES), HELD)


def profile(party_id: str, **fields: Held) -> Profile:
    return Profile(party_id=party_id, fields=fields)


@pytest.mark.parametrize(
    ("field", "mine", "theirs", "stayed"),
    [
        ("city", Held(value="Oslo"), Held(value="Bergen", at=9), "Oslo"),
        ("phone", Held(value="1", at=10), Held(value="2", at=20), "2"),
        ("phone", Held(value="1", at=20), Held(value="2", at=10), "1"),
        ("phone", Held(value="1"), Held(value="2", at=10), "2"),
        ("email", Held(value="bought", origin="enriched", at=99), Held(value="typed", origin="person", at=1), "typed"),
        ("email", Held(value="old", origin="form", at=1), Held(value="new", origin="form", at=2), "new"),
        ("street", Held(value="Main St"), Held(value="Main Street 7"), "Main Street 7"),
        ("notes", Held(value="calls late"), Held(value="prefers mail"), ("calls late", "prefers mail")),
        ("tags", Held(value=("a", "b")), Held(value=("b", "c")), ("a", "b", "c")),
    ],
)
def test_each_rule_says_which_value_stays(field: str, mine: Held, theirs: Held, stayed: object) -> None:
    merged = merge(profile("k", **{field: mine}), profile("a", **{field: theirs}), HOUSE)
    assert merged.result.fields[field].value == stayed
    assert [choice.field for choice in merged.choices] == [field]


def test_a_list_that_was_written_down_and_read_again_is_the_same_list() -> None:
    read: Any = ["a", "b"]
    merged = merge(profile("k", tags=Held(value=read)), profile("a", tags=Held(value="b")), HOUSE)
    assert merged.result.fields["tags"].value == read
    merged = merge(profile("k", tags=Held(value=read)), profile("a", tags=Held(value=["b", "c"])), HOUSE)  # type: ignore[arg-type] # as JSON gives it
    assert merged.result.fields["tags"].value == ("a", "b", "c")


def test_what_only_one_knows_stays() -> None:
    merged = merge(profile("k"), profile("a", city=Held(value="Oslo")), HOUSE)
    assert merged.result.fields["city"].value == "Oslo"
    assert merged.choices == ()


def test_a_record_cannot_be_merged_with_itself() -> None:
    with pytest.raises(ValueError, match="'k' cannot be merged with itself"):
        merge(profile("k"), profile("k"), HOUSE)


@given(FIELDS, FIELDS)
def test_undoing_a_merge_gives_both_records_back(one: dict[str, Held], other: dict[str, Held]) -> None:
    kept, absorbed = profile("k", **one), profile("a", **other)
    merged = merge(kept, absorbed, HOUSE)
    undone = undo(merged)
    assert (undone.kept, undone.absorbed, undone.carried) == (kept, absorbed, ())
    same = undo(merged, merged.result)
    assert (same.kept, same.absorbed, same.carried) == (kept, absorbed, ())


@given(FIELDS, FIELDS, HELD)
def test_what_was_written_since_stays_with_the_kept_record(
    one: dict[str, Held], other: dict[str, Held], written: Held
) -> None:
    merged = merge(profile("k", **one), profile("a", **other), HOUSE)
    current = Profile(party_id="k", fields={**merged.result.fields, "region": written})
    undone = undo(merged, current)
    assert undone.kept == profile("k", **{**one, "region": written})
    assert undone.absorbed == profile("a", **other)
    assert undone.carried == ("region",)


def test_a_merge_cannot_be_undone_on_another_record() -> None:
    with pytest.raises(ValueError, match="'z' is not the merged record; it is 'k'"):
        undo(merge(profile("k"), profile("a"), HOUSE), profile("z"))


@given(st.lists(FIELDS, min_size=3, max_size=3))
def test_nested_merges_undone_from_the_last_give_all_records_back(fields: list[dict[str, Held]]) -> None:
    a, b, c = (profile(name, **each) for name, each in zip("abc", fields, strict=True))
    inner = merge(a, b, HOUSE)
    outer = merge(c, inner.result, HOUSE)
    back = undo(outer)
    assert (back.kept, back.absorbed) == (c, inner.result)
    again = undo(inner, back.absorbed)
    assert (again.kept, again.absorbed, again.carried) == (a, b, ())


ORDERS = st.lists(st.permutations(range(5)).map(lambda each: (f"p{each[0]}", f"p{each[1]}")), max_size=6)


@given(st.lists(FIELDS, min_size=5, max_size=5), ORDERS, st.sets(st.integers(0, 5)))
def test_a_reversed_merge_is_as_if_it_had_never_been_made(
    fields: list[dict[str, Held]], pairs: list[tuple[str, str]], gone: set[int]
) -> None:
    originals = [profile(f"p{n}", **each) for n, each in enumerate(fields)]
    orders = [MergeOrder(key=str(n), kept_id=kept, absorbed_id=absorbed) for n, (kept, absorbed) in enumerate(pairs)]
    left = [order for order in orders if int(order.key) not in gone]
    assert settle(originals, orders, map(str, gone), HOUSE) == settle(originals, left, (), HOUSE)
    everything = settle(originals, orders, [order.key for order in orders], HOUSE)
    assert everything == {each.party_id: each for each in originals}
