"""The insurer's post: how letters on paper stand, and what came back (K08)."""
