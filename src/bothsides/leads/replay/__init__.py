"""History once more, under another agreement: what it would have changed, before anybody signs it."""

from bothsides.leads.replay.agreements import NothingRecorded, Proposed, read_proposed, recorded_versions
from bothsides.leads.replay.check import Difference, Reproduced
from bothsides.leads.replay.comparing import Measure, Moved, Mover
from bothsides.leads.replay.replaying import Assumed, Changed, Replayed, replay

__all__ = [
    "Assumed",
    "Changed",
    "Difference",
    "Measure",
    "Moved",
    "Mover",
    "NothingRecorded",
    "Proposed",
    "Replayed",
    "Reproduced",
    "read_proposed",
    "recorded_versions",
    "replay",
]
