"""Enrolling somebody with partner and children, in steps (G06, G07)."""
