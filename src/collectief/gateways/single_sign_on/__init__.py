"""An insurer's own identity provider, by which its staff sign in: OpenID Connect, always with two factors (K05)."""
