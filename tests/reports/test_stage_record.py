"""The stage for scripts: plain words, numbers and nothing, whatever the verdict."""

import json

from bothsides.diagnosis.figures import figure
from bothsides.diagnosis.finding import Sureness
from bothsides.diagnosis.stage.reading import Anchor, Checked, Rival, Stage, StageReading, Vertical
from bothsides.diagnosis.stage.strategy import strategy
from bothsides.metrics import Unit
from bothsides.reports.stage_record import stage_record

GROWTH = figure("gmv_growth_year", 0.4, Unit.RATE, n=10)


def reading(**changed: object) -> StageReading:
    given: dict[str, object] = {
        "stage": Stage.GROWING,
        "possible": (Stage.GROWING,),
        "sentence": "It grows.",
        "rule": (Checked(reading="gmv_growth_year", asks="at least 25 %", has="40 %", value=GROWTH, met=True),),
        "values": (GROWTH,),
        "sure": Sureness.LIKELY,
        "why_sure": "clear",
        "rival": Rival(stage=Stage.MATURE, reading="gmv_growth_year", says="slower"),
        "to_next": "slower",
        "retention_first": False,
        "focus": strategy(Stage.GROWING, retention_first=False),
        "anchors": (Anchor(name="A", category="Pumps", region=None, why="w", per_month=5.0, values=()),),
        "verticals": (Vertical(category="V", score=1.0, demand=2.0, supply=3.0, unmet=4, gmv_share=0.1),),
    }
    return StageReading(**(given | changed))  # type: ignore[arg-type]


def test_the_record_survives_json_and_says_who_and_how_much() -> None:
    record = json.loads(json.dumps(stage_record(reading())))
    assert (record["stage"], record["sure"], record["rival"]["stage"]) == ("growing", "likely", "mature")
    assert record["rule"] == [{"reading": "gmv_growth_year", "asks": "at least 25 %", "value": 0.4, "met": True}]
    assert record["anchors"][0]["gmv_per_month"] == 5.0
    assert record["verticals"][0]["unmet_asks"] == 4
    assert {(f["team"], f["side"]) for f in record["focus"]} == {
        (team, side) for team in ("marketing", "sales") for side in ("buyer", "supplier")
    }


def test_without_a_verdict_the_fields_are_there_and_empty() -> None:
    record = stage_record(reading(stage=None, possible=(Stage.EARLY, Stage.GROWING), sure=None, rival=None))
    assert (record["stage"], record["sure"], record["rival"]) == (None, None, None)
    assert record["possible"] == ["early", "growing"]
