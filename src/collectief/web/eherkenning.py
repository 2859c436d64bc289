"""What a portal publishes for its broker and for eHerkenning: metadata and its entry in the service catalogue (U01)."""

from __future__ import annotations

import time

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from collectief.access.identity import saml_connection
from collectief.access.queries import lowest_level
from collectief.gateways.eherkenning.saml.connection import SamlConnection
from collectief.gateways.eherkenning.saml.metadata import service_catalogue, service_provider

from .page import PortalRequest, public
from .sign_in import return_url


@public
@require_GET
def metadata(request: PortalRequest) -> HttpResponse:
    """The portal as a service provider: its address, its certificates."""
    document = service_provider(_connection(request), return_url=return_url(request), portal=request.brand.name)
    return HttpResponse(document, content_type="application/samlmetadata+xml")


@public
@require_GET
def catalogue(request: PortalRequest) -> HttpResponse:
    """The portal's service, for which companies can mandate people."""
    document = service_catalogue(
        _connection(request),
        home=request.build_absolute_uri(reverse("home")),
        portal=request.brand.name,
        organisation=request.brand.insurer_name,
        description=request.brand.welcome["nl"],
        privacy_url=request.build_absolute_uri(reverse("sign_in")),
        level=lowest_level(request.brand),
        now=time.time(),
    )
    return HttpResponse(document, content_type="application/xml")


def _connection(request: PortalRequest) -> SamlConnection:
    """Raises Http404 at a portal that does not sign in by SAML: it has nothing to publish."""
    connection = saml_connection(request.brand)
    if connection is None:
        raise Http404
    return connection
