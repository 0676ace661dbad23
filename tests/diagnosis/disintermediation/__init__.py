"""Pairs that went quiet: drawn worlds whose truth is known, and simulated markets."""
