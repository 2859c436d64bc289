"""What of the deductible (eigen risico) people have used in a year, as the insurer's core says it (U25)."""
