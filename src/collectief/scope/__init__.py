"""Who asks, in whose name and how far: every read and every change happens inside a scope (law 5)."""
