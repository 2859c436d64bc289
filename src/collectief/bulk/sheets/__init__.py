"""Spreadsheets in and out: reading what people send in a child process with limits, writing templates; no database."""
