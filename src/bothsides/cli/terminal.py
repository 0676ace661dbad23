"""Where a command prints, and text that came from data made safe for a terminal."""

import re

from rich.console import Console
from rich.text import Text

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""C0 and C1 controls but tab and line end: they could move the cursor, recolour or retitle the terminal."""

UNBOUNDED = 10_000
"""Wider than any line."""


def screen() -> Console:
    """Standard output. Where it is no terminal but a pipe or a file no line is wrapped: one row is one line."""
    console = Console()
    return console if console.is_terminal else Console(width=UNBOUNDED)


def plain(value: object, *, style: str = "") -> Text:
    """The value as text that rich neither reads as markup nor passes on as control sequences.

    >>> plain("[red]\\x1b[2Jx").plain
    '[red]\\ufffd[2Jx'
    """
    return Text(_CONTROLS.sub("\ufffd", "" if value is None else str(value)), style=style)
