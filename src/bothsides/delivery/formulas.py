"""Keeps spreadsheets from running what a lead was named: cells that start a formula are written as text."""

import re

_STARTS = frozenset("=+-@\t\r\n\0|%＝＋－＠")
_NEGATIVE = re.compile(r"-[0-9.,]*[0-9]([eE][+-]?[0-9]+)?%?")


def neutral_cell(text: str) -> str:
    """The cell as a spreadsheet shows it: what starts a formula gets an apostrophe, true negative numbers stay.

    OWASP ASVS 5.0.0, 1.2.10: = + - @ TAB NUL; here also CR, LF, the full-width signs, and signs behind spaces.

    >>> neutral_cell("=cmd()"), neutral_cell("-12.50"), neutral_cell("-2+3"), neutral_cell("Acme")
    ("'=cmd()", '-12.50', "'-2+3", 'Acme')
    """
    start = text.lstrip(" \u00a0\ufeff")[:1]
    if start not in _STARTS or not start or _NEGATIVE.fullmatch(text):
        return text
    return f"'{text}"
