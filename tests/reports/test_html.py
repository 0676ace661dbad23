"""The page: complete, inert, the same bytes each time, nothing from outside, no empty heading."""

import re
from html.parser import HTMLParser

import pytest
from tests.reports import sample

from bothsides.reports import audit_html

_VOID = {"br", "hr", "meta", "link", "img", "col", "input"}
_EVERY = ["full", "orders_only", "empty", "hostile"]


class Outline(HTMLParser):
    """Reads a page as a browser would and keeps its tags, texts and ids."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()
        self.faults += [f"never closed: {tag}" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"closed out of order: {tag}")

    def handle_data(self, data):
        if not self.open or self.open[-1] != "style":
            self.words.append(data)

    @property
    def ids(self) -> list[str]:
        return [found for _, attributes in self.tags if (found := attributes.get("id"))]


@pytest.fixture(params=_EVERY)
def page(request) -> str:
    return sample.page(request.param)


def test_every_element_is_closed_and_every_link_arrives(page):
    outline = Outline(page)
    assert outline.faults == []
    assert len(outline.ids) == len(set(outline.ids))
    links = {attributes["href"] for tag, attributes in outline.tags if tag == "a"}
    assert {link.removeprefix("#") for link in links} <= set(outline.ids)
    labels = {a["aria-labelledby"] for _, a in outline.tags if "aria-labelledby" in a}
    assert labels <= set(outline.ids)
    assert [tag for tag, _ in outline.tags].count("h1") == 1


def test_nothing_comes_from_outside_and_nothing_runs(page):
    outline = Outline(page)
    assert {tag for tag, _ in outline.tags} & {
        "script",
        "iframe",
        "object",
        "embed",
        "img",
        "link",
        "base",
        "form",
    } == set()
    assert [name for _, a in outline.tags for name in a if name.startswith("on") or name in {"src", "xlink:href"}] == []
    assert "http://" not in page
    assert "https://" not in page
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)


def test_the_same_diagnosis_gives_the_same_bytes():
    first = audit_html(sample.full())
    sample.page("hostile")
    assert audit_html(sample.full()) == first


def test_a_name_cannot_break_out_of_the_page():
    page = sample.page("hostile")
    outline = Outline(page)
    assert page.count("</style>") == 1
    assert any("<script>alert(1)</script>" in words for words in outline.words)
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_a_part_without_data_has_no_heading(page):
    outline = Outline(page)
    headings = [i for i, (tag, _) in enumerate(outline.tags) if tag == "h2"]
    sections = [a["id"] for tag, a in outline.tags if tag == "section"]
    assert len(headings) == len(sections)
    for heading in headings:
        assert outline.tags[heading + 1][0] not in {"section", "h2"}


def test_an_empty_market_has_only_what_can_be_said():
    outline = Outline(sample.page("empty"))
    assert [a["id"] for tag, a in outline.tags if tag == "section"] == ["verdict", "first", "method"]


def test_the_page_of_everything_stays_small():
    for name in _EVERY:
        assert len(sample.page(name).encode()) < 1_500_000


def test_currency_period_and_day_stand_at_the_top():
    page = sample.page("full")
    top = page.split("<main", 1)[0]
    assert "GBP" in top
    assert "As of" in top
    assert "1 January 2023" in top
    assert "17 November 2024" in top
