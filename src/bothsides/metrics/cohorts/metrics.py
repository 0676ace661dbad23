"""The metrics of declared retentions, and the lifecycle."""

from typing import Literal

from bothsides.metrics.cohorts.declaration import Retention
from bothsides.metrics.cohorts.lifecycle import Lifecycle
from bothsides.metrics.cohorts.retention import Returned
from bothsides.metrics.metric import Better, Metric, SideRule, Tier
from bothsides.metrics.value import Unit

DIMENSIONS = ("age", "category", "region", "channel", "segment")


def metric_of(retention: Retention, *, row: int, source: str = "", caveat: str = "") -> Metric:
    """The retention as a metric with the dimension `age`."""
    period = retention.period
    told = f"{period} days from the first day" if isinstance(period, int) else f"calendar {period.value}"
    whose = "GMV of the cohort over its GMV in period 0" if retention.measure == "gmv" else "Share of the cohort active"
    when = {"bounded": "in the period of that age", "unbounded": "in the period of that age or later"}.get(
        str(retention.span), "in the ages of the bracket"
    )
    return Metric(
        id=retention.id,
        label=retention.label,
        meaning=f"{whose} {when}; active by {retention.active}.",
        unit=Unit.RATE,
        formula=Returned(retention=retention),
        side=SideRule(retention.side.value) if retention.side else SideRule.SPLIT,
        tier=Tier.LAGGING,
        better=Better.UP,
        family="cohorts",
        row=row,
        window=told,
        dimensions=DIMENSIONS,
        source=source or "bothsides dictionary",
        caveat=caveat,
    )


_STATES: dict[Literal["new", "returning", "resurrected", "dormant"], tuple[str, Better]] = {
    "new": ("Accounts with their first completed order in the period.", Better.UP),
    "returning": ("Accounts active in the period and in the period before.", Better.UP),
    "resurrected": ("Accounts active in the period, not in the one before, but earlier.", Better.UP),
    "dormant": ("Accounts active in the period before and not in this one.", Better.DOWN),
}


def lifecycle() -> tuple[Metric, ...]:
    """New, returning, resurrected and dormant accounts by period."""
    return tuple(
        Metric(
            id=f"lifecycle_{state}_accounts",
            label=f"Lifecycle: {state} accounts",
            meaning=meaning,
            unit=Unit.COUNT,
            formula=Lifecycle(state=state),
            side=SideRule.OWN,
            tier=Tier.HEALTH,
            better=better,
            family="cohorts",
            row=28,
            window="the period against the one before",
            dimensions=DIMENSIONS[1:],
            caveat="By calendar period, whichever was asked for; churn by days of quiet is another number.",
        )
        for state, (meaning, better) in _STATES.items()
    )
