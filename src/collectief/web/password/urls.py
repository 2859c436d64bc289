"""Addresses of signing in with a password."""

from __future__ import annotations

from django.urls import path

from . import views

urlpatterns = [
    path("wachtwoord/", views.password, name="sign_in_password"),
    path("tweede-stap/", views.second_step, name="second_step"),
    path("koppelen/", views.link, name="link_authenticator"),
    path("herstelcode/", views.recovery_code, name="recovery_code"),
]
