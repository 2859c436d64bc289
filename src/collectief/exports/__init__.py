"""Lists of people as workbooks, and the ones that are made by themselves, again and again (G05, X11)."""
