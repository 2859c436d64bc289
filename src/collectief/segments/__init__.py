"""Kinds of customer as data: what each may do, sees and is asked. Only `catalogue` knows a segment by name."""
