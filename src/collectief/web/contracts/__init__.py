"""Contracts of an organisation, and linking those of another customer number."""
