"""What accounts of each segment bring, held against what one of their side costs."""

from bothsides.diagnosis.figures import figure
from bothsides.diagnosis.wording import money, of_side
from bothsides.metrics import Status, Unit, Value
from bothsides.schema import Side

Split = tuple[tuple[str | None, dict[str, Value]], ...]


def split_by(dim: str, values: list[Value]) -> Split:
    """Values by label of the dimension, those without a label last; nothing where no account has one."""
    found: dict[str | None, dict[str, Value]] = {}
    for value in values:
        found.setdefault(value.dim(dim), {})[value.metric] = value
    if set(found) <= {None}:
        return ()
    return tuple((label, found[label]) for label in sorted(found, key=lambda c: (c is None, c or "")))


def number(values: dict[str, Value], name: str) -> float | None:
    """The value's number, None where it is unknown."""
    value = values.get(name)
    return None if value is None or value.value is None else float(value.value)


def so_far(value: Value) -> str:
    """What is said behind a value that grows as its accounts get older."""
    return " so far" if value.status is Status.IMMATURE else ""


def beside_cac(split: Split, cac: Value | None) -> Split:
    """Each segment's LTV over the side's CAC, since nobody books spend by segment; the range is that of the LTV.

    A segment that is dearer to win than its side looks better here than it is.
    """
    cost = None if cac is None or not cac.value else float(cac.value)
    if cost is None:
        return split
    return tuple((label, values | _over(values.get("ltv"), cost)) for label, values in split)


def _over(ltv: Value | None, cost: float) -> dict[str, Value]:
    if ltv is None or ltv.value is None:
        return {}
    low, high = (None if end is None else end / cost for end in (ltv.low, ltv.high))
    ratio = figure(
        "ltv_to_side_cac", float(ltv.value) / cost, Unit.RATIO, n=ltv.n, low=low, high=high, basis=ltv.basis,
        side=ltv.side, period=ltv.period, place=dict(ltv.dims),
    )  # fmt: skip
    return {"ltv_to_side_cac": ratio}


def segment_sentence(side: Side, split: Split, currency: str) -> str:
    """Which segment brings most and which least, where their ranges do not touch; else that none stands out.

    Only values that cover the same months of age are compared: a segment of few accounts is seen for fewer months.
    """
    known = [
        (label, values["ltv"]) for label, values in split if label and values.get("ltv") and _judged(values["ltv"])
    ]
    if len(known) < 2:
        return ""
    covered = max({v.reason for _, v in known}, key=lambda said: sum(v.reason == said for _, v in known))
    alike = sorted(
        ((label, v) for label, v in known if v.reason == covered), key=lambda pair: float(pair[1].value or 0)
    )
    if len(alike) < 2:
        return f"Segments of {of_side(side)} cannot be compared: each was seen for another number of months of age."
    least, best = alike[0], alike[-1]
    if (best[1].low or 0) <= (least[1].high or 0):
        return f"No segment of {of_side(side)} seen for as long brings more than another beyond chance."
    amounts = [f"{money(float(v.value or 0), currency)}{so_far(v)}" for _, v in (best, least)]
    most = f"the segment {best[0]} brings most, {amounts[0]} an account"
    return f"Of {of_side(side)} {most}, {least[0]} least, {amounts[1]}."


def _judged(ltv: Value) -> bool:
    """Whether the value has a range and stands on enough accounts."""
    return ltv.value is not None and ltv.low is not None and ltv.high is not None and ltv.status is not Status.SMALL_N
