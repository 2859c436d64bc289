"""Addresses of the office's news."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("nieuws/", views.overview, name="news"),
    path("nieuws/nieuw/", views.new, name="new_news"),
    path("nieuws/<int:news_id>/", views.one, name="one_news"),
    path("nieuws/<int:news_id>/intrekken/", views.withdraw, name="withdraw_news"),
]
