"""OpenID Connect as every provider speaks it: the client's half, and a provider's for simulators."""
