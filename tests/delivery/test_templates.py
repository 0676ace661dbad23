"""Letters by name: the workspace's before the house's, every place filled or told, nothing slipped in."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bothsides.delivery.templates import LETTERS, Letter, TemplateError, one_line, parse_template, read_template

HELLO = parse_template("hello", "Subject: Hi {name}\n\nDear {name},\n{{see}} {n} of {total}.\n")


def test_a_letter_is_filled() -> None:
    assert HELLO.fields == {"name", "n", "total"}
    assert HELLO.fill({"name": "Ana", "n": 0, "total": 2.5}) == Letter(
        subject="Hi Ana", text="Dear Ana,\n{see} 0 of 2.5.\n"
    )


def test_every_missing_field_is_named_at_once() -> None:
    with pytest.raises(TemplateError) as told:
        HELLO.fill({"nam": "Ana", "n": None, "total": "  "})
    assert str(told.value) == "template 'hello': unknown field n, name, total; known here: nam"


@given(st.text(), st.text())
def test_a_value_is_never_read_as_a_place_and_never_breaks_the_subject(name: str, other: str) -> None:
    try:
        letter = HELLO.fill({"name": name, "n": "{total}{name.__class__}" + other, "total": "T"})
    except TemplateError:
        assert not name.strip()
        return
    assert len(letter.subject.splitlines()) == 1
    assert "{total}{name.__class__}" in letter.text
    assert not set(letter.text) & set("\0\r\x0b\x0c\x1b\x7f\u2028")


def test_a_header_stays_one_line() -> None:
    assert one_line("a\r\nBcc: b\x00\u2028c  d") == "a Bcc: b c d"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("", "line 1: must be 'Subject: ...'"),
        ("Dear Ana", "line 1: must be 'Subject: ...'"),
        ("Subject:\n\nText", "line 1: must be 'Subject: ...'"),
        ("Subject: x\nText", "line 2: must be empty"),
        ("Subject: x\n\nfine\n{name!r}", "line 4: a place is '{field}'"),
        ("Subject: x\n\n{a.b}", "line 3"),
        ("Subject: x\n\n{0}", "line 3"),
        ("Subject: x\n\n{}", "line 3"),
        ("Subject: x\n\n{open", "line 3"),
        ("Subject: {% if %}\n\nx", "line 1: a place is"),
    ],
)
def test_what_is_no_letter_is_told_with_its_line(written: str, told: str) -> None:
    with pytest.raises(TemplateError, match="template 'x'") as error:
        parse_template("x", written)
    assert told in str(error.value)


def test_the_workspace_comes_before_the_house(tmp_path: Path) -> None:
    assert read_template("clock_breached", tmp_path).subject == "Missed: {clause}, {lead}"
    (tmp_path / "clock_breached.txt").write_text("\ufeffSubject: Ours\n\nText", encoding="utf-8")
    assert read_template("clock_breached", tmp_path).fill({}) == Letter(subject="Ours", text="Text")
    with pytest.raises(TemplateError, match="the house has alignment_meeting, clock_at_risk"):
        read_template("sla_breech", tmp_path)
    for wrong in ("../secret", "", "A", "a/b", "a.b"):
        with pytest.raises(TemplateError, match="a name has lower-case letters"):
            read_template(wrong, tmp_path)
    (tmp_path / "latin.txt").write_bytes(b"Subject: \xfc\n\n")
    with pytest.raises(TemplateError, match="must be UTF-8"):
        read_template("latin", tmp_path)


@pytest.mark.parametrize("path", sorted(LETTERS.glob("*.txt")), ids=lambda path: path.stem)
def test_every_letter_of_the_house_can_be_written(path: Path) -> None:
    template = read_template(path.stem, path.parent)
    letter = template.fill(dict.fromkeys(template.fields, "X"))
    assert letter.subject
    assert letter.text.endswith("\n")
    assert "{" not in letter.subject + letter.text
