"""Products, their premiums and what a contract offers; the insurance of a participant (U28, K02)."""
