"""Addresses of verdragsrecht: at a participant, and at the office."""

from __future__ import annotations

from django.urls import path

from . import asking, office

urlpatterns = [
    path("deelnemers/<int:participant_id>/verdragsrecht/", asking.ask, name="ask_s1"),
    path("deelnemers/<int:participant_id>/verdragsrecht/formulier/", asking.form, name="s1_form"),
    path("verdragsrecht/", office.find, name="find_s1"),
    path("verdragsrecht/<int:s1_id>/opnieuw/", office.another, name="another_s1"),
]
