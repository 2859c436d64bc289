"""Applying for an account: a public form, judged by the insurer, answered by an invitation or a reason (G01, O01)."""
