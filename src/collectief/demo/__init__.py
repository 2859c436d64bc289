"""The demo world and files for it; the only place with invented organisations and people."""
