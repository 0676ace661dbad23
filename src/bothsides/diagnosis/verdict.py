"""The one or two sentences at the top: which side is short and where, what to do first, how sure, what it is worth."""

from collections.abc import Sequence

from bothsides.diagnosis.finding import Finding, Sureness
from bothsides.diagnosis.picture import Flywheel, Headline
from bothsides.diagnosis.wording import counted, listed, money, share

SIDE_SHORT = {"supply_short_cell": "suppliers", "demand_short_cell": "buyers"}
SURE_WORDS = {
    Sureness.CERTAIN: "counted",
    Sureness.LIKELY: "likely",
    Sureness.DIRECTIONAL: "directional: test before you spend",
}
MOST_PLACES = 3
BLIND = "which side is short cannot be judged without searches or requests of the same months"
SAMPLED = "the orders are a declared sample: totals are weighted estimates, accounts and concentration cannot be judged"


def verdict(
    findings: Sequence[Finding],
    headlines: Sequence[Headline],
    *,
    judged: int,
    limit: str = "",
    fall: str = "",
    turn: str = "",
) -> str:
    """The market in a few sentences: how it stands, which side is short and where, what to do first.

    `judged` is how many cells could be judged at all; `limit` says what kept sides and cells from being judged, `fall`
    a recent break in GMV, `turn` that its last quarter moved against the year.
    """
    state = "; ".join(part for part in (_growth(headlines, fall, turn), limit or _short(findings, judged)) if part)
    return " ".join(part for part in (f"{_capital(state)}." if state else "", _first(findings, limit or fall)) if part)


def _growth(headlines: Sequence[Headline], fall: str, turn: str) -> str:
    year = _year(headlines)
    if not fall:
        return f"GMV is {year} the same span before{f', {turn}' if turn else ''}" if year else ""
    return f"{fall}; over 12 months it is {year} the year before" if year else fall


def _year(headlines: Sequence[Headline]) -> str:
    gmv = next((h for h in headlines if h.metric == "gmv"), None)
    if gmv is None or gmv.now.value is None or gmv.before is None or not gmv.before.value or gmv.before.value < 0:
        return ""
    change = float(gmv.now.value) / float(gmv.before.value)
    if change >= 2:
        return f"{change:.1f} times"
    if abs(change - 1) < 0.005:
        return "level with"
    return f"{'up' if change >= 1 else 'down'} {share(abs(change - 1))} on"


def _short(findings: Sequence[Finding], judged: int) -> str:
    sentences = []
    for kind, who in SIDE_SHORT.items():
        found = [f for f in findings if f.kind == kind and not f.contradicted]
        if not found:
            continue
        places = [" / ".join(p for p in (f.place.category, f.place.region) if p) for f in found[:MOST_PLACES]]
        if len(found) > MOST_PLACES:
            places.append(counted(len(found) - MOST_PLACES, "other cell"))
        sure = "" if any(f.sure is not Sureness.DIRECTIONAL for f in found) else " (directional)"
        sentences.append(f"{who} are short in {listed(places)}{sure}")
    if sentences:
        return ", ".join(sentences)
    still = "still " if any(f.contradicted for f in findings) else ""
    return f"neither side is {still}short in the {counted(judged, 'cell')} that could be judged" if judged else ""


FIRST = "First: "
"""Where what to do begins in a verdict."""


def _first(findings: Sequence[Finding], limit: str) -> str:
    if not findings:
        return "Nothing in what can be seen calls for alarm." if limit else "Nothing in this data calls for alarm."
    first = findings[0]
    worth = "" if first.worth is None else money(first.worth.per_month, first.worth.currency)
    told = not worth or first.worth is None or worth in first.title
    value = "" if told or first.worth is None else f", worth {worth} of {first.worth.of} a month"
    if first.sure is Sureness.CERTAIN and first.worth is not None:
        value = f"; its worth is an estimate: {worth} of {first.worth.of} a month"
    return f"{FIRST}{first.title} ({SURE_WORDS[first.sure]}{value}). {first.first_step}"


def beside(wheel: Flywheel, findings: Sequence[Finding]) -> str:
    """The limiting edge set beside what comes first, so that the two do not seem to contradict each other."""
    first = findings[0] if findings else None
    if wheel.limiting is None or wheel.reach_worth is None or first is None or first.worth is None:
        return ""
    if first.worth.of == "GMV" and first.worth.per_month > wheel.reach_worth:
        return "The first thing to do is another, because it is worth more: finding 1."
    if first.kind == "ndr_leak":
        return "The first thing to do is another, because what is won runs out through it: finding 1."
    return ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
