"""People: one `person` per human per insurer, and a `participant` as each organisation knows that person."""
