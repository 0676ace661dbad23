"""A model that only ranks shows scores, no chances: on the screen as in the record."""

from dataclasses import replace
from io import StringIO

from rich.console import Console
from tests.predict.test_model_card import CARD
from tests.predict.test_scores import CASES, FIT, SIGNALS

from bothsides.cli.predictions import Told, as_record, show
from bothsides.predict.model_card import ModelVerdict
from bothsides.predict.scores import Prediction, scored


def _told(verdict: ModelVerdict) -> Told:
    table = scored(SIGNALS, FIT, CASES, {7: "Acme [/x]"})
    return Told(question="Who?", answer=Prediction(card=replace(CARD, verdict=verdict), table=table))


def _screen(told: Told) -> str:
    text = StringIO()
    show(Console(file=text, width=200), [told], 3)
    return text.getvalue()


def test_a_usable_model_gives_chances() -> None:
    told = _told(ModelVerdict.USABLE)
    first = as_record(told, 1)["top"][0]
    assert first["probability"] == first["score"]
    assert f"{first['probability']:.0%}" in _screen(told)


def test_one_that_only_ranks_gives_scores_without_a_probability() -> None:
    told = _told(ModelVerdict.NOT_CALIBRATED)
    first = as_record(told, 1)["top"][0]
    assert first["probability"] is None
    assert first["score"] > 0.5
    lines = [line for line in _screen(told).splitlines() if line.startswith(("account 8", "Acme [/x]"))]
    assert lines
    assert not any("%" in line for line in lines)
