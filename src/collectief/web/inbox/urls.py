"""Addresses of Berichten."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("berichten/", views.messages, name="messages"),
    path("berichten/gelezen/", views.read_all, name="read_all_messages"),
    path("berichten/<int:message_id>/", views.message, name="message"),
]
