"""Addresses of enrolling a household."""

from __future__ import annotations

from django.urls import path

from collectief.enrolment.facts import Place

from . import steps, views

urlpatterns = [
    path("gezin/", views.start, name="household"),
    path("gezin/nieuw/", steps.new, name="household_new"),
    path("gezin/<str:draft>/", steps.family, name="household_family"),
    path("gezin/<str:draft>/client/", steps.client, name="household_client"),
    path("gezin/<str:draft>/partner/", steps.add, {"place": Place.PARTNER}, name="household_partner"),
    path("gezin/<str:draft>/kind/", steps.add, {"place": Place.CHILD}, name="household_child"),
    path("gezin/<str:draft>/lid/<int:number>/", steps.person, name="household_person"),
    path("gezin/<str:draft>/verzekering/", steps.insurance, name="household_insurance"),
    path("gezin/<str:draft>/controleren/", steps.summary, name="household_summary"),
    path("deelname/<int:participation_id>/bijschrijven/", steps.join, name="household_join"),
    path("mutaties/<int:mutation_id>/gezin/", views.done, name="household_done"),
]
