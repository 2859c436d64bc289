"""Addresses of applying for an account."""

from __future__ import annotations

from django.urls import path

from . import apply

urlpatterns = [
    path("aanvragen/", apply.apply, name="apply"),
    path("aanvragen/ontvangen/", apply.received, name="applied"),
]
