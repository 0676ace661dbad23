"""Scorecards fitted from the desk's own history: learned, tried in the shadow, promoted with two names, rolled back."""
