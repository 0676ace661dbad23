"""Scores open leads beside the card in force, and has them looked at again once another card is in force."""

from collections.abc import Iterator
from dataclasses import replace

from bothsides.leads.desk.agreed import Agreed
from bothsides.leads.desk.considering import score_line
from bothsides.leads.desk.standing import LeadNow, leads_by_id
from bothsides.leads.models.in_force import signed_card, with_model
from bothsides.leads.models.record import Model
from bothsides.leads.score import compiled
from bothsides.logbook import Book, set_timer
from bothsides.schema import Side
from bothsides.schema.instant import Instant

BATCH = 2_000


def beside_open_leads(book: Book, agreed: Agreed, side: Side, model: Model, *, now: Instant) -> int:
    """Writes what the challenger gives every open lead beside its score as it stands; how many."""
    shadow = compiled(with_model(signed_card(agreed.scoring, side), model))
    with_it = replace(agreed, shadows={**agreed.shadows, side: (*agreed.shadows.get(side, ()), shadow)})
    count = 0
    for leads in _open_leads(book, side):
        lines = [line for lead in leads if (line := score_line(with_it, lead, now)) is not None]
        book.post(lines, now=now)
        count += len(lines)
    return count


def look_again(book: Book, side: Side, *, now: Instant) -> int:
    """Has every open lead of the side scored by the next tick; how many."""
    ids = _open_ids(book, side)
    for start in range(0, len(ids), BATCH):
        book.post([set_timer("score", name, now, now=now) for name in ids[start : start + BATCH]], now=now)
    return len(ids)


def _open_leads(book: Book, side: Side) -> Iterator[list[LeadNow]]:
    ids = _open_ids(book, side)
    for start in range(0, len(ids), BATCH):
        yield list(leads_by_id(book, ids[start : start + BATCH], locked=False).values())


def _open_ids(book: Book, side: Side) -> list[str]:
    return [
        name
        for (name,) in book.all(
            "SELECT lead_id FROM leads WHERE side = ? AND is_open = 1 AND merged_into IS NULL ORDER BY lead_id",
            side.value,
        )
    ]
