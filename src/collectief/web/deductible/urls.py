"""Addresses of deductible use, and of the files it came with."""

from __future__ import annotations

from django.urls import path

from . import imports, views

urlpatterns = [
    path("eigen-risico/", views.use, name="deductible_use"),
    path("eigen-risico/<int:year>/", views.use, name="deductible_use_of"),
    path("eigen-risico/<int:year>/download/", views.download, name="download_deductible_use"),
    path("eigen-risico/<int:year>/<int:participant_id>/brief/", views.letter, name="deductible_letter"),
    path("eigen-risico-bestanden/", imports.overview, name="deductible_imports"),
    path("eigen-risico-bestanden/<int:import_id>/", imports.one, name="deductible_import"),
]
