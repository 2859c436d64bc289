"""Whether a password is in a list of breached ones, without telling anybody which password it is."""
