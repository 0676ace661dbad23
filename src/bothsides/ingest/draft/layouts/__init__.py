"""Exports recognised by their exact columns, with the mapping a person who knows them would write."""

from bothsides.ingest.draft.layouts.known import KnownLayout
from bothsides.ingest.draft.layouts.recognition import LAYOUTS, Recognised, recognise

__all__ = ["LAYOUTS", "KnownLayout", "Recognised", "recognise"]
