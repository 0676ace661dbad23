"""Text becomes inert; markup made here passes."""

from hypothesis import given
from hypothesis import strategies as st

from bothsides.reports.markup import Markup, element, join, text


@given(st.text())
def test_no_text_can_open_a_tag_or_leave_an_attribute(words):
    made = text(words)
    assert not set("<>\"'") & set(made)
    made.encode("utf-8")


def test_attributes_are_escaped_too():
    assert element("a", "x", title='" onclick="y') == '<a title="&quot; onclick=&quot;y">x</a>'


def test_markup_is_not_escaped_twice():
    inner = element("b", "a & b")
    assert element("p", inner) == "<p><b>a &amp; b</b></p>"
    assert join([inner, None, "&"]) == "<b>a &amp; b</b>&amp;"
    assert isinstance(inner, Markup)


def test_direction_overrides_and_control_characters_are_replaced():
    assert text("a\u202eb\x00c") == "a\ufffdb\ufffdc"
