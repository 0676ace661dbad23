"""The whole text of the sample audit, as a reader meets it, kept beside this test.

A wanted change of wording: run these tests once with WRITE_SNAPSHOTS=1, read the difference, commit it.
"""

import os
import re
from pathlib import Path

import pytest
from tests.reports import sample, sample_whole
from tests.reports.test_html import Outline

from bothsides.reports import audit_summary

_FOLDER = Path(__file__).parent / "snapshots"


def _text(name: str) -> str:
    """The page's words, one text a line, without drawings and without what only the definitions say."""
    drawn = sample_whole.page() if name == "whole" else sample.page(name)
    page = re.sub(r"<svg.*?</svg>", "", drawn, flags=re.DOTALL)
    lines = [" ".join(words.replace("\u00a0", " ").split()) for words in Outline(page).words]
    text = [line for line in lines if line]
    return "\n".join(text[: text.index("The definitions used")] if "The definitions used" in text else text) + "\n"


def _same(name: str, text: str) -> None:
    path = _FOLDER / name
    if os.environ.get("WRITE_SNAPSHOTS"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["full", "orders_only", "empty", "whole"])
def test_the_page_says_what_it_said(name):
    _same(f"{name}.txt", _text(name))


def test_the_summary_says_what_it_said():
    _same("summary.txt", audit_summary(sample.full(), width=80).plain + "\n")
