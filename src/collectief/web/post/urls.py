"""Addresses of the office's post."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("post/", views.overview, name="post"),
    path("post/passen/", views.cards, name="issue_cards"),
    path("post/<int:consignment_id>/", views.one, name="consignment"),
    path("post/<int:consignment_id>/opnieuw/", views.again, name="send_again"),
]
