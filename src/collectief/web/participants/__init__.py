"""The pages about participants: lists, one person, one by one (U03-U20, U26, X05)."""
