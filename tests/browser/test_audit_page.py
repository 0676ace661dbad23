"""The audit as people meet it: a screen of any width, light and dark, a screen reader, paper, no script, no network."""

import pytest
from tests.reports import sample, sample_whole

pytestmark = pytest.mark.browser

_EVERY = ["whole", "hostile"]


@pytest.fixture(params=_EVERY)
def path(request, tmp_path):
    target = tmp_path / f"{request.param}.html"
    drawn = sample_whole.page() if request.param == "whole" else sample.page(request.param)
    target.write_text(drawn, encoding="utf-8")
    return target


def _open_folds(page):
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_for_a_person_with_a_screen_reader_or_weak_sight(reader, path, scheme):
    page = reader.open(path, scheme=scheme)
    _open_folds(page)
    assert reader.violations(page) == []
    assert reader.asked_outside == []


@pytest.mark.parametrize("width", [390, 800, 1280])
def test_no_sideways_scrolling_at_any_width(reader, path, width):
    page = reader.open(path, width=width, script=True)
    _open_folds(page)
    assert reader.overflow(page) == 0


def test_on_a_telephone_what_a_number_rests_on_stands_under_it_and_not_under_its_label(reader, tmp_path):
    target = tmp_path / "page.html"
    target.write_text(sample.page("full"), encoding="utf-8")
    page = reader.open(target, width=390, script=True)
    _open_folds(page)
    small = "[...document.querySelectorAll('.data td > small')]"
    assert page.evaluate(f"{small}.length") > 0
    assert page.evaluate(f"{small}.every(s => s.offsetLeft > s.parentElement.offsetLeft + 50)")


def test_nothing_is_cut_off_on_paper(reader, path, tmp_path):
    page = reader.open(path)
    assert reader.cut_off(page) == []
    assert reader.print_pages(page, tmp_path / "page.pdf") >= 1


def test_folded_tables_are_printed_but_not_those_that_would_fill_pages(reader, tmp_path):
    target = tmp_path / "page.html"
    target.write_text(sample.page("full"), encoding="utf-8")
    page = reader.open(target)
    seen = "document.querySelector('{}').checkVisibility()"
    assert page.evaluate(seen.format(".finding details ul")) is False
    page.emulate_media(media="print")
    assert page.evaluate(seen.format(".finding details ul")) is True
    assert page.evaluate(seen.format("details.long table")) is False


def test_it_reads_without_script(reader, tmp_path):
    target = tmp_path / "page.html"
    target.write_text(sample.page("full"), encoding="utf-8")
    page = reader.open(target, script=False)
    assert "What to do first" in page.inner_text("main")
