"""Addresses of contracts."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("", views.contracts, name="contracts"),
    path("wijziging/", views.ask_change, name="ask_change"),
    path("koppelen/", views.link, name="link_contract"),
    path("koppelingen/<int:link_id>/ontkoppelen/", views.unlink, name="unlink_contract"),
]
