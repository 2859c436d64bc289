"""The portals of this installation: their hosts, look, words and desks. A brand is data, never code (K07)."""
