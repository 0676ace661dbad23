"""Connectors: what streams in from outside systems. Each knows its own vendor or format and no other."""
