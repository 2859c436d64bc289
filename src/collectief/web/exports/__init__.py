"""Geplande lijsten: what is made by itself, again and again, for whoever planned it (X11)."""
