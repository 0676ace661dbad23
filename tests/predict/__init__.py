"""Tests of what the models say."""
