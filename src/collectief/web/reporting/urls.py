"""Addresses of the pages of figures."""

from __future__ import annotations

from django.urls import path

from . import use

urlpatterns = [
    path("contractgebruik/", use.use, name="contract_use"),
    path("contractgebruik/download/", use.download, name="download_contract_use"),
]
