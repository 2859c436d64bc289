"""Verdragsrecht: asking for an S1 of a participant, and what the insurer's office does with one (U09)."""
