"""Hands what the warehouse knows to the desk after a sync: cells, effects, companies, up to when touches are known."""

from bothsides.leads.publishing.publishing import Published, hand_over

__all__ = ["Published", "hand_over"]
