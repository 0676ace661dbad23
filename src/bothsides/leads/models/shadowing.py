"""Scores open leads beside the card in force, and has them looked at again once another card is in force."""

from collections.abc import Sequence
from dataclasses import replace

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.considering import score_line
from bothsides.leads.desk.standing import leads_by_id
from bothsides.leads.models.in_force import signed_card, with_model
from bothsides.leads.models.record import Model
from bothsides.leads.score import compiled
from bothsides.logbook import Book, set_timer
from bothsides.schema import Side
from bothsides.schema.instant import Instant

BATCH = 2_000


def open_leads(book: Book, side: Side) -> list[str]:
    """Every lead of the side that is not closed, by id."""
    return [
        name
        for (name,) in book.all(
            "SELECT lead_id FROM leads WHERE side = ? AND is_open = 1 AND merged_into IS NULL ORDER BY lead_id",
            side.value,
        )
    ]


def score_beside(book: Book, agreed: Agreed, side: Side, model: Model, ids: Sequence[str], *, now: Instant) -> None:
    """Writes what the challenger gives these leads beside their score as it stands."""
    shadow = compiled(with_model(signed_card(agreed.scoring, side), model))
    with_it = replace(agreed, shadows={**agreed.shadows, side: (*agreed.shadows.get(side, ()), shadow)})
    leads = leads_by_id(book, ids).values()
    lines = [score_line(with_it, lead, now) for lead in leads if lead.is_open and lead.merged_into is None]
    book.post([line for line in lines if line is not None], now=now)


def look_again(book: Book, side: Side, *, now: Instant) -> int:
    """Has every open lead of the side scored by the next tick; how many."""
    ids = open_leads(book, side)
    for start in range(0, len(ids), BATCH):
        book.post([set_timer("score", name, now, now=now) for name in ids[start : start + BATCH]], now=now)
    return len(ids)
