"""What stands on the shelf: read and not fitted, old and broken ones said, and nothing that the day did not know."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from bothsides.predict.model_card import ModelVerdict
from bothsides.predict.on_shelf import ShelfLine, Standing, on_shelf
from bothsides.predict.shelf import keep, latest_path, stored
from bothsides.schema import Side
from tests.predict.test_model_card import CARD

DAY = date(2026, 9, 27)


def _kept(
    folder: Path, model: str, side: Side | None, *, to: date = DAY, load: int | None = 1, headline: str = "EUR 1."
) -> None:
    card = replace(
        CARD,
        id=f"{model}-{side}" if side else model,
        model=model,
        side=side,
        verdict=ModelVerdict.NOT_CALIBRATED,
        version="a1b2c3d4e5f6",
        reason="better than the rule",
    )
    window = (date(2024, 1, 1), to)
    keep(folder, stored(card, window=window, load_id=load, content={"headline": headline} if headline else {}))


def _lines(folder: Path, *, day: date = DAY, load: int | None = 1) -> dict[str, ShelfLine]:
    return {line.id: line for line in on_shelf(folder, known_to=day, load_id=load)}


def test_every_model_but_churn_has_a_line_and_nothing_stored_says_how_it_is_made(tmp_path: Path) -> None:
    lines = _lines(tmp_path / "none")
    assert list(lines) == ["ltv-buyer", "ltv-supplier", "spend-buyer", "spend-supplier", "match", "upsell-supplier"]
    assert {line.standing for line in lines.values()} == {Standing.NONE}
    assert (lines["upsell-supplier"].next_step, lines["upsell-supplier"].command) == (
        "to make it",
        "bothsides predict upsell",
    )
    assert lines["ltv-buyer"].command == "bothsides predict ltv --side buyer"


def test_a_line_is_what_was_stored_and_says_when_the_data_have_gone_on(tmp_path: Path) -> None:
    _kept(tmp_path, "match", None, headline="97 of 100 pairs.")
    _kept(tmp_path, "ltv", Side.BUYER, to=date(2026, 6, 30), headline="")
    _kept(tmp_path, "upsell", Side.SUPPLIER)
    latest_path(tmp_path, "spend-buyer").write_text("{")
    lines = _lines(tmp_path)
    match = lines["match"]
    assert (match.standing, match.verdict, match.says) == (Standing.FRESH, "ranks only", "97 of 100 pairs.")
    assert (match.next_step, match.command) == ("who comes first", "bothsides predict match")
    assert lines["ltv-buyer"].standing is Standing.OLDER
    assert lines["ltv-buyer"].says == "Better than the rule."
    assert lines["upsell-supplier"].standing is Standing.FRESH
    assert replace(lines["upsell-supplier"], verdict="too little data").next_step == "what would help"
    assert lines["spend-buyer"].standing is Standing.BROKEN
    assert lines["spend-supplier"].standing is Standing.NONE


def test_who_looks_back_is_not_told_what_was_made_later(tmp_path: Path) -> None:
    _kept(tmp_path, "match", None, load=2)
    for then in (
        _lines(tmp_path, day=date(2026, 3, 31), load=2),
        _lines(tmp_path, load=1),
        _lines(tmp_path, load=None),
    ):
        match = then["match"]
        assert (match.standing, match.verdict, match.says, match.known_to) == (Standing.LATER, "", "", None)
    assert _lines(tmp_path, load=2)["match"].standing is Standing.FRESH


def test_one_made_before_the_last_load_is_not_fresh_though_its_days_are_the_same(tmp_path: Path) -> None:
    _kept(tmp_path, "match", None)
    _kept(tmp_path, "upsell", Side.SUPPLIER, load=None)
    lines = _lines(tmp_path, load=2)
    for model in ("match", "upsell-supplier"):
        assert (lines[model].standing, lines[model].next_step) == (Standing.BEFORE_LOAD, "to make it anew")
    assert _lines(tmp_path, day=date(2026, 9, 28), load=2)["match"].standing is Standing.OLDER
