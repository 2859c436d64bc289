"""Values every room speaks in: plain Python, no framework, no clock, no database."""
