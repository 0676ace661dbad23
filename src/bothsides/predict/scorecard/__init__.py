"""Scorecards fitted from won and lost leads: whole points by field, one card a side, replaced only with care."""
