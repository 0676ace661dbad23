"""Every finding in rank order: what, where, how sure, worth what, why, whose, what to do; its evidence folded."""

import re

from bothsides.diagnosis.finding import Evidence, Finding
from bothsides.diagnosis.picture import Diagnosis
from bothsides.reports.marks import sureness_mark
from bothsides.reports.markup import Markup, element, join
from bothsides.reports.names import value_name
from bothsides.reports.numbers import spoken
from bothsides.reports.pieces import Section, fold, prose, value_table
from bothsides.reports.records import records_table
from bothsides.reports.trust import worth_range, worth_words
from bothsides.schema.plays import PLAYS

_MOST_RECORDS = 10
_NUMBERED = re.compile(r"\bfinding (\d+)\b")


def findings(diagnosis: Diagnosis) -> Section | None:
    """All findings; nothing where there are none."""
    if not diagnosis.findings:
        return None
    ranked = sorted(diagnosis.findings, key=lambda finding: finding.rank)
    lead = prose("Ranked by the money at stake and how sure it is. Worth ranks; it is not a forecast.")
    return Section(
        id="findings",
        nav="Findings",
        heading="All findings",
        body=Markup(lead + "".join(_finding(finding, diagnosis.currency) for finding in ranked)),
    )


def _finding(finding: Finding, currency: str) -> Markup:
    lines = (
        ("Where", finding.place.label),
        ("Worth", _worth(finding)),
        ("How sure", _sure(finding)),
        ("Likely cause", spoken(finding.cause)),
        ("Owner", finding.owner),
        ("Play", PLAYS.get(finding.play, finding.play)),
        ("First step", spoken(finding.first_step)),
        ("Success", spoken(f"{finding.success.says} Look again after {finding.success.weeks} weeks.")),
        ("Caveat", _linked(spoken(finding.caveat)) if finding.caveat else ""),
    )
    listed = [element("div", element("dt", term), element("dd", said)) for term, said in lines if said]
    return element(
        "article",
        element("h3", element("span", f"{finding.rank}", class_="rank"), " ", spoken(finding.title)),
        element("dl", listed, class_="lines"),
        _evidence(finding, currency),
        id=f"finding-{finding.rank}",
        class_="finding",
    )


def _linked(words: str) -> Markup:
    """The words with other findings' numbers as links to them."""
    parts = _NUMBERED.split(words)
    return join(
        element("a", f"finding {part}", href=f"#finding-{part}") if place % 2 else part
        for place, part in enumerate(parts)
    )


def _worth(finding: Finding) -> Markup:
    worth = finding.worth
    if worth is None:
        return element("span", worth_words(worth))
    words = spoken(f" {worth_range(worth)}. {worth.reckoning}")
    return element("span", element("b", spoken(worth_words(worth))), words)


def _sure(finding: Finding) -> Markup:
    why = f". {finding.why_sure[0].upper()}{finding.why_sure[1:]}" if finding.why_sure else ""
    return element("span", sureness_mark(finding.sure), spoken(why))


def _evidence(finding: Finding, currency: str) -> Markup | None:
    if not finding.evidence:
        return None
    told = tuple(evidence for evidence in finding.evidence if evidence.rows is None)
    said = element("ul", [element("li", spoken(evidence.sentence)) for evidence in told])
    values = [(value_name(value), value) for evidence in finding.evidence for value in evidence.values]
    rows = list(dict.fromkeys(values))
    behind = value_table("Values behind this finding", "value of", rows)
    records = [
        fold(
            f"Records: {spoken(evidence.sentence)}",
            records_table(evidence.sentence, evidence.rows, currency, most=_MOST_RECORDS),
            printed=False,
        )
        for evidence in finding.evidence
        if evidence.rows is not None
    ]
    more = prose("All of it, and for scripts: ", element("code", f"bothsides finding {finding.id}"), class_="note")
    return fold(f"Evidence ({_counted(told)})", said, behind, records, more)


def _counted(evidence: tuple[Evidence, ...]) -> str:
    return "1 sentence" if len(evidence) == 1 else f"{len(evidence)} sentences"
