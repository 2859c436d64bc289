"""Pages of the insurer's periodic work."""
