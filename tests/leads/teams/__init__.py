"""Tests of leads.teams."""
