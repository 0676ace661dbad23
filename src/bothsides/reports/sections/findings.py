"""Every finding in rank order: what, where, how sure, worth what, why, whose, what to do; its evidence folded."""

from bothsides.diagnosis.finding import Evidence, Finding
from bothsides.diagnosis.picture import Diagnosis
from bothsides.reports.marks import sureness_mark
from bothsides.reports.markup import Child, Markup, element
from bothsides.reports.names import value_name
from bothsides.reports.numbers import spoken
from bothsides.reports.pieces import Column, Section, coded, fold, linked, prose, table, value_table
from bothsides.reports.records import records_table
from bothsides.reports.success import success_words
from bothsides.reports.trust import worth_range, worth_words
from bothsides.reports.unranked import unranked_lines
from bothsides.schema.plays import PLAYS

_MOST_RECORDS = 10


def findings(diagnosis: Diagnosis) -> Section | None:
    """All findings; nothing where there are none."""
    if not diagnosis.findings and not diagnosis.unranked:
        return None
    ranked = sorted(diagnosis.findings, key=lambda finding: finding.rank)
    lead = prose(_order(ranked)) if ranked else Markup("")
    return Section(
        id="findings",
        nav="Findings",
        heading="All findings",
        body=Markup(
            "".join([lead, *(_finding(finding, diagnosis.currency) for finding in ranked), *_unranked(diagnosis)])
        ),
    )


def _unranked(diagnosis: Diagnosis) -> list[Markup]:
    """Findings without a rank, each sort of them in one line; each with its worth one fold away."""
    columns = (Column(label="finding"), Column(label="worth a month", numeric=True), Column(label="how sure"))
    folds = []
    for line, found in unranked_lines(diagnosis):
        rows = [(spoken(f.title), spoken(worth_words(f.worth)), f.sure.value) for f in found]
        caption = "Smaller findings, dearest first" if found is diagnosis.smaller else "Findings beyond those listed"
        folds.append(fold(line, table(caption, columns, rows, class_="words")))
    return folds


def _order(ranked: list[Finding]) -> str:
    """By what the findings are ranked: what keeps accounts goes before the rest while they leak."""
    leaking = any(finding.kind == "ndr_leak" for finding in ranked)
    first = "While net retention is under 100 %, what keeps accounts comes first; then by" if leaking else "Ranked by"
    return f"{first} the money at stake and how sure it is. Worth ranks; it is not a forecast."


def _finding(finding: Finding, currency: str) -> Markup:
    """What a reader decides by stays in sight: where, worth, sureness, cause and first step; the rest is one fold."""
    return element(
        "article",
        element("h3", element("span", f"{finding.rank}", class_="rank"), " ", spoken(finding.title)),
        _listed(
            ("Where", finding.place.label),
            ("Worth", element("span", element("b", spoken(worth_words(finding.worth))), spoken(_range(finding)))),
            ("How sure", sureness_mark(finding.sure)),
            ("Likely cause", spoken(finding.cause)),
            ("First step", f"{spoken(finding.first_step)} ({finding.owner})"),
        ),
        fold(
            _counted(_told(finding)),
            _listed(
                ("Worth", spoken(finding.worth.reckoning) if finding.worth else ""),
                ("How sure", _why(finding)),
                ("Play", PLAYS.get(finding.play, finding.play)),
                ("Success", spoken(success_words(finding))),
                ("Caveat", linked(spoken(finding.caveat)) if finding.caveat else ""),
            ),
            *_evidence(finding, currency),
        ),
        id=f"finding-{finding.rank}",
        class_="finding",
    )


def _listed(*lines: tuple[str, Child]) -> Markup:
    """Terms with what is said of each; those without words are left out."""
    listed = [element("div", element("dt", term), element("dd", said)) for term, said in lines if said]
    return element("dl", listed, class_="lines")


def _range(finding: Finding) -> str:
    return f" {worth_range(finding.worth)}" if finding.worth else ""


def _why(finding: Finding) -> str:
    why = finding.why_sure
    return spoken(f"{why[0].upper()}{why[1:]}") if why else ""


def _told(finding: Finding) -> tuple[Evidence, ...]:
    """What is said in sentences; records have folds of their own."""
    return tuple(evidence for evidence in finding.evidence if evidence.rows is None)


def _evidence(finding: Finding, currency: str) -> list[Child]:
    said = element("ul", [element("li", coded(spoken(evidence.sentence))) for evidence in _told(finding)])
    values = [(value_name(value), value) for evidence in finding.evidence for value in evidence.values]
    behind = value_table("Values behind this finding", "value of", list(dict.fromkeys(values)))
    records = [
        fold(
            f"Records: {spoken(evidence.sentence)}".replace("`", ""),
            records_table(evidence.sentence, evidence.rows, currency, most=_MOST_RECORDS),
            printed=False,
        )
        for evidence in finding.evidence
        if evidence.rows is not None
    ]
    more = prose("All of it, and for scripts: ", element("code", f"bothsides finding {finding.id}"), class_="note")
    return [said if _told(finding) else None, behind, *records, more]


def _counted(evidence: tuple[Evidence, ...]) -> str:
    said = {0: "", 1: ", and the evidence (1 sentence)"}.get(
        len(evidence), f", and the evidence ({len(evidence)} sentences)"
    )
    return f"Why, the play{said}" if said else "Why, and the play"
