"""The register of persons (BRP): Haal Centraal BRP personen bevragen 2.x (STANDARDS, Persons)."""
