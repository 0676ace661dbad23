"""TOML by hand: strings, keys and comments that hold whatever a file's header holds, and stay readable."""

import textwrap
from collections.abc import Iterable, Sequence

_WIDTH = 118
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def quoted(text: str) -> str:
    r"""A basic string, also fit for a key.

    >>> print(quoted('12" pipe\n'))
    "12\" pipe\n"
    """
    return '"' + "".join(_ESCAPES.get(letter) or _plain(letter) for letter in text) + '"'


def _plain(letter: str) -> str:
    code = ord(letter)
    if 0xD800 <= code <= 0xDFFF:
        return "\\uFFFD"
    return f"\\u{code:04X}" if code < 0x20 or 0x7F <= code < 0xA0 else letter


def listed(texts: Iterable[str]) -> str:
    """A list of strings on one line.

    >>> listed(["a", "b"])
    '["a", "b"]'
    """
    return "[" + ", ".join(quoted(text) for text in texts) + "]"


def inline(pairs: Sequence[tuple[str, str]]) -> str:
    """An inline table of strings.

    >>> inline([("Won", "completed")])
    '{ "Won" = "completed" }'
    """
    return "{ " + ", ".join(f"{quoted(key)} = {quoted(value)}" for key, value in pairs) + " }"


def comment(text: str, *, indent: str = "") -> list[str]:
    """Comment lines of at most 118 letters; control characters become blanks, so that nothing ends the comment."""
    clean = "".join(letter if letter.isprintable() else " " for letter in text)
    lines = textwrap.wrap(clean, _WIDTH - 2 - len(indent), break_long_words=False, break_on_hyphens=False)
    return [f"# {indent if position else ''}{line}" for position, line in enumerate(lines or [""])]
