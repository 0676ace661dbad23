"""The pages: generated ones equal their declarations, links lead somewhere, and every page can be found."""

import re
import runpy
from pathlib import Path

import pytest

from bothsides.metrics.catalogue import METRICS
from bothsides.metrics.facts import FACTS
from bothsides.schema import TABLES

_ROOT = Path(__file__).resolve().parents[2]
_DOCS = _ROOT / "docs"
_PAGES = sorted([*_ROOT.glob("*.md"), *_DOCS.rglob("*.md"), *(_ROOT / "examples").rglob("*.md")])
_GENERATED = runpy.run_path(str(_DOCS / "generate.py"))


def _anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def _broken_links(page: Path) -> list[str]:
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in _anchors(target)):
            broken.append(link)
    return broken


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.relative_to(_ROOT).as_posix())
def test_every_link_leads_somewhere(page):
    assert _broken_links(page) == []


@pytest.mark.parametrize("name", _GENERATED["PAGES"])
def test_a_generated_page_equals_its_declarations(name):
    assert (_DOCS / name).read_text(encoding="utf-8") == _GENERATED["PAGES"][name]()


def test_the_tables_page_holds_every_column():
    page = (_DOCS / "tables.md").read_text(encoding="utf-8")
    for table in TABLES.values():
        section = page.split(f"\n## {table.name}\n", 1)[1].split("\n## ", 1)[0]
        assert re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE) == list(table.column_names)
        assert table.owner in section


def test_the_metrics_page_holds_every_metric_and_names_what_it_needs():
    page = (_DOCS / "metrics.md").read_text(encoding="utf-8")
    rows = {name: line for line in page.splitlines() if (name := line.split("`")[1] if line.startswith("| `") else "")}
    assert list(rows) == list(METRICS)
    for metric in METRICS.values():
        assert metric.label in rows[metric.id]
        required = [table for fact in metric.facts for table in FACTS[fact].requires]
        needed = {need.partition(".")[0] for need in (*required, *metric.needs)}
        assert set(re.findall(r"tables\.md#(\w+)", rows[metric.id])) == needed


def test_a_stale_page_fails_the_check(tmp_path, monkeypatch, capsys):
    main = _GENERATED["main"]
    monkeypatch.setitem(main.__globals__, "_FOLDER", tmp_path)
    assert main(["--check"]) == 1
    assert "tables.md" in capsys.readouterr().err
    assert main([]) == 0
    assert main(["--check"]) == 0
    (tmp_path / "tables.md").write_text("edited by hand", encoding="utf-8")
    assert main(["--check"]) == 1
    assert main(["--chek"]) == 2


def test_every_page_is_reached_from_the_index():
    reached, waiting = set(), [_DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        links = re.findall(r"\]\(([^)#\s]+\.md)[)#]", page.read_text(encoding="utf-8"))
        found = {(page.parent / link).resolve() for link in links if not link.startswith("http")}
        waiting += [target for target in found if target.is_file() and target not in reached]
    assert {page.name for page in _DOCS.rglob("*.md") if page not in reached} == set()
