"""What was sent to whom, kept in the logbook, so that budgets and frequency caps hold over restarts and workers."""

from dataclasses import dataclass

from bothsides.logbook import Logbook
from bothsides.schema.instant import DAY, Instant

KEPT_DAYS = 400
"""Longer than any window of an agreement; what is older says nothing any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalSends:
    """Sends of all workers of a workspace. Each call is a transaction: what is noted is noted before the send."""

    logbook: Logbook

    def newest(self, who: str, rank: int, *, but: str) -> Instant | None:
        """When the rank-th newest send began (1 = newest), that of the key `but` left out; None where fewer began."""
        with self.logbook.reading() as book:
            row = book.one(
                "SELECT sent_at FROM sends WHERE who = ? AND effect_key <> ?"
                " ORDER BY sent_at DESC, effect_key LIMIT 1 OFFSET ?",
                who,
                but,
                rank - 1,
            )
        return row[0] if row else None

    def note(self, who: str, *, key: str, at: Instant) -> None:
        """Write that a send begins; a later attempt of the same key moves it."""
        with self.logbook.writing() as book:
            book.run(
                "INSERT INTO sends (who, effect_key, sent_at) VALUES (?, ?, ?) ON CONFLICT (who, effect_key)"
                " DO UPDATE SET sent_at = excluded.sent_at",
                who,
                key,
                at,
            )

    def forget(self, *, now: Instant) -> int:
        """Leaves out what is too old for any window; how many."""
        with self.logbook.writing() as book:
            return book.run("DELETE FROM sends WHERE sent_at < ?", now - KEPT_DAYS * DAY)
