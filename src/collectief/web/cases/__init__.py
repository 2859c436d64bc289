"""Zaken: what waits for the insurer's judgement, and what was judged (K01)."""
