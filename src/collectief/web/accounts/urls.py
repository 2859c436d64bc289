"""Addresses of accountbeheer and of invitations."""

from __future__ import annotations

from django.urls import path

from . import asking_roles, invitation, leave, manage, mandates, mine

urlpatterns = [
    path("accountbeheer/", manage.accounts, name="accounts"),
    path("accountbeheer/nieuw/", manage.new, name="new_account"),
    path("accountbeheer/<int:membership_id>/", manage.account, name="account"),
    path("accountbeheer/<int:membership_id>/deactiveren/", manage.deactivate, name="deactivate_account"),
    path("accountbeheer/<int:membership_id>/activeren/", manage.reactivate, name="reactivate_account"),
    path("accountbeheer/<int:membership_id>/opnieuw/", manage.resend, name="resend_invitation"),
    path("accountbeheer/<int:membership_id>/intrekken/", manage.revoke, name="revoke_invitation"),
    path("accountbeheer/machtigingen/", mandates.overview, name="mandates"),
    path("accountbeheer/machtigingen/nieuw/", mandates.new, name="new_mandate"),
    path("accountbeheer/machtigingen/<int:mandate_id>/intrekken/", mandates.revoke, name="revoke_mandate"),
    path("accountbeheer/machtigingen/<int:received_id>/", mandates.people, name="mandate_people"),
    path("mijn-account/", mine.mine, name="my_account"),
    path("mijn-account/sessies/", mine.end_sessions, name="end_sessions"),
    path("mijn-account/mail/", mine.choose_mail, name="choose_mail"),
    path("mijn-account/rollen/", asking_roles.ask_roles, name="ask_roles"),
    path("mijn-account/rollen/intrekken/", asking_roles.take_back, name="take_back_roles"),
    path("mijn-account/stoppen/", leave.leave, name="leave"),
    path("mijn-account/blijven/", leave.stay, name="stay_after_all"),
    path("uitnodiging/<str:token>/", invitation.invitation, name="invitation"),
]
