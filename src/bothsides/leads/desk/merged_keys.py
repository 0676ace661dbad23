"""Under which identity keys leads are found that others went into: each is also who those were."""

from collections.abc import Collection, Iterable

from bothsides.leads.desk.candidates import identity_keys
from bothsides.leads.desk.merged_events import absorbed_by
from bothsides.leads.desk.standing import LeadNow, leads_by_id, normal_lead
from bothsides.logbook import Book


def keys_of_leads(leads: Iterable[LeadNow]) -> set[str]:
    """The keys under which any of the leads is found by its own values."""
    return {key for lead in leads for key in identity_keys(normal_lead(lead))}


def keys_below(book: Book, lead_id: str, *, besides: Collection[str] = ()) -> set[str]:
    """The keys of the leads that went into it, over any number of steps."""
    names = [name for name in absorbed_by(book, lead_id)[1:] if name not in besides]
    return keys_of_leads(leads_by_id(book, names, locked=False).values())
