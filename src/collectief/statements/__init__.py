"""Statements of the right to care abroad: the S1, formerly E106 (U09)."""
