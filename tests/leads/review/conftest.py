"""The desk of the example agreement, looked back at."""

from tests.leads.desk.conftest import Desk, at, desk

from bothsides.leads.desk.happenings import Judged, Moved, Touched
from bothsides.schema.stage import LeadStage

__all__ = ["at", "desk"]


def call(lead_id: str, moment: int, *, name: str, direction: str = "out", automated: bool = False) -> Touched:
    """A call to a lead, or its answer."""
    return Touched(
        touch_id=name,
        lead_id=lead_id,
        kind="call",
        direction=direction,
        occurred_at=moment,
        automated=automated,
        by="x",
    )


def rejected(desk: Desk, lead_id: str, by: str, reason: str = "no_budget") -> Judged:
    """A verdict of now."""
    return Judged(lead_id=lead_id, verdict="rejected", reason=reason, by=by, occurred_at=desk.now)


def won(lead_id: str, by: str, moment: int, *, amount: int) -> Moved:
    """A deal that was won, its amount in minor units."""
    return Moved(
        lead_id=lead_id,
        stage=LeadStage.CLOSED_WON,
        occurred_at=moment,
        by=by,
        reason="price",
        objections=("none",),
        amount=amount,
    )
