"""Addresses of signing in with a password, and of changing how one does."""

from __future__ import annotations

from django.urls import path

from . import again, forgotten, own, views

urlpatterns = [
    path("inloggen/wachtwoord/", views.password, name="sign_in_password"),
    path("inloggen/passkey/", views.sign_in_passkey, name="sign_in_passkey"),
    path("inloggen/tweede-stap/", views.second_step, name="second_step"),
    path("inloggen/tweede-stap/sms/", views.second_step_sms, name="second_step_sms"),
    path("inloggen/tweede-stap/passkey/", views.second_step_passkey, name="second_step_passkey"),
    path("inloggen/koppelen/", views.link, name="link_authenticator"),
    path("inloggen/koppelen/sms/", views.link_telephone, name="link_telephone"),
    path("inloggen/koppelen/passkey/", views.link_passkey, name="link_passkey"),
    path("inloggen/koppelen/later/", views.later, name="link_later"),
    path("inloggen/herstelcode/", views.recovery_code, name="recovery_code"),
    path("inloggen/wachtwoord-vergeten/", forgotten.forgotten, name="forgotten_password"),
    path("inloggen/wachtwoord-vergeten/<str:token>/", forgotten.new_password, name="new_password"),
    path("inloggen/e-mailadres/<str:token>/", forgotten.confirm_address, name="confirm_address"),
    path("mijn-account/inloggen/", own.overview, name="own_sign_in"),
    path("mijn-account/inloggen/bevestigen/", again.prove_again, name="prove_again"),
    path("mijn-account/inloggen/wachtwoord/", own.change_password, name="change_password"),
    path("mijn-account/inloggen/e-mailadres/", own.change_address, name="change_address"),
    path("mijn-account/inloggen/app/", own.link_app, name="own_app"),
    path("mijn-account/inloggen/mobiel/", own.change_telephone, name="own_telephone"),
    path("mijn-account/inloggen/passkey/", own.new_passkey, name="own_passkey"),
    path("mijn-account/inloggen/eherkenning/", own.link_identity, name="link_identity"),
    path("mijn-account/inloggen/verwijderen/", own.remove_factor, name="remove_factor"),
    path("mijn-account/inloggen/herstelcodes/", own.new_codes, name="new_recovery_codes"),
]
