"""The finding a threshold leads to: cells that have not enough of one side yet for the other side to stay."""

from bothsides.diagnosis.figures import figure
from bothsides.diagnosis.finding import Evidence, Finding, Place, Rows, Sureness, Worth
from bothsides.diagnosis.threshold.distance import Distance
from bothsides.diagnosis.threshold.reading import ThresholdReading
from bothsides.diagnosis.threshold.thresholds import Thresholds
from bothsides.diagnosis.wording import count, counted, money, of_side, share
from bothsides.metrics import Basis, Unit
from bothsides.schema import Side

KIND = "below_threshold_cells"

MOST_ROWS = 20

OWNER = {Side.SUPPLIER: "VP Sales, supplier side", Side.BUYER: "Demand-generation manager"}
"""Who brings the side of which more are needed."""


def threshold_findings(thresholds: Thresholds, currency: str) -> list[Finding]:
    """One finding for each side whose leaving has a threshold that some cells have not reached."""
    return [
        _finding(reading, below, currency)
        for reading in thresholds.claimed
        if (below := tuple(d for d in reading.distances if not d.across))
    ]


def level_words(reading: ThresholdReading) -> str:
    """The level as people say it, e.g. `41 suppliers`, or the line it is.

    A frontier has no one level: it depends on how many of the own side a cell has.
    """
    if reading.level is None:
        return "no level"
    other = reading.side.other.value
    if reading.in_both:
        return f"as many {of_side(reading.side.other)} as its {of_side(reading.side)} call for"
    return counted(reading.level.value, other)


def effect_words(reading: ThresholdReading) -> str:
    """What being across does, e.g. `1.9 % instead of 4.9 % of buyers leave a week`."""
    below, above = (share(rate or 0) for rate in (reading.hazard_below, reading.hazard_above))
    return f"{above} instead of {below} of {of_side(reading.side)} leave a week"


def _finding(reading: ThresholdReading, below: tuple[Distance, ...], currency: str) -> Finding:
    other = reading.side.other
    first = next((d for d in below if d.holds), below[0])
    return Finding(
        kind=KIND,
        title=f"{count(len(below))} of {counted(len(reading.distances), 'cell')} {_lack(reading, len(below))}, from "
        f"which on {effect_words(reading)}",
        place=Place(side=other),
        sure=Sureness.LIKELY,
        why_sure=f"The level stands out: {reading.reason}. It is seen in cells that crossed it, not in a trial.",
        evidence=(_level(reading), _cells(reading, below)),
        worth=_worth(below, currency),
        cause=f"Spread over too many cells, {of_side(other)} are too few in each for {of_side(reading.side)} to find "
        "what they came for; those leave before the cell carries itself.",
        owner=OWNER[other],
        play="cross_threshold",
        first_step=f"Bring {counted(first.missing, other.value)} to {first.label}, {_why_first(first)}, and hold the "
        "next cell until it is across.",
        caveat="Cells that crossed may have been better in other ways, though cells and weeks were held alike; a push "
        "drawn by lot would settle it. A retained account is taken to trade as the cell's accounts do.",
    )


def _why_first(first: Distance) -> str:
    """Why this cell comes first: it is near, and stays across by itself if any does."""
    return "the nearest that would stay across by itself" if first.holds else "the nearest, and keep it there"


def _lack(reading: ThresholdReading, number: int) -> str:
    """What the cells below have not."""
    has = "has" if number == 1 else "have"
    return f"{has} not {level_words(reading)}" if reading.in_both else f"{has} fewer than {level_words(reading)}"


def _level(reading: ThresholdReading) -> Evidence:
    level, ground = reading.level, reading.ground
    assert level is not None
    where = (
        f"At {level_words(reading)} ({count(level.low)} to {count(level.high)})"
        if not reading.in_both
        else "Above a line in both stocks"
    )
    return Evidence(
        sentence=f"{where} {effect_words(reading)}, cell and week held alike; {share(reading.share_above or 0)} of the "
        f"weeks of cells lie above, and {counted(ground.crossed, 'cell')} have been on both sides.",
        values=(
            figure(
                "liquidity_threshold",
                level.value,
                Unit.COUNT if not reading.in_both else Unit.INDEX,
                n=ground.cell_weeks,
                low=level.low,
                high=level.high,
                basis=Basis.CELLS,
                side=reading.side.other.value,
            ),
            figure(
                "leaving_below_threshold",
                reading.hazard_below,
                Unit.RATE,
                n=ground.leavers,
                basis=Basis.NOT_COMPUTED,
                side=reading.side.value,
            ),
            figure(
                "leaving_above_threshold",
                reading.hazard_above,
                Unit.RATE,
                n=ground.leavers,
                basis=Basis.NOT_COMPUTED,
                side=reading.side.value,
            ),
        ),
    )


def _cells(reading: ThresholdReading, below: tuple[Distance, ...]) -> Evidence:
    soon = [d for d in below if d.weeks is not None and d.weeks <= 52]
    missing = sum(d.missing for d in below)
    costs = [d.cost for d in below]
    return Evidence(
        sentence=f"{counted(missing, reading.side.other.value)} are missing over all of them; as they grow now, "
        f"{count(len(soon))} of {count(len(below))} get there within a year. Once across, "
        f"{count(sum(d.holds for d in below))} would stay there, as {of_side(reading.side.other)} join and leave now.",
        rows=Rows(
            columns=(
                "cell",
                of_side(reading.side.other),
                "missing",
                "change a week",
                "weeks to go",
                "once across",
                "cost of the missing",
                "GMV kept a month",
            ),
            rows=tuple(
                (
                    d.label,
                    d.other,
                    d.missing,
                    round(d.per_week, 1),
                    None if d.weeks is None else float(round(d.weeks)),
                    "stays" if d.holds else "falls back",
                    d.cost,
                    d.kept.gmv if d.kept else None,
                )
                for d in below[:MOST_ROWS]
            ),
            of=len(below),
            money=frozenset({"cost of the missing", "GMV kept a month"} if any(costs) else {"GMV kept a month"}),
        ),
    )


def _worth(below: tuple[Distance, ...], currency: str) -> Worth:
    kept = [d.kept for d in below if d.kept is not None]
    accounts = sum(k.accounts for k in kept)
    total = sum(k.gmv for k in kept)
    return Worth(
        per_month=total,
        low=sum(k.gmv_low for k in kept),
        high=sum(k.gmv_high for k in kept),
        currency=currency,
        reckoning=f"{count(accounts)} accounts a month that would stay if these cells were across, at what an account "
        f"of its cell brings a month: {money(total, currency)} for each month of staying on.",
    )
