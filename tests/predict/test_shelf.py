"""Stored models: versions kept, files whole or not there, broken and old ones said, drift told in words."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bothsides.metrics import Better
from bothsides.predict.model_card import Comparison, Estimate, Feature, ModelVerdict
from bothsides.predict.shelf import keep, latest_path, plain, read_latest, read_version, stored, versions
from bothsides.predict.since import since
from tests.predict.test_model_card import CARD

WINDOW = (date(2022, 1, 1), date(2023, 12, 31))
RECENCY = Feature(name="recency", says="days since the last order", mean=40.0, scale=20.0, weight=0.8)
FITTED = replace(
    CARD,
    version="a1b2c3d4e5f6",
    method="logistic",
    base_rate=0.4,
    features=(RECENCY,),
    comparisons=(Comparison(measure="auc", better=Better.UP, model=Estimate(value=0.81)),),
)
LATER = replace(FITTED, version="b1b2c3d4e5f6", features=(replace(RECENCY, mean=60.0),), base_rate=0.6)


def test_a_model_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    model = stored(FITTED, window=WINDOW, load_id=7, content={"scores": [(1, 0.25)]})
    assert keep(tmp_path, model)
    back = read_latest(tmp_path, FITTED.id)
    assert back is not None
    assert back == model
    assert (back.known_to, back.content) == (date(2023, 12, 31), {"scores": [[1, 0.25]]})


def test_the_same_version_is_kept_once_and_a_new_one_goes_on_top(tmp_path: Path) -> None:
    first = stored(FITTED, window=WINDOW, load_id=7)
    second = stored(LATER, window=(WINDOW[0], date(2024, 3, 31)), load_id=8)
    assert [keep(tmp_path, model) for model in (first, first, second)] == [True, False, True]
    assert versions(tmp_path, FITTED.id) == (first.version, second.version)
    assert read_version(tmp_path, FITTED.id, first.version) == first
    assert read_latest(tmp_path, FITTED.id) == second
    with pytest.raises(KeyError, match="stored: a1b2c3d4e5f6, b1b2c3d4e5f6"):
        read_version(tmp_path, FITTED.id, "c1b2c3d4e5f6")


def test_equal_models_make_equal_bytes(tmp_path: Path) -> None:
    texts = []
    for name in ("one", "two"):
        keep(tmp_path / name, stored(FITTED, window=WINDOW, load_id=7))
        texts.append(latest_path(tmp_path / name, FITTED.id).read_bytes())
    assert texts[0] == texts[1]
    assert json.loads(texts[0])["format"] == 1


def test_a_write_that_dies_leaves_the_old_one_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(tmp_path, stored(FITTED, window=WINDOW, load_id=7))

    def full(_: int) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        keep(tmp_path, stored(LATER, window=WINDOW, load_id=8))
    monkeypatch.undo()
    back = read_latest(tmp_path, FITTED.id)
    assert back is not None
    assert back.version == FITTED.version
    assert not list(tmp_path.rglob("*.part"))


KEPT = '{"format": 1, "id": "x", "version": "a1b2c3d4e5f6", "load_id": 1, '


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"format": 1}',
        '{"format": 2}',
        '{"format": 1, "window": 3, "id": "x"}',
        KEPT.replace('"load_id": 1', '"load_id": "1"') + '"card": {}, "content": {}, "window": null}',
        KEPT + '"window": ["2024-13-01", "2024-12-31"], "card": {}, "content": {}}',
        KEPT + '"window": [], "card": {}, "content": {}}',
        KEPT + '"window": null, "card": "none", "content": {}}',
    ],
)
def test_a_file_that_is_no_model_is_named(tmp_path: Path, text: str) -> None:
    latest_path(tmp_path, FITTED.id).write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"churn-buyer\.json .*predict again"):
        read_latest(tmp_path, FITTED.id)


@pytest.mark.parametrize("name", ["../x", "", "Churn-buyer", "a b", "churn-buyer/.."])
def test_only_ids_become_files(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="is not like"):
        latest_path(tmp_path, name)


def test_what_is_no_data_is_not_stored() -> None:
    with pytest.raises(ValueError, match="cannot be stored"):
        plain(object())


def test_the_very_same_model_is_said_to_be_it() -> None:
    found = since(stored(FITTED, window=WINDOW, load_id=7), FITTED, load_id=7, known_to=WINDOW[1])
    assert found.same
    assert found.sentences == (
        "The stored model is this one: version a1b2c3d4e5f6, data to 2023-12-31, load 7.",
    )  # fmt: skip


def test_drift_and_a_moved_base_rate_are_told() -> None:
    found = since(stored(FITTED, window=WINDOW, load_id=7), LATER, load_id=7, known_to=date(2024, 2, 1))
    assert (found.same, found.stale) == (False, False)
    assert found.drift == (
        "days since the last order: up by 1.0 standard deviations.",
        "The share that comes true was 40% then and is 60% now.",
    )
    assert found.quality == (("auc", 0.81, 0.81),)
    assert "is older than the data" in found.sentences[0]


def test_a_model_is_stale_once_its_horizon_has_passed() -> None:
    then = stored(FITTED, window=WINDOW, load_id=7)
    assert [since(then, LATER, load_id=7, known_to=day).stale for day in (date(2024, 3, 30), date(2024, 3, 31))] == [
        False,
        True,
    ]
    assert "is stale" in since(then, LATER, load_id=7, known_to=date(2024, 6, 1)).sentences[0]


def test_a_model_asked_otherwise_of_the_same_days_is_not_called_older() -> None:
    longer = replace(LATER, horizon_months=36)
    found = since(stored(FITTED, window=WINDOW, load_id=7), longer, load_id=7, known_to=WINDOW[1])
    assert not found.older
    assert "knew the same days and was asked or made otherwise" in found.sentences[0]


def test_a_model_of_the_same_days_before_a_load_restated_them_is_said_to_be_so() -> None:
    found = since(stored(FITTED, window=WINDOW, load_id=7), LATER, load_id=8, known_to=WINDOW[1])
    assert not found.older
    assert found.sentences[0].endswith("load 7) knew the same days as they were before the last load.")


def test_another_make_up_is_a_mismatch() -> None:
    other = replace(LATER, method="points", features=(replace(RECENCY, name="rate"),))
    found = since(stored(FITTED, window=WINDOW, load_id=7), other, load_id=7, known_to=WINDOW[1])
    assert found.mismatch == (
        "Another way since: logistic then, points now.",
        "Other inputs since: gone recency; new rate.",
    )


def test_an_input_without_a_part_then_has_not_moved() -> None:
    """Where the rule was the model, the other features were set to nothing: their means tell of no account."""
    idle = replace(FITTED, features=(replace(RECENCY, mean=0.0, scale=1.0, weight=0.0),))
    found = since(stored(idle, window=WINDOW, load_id=7), LATER, load_id=7, known_to=date(2024, 2, 1))
    assert not any("standard deviations" in sentence for sentence in found.sentences)


def test_the_same_version_judged_by_another_line_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    first = stored(FITTED, window=WINDOW, load_id=7)
    judged = stored(replace(FITTED, verdict=ModelVerdict.NOT_CALIBRATED), window=WINDOW, load_id=7)
    assert first.version == judged.version
    assert [keep(tmp_path, model) for model in (first, judged, judged)] == [True, True, False]
    assert read_latest(tmp_path, FITTED.id) == judged
    assert versions(tmp_path, FITTED.id) == (first.version,)
