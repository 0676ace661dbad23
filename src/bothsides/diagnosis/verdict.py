"""The one or two sentences at the top: which side is short and where, how sure, what to do first, what it is worth."""

from collections.abc import Sequence

from bothsides.diagnosis.finding import Finding, Sureness
from bothsides.diagnosis.picture import Headline
from bothsides.diagnosis.wording import listed, money, share

SIDE_SHORT = {"supply_short_cell": "suppliers", "demand_short_cell": "buyers"}


def verdict(findings: Sequence[Finding], headlines: Sequence[Headline], *, currency: str, judged: int) -> str:
    """The market in two or three sentences. `judged` is how many cells could be judged at all."""
    parts = (_state(headlines, currency), _kept(headlines), _short(findings, judged), _first(findings))
    return " ".join(part for part in parts if part)


def _state(headlines: Sequence[Headline], currency: str) -> str:
    gmv = next((h for h in headlines if h.metric == "gmv"), None)
    if gmv is None or gmv.now.value is None:
        return ""
    text = f"GMV of {money(float(gmv.now.value), currency)}"
    if gmv.before is not None and gmv.before.value:
        change = float(gmv.now.value) / float(gmv.before.value) - 1
        if change >= 1:
            text += f", {1 + change:.1f} times the same span before"
        else:
            text += f", {'up' if change >= 0 else 'down'} {share(abs(change))} on the same span before"
    return f"{text}."


def _kept(headlines: Sequence[Headline]) -> str:
    """What last year's accounts bring this year, on the sides where the history can tell."""
    parts = [
        f"{h.now.side}s {share(float(h.now.value))}"
        for h in headlines
        if h.metric == "ndr_gmv" and h.now.value is not None and h.now.side
    ]
    return f"Accounts of the year before now bring, of what they brought then: {listed(parts)}." if parts else ""


def _short(findings: Sequence[Finding], judged: int) -> str:
    sentences = []
    for kind, who in SIDE_SHORT.items():
        found = [f for f in findings if f.kind == kind]
        if found:
            places = [" / ".join(p for p in (f.place.category, f.place.region) if p) for f in found[:3]]
            more = f" and {len(found) - 3} more cells" if len(found) > 3 else ""
            sure = "" if any(f.sure is not Sureness.DIRECTIONAL for f in found) else " (directional)"
            sentences.append(f"{who} are short in {listed(places)}{more}{sure}")
    if sentences:
        return f"{_capital(listed(sentences))}."
    return f"Neither side is short in any of the {judged} cells that could be judged." if judged else ""


def _first(findings: Sequence[Finding]) -> str:
    if not findings:
        return "Nothing in this data calls for alarm."
    first = findings[0]
    sure = {
        Sureness.CERTAIN: "counted, not estimated",
        Sureness.LIKELY: "likely",
        Sureness.DIRECTIONAL: "directional: test before you spend",
    }[first.sure]
    worth = first.worth
    value = f", worth {money(worth.per_month, worth.currency)} of {worth.of} a month" if worth else ""
    title = first.title[:1].lower() + first.title[1:] if _common(first.title) else first.title
    return f"Do first: {title} ({sure}{value}). {first.first_step}"


def _common(title: str) -> bool:
    """Whether the title begins with a common word that is written small inside a sentence."""
    return title.split(" ", 1)[0] in {"Buyers", "Suppliers", "One", "Ten"}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
