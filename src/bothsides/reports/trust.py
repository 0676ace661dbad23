"""How far to trust a number, in words: n, interval or census, status."""

from bothsides.diagnosis.finding import Sureness, Worth
from bothsides.diagnosis.picture import Diagnosis
from bothsides.metrics import Basis, Status, Unit, Value
from bothsides.reports.numbers import between, count, money
from bothsides.reports.sampling import is_sample

STATUS_WORDS: dict[Status, str] = {
    Status.OK: "ok",
    Status.PARTIAL: "partial",
    Status.IMMATURE: "immature",
    Status.SMALL_N: "small n",
    Status.NO_DENOMINATOR: "no denominator",
    Status.RESTATED: "restated",
    Status.UNAVAILABLE: "unavailable",
}
STATUS_MEANING: dict[Status, str] = {
    Status.OK: "complete",
    Status.PARTIAL: "the period is not over, or part of the data is missing",
    Status.IMMATURE: "too early to tell: the outcome needs more time than has passed",
    Status.SMALL_N: "too few to conclude from",
    Status.NO_DENOMINATOR: "there was nothing to divide by",
    Status.RESTATED: "the source has changed this period since it was first loaded",
    Status.UNAVAILABLE: "the data to compute it are not there; never read it as 0",
}
SURENESS_MEANING: dict[Sureness, str] = {
    Sureness.CERTAIN: "counted, not estimated",
    Sureness.LIKELY: "the range leaves out the possibility that there is no problem",
    Sureness.DIRECTIONAL: "it points that way; neither the range nor the design settles it",
}
_BASIS_WORDS = {Basis.CENSUS: "census", Basis.SAMPLE: "declared sample", Basis.NOT_COMPUTED: "no range computed"}


def interval(value: Value) -> str:
    """The 95 % range, or why there is none."""
    if value.low is not None and value.high is not None:
        return between(value.low, value.high, value.unit, value.currency)
    if value.value is None:
        return "none"
    return _BASIS_WORDS.get(value.basis, "no range computed")


def status(value: Value) -> str:
    """The status in words."""
    return STATUS_WORDS[value.status]


def trust(value: Value) -> str:
    """The line that stands beside every number: what it rests on."""
    if value.value is None:
        return f"{value.reason or STATUS_MEANING[value.status]} · {status(value)}"
    return f"n {count(value.n)} · {interval(value)} · {status(value)}"


def is_firm(value: Value) -> bool:
    """Whether the number may be read without a warning."""
    return value.value is not None and value.status in {Status.OK, Status.RESTATED}


def worth_words(worth: Worth | None) -> str:
    """Money at stake per month, or that it could not be put in money."""
    return "not put in money" if worth is None else f"{money(worth.per_month, worth.currency)} a month"


def worth_range(worth: Worth | None) -> str:
    """The range of the money at stake, and which kind of money."""
    if worth is None:
        return ""
    if worth.low is None or worth.high is None:
        return f"of {worth.of}, no range"
    return f"of {worth.of}, range {between(worth.low, worth.high, Unit.MONEY, worth.currency)}"


def counted(diagnosis: Diagnosis) -> str:
    """What counts of accounts and orders rest on: every row there is, or the rows of a declared sample."""
    return "from a declared sample, no range" if is_sample(diagnosis) else "census"
