"""Tests of the room's scorecards."""
