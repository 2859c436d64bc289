"""Logboek, and who has seen a participant's data: the customer's own trail (X09)."""
