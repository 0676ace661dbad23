"""Days as a person types them."""

from datetime import date


def day(text: str | None, option: str) -> date | None:
    """Read a day. Raises ValueError naming the option, the text and the form."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{option} {text!r} is not a day like 2013-05-17") from None
