"""Prepared states: rollups of the facts kept from publish to publish, of which only what changed is made again."""
