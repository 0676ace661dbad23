"""Columns as queries bring them: kinds found, what is missing kept apart."""

import numpy as np
import pytest

from bothsides.predict.scorecard.columns import Numbers, Texts, leads


def test_numbers_texts_and_yes_or_no_are_told_apart() -> None:
    found = leads(
        {"skus": [1, None, 2.5], "region": ["EU", "", None], "verified": [True, None, False], "mix": [1, "a", 2]}
    )
    skus, region, verified, mix = (found.columns[name] for name in ("skus", "region", "verified", "mix"))
    assert isinstance(skus, Numbers)
    assert skus.missing.tolist() == [False, True, False]
    assert isinstance(region, Texts)
    assert (region.levels, region.codes.tolist()) == (("EU",), [0, -1, -1])
    assert isinstance(verified, Texts)
    assert (verified.levels, verified.codes.tolist()) == (("no", "yes"), [1, -1, 0])
    assert isinstance(mix, Texts)
    assert mix.levels == ("1", "2", "a")


def test_some_of_the_leads_keep_their_fields() -> None:
    found = leads({"skus": [1, 2, 3], "region": ["EU", "US", "EU"]})
    by_place, by_mask = found.at(np.array([2, 0])), found.at(np.array([True, False, True]))
    assert by_place.n == by_mask.n == 2
    assert by_place.columns["skus"].values.tolist() == [3.0, 1.0]  # type: ignore[union-attr]  # numbers
    assert by_mask.columns["region"].codes.tolist() == [0, 0]  # type: ignore[union-attr]  # texts


def test_columns_must_have_one_length() -> None:
    with pytest.raises(ValueError, match="differ in length"):
        leads({"a": [1], "b": [1, 2]})
