"""How leads come in: each record is read into a lead, or set aside with every reason; none is lost."""

from bothsides.leads.intake.policy import Hook, IntakePolicy, Source, problems
from bothsides.leads.intake.reading import Event, Lead, Refused, parse_json, read_lead

__all__ = [
    "Event",
    "Hook",
    "IntakePolicy",
    "Lead",
    "Refused",
    "Source",
    "parse_json",
    "problems",
    "read_lead",
]
