"""Many people at once: a file becomes rows, rows a plan, an accepted plan mutations; every row one outcome (law 3)."""
