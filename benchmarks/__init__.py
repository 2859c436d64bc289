"""Benchmarks: each beside a floor measured in the same run, one JSON line each; never a timed test."""
