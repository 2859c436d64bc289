"""Signing in with eHerkenning; the first form is OpenID Connect through a broker (STANDARDS, eHerkenning)."""
