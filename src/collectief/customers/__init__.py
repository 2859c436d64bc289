"""The insurer's customers as its office keeps them: organisations, and contracts opened and ended (K02)."""
