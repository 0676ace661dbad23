"""Bothsides: the open revenue engine for B2B marketplaces, both sides of the market in one language."""
