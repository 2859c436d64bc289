"""The portal's pages: shape in, words out; no rules and no tables here."""
