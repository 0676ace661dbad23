"""How long may be what people and systems tell of leads: the same bounds whichever way it is told."""

MOST_NAME = 200
"""Letters of a name: of a person, a touch, a request, a code."""
MOST_WORDS = 10_000
"""Letters of a note, a reason or a detail."""
MOST_CODES = 50
"""Codes of one close."""


def too_long(text: str, most: int) -> str | None:
    """Why a text cannot be kept; nothing where it can.

    >>> too_long("called twice", 8), too_long("ana", 8)
    ('has 12 letters; at most 8 are kept', None)
    """
    return f"has {len(text)} letters; at most {most} are kept" if len(text) > most else None
