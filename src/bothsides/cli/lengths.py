"""Names and words that are typed and kept: no longer than the API takes them."""

from __future__ import annotations

from bothsides.leads.lengths import MOST_NAME, MOST_WORDS, too_long


class TooLong(ValueError):  # noqa: N818 - reads as the fact
    """More letters than are kept; the text itself is not repeated."""


def a_name(_: object, value: str | tuple[str, ...] | None) -> None:
    """Validates an option that names somebody, or several. Raises TooLong with the length and the bound."""
    _check(value, MOST_NAME)


def in_words(_: object, value: str | None) -> None:
    """Validates an option that is kept in a person's words. Raises TooLong with the length and the bound."""
    _check(value, MOST_WORDS)


def _check(value: str | tuple[str, ...] | None, most: int) -> None:
    for one in value if isinstance(value, tuple) else (value or "",):
        if why := too_long(one, most):
            raise TooLong(why)
