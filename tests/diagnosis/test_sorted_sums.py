"""Sums by keys: whatever the size of the keys, as a plain dictionary would have them."""

from collections import Counter
from collections.abc import Iterator
from typing import cast

import numpy as np
import pytest

from bothsides.diagnosis.sorted_sums import grouped, in_order, runs, whole_columns
from bothsides.warehouse import Engine


@pytest.mark.parametrize("largest", [9, 2**40, 2**60, 2**60 + 1, 2**62, 2**63 - 1])
def test_keys_come_in_order_and_equal_ones_as_they_stood(largest: int) -> None:
    """Seven rows need three bits: up to 60 bits a key and its place share a number, beyond they do not."""
    keys = np.array([largest, 3, largest - 1, 3, 0, largest, 3])
    ordered, places = in_order(keys)
    assert ordered.tolist() == sorted(keys.tolist())
    assert places.tolist() == [4, 1, 3, 6, 2, 0, 5]


def test_a_run_ends_where_any_column_changes() -> None:
    assert runs(np.array([1, 1, 1, 2]), np.array([5, 5, 6, 6])).tolist() == [0, 2, 3]
    assert runs(np.zeros(0, np.int64)).tolist() == []


@pytest.mark.parametrize("scale", [1, 2**30, 2**45])
def test_rows_are_summed_as_a_dictionary_would(scale: int) -> None:
    """Of the largest keys a pair does not fit into one number."""
    dealt = np.random.default_rng(1).integers(0, 9, (3, 200))
    first, second, values = dealt[0] * scale, dealt[1] * scale, dealt[2]
    rows = list(zip(first.tolist(), second.tolist(), values.tolist(), strict=True))
    times, total = Counter((a, b) for a, b, _ in rows), Counter[tuple[int, int]]()
    for a, b, value in rows:
        total[a, b] += value
    found = grouped(first, second)
    keys = list(zip(found.first.tolist(), found.second.tolist(), strict=True))
    assert keys == sorted(times)
    assert dict(zip(keys, found.times.tolist(), strict=True)) == times
    assert dict(zip(keys, found.total(values).tolist(), strict=True)) == total


def test_small_numbers_are_added_up_beyond_their_own_size_and_floats_stay_floats() -> None:
    same = np.zeros(300, np.int64)
    found = grouped(same, same)
    assert found.total(np.ones(300, np.int8)).tolist() == [300]
    assert found.total(np.full(300, 0.5)).tolist() == [150.0]


def test_without_a_row_there_is_no_group() -> None:
    none = np.zeros(0, np.int64)
    found = grouped(none, none)
    assert [part.tolist() for part in (found.first, found.second, found.times, found.total(none))] == [[], [], [], []]


@pytest.mark.parametrize("pieces", [0, 1, 3])
def test_columns_come_whole_in_however_many_pieces_the_engine_gives_them(pieces: int) -> None:
    class Pieces:
        def columns(self, statement: str, parameters: object) -> Iterator[dict[str, object]]:
            yield from ({"a": np.array([i]), "b": np.array([-i])} for i in range(pieces))

    engine = cast(Engine, Pieces())
    found = whole_columns(engine, "", None, ("a", "b"))
    assert found["a"].tolist() == [*range(pieces)]
    assert found["b"].tolist() == [-i for i in range(pieces)]
    unnamed = whole_columns(engine, "", None)
    assert {name: column.tolist() for name, column in unnamed.items()} == (
        {name: column.tolist() for name, column in found.items()} if pieces else {}
    )
