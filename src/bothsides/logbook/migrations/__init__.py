"""The logbook's way from one released shape to the next; Alembic walks it, forwards only."""
