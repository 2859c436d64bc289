"""Onderzoek: the insurer's auditor searches the trail of all its organisations, and sees how its chain stands (K06)."""
