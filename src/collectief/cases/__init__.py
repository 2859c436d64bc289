"""The work queue: whatever a person at the insurer must judge is a case with a term (K01)."""
