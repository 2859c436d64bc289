"""Signing in with an own password and a second factor."""
