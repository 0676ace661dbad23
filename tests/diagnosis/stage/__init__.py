"""Stages of a marketplace, proved on small markets written out by rule."""
