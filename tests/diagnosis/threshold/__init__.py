"""The level from which a side stays: claims, refusals, distances, on panels with known truth."""
