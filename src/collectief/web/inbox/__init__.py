"""Berichten (U29, G11)."""
