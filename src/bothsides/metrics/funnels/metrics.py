"""The two metrics of a funnel."""

from typing import Literal

from bothsides.metrics.funnels.declaration import Funnel
from bothsides.metrics.funnels.shape import Walk, needs
from bothsides.metrics.metric import Better, Metric, SideRule, Tier
from bothsides.metrics.value import Unit

DIMENSIONS = ("step", "category", "region", "channel", "segment")


def metrics_of(
    funnel: Funnel, *, row: int, tier: Tier = Tier.HEALTH, source: str = "", caveat: str = ""
) -> tuple[Metric, Metric]:
    """`<id>_reached` and `<id>_conversion`."""

    def made(shows: Literal["reached", "conversion"], unit: Unit, meaning: str) -> Metric:
        return Metric(
            id=f"{funnel.id}_{shows}",
            label=f"{funnel.label}: {shows}",
            meaning=meaning,
            unit=unit,
            formula=Walk(funnel=funnel, shows=shows),
            side=SideRule(funnel.side.value) if funnel.side else SideRule.OWN,
            tier=tier,
            better=Better.UP,
            family="funnels",
            row=row,
            window=told_window(funnel),
            maturity_days=funnel.days,
            dimensions=DIMENSIONS,
            needs=needs(funnel),
            source=source or "bothsides dictionary",
            caveat=caveat,
        )

    way = " to ".join(step.name for step in funnel.steps)
    unit = "entries" if funnel.count == "entries" else f"{funnel.walker}s"
    over = "those that entered" if funnel.denominator == "entrants" else "those that reached the step before"
    return (
        made(
            "reached", Unit.COUNT, f"{unit.capitalize()} that reached a step on the way {way}, by the day they entered."
        ),
        made(
            "conversion", Unit.RATE, f"Share of {over} that reached a step on the way {way}, by the day they entered."
        ),
    )


def told_window(funnel: Funnel) -> str:
    """The funnel's window in words."""
    if funnel.window == "none":
        return "no limit from the entry"
    if funnel.window == "per_step":
        return "each step its own, from the step before"
    hours = funnel.window.total_seconds() / 3600
    return f"{hours / 24:g} days from the entry" if hours >= 48 else f"{hours:g} hours from the entry"
