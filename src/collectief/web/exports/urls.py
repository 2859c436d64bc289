"""Addresses of Geplande lijsten."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("geplande-lijsten/", views.overview, name="exports"),
    path("geplande-lijsten/nieuw/", views.plan, name="plan_export"),
    path("geplande-lijsten/<int:export_plan_id>/stoppen/", views.stop, name="stop_export"),
    path("geplande-lijsten/bestanden/<int:export_id>/", views.download, name="download_export"),
]
