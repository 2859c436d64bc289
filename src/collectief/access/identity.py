"""Which identity provider a portal uses; its settings are the installation's."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from collectief.brands.catalogue import Brand
from collectief.gateways.eherkenning.oidc import OidcBroker
from collectief.gateways.eherkenning.port import IdentityProvider


def identity_provider(brand: Brand) -> IdentityProvider:
    """The provider for this portal; every portal of an installation has the same broker until one needs its own."""
    return _broker(settings.EHERKENNING_URL, settings.EHERKENNING_CLIENT_ID, settings.EHERKENNING_CLIENT_SECRET)


@cache
def _broker(issuer: str, client_id: str, client_secret: str) -> IdentityProvider:
    return OidcBroker(issuer, client_id, client_secret)
