"""The same request is answered once: the first answer is kept in the transaction that wrote what it tells."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson

from bothsides.leads.intake.reading import utc_text
from bothsides.logbook import Book
from bothsides.schema.instant import DAY, HOUR, Instant
from bothsides.web.answer import Answer, denied, wrong

KEPT = 30 * DAY
"""Longer than any sender tries again: Standard Webhooks gives up after days, and a key is promised for 24 hours."""
FORGET_EVERY = HOUR

REPLAYED = {"idempotent-replayed": "true"}

_KEY = re.compile(r"(?=.{1,255}$)[!-~]([ -~]*[!-~])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A request with a name: an Idempotency-Key, or the id of a webhook's delivery."""

    key: str
    """As it is kept: `key:...` or `hook:source:...`."""
    shown: str
    """As the caller knows it."""
    path: str
    body_hash: str


def named_by_key(given: str | None, path: str, body: bytes) -> Named | None:
    """The request under its Idempotency-Key; None without one. Raises Denied for a key that is none."""
    if given is None:
        return None
    if not _KEY.fullmatch(given):
        raise denied(400, "bad_idempotency_key", "Idempotency-Key: must be 1 to 255 printable ASCII letters")
    return Named(key=f"key:{given}", shown=f"Idempotency-Key {given!r}", path=path, body_hash=body_hash(body))


def named_by_delivery(source: str, delivery_id: str, path: str, body: bytes) -> Named:
    """A webhook's delivery under its id; without one the body is its name."""
    hashed = body_hash(body)
    # An id may be as long as a header: its hash names it as well.
    name = delivery_id if len(delivery_id) <= 255 else body_hash(delivery_id.encode())
    key, shown = (f"hook:{source}:{name}", f"delivery {name!r}") if name else (f"body:{source}:{hashed}", "this body")
    return Named(key=key.replace("\x00", ""), shown=shown, path=path, body_hash=hashed)


def body_hash(body: bytes) -> str:
    """The sha256 of the bytes, in hexadecimal digits."""
    return hashlib.sha256(body).hexdigest()


def answered(book: Book, requests: Iterable[Named]) -> dict[str, Answer]:
    """By key, the answers to requests that came before: the first one, or a refusal for another request's key."""
    asked = {one.key: one for one in requests}
    if not asked:
        return {}
    rows = book.all(
        "SELECT request_key, body_hash, answered_at, answer FROM requests WHERE request_key {any}", list(asked)
    )
    return {key: _again(asked[key], hashed, at, orjson.loads(answer)) for key, hashed, at, answer in rows}


def _again(request: Named, hashed: str, at: Instant, kept: dict[str, object]) -> Answer:
    if hashed == request.body_hash and kept["path"] == request.path:
        return Answer(status=int(str(kept["status"])), body=str(kept["body"]).encode(), headers=REPLAYED)
    return wrong(
        409,
        "key_used",
        f"{request.shown} belongs to another request; give this one a key of its own",
        [
            f"then, {utc_text(at)}: {kept['path']} with a body of sha256 {hashed}",
            f"now: {request.path} with a body of sha256 {request.body_hash}",
        ],
    )


def remember(book: Book, answers: Sequence[tuple[Named, Answer]], *, now: Instant) -> None:
    """Keeps the first answers, in the caller's transaction."""
    book.insert(
        "requests",
        [
            {
                "request_key": request.key,
                "body_hash": request.body_hash,
                "answered_at": now,
                "answer": orjson.dumps(
                    {"path": request.path, "status": answer.status, "body": answer.body.decode()}
                ).decode(),
            }
            for request, answer in answers
        ],
    )


def forget(book: Book, *, now: Instant) -> int:
    """Drops the answers that nobody asks for any more; how many."""
    return book.run("DELETE FROM requests WHERE answered_at < ?", now - KEPT)
