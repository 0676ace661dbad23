"""The audit as one HTML file: no network, no script, nothing beside it."""

from collections.abc import Sequence
from importlib.resources import files

from bothsides.diagnosis.picture import Diagnosis
from bothsides.diagnosis.verdict import FIRST
from bothsides.reports.markup import Markup, element
from bothsides.reports.numbers import day, span, spoken
from bothsides.reports.pieces import Section
from bothsides.reports.sampling import as_told, is_sample
from bothsides.reports.sections import SECTIONS

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_LONG = 240


def audit_html(diagnosis: Diagnosis) -> str:
    """The whole page, read top-down. The same diagnosis gives the same bytes."""
    diagnosis = as_told(diagnosis)
    sections = [section for build in SECTIONS if (section := build(diagnosis)) is not None]
    title = f"Revenue audit: {diagnosis.name}, {day(diagnosis.as_of)}"
    page = element("html", page_head(title), _body(diagnosis, sections), lang="en")
    return f"<!doctype html>\n{page}\n"


def page_head(title: str) -> Markup:
    """What stands before a page's body: its style in itself, and that it may load nothing."""
    style = files("bothsides.reports").joinpath("style.css").read_text(encoding="utf-8")
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="robots", content="noindex"),
        element("title", title),
        element("style", Markup(style)),
    )


def _body(diagnosis: Diagnosis, sections: list[Section]) -> Markup:
    return element(
        "body",
        element("a", "Skip to the verdict", href="#verdict", class_="skip"),
        element(
            "div",
            _header(diagnosis),
            _banner(diagnosis),
            contents(sections),
            _main(diagnosis, sections),
            class_="page",
        ),
    )


def _header(diagnosis: Diagnosis) -> Markup:
    facts = (
        ("Numbers for", span(*diagnosis.window)),
        ("Money in", diagnosis.currency),
        ("Orders from", day(diagnosis.first_day)),
        ("As of", day(diagnosis.as_of)),
        ("Load", "" if diagnosis.load_id is None else f"{diagnosis.load_id}"),
    )
    listed = [element("div", element("dt", term), element("dd", fact)) for term, fact in facts if fact]
    return element(
        "header",
        element("p", "Revenue audit", class_="kind"),
        element("h1", diagnosis.name),
        element("dl", listed, class_="facts"),
    )


def _banner(diagnosis: Diagnosis) -> Markup | None:
    """What a reader must know before any number: the orders are a sample, or part of the data was set aside."""
    said = []
    if is_sample(diagnosis):
        rest = " Totals are weighted up to the whole; what a sample cannot show is left out, not zero."
        said.append([element("b", "These orders are a declared sample, not the whole ledger."), rest])
    if diagnosis.set_aside:
        rest = spoken(f" {' '.join(diagnosis.set_aside)} Numbers count the rest. Why, record by record: ")
        said.append([element("b", "Part of the data was set aside."), rest, element("code", "bothsides quarantine")])
    return Markup("".join(element("p", words, class_="banner", role="note") for words in said)) if said else None


def contents(sections: Sequence[Section]) -> Markup:
    """The links to the sections."""
    links = [element("li", element("a", section.nav, href=f"#{section.id}")) for section in sections]
    return element("nav", element("ul", links), aria_label="Contents")


def _main(diagnosis: Diagnosis, sections: list[Section]) -> Markup:
    state, first, action = diagnosis.verdict.partition(FIRST)
    parts = [part for part in (state.strip(), f"{first}{action}") if part]
    long = "long" if len(diagnosis.verdict) > _LONG else None
    verdict = element(
        "section",
        element("h2", "Verdict", id="verdict-heading"),
        [element("p", spoken(part), class_=long) for part in parts],
        id="verdict",
        tabindex="-1",
        aria_labelledby="verdict-heading",
    )
    return element("main", verdict, [section.html() for section in sections])
