"""Addresses of the customer's own trail."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("logboek/", views.log, name="log"),
    path("logboek/download/", views.download, name="download_log"),
    path("deelnemers/<int:participant_id>/gezien/", views.seen, name="seen"),
]
