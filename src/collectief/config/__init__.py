"""Settings, URLs and the command line: what ties the rooms into one installation."""
