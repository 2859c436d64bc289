"""Addresses of the help desk; and of the link with which somebody stops what it does."""

from __future__ import annotations

from django.urls import path

from . import resets, views

urlpatterns = [
    path("helpdesk/", views.search, name="helpdesk"),
    path("helpdesk/gebruikers/<int:account_id>/", views.user, name="helpdesk_user"),
    path("helpdesk/gebruikers/<int:account_id>/tweede-stap/", resets.ask, name="ask_reset"),
    path("helpdesk/uitnodigingen/<int:membership_id>/versturen/", views.resend, name="helpdesk_resend"),
    path("helpdesk/verzoeken/<int:reset_id>/", resets.show, name="reset"),
    path("helpdesk/verzoeken/<int:reset_id>/goedkeuren/", resets.approve, name="approve_reset"),
    path("helpdesk/verzoeken/<int:reset_id>/afwijzen/", resets.refuse, name="refuse_reset"),
    path("helpdesk/verzoeken/<int:reset_id>/stoppen/", resets.stop, name="stop_reset"),
    path("inloggen/stoppen/<str:token>/", resets.stop_by_link, name="stop_reset_by_link"),
]
