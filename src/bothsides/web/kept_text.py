"""Any record as JSON text that both databases can hold, however broken its values are."""

import json
import math
from typing import Any

import orjson


def kept_text(raw: object) -> str:
    """The record; what no JSON text can hold stands as a sign of its own, a number beyond 53 bits as a text.

    >>> kept_text({"b": "x\\x00", "a": float("inf")})
    '{"a":null,"b":"x\\\\ufffd"}'
    """
    return orjson.dumps(_plain(raw), option=orjson.OPT_SORT_KEYS).decode().replace("\\u0000", "\\ufffd")


def kept_bytes(body: bytes) -> str:
    """A body that could not be read, as the text of a JSON string; bytes that are no UTF-8 are told by their numbers.

    >>> kept_bytes(b"{\\xff")
    '"{\\\\\\\\xff"'
    """
    return json.dumps(body.decode("utf-8", "backslashreplace")).replace("\\u0000", "\\ufffd")


def kept_words(text: str) -> str:
    """A text without halves of surrogate pairs.

    >>> kept_words("a\\ud800")
    'a?'
    """
    return text.encode("utf-8", "replace").decode()


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return kept_words(value)
    if isinstance(value, dict):
        return {kept_words(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
        return str(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value
