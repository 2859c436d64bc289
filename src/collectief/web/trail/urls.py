"""Addresses of the auditor."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("onderzoek/", views.trail, name="trail"),
    path("onderzoek/download/", views.download, name="download_trail"),
]
