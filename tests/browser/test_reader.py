"""The reader sees what a person would: faults of access, sideways scrolling, the dark scheme, network, print."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

_GOOD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body{background:#fff;color:#111}@media (prefers-color-scheme:dark){body{background:#111;color:#eee}}
@media print{h2{break-before:page}}</style></head>
<body><main><h1>Findings</h1><p>Suppliers are short.</p><h2>Method</h2><p>Counted.</p></main></body></html>"""


def _written(folder: Path, body: str) -> Path:
    page = folder / "page.html"
    page.write_text(body, encoding="utf-8")
    return page


def test_a_good_page_has_no_violation_in_either_scheme(reader, tmp_path):
    path = _written(tmp_path, _GOOD)
    for scheme in ("light", "dark"):
        assert reader.violations(reader.open(path, scheme=scheme)) == []
    assert reader.asked_outside == []
    assert reader.script_errors == []


def test_axe_names_the_rule_and_the_element(reader, tmp_path):
    faulty = _GOOD.replace("<h2>", '<p style="color:#ccc">Too pale</p><input><h2>')
    found = reader.violations(reader.open(_written(tmp_path, faulty)))
    assert any(line.startswith("color-contrast: ") and "Too pale" in line for line in found)
    assert any(line.startswith("label: <input") for line in found)


def test_the_dark_scheme_is_the_dark_one(reader, tmp_path):
    path = _written(tmp_path, _GOOD)
    shades = {
        scheme: reader.open(path, scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    }
    assert shades == {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 17, 17)"}


def test_a_page_wider_than_its_window_is_noticed(reader, tmp_path):
    wide = _GOOD.replace("<p>Counted.</p>", '<div style="width:600px">x</div>')
    path = _written(tmp_path, wide)
    assert reader.overflow(reader.open(path, width=1280)) == 0
    assert reader.overflow(reader.open(path, width=360)) > 200


def test_a_request_to_the_network_is_refused_and_kept(reader, tmp_path):
    leaky = _GOOD.replace("default-src 'none'; ", "").replace("<h2>", '<img alt="x" src="https://x.invalid/a.png"><h2>')
    reader.open(_written(tmp_path, leaky))
    assert reader.asked_outside == ["https://x.invalid/a.png"]


def test_an_error_in_a_script_is_kept(reader, tmp_path):
    broken = _GOOD.replace("default-src 'none'; ", "").replace("</main>", "</main><script>missing()</script>")
    reader.open(_written(tmp_path, broken))
    assert reader.script_errors == ["missing is not defined"]


def test_a_page_reads_without_scripts(reader, tmp_path):
    scripted = _GOOD.replace("</main>", "</main><script>document.body.textContent = 'gone'</script>")
    page = reader.open(_written(tmp_path, scripted), script=False)
    assert "Suppliers are short." in page.inner_text("main")


def test_the_print_counts_its_pages_and_what_sticks_out(reader, tmp_path):
    page = reader.open(_written(tmp_path, _GOOD))
    assert reader.print_pages(page, tmp_path / "page.pdf") == 2
    assert reader.cut_off(page) == []
    wide = _GOOD.replace("<p>Counted.</p>", '<table class="wide" style="width:900px"><tr><td>x</td></tr></table>')
    assert "table.wide" in reader.cut_off(reader.open(_written(tmp_path, wide)))


def test_a_screenshot_shows_the_whole_page(reader, tmp_path):
    page = reader.open(_written(tmp_path, _GOOD.replace("<h2>", '<div style="height:3000px"></div><h2>')))
    png = reader.screenshot(page, tmp_path / "page.png").read_bytes()
    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[20:24], "big") > 3000
