"""Paper post: letters that a print service prints and posts, handed over once, tracked, noted when they come back."""
