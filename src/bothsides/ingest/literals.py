"""Text of a person as SQL: the one place where a value is quoted into a statement; how a field is cleaned."""

import unicodedata
from collections.abc import Sequence

BLANKS = " \t\n\r\u00a0\u2007\u202f\u200b\ufeff"
_LAST = " \t\n\r\u00a0"


def literal(text: str) -> str:
    """A text as an SQL literal. NUL cannot stand in SQL text and is refused.

    >>> literal("O'Hara; DROP TABLE orders")
    "'O''Hara; DROP TABLE orders'"
    """
    if "\0" in text:
        raise ValueError(f"{text!r} holds a NUL character, which no mapping value may")
    return "'" + text.replace("'", "''") + "'"


def literals(texts: Sequence[str]) -> str:
    """Texts as an SQL list literal.

    >>> literals(["a", "b"])
    "['a', 'b']"
    """
    return "[" + ", ".join(literal(text) for text in texts) + "]"


def composed(text: str) -> str:
    """The text with every accented letter as one character, as fields are compared."""
    return unicodedata.normalize("NFC", text)


def cleaned(field: str, null_words: Sequence[str]) -> str:
    """SQL for a field's text, accents composed, without blanks around it; NULL where it is one of the null words."""
    # A cheap look at both ends first; only what may have blanks there is trimmed.
    first = f"unicode({field}) <= 32 OR unicode({field}) = 160 OR unicode({field}) > 8000"
    edges = " OR ".join([first, *(f"ends_with({field}, {literal(char)})" for char in _LAST)])
    bare = f"trim({field}, {literal(BLANKS)})"
    text = f"CASE WHEN {edges} THEN {_unless(bare, null_words)} ELSE {_unless(field, null_words)} END"
    # Accents may be written as parts of letters or behind them; plain ASCII passes through at almost no cost.
    return f"nfc_normalize({text})"


def _unless(text: str, null_words: Sequence[str]) -> str:
    spelled = (unicodedata.normalize(form, word) for word in null_words for form in ("NFC", "NFD"))
    words = " ".join(f"WHEN {literal(word)} THEN NULL" for word in dict.fromkeys(("", *spelled)))
    return f"CASE {text} {words} ELSE {text} END"


def translated(text: str, words: Sequence[tuple[str, str]], other: str | None) -> str:
    """SQL for a text after the mapping's `map`, in any letter case; `other` stands for every other word."""
    if not words and other is None:
        return text
    rest = text if other is None else f"CASE WHEN {text} IS NULL THEN NULL ELSE {literal(other)} END"
    if not words:
        return rest
    cases = " ".join(
        f"WHEN {literal(composed(word.lower()))} THEN {literal(meaning) if meaning else 'NULL'}"
        for word, meaning in words
    )
    return f"CASE lower({text}) {cases} ELSE {rest} END"
