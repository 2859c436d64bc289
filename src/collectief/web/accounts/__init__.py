"""Pages about who has access: accountbeheer, and the way in for who was invited."""
