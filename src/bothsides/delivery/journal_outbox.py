"""The outbox in the logbook: each step one transaction, each a line of the journal."""

from collections.abc import Sequence
from dataclasses import dataclass

from bothsides.delivery.message import Effect
from bothsides.logbook import Book, Entry, Kind, Logbook, claim_effects
from bothsides.schema.instant import Instant

BEGUN = "a send began; how it ended is not known"
"""The error of a row between the beginning of a send and its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalOutbox:
    """Effects of one workspace; their id is their key."""

    logbook: Logbook

    def claim(self, most: int, *, now: Instant, until: Instant) -> Sequence[Effect]:
        """Take due effects until that moment."""
        with self.logbook.writing() as book:
            taken = claim_effects(book, now=now, limit=most, lease_seconds=until - now)
            ids = [effect.effect_id for effect in taken]
            rows = book.all("SELECT effect_id, not_before, last_error FROM outbox WHERE effect_id {any}", ids)
        told = {effect_id: (not_before, error) for effect_id, not_before, error in rows}
        return [
            Effect(
                effect_id=effect.effect_id,
                key=effect.effect_id,
                action=effect.action,
                subject=effect.subject,
                sink=effect.sink or "",
                created_at=effect.requested_at,
                not_before=told[effect.effect_id][0],
                payload=effect.payload,
                attempts=effect.attempts,
                claimed_until=until,
                interrupted=told[effect.effect_id][1] == BEGUN,
            )
            for effect in taken
        ]

    def begin(self, effect: Effect, *, now: Instant) -> bool:
        """A send begins: one attempt more, under the same claim."""
        with self.logbook.writing() as book:
            if not _written(book, effect, "waiting", now=now, not_before=effect.not_before, error=BEGUN, more=1):
                return False
            book.run("UPDATE outbox SET claimed_until = ? WHERE effect_id = ?", effect.claimed_until, effect.effect_id)
        return True

    def split(self, effect: Effect, parts: Sequence[Effect], *, now: Instant) -> bool:
        """It is done by its parts, which wait from now on."""
        with self.logbook.writing() as book:
            if not _written(book, effect, "done", now=now, not_before=effect.not_before, error=None):
                return False
            book.post([_asked(part, of=effect.effect_id) for part in parts], now=now)
        return True

    def done(self, effect: Effect, *, now: Instant) -> bool:
        """It was delivered."""
        return self._settled(effect, "done", now=now)

    def retry(self, effect: Effect, *, now: Instant, at: Instant, error: str) -> bool:
        """It waits again until `at`."""
        return self._settled(effect, "waiting", now=now, not_before=at, error=error)

    def hold(self, effect: Effect, *, now: Instant, error: str) -> bool:
        """A person has to decide."""
        return self._settled(effect, "held", now=now, error=error)

    def dead(self, effect: Effect, *, now: Instant, error: str) -> bool:
        """It was given up."""
        return self._settled(effect, "dead", now=now, error=error)

    def drop(self, effect: Effect, *, now: Instant, reason: str) -> bool:
        """It must not be sent."""
        return self._settled(effect, "dropped", now=now, error=reason)

    def _settled(
        self, effect: Effect, state: str, *, now: Instant, not_before: Instant | None = None, error: str | None = None
    ) -> bool:
        at = effect.not_before if not_before is None else not_before
        with self.logbook.writing() as book:
            return _written(book, effect, state, now=now, not_before=at, error=error)


def _asked(part: Effect, *, of: str) -> Entry:
    data = {
        "effect": part.effect_id,
        "action": part.action,
        "sink": part.sink,
        "payload": dict(part.payload),
        "not_before": part.not_before,
    }
    return Entry(
        kind=Kind.EFFECT_REQUESTED,
        subject=part.subject,
        at=part.created_at,
        data=data,
        key=f"effect:{part.effect_id}",
        actor="delivery",
        reason=f"a route of {of}",
    )


def _written(
    book: Book, effect: Effect, state: str, *, now: Instant, not_before: Instant, error: str | None, more: int = 0
) -> bool:
    """Write the line, unless the claim ran out and somebody else has the effect or settled it."""
    # the row is taken by changing it, so that no other worker comes between this look and the line
    mine = book.run(
        "UPDATE outbox SET claimed_until = 0 WHERE effect_id = ? AND claimed_until = ? AND state = 'waiting'",
        effect.effect_id,
        effect.claimed_until,
    )
    if not mine:
        return False
    found = book.one("SELECT attempts FROM outbox WHERE effect_id = ?", effect.effect_id)
    attempts = (int(found[0]) if found else effect.attempts) + more
    data = {
        "effect": effect.effect_id,
        "state": state,
        "not_before": not_before,
        "attempts": attempts,
        "error": error,
    }
    reason = error or ""
    book.post(
        [Entry(kind=Kind.EFFECT_SETTLED, subject=effect.subject, at=now, data=data, actor="delivery", reason=reason)],
        now=now,
    )
    return True
