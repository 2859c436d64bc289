"""Short messages to a mobile telephone."""
