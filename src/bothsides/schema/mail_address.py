"""Mail addresses as agreements and messages write them: one plain address, without a name, a list or a line break."""

import re

_ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


def is_address(text: str) -> bool:
    """Whether the text is one plain mail address.

    >>> is_address("ana@example.com"), is_address("ana@example.com, bo@example.com")
    (True, False)
    """
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None and ".." not in text


def known_mail_address(text: str) -> str:
    """One mail address, as in 'desk@example.com'. Raises ValueError for any other text."""
    if not is_address(text):
        raise ValueError("must be one mail address, as in 'desk@example.com'")
    return text
