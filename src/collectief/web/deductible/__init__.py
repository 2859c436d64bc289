"""Pages of what is used of deductibles."""
