"""Pairs that go quiet once they know each other while both sides go on trading: a suspicion, never an accusation."""

from bothsides.diagnosis.disintermediation.findings import (
    Leakage,
    disintermediation_findings,
    look_for_leakage,
    quiet_pictures,
)

__all__ = ["Leakage", "disintermediation_findings", "look_for_leakage", "quiet_pictures"]
