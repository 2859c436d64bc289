"""Figures of contracts: how many people take part, come and go; never who (U27, G10)."""
