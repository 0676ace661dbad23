"""The made-up market with every reading a page can show: stage, cells, elasticities, thresholds, ties, models."""

from dataclasses import replace
from datetime import date
from functools import cache

from tests.reports.test_cell_pages import audited
from tests.reports.test_hanging_section import known
from tests.reports.test_predictions_section import CARD

from bothsides.diagnosis.elasticity.records import (
    Effect,
    ElasticityReading,
    Funding,
    Identification,
    Margin,
    Response,
    RetentionDriver,
    SideReturn,
)
from bothsides.diagnosis.elasticity.regression import Interval
from bothsides.diagnosis.figures import figure, rate
from bothsides.diagnosis.finding import Sureness
from bothsides.diagnosis.picture import Diagnosis
from bothsides.diagnosis.stage.reading import Anchor, Checked, Rival, Stage, StageReading, Vertical
from bothsides.diagnosis.stage.strategy import Ground, strategy
from bothsides.diagnosis.threshold import Distance, ThresholdReading, Thresholds
from bothsides.diagnosis.threshold.distance import Kept
from bothsides.diagnosis.threshold.reading import Estimate, ThresholdStatus
from bothsides.diagnosis.threshold.reading import Ground as Rests
from bothsides.metrics import Unit
from bothsides.predict.model_card import ModelVerdict
from bothsides.reports import audit_html
from bothsides.schema import Side


def whole() -> Diagnosis:
    """The full sample with a reading of every kind, a finding too small to rank and a headline not compared."""
    found = audited()
    trifle = replace(found.findings[0], rank=0, title="Pumps / North takes GBP 300 of spend for 2 suppliers")
    first, *others = found.headlines
    alone = replace(first, before=None, note="2023-11-01 to 2024-10-31; not compared: the span before is small n")
    return replace(
        found,
        headlines=(alone, *others),
        smaller=(trifle,),
        stage=stage(),
        hanging=known(),
        elasticity=elasticity(),
        threshold=threshold(),
        predictions=(CARD, replace(CARD, side=Side.SUPPLIER, verdict=ModelVerdict.NO_SIGNAL, reason="no better")),
    )


def stage() -> StageReading:
    """A growing market whose spend is not known, with buyers to win and one to hold."""
    growth, repeat = figure("gmv_growth_year", 0.62, Unit.RATE, n=900), rate("buyer_repeat", 40, 90)
    cells = rate("working_cell_share", 12, 28)
    small = Vertical(category="Safety", score=0.91, demand=12.4, supply=3.0, unmet=41, gmv_share=0.012)
    whom = Anchor(name="Mill Ltd", category="Pumps", region="North", why="Looked there.", per_month=12_400, values=())
    asked = (("buyer_repeat", repeat), ("working_cell_share", cells), ("gmv_growth_year", growth))
    return StageReading(
        stage=Stage.GROWING,
        possible=(Stage.GROWING,),
        sentence="The market is growing: 44 % of new buyers order again within 90 days and GMV grew 62 % in a year.",
        rule=tuple(Checked(reading=name, asks="at least 25 %", has="x", value=v, met=True) for name, v in asked),
        values=tuple(value for _, value in asked),
        sure=Sureness.LIKELY,
        why_sure="Every value that decides is clear of its bound; the bounds are rules of thumb.",
        rival=Rival(stage=Stage.PRE_FIT, reading="buyer_repeat", says="With repeat below 25 % it would be pre-fit."),
        to_next="Mature once growth slows below 25 %.",
        retention_first=False,
        focus=strategy(Stage.GROWING, retention_first=False, anchors=(whom,), measured=frozenset({Ground.DEMAND})),
        anchors=(whom,),
        verticals=(small,),
        to_hold=("Leaving Ltd",),
    )


def elasticity() -> ElasticityReading:
    """One effect by lot, one refused, what followed a push, and suppliers to fund."""
    pulls = Effect(
        side=Side.BUYER,
        margin=Margin.INFLOW,
        grade=Identification.RANDOMISED,
        why="Pushes for suppliers were dealt by lot.",
        value=0.42,
        interval=Interval(low=0.2, high=0.64),
        error=0.1,
        n=2400,
        cells=24,
        weeks=100,
        method="instrumented",
        first_stage=31.0,
    )
    refused = Effect(
        side=Side.SUPPLIER,
        margin=Margin.INFLOW,
        grade=Identification.REFUSED,
        why="Nothing moved buyers alone.",
        reason="no push for buyers",
    )
    push = Response(
        pushed=Side.SUPPLIER,
        side=Side.BUYER,
        weeks=tuple(range(27)),
        percent=tuple(week / 10 for week in range(27)),
        low=tuple(week / 20 for week in range(27)),
        high=tuple(week / 5 for week in range(27)),
        starts=24,
    )
    returns = tuple(
        SideReturn(side=side, total=t, low=t - 1, high=t + 1, own=t - 0.5, cross=0.5, cost=400.0, contribution=9.0)
        for side, t in ((Side.BUYER, 2.1), (Side.SUPPLIER, 4.4))
    )
    return ElasticityReading(
        sentence="More suppliers bring buyers; whether buyers bring suppliers is not known.",
        cells=24,
        weeks=100,
        first_week=date(2022, 12, 5),
        last_week=date(2024, 10, 28),
        effects=(pulls, refused),
        responses=(push,),
        retention=RetentionDriver(side=None, probability=0.58, sentence="Which side keeps the other cannot be told."),
        funding=Funding(
            side=Side.SUPPLIER,
            probability=0.97,
            gap=2.1,
            returns=returns,
            horizon_weeks=52,
            grade=Identification.RANDOMISED,
            sentence="A unit spent on suppliers returns 4.40 within 52 weeks, one spent on buyers 2.10.",
        ),
    )


def threshold() -> Thresholds:
    """Buyers stay from a number of suppliers on, which one cell lacks; of suppliers nothing is found."""
    ground = Rests(cells=24, weeks=100, cell_weeks=2400, leavers=640, crossed=9)
    short = Distance(
        category="Pumps",
        region="North",
        own=40,
        other=9,
        needed=12,
        missing=3,
        per_week=0.1,
        weeks=30,
        holds=True,
        cost=1_200.0,
        kept=Kept(accounts=2.0, gmv=4_000.0, gmv_low=1_000.0, gmv_high=7_000.0),
    )
    return Thresholds(
        cells=24,
        first=date(2022, 12, 5),
        last=date(2024, 10, 28),
        readings=(
            ThresholdReading(
                side=Side.BUYER,
                status=ThresholdStatus.CLAIMED,
                reason="leaving drops there",
                ground=ground,
                level=Estimate(value=12.0, low=11.0, high=13.0),
                hazard_below=0.03,
                hazard_above=0.01,
                distances=(short,),
            ),
            ThresholdReading(
                side=Side.SUPPLIER, status=ThresholdStatus.NONE, reason="no level stands out", ground=ground
            ),
        ),
    )


@cache
def page() -> str:
    """Its page, drawn once."""
    return audit_html(whole())
