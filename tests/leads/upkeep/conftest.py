"""The desk of the room beside."""

from tests.leads.desk.conftest import desk

__all__ = ["desk"]
