"""Insurers, customer organisations and their group contracts (collectiviteiten)."""
