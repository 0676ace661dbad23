"""Days as a person types them."""

import sys
from datetime import date


def day(text: str | None, option: str) -> date | None:
    """Read a day. Raises ValueError naming the option, the text and the form."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{option} {text!r} is not a day like 2013-05-17") from None


def warn_of_later_day(asked: date | None, known_to: date) -> None:
    """Say on the standard error that the data end before the day that was asked for."""
    if asked is not None and asked > known_to:
        sys.stderr.write(f"bothsides: warning: the data end on {known_to}, before --as-of {asked}; read as of then\n")
