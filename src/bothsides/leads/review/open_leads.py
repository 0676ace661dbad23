"""Open leads that sales works on, as the pipeline audit takes them."""

from collections.abc import Sequence
from datetime import date

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.review.lives import History, Life
from bothsides.leads.review.months import day_of
from bothsides.leads.review.records import chances
from bothsides.leads.teams.pipeline_audit import Audited, AuditTotal, Open, audit, totals
from bothsides.schema.stage import LeadStage

STAGES = (LeadStage.SALES_QUALIFIED, LeadStage.OPPORTUNITY)
"""The stages in which a deal is expected."""
NOT_KEPT = "not kept"
"""Where no lead of the workspace ever told of a next step: nobody is asked for what is not kept here."""


def open_deals(history: History, agreed: Agreed) -> tuple[Open, ...]:
    """Leads that sales accepted and that are not closed, with their last activity, expected amount and chance.

    `next_step`, `next_step_on`, `close_date` and `people_in_touch` are read from the lead's fields where the workspace
    sends them, of close date and deal size every value there was; a date is written as 2026-04-30.
    """
    lives = [one for one in history.lives.values() if one.is_open and one.stage in STAGES]
    kept = any("next_step" in one.fields for one in history.lives.values())
    promised = chances(list(history.lives.values()))
    return tuple(_open(life, agreed, kept, promised.get(life.lead_id)) for life in lives)


def _open(life: Life, agreed: Agreed, kept: bool, chance: float | None) -> Open:
    day = day_of(agreed)
    step, people = life.fields.get("next_step"), life.fields.get("people_in_touch")
    last = max((at for at, _ in life.touches), default=None)
    last = max(last or life.stage_since, life.stage_since, *(one.at for one in life.said))
    return Open(
        opportunity_id=life.lead_id,
        side=life.side,
        owner=life.turns[-1].owner if life.turns else None,
        stage=life.stage.value,
        opened_on=day(life.opportunity_at or life.stage_since),
        last_activity_on=day(last),
        next_step=step if isinstance(step, str) else None if kept else NOT_KEPT,
        next_step_on=_date(life.fields.get("next_step_on")),
        close_dates=tuple(on for told in life.had.get("close_date", ()) if (on := _date(told)) is not None),
        amounts=tuple(float(size) for size in life.had.get("deal_size", ()) if isinstance(size, int | float)),
        people=int(people) if isinstance(people, int | float) else None,
        probability=chance,
    )


def _date(told: object) -> date | None:
    try:
        return date.fromisoformat(str(told)[:10])
    except ValueError:
        return None


def audited(
    history: History, agreed: Agreed, *, others: Sequence[Open] = ()
) -> tuple[tuple[Audited, ...], tuple[AuditTotal, ...], tuple[AuditTotal, ...]]:
    """Every open deal in doubt, `others` from the warehouse too, and what they add up to by side, and by owner."""
    deals = (*open_deals(history, agreed), *others)
    found = audit(agreed.reasons.pipeline, deals, today=day_of(agreed)(history.known_at))
    return found, totals(deals, found, by_owner=False), totals(deals, found, by_owner=True)
