"""Which campaigns the won revenue is credited to."""

from bothsides.metrics.measure import Measure, Ratio, Test
from bothsides.metrics.metric import Better, Metric, SideRule, Tier
from bothsides.metrics.value import Unit

_CAVEAT = "Split it by campaign: the row without one is what no campaign touched; all rows add up to the won value."

_FIRST = Test("is_first", "=", True)


def _credited(column: str, *tests: Test) -> Measure:
    return Measure(fact="attribution", on="closed_on", aggregate="sum", column=column, where=tests)


def _model(name: str, label: str, how: str, *tests: Test) -> Metric:
    return Metric(
        id=f"attributed_revenue_{name}",
        row=67,
        family="attribution",
        label=f"Attributed revenue, {label}",
        unit=Unit.MONEY,
        formula=_credited(f"{name}_amount", *tests),
        meaning=f"Amount of the opportunities won in the period, credited {how}.",
        side=SideRule.OWN,
        tier=Tier.LAGGING,
        better=Better.UP,
        window="touches up to 180 days before the close",
        caveat=_CAVEAT,
    )


ATTRIBUTION = (
    _model("first", "first touch", "whole to the campaign that touched them first", _FIRST),
    _model("last", "last touch", "whole to the campaign that touched them last", Test("is_last", "=", True)),
    _model("position", "by position", "40 % to the first campaign touch, 40 % to the last, the rest evenly between"),
    Metric(
        id="attributed_share",
        row=67,
        family="attribution",
        label="Marketing share of won value",
        unit=Unit.RATE,
        formula=Ratio(
            numerator=_credited("first_amount", _FIRST, Test("attributed", "=", True)),
            denominator=_credited("first_amount", _FIRST),
        ),
        meaning="Share of the amount won in the period that at least one campaign touched before.",
        side=SideRule.OWN,
        tier=Tier.LAGGING,
        better=Better.UP,
        window="touches up to 180 days before the close",
        dimensions=("category", "region"),
        caveat="Touched is not caused. The same under every model.",
    ),
)
