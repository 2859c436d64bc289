"""eHerkenning over SAML 2.0 with artifact binding (U01; STANDARDS, eHerkenning; ADR 13)."""
