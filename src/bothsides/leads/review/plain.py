"""Records as plain JSON values, as the logbook and scripts get them."""

from typing import Any

import orjson


def plain(record: object) -> Any:
    """Dataclasses as objects, days as text, enums as their words.

    >>> from datetime import date
    >>> plain({"on": date(2026, 4, 1), "who": ("a", None)})
    {'on': '2026-04-01', 'who': ['a', None]}
    """
    return orjson.loads(orjson.dumps(record))
