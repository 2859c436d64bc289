"""Addresses of the pages of figures."""

from __future__ import annotations

from django.urls import path

from . import flows, use

urlpatterns = [
    path("in-en-uitstroom/", flows.flows, name="flow_list"),
    path("in-en-uitstroom/download/", flows.download, name="download_flow_list"),
    path("contractgebruik/", use.use, name="contract_use"),
    path("contractgebruik/download/", use.download, name="download_contract_use"),
]
