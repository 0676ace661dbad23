"""The lead desk as a source: what its journal says becomes rows of the warehouse, copied by sequence number."""

from bothsides.ingest.desk.feeding import Feed, feed, one_feeder, refuse_other_feeders, sources_beside
from bothsides.ingest.desk.mappings import PREFIX

__all__ = ["PREFIX", "Feed", "feed", "one_feeder", "refuse_other_feeders", "sources_beside"]
