"""What the desk asks to be sent: each a line of the journal, and by it a row of the outbox."""

from bothsides.logbook import Entry, Kind
from bothsides.schema.instant import Instant


def notice(
    action: str, subject: str, to: str | None, now: Instant, *, key: str, once: bool = True, **told: object
) -> Entry:
    """A word to a person: `to` is a member's id, None for whoever looks after the desk.

    `key` names it for ever, here and wherever it is sent: letters, digits, colons and hyphens. Not `once` is what may
    rightly be said again in the same second, as when a lead comes back to a person; it is sent once all the same.
    """
    effect = f"{action}:{key}"
    payload = {"to": to, "subject": subject, **{name: value for name, value in told.items() if value is not None}}
    return Entry(
        kind=Kind.EFFECT_REQUESTED,
        subject=subject,
        at=now,
        data={"effect": effect, "action": action, "payload": payload},
        key=f"effect:{effect}" if once else None,
    )
