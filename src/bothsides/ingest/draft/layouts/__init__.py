"""Exports recognised by their exact columns, with the mapping a person who knows them would write."""

from bothsides.ingest.draft.layouts.recognise import Recognised, recognise

__all__ = ["Recognised", "recognise"]
