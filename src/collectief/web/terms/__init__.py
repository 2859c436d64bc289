"""Products, premiums and what contracts offer, as the insurer's staff maintain them (K02)."""
