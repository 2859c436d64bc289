"""Paper: letters that a print service puts in an envelope and posts."""
