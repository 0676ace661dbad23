"""Plain values as JSON text, as the logbook keeps them."""

import re

import orjson

_UNFIT = re.compile("[\x00\ud800-\udfff]")


def is_kept(text: str) -> bool:
    """Whether databases and files keep the text: it has no NUL and no half of a surrogate pair.

    >>> is_kept("caf\u00e9"), is_kept("x\\ud800"), is_kept("x\\x00")
    (True, False, False)
    """
    return not _UNFIT.search(text)


def plain_text(value: object) -> str:
    """The value as JSON text, keys in their own order. Raises TypeError for what JSON cannot hold.

    >>> plain_text({"b": 1, "a": ("x", None)})
    '{"b":1,"a":["x",null]}'
    """
    return orjson.dumps(value).decode()


def sorted_text(value: object) -> str:
    """The same with keys in order: equal for equal values, so that it can be compared and hashed.

    >>> sorted_text({"b": 1, "a": 2})
    '{"a":2,"b":1}'
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
