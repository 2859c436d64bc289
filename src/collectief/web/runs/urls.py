"""Addresses of the office's runs."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("maandelijkse-runs/", views.overview, name="runs"),
    path("maandelijkse-runs/vooraf/", views.before, name="run_before"),
    path("maandelijkse-runs/<int:run_id>/", views.one, name="run"),
    path("maandelijkse-runs/<int:run_id>/voortgang/", views.progress, name="run_progress"),
]
