"""What to do first: the three findings that rank highest, as cards."""

import re

from bothsides.diagnosis.finding import Finding
from bothsides.diagnosis.picture import Diagnosis
from bothsides.reports.marks import sureness_mark
from bothsides.reports.markup import Markup, element
from bothsides.reports.numbers import spoken
from bothsides.reports.pieces import Section, prose
from bothsides.reports.success import success_words
from bothsides.reports.trust import worth_range, worth_words
from bothsides.reports.unranked import none_ranked

_HOW_MANY = 3
_SENTENCE_END = re.compile(r"(?<=\.) (?=[A-Z\d])")


def first(diagnosis: Diagnosis) -> Section | None:
    """The top findings with worth, sureness, owner, cause, first step and success; nothing to do is said as such."""
    top = sorted(diagnosis.findings, key=lambda finding: finding.rank)[:_HOW_MANY]
    if not top:
        body = prose(
            f"{none_ranked(diagnosis)}{'; the smaller ones stand under Findings.' if diagnosis.unranked else '.'}",
            " What they cannot show stands under Not shown." if diagnosis.gaps else None,
        )
    else:
        body = element("ol", [_card(finding) for finding in top], class_="cards")
    return Section(id="first", nav="Do first", heading="What to do first", body=body)


def _card(finding: Finding) -> Markup:
    facts = (("How sure", sureness_mark(finding.sure)), ("Where", finding.place.label), ("Owner", finding.owner))
    return element(
        "li",
        element("h3", element("a", spoken(finding.title), href=f"#finding-{finding.rank}")),
        prose(element("b", spoken(worth_words(finding.worth))), element("small", spoken(worth_range(finding.worth)))),
        element("dl", [element("div", element("dt", term), element("dd", said)) for term, said in facts]),
        prose(element("b", "Cause: "), spoken(_in_short(finding.cause)), class_="step"),
        prose(element("b", "First step: "), spoken(finding.first_step), class_="step"),
        prose(element("b", "Success: "), spoken(success_words(finding)), class_="step"),
        class_="card",
    )


def _in_short(cause: str) -> str:
    """Its first sentence; the whole stands with the finding."""
    return _SENTENCE_END.split(cause, maxsplit=1)[0]
