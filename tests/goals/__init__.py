"""Shared goals: what was signed, and how it paces."""
