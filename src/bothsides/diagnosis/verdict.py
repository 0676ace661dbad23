"""The one or two sentences at the top: which side is short and where, what to do first, how sure, what it is worth."""

from collections.abc import Sequence

from bothsides.diagnosis.finding import Finding, Sureness
from bothsides.diagnosis.picture import Headline
from bothsides.diagnosis.wording import counted, listed, money, share

SIDE_SHORT = {"supply_short_cell": "suppliers", "demand_short_cell": "buyers"}
SURE_WORDS = {
    Sureness.CERTAIN: "counted, not estimated",
    Sureness.LIKELY: "likely",
    Sureness.DIRECTIONAL: "directional: test before you spend",
}
MOST_PLACES = 3
BLIND = "from orders alone it cannot be judged which side is short"
SAMPLED = "the orders are a declared sample: totals are weighted estimates, accounts and concentration cannot be judged"


def verdict(findings: Sequence[Finding], headlines: Sequence[Headline], *, judged: int, limit: str = "") -> str:
    """The market in a few sentences.

    `judged` is how many cells could be judged at all; `limit` says what kept sides and cells from being judged.
    """
    state = "; ".join(part for part in (_growth(headlines), limit or _short(findings, judged)) if part)
    return " ".join(part for part in (f"{_capital(state)}." if state else "", _first(findings, limit)) if part)


def _growth(headlines: Sequence[Headline]) -> str:
    gmv = next((h for h in headlines if h.metric == "gmv"), None)
    if gmv is None or gmv.now.value is None or gmv.before is None or not gmv.before.value or gmv.before.value < 0:
        return ""
    change = float(gmv.now.value) / float(gmv.before.value)
    if change >= 2:
        return f"GMV is {change:.1f} times the same span before"
    if abs(change - 1) < 0.005:
        return "GMV is level with the same span before"
    return f"GMV is {'up' if change >= 1 else 'down'} {share(abs(change - 1))} on the same span before"


def _short(findings: Sequence[Finding], judged: int) -> str:
    sentences = []
    for kind, who in SIDE_SHORT.items():
        found = [f for f in findings if f.kind == kind]
        if not found:
            continue
        places = [" / ".join(p for p in (f.place.category, f.place.region) if p) for f in found[:MOST_PLACES]]
        if len(found) > MOST_PLACES:
            places.append(counted(len(found) - MOST_PLACES, "other cell"))
        sure = "" if any(f.sure is not Sureness.DIRECTIONAL for f in found) else " (directional)"
        sentences.append(f"{who} are short in {listed(places)}{sure}")
    if sentences:
        return ", ".join(sentences)
    return f"neither side is short in the {counted(judged, 'cell')} that could be judged" if judged else ""


def _first(findings: Sequence[Finding], limit: str) -> str:
    if not findings:
        return "Nothing in what can be seen calls for alarm." if limit else "Nothing in this data calls for alarm."
    first = findings[0]
    worth = first.worth
    value = f", worth {money(worth.per_month, worth.currency)} of {worth.of} a month" if worth else ""
    return f"First: {first.title} ({SURE_WORDS[first.sure]}{value}). {first.first_step}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
