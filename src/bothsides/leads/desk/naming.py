"""Records that name nobody: they may correct a lead that is known, and are no new one."""

from collections.abc import Sequence

from bothsides.leads.intake import Lead, Refused
from bothsides.logbook import Book


def named_or_known(book: Book, read: Sequence[Lead | Refused]) -> list[Lead | Refused]:
    """The records as they are to be taken; refused is one that says nothing to reach anybody by, where neither the
    desk nor another record of the same batch knows its lead."""
    unnamed = {one.lead_id for one in read if isinstance(one, Lead) and one.unnamed is not None}
    if not unnamed:
        return list(read)
    known = {name for (name,) in book.all("SELECT lead_id FROM leads WHERE lead_id {any}", sorted(unnamed))}
    known |= {one.lead_id for one in read if isinstance(one, Lead) and one.unnamed is None}
    return [
        one.unnamed if isinstance(one, Lead) and one.unnamed is not None and one.lead_id not in known else one
        for one in read
    ]
