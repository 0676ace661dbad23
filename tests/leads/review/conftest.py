"""The desk of the example agreement, looked back at."""

from tests.leads.desk.conftest import Desk, at, call, desk, won

from bothsides.leads.desk.happenings import Judged

__all__ = ["at", "call", "desk", "rejected", "won"]


def rejected(desk: Desk, lead_id: str, by: str, reason: str = "no_budget") -> Judged:
    """A verdict of now."""
    return Judged(lead_id=lead_id, verdict="rejected", reason=reason, by=by, occurred_at=desk.now)
