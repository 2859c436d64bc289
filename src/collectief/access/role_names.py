"""What roles are called on screen and in letters."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from collectief.segments.profile import Role

ROLE_NAMES = {
    Role.ADMINISTRATIVE: _("administratief"),
    Role.FINANCIAL: _("financieel"),
    Role.ACCOUNT_MANAGER: _("accountbeheer"),
    Role.MAIN_USER: _("hoofdgebruiker"),
    Role.USER: _("gebruiker"),
    Role.MAIN_ACCOUNT: _("hoofdaccount"),
    Role.COMPANY_DOCTOR: _("bedrijfsarts"),
    Role.SUB_ACCOUNT: _("subaccount"),
    Role.USER_MANAGER: _("gebruikersbeheerder"),
    Role.REPRESENTATIVE: _("ondersteuner"),
    Role.CASE_HANDLER: _("behandelaar"),
    Role.HELP_DESK: _("helpdesk"),
    Role.AUDITOR: _("auditor"),
    Role.OFFICE_MANAGER: _("kantoorbeheer"),
}
