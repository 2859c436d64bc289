"""The demo world and what `make demo` runs; the only place with invented organisations and people."""
