"""Accounts, roles and signing in: who gets in, and how far."""
