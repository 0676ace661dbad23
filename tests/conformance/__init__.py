"""Tests that every engine gives the same cells."""
