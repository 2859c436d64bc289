"""Organisations, contracts and labels, as the insurer's office sees and keeps them (K02)."""
