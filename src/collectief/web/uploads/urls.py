"""Addresses of the upload pages."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("", views.uploads, name="uploads"),
    path("sjabloon/", views.template, name="upload_template"),
    path("<int:batch_id>/", views.batch, name="upload"),
    path("<int:batch_id>/voortgang/", views.progress, name="upload_progress"),
    path("<int:batch_id>/verwerken/", views.accept, name="upload_accept"),
    path("<int:batch_id>/annuleren/", views.cancel, name="upload_cancel"),
    path("<int:batch_id>/fouten/", views.bad_rows, name="upload_bad_rows"),
]
