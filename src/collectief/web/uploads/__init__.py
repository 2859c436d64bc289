"""Upload aan- en afmeldingen: file in, plan to look at, result to keep (U21, X02)."""
