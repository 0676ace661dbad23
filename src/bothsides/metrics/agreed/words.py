"""Cuts the text of a formula into its words."""

import re
from dataclasses import dataclass
from enum import StrEnum

from bothsides.metrics.agreed.mistake import FormulaError, Mistake

LONGEST = 4_000
"""Characters a formula may have."""


class Sort(StrEnum):
    """What a word is."""

    NAME = "name"
    NUMBER = "number"
    DAY = "day"
    TEXT = "text"
    MARK = "mark"
    END = "end"


@dataclass(frozen=True, slots=True)
class Word:
    """One word with the place of its first character, counted from 1. A text stands without its quotes."""

    sort: Sort
    text: str
    position: int


_WORD = re.compile(
    r"""(?P<blank>\s+)
    |(?P<day>\d{4}-\d{2}-\d{2}(?![\w.]))
    |(?P<number>\d{1,15}(?:\.\d{1,17})?(?:[eE][+-]?\d{1,2})?(?![\w.]))
    |(?P<name>[A-Za-z_][A-Za-z_0-9]{0,62}(?!\w))
    |(?P<text>'(?:[^'\x00-\x1f\x7f-\x9f\u2028\u2029]|''){0,200}')
    |(?P<mark><=|>=|!=|[-+*/^().,=<>])""",
    re.VERBOSE | re.ASCII,
)


def words_of(text: str) -> list[Word]:
    """The words of a text, the last one its end. Raises FormulaError at the first character that begins no word.

    >>> [word.text for word in words_of("sum(orders.value) where channel = 'it''s'")]
    ['sum', '(', 'orders', '.', 'value', ')', 'where', 'channel', '=', "it's", '']
    """
    if len(text) > LONGEST:
        raise FormulaError([Mistake(None, "", f"has {len(text):,} characters, at most {LONGEST:,} are read")])
    words: list[Word] = []
    at = 0
    while at < len(text):
        match = _WORD.match(text, at)
        if match is None:
            said = _ODD.get(text[at], "begins neither a name, a number, a text in 'quotes' nor an operator")
            raise FormulaError([Mistake(at + 1, text[at], said)])
        if match.lastgroup != "blank":
            sort = Sort(match.lastgroup or "")
            word = match.group()[1:-1].replace("''", "'") if sort is Sort.TEXT else match.group()
            words.append(Word(sort, word, at + 1))
        at = match.end()
    return [*words, Word(Sort.END, "", len(text) + 1)]


_ODD = {
    "'": "begins a text that does not end, is longer than 200 characters, or holds a control or line character",
    '"': "is not a quote here: write a text in 'single quotes'",
    "%": "is no operator: a rate is a share from 0 to 1",
    ";": "is no operator: a formula is one expression",
    "!": "is no operator; allowed: !=",
}
