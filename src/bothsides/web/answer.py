"""What is answered: plain JSON, and for every error one form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson

MOST_REASONS = 2000
"""So many stand in one answer: two for each record of the longest list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as it goes out; `body` is JSON text."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Denied(Exception):  # noqa: N818 - reads as the fact
    """A request that is not served; carries its answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.body.decode())
        self.answer = answer


def said(status: int, value: object) -> Answer:
    """The value as an answer."""
    return Answer(status=status, body=orjson.dumps(value))


def wrong(
    status: int,
    code: str,
    message: str,
    reasons: Sequence[str] = (),
    *,
    headers: Mapping[str, str] | None = None,
    **more: object,
) -> Answer:
    """An error: a code for programs, a sentence for people, every reason.

    >>> wrong(404, "not_found", "no such lead").body
    b'{"error":{"code":"not_found","message":"no such lead","reasons":[]}}'
    """
    shown = list(reasons[:MOST_REASONS])
    if len(reasons) > MOST_REASONS:
        shown.append(f"and {len(reasons) - MOST_REASONS} more")
    body = {"error": {"code": code, "message": message, "reasons": shown, **more}}
    return Answer(status=status, body=orjson.dumps(body), headers=headers or {})


def denied(status: int, code: str, message: str, reasons: Sequence[str] = (), **headers: str) -> Denied:
    """The same, to be raised."""
    return Denied(wrong(status, code, message, reasons, headers={n.replace("_", "-"): v for n, v in headers.items()}))
