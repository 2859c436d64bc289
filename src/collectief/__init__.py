"""Collectief: the business portal of Dutch health insurers."""
