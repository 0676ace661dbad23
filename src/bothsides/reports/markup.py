"""Building HTML from Python: every text is escaped unless it was built here."""

import re
from collections.abc import Iterable
from html import escape
from typing import TypeAlias

_VOID = frozenset({"br", "hr", "meta", "link", "img", "col", "input"})
# Control characters have no meaning in HTML; direction overrides let a name rewrite the line it stands in.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LONG_WORD = re.compile(r"[^\W\d_]{12,}")
_VOWEL, _CONSONANT = "[aeiouyäöüAEIOUÄÖÜ]", "[bcdfghjklmnpqrstvwxzß]"
_SYLLABLE = re.compile(rf"(?<=\w\w\w{_VOWEL})(?={_CONSONANT}{_VOWEL}\w\w)")


class Markup(str):
    """HTML that is safe to place as it is."""

    __slots__ = ()


Child: TypeAlias = "str | Markup | int | Iterable[Child] | None"


def text(words: str) -> Markup:
    """Any text, made inert.

    >>> text("<b>Smith & Sons</b>")
    '&lt;b&gt;Smith &amp; Sons&lt;/b&gt;'
    """
    return Markup(escape(_UNPRINTABLE.sub("\ufffd", words), quote=True))


def element(tag: str, *children: Child, **attributes: str | float | bool | None) -> Markup:
    """One element. Attributes that are None or False are left out; `class_` is class, `aria_label` is aria-label.

    >>> element("p", "a < b", element("b", "!"), class_="note", hidden=True)
    '<p class="note" hidden>a &lt; b<b>!</b></p>'
    """
    opening = f"<{tag}{''.join(_attribute(name, value) for name, value in attributes.items())}>"
    if tag in _VOID:
        return Markup(opening)
    return Markup(f"{opening}{join(children)}</{tag}>")


def join(children: Iterable[Child]) -> Markup:
    """Children one after the other, texts escaped, None left out.

    >>> join(["a&b", None, [Markup("<br>"), 7]])
    'a&amp;b<br>7'
    """
    return Markup("".join(_rendered(child) for child in children))


def breakable(words: str) -> str:
    """Long words with hyphens that show only where a line breaks, for browsers that know no syllables.

    >>> breakable("Devolved Administrations").replace(chr(173), "|")
    'Devolved Admi|nistra|tions'
    """
    return _LONG_WORD.sub(lambda word: _SYLLABLE.sub("\u00ad", word[0]), words)


def _rendered(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Markup):
        return child
    if isinstance(child, str):
        return text(child)
    if isinstance(child, int):
        return str(child)
    return join(child)


def _attribute(name: str, value: str | float | bool | None) -> str:
    if value is None or value is False:
        return ""
    written = name.rstrip("_").replace("_", "-")
    if value is True:
        return f" {written}"
    return f' {written}="{text(value if isinstance(value, str) else format(value, "g"))}"'
