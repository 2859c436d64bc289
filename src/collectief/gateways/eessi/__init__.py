"""EESSI, by which social security institutions of Europe exchange documents: S_BUC_01a with S072 and S073 (U09).

The wire is in docs/abroad.md.
"""
