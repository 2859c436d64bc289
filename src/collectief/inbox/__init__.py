"""Messages: what happened and what is ready, for an organisation's people to read in their own time (U29, G11)."""
