"""The menu at the left: what there is, for whom; an entry appears when the scope may open it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Permission


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu; `prefix` marks it as current for every page below that path."""

    label: str | Promise
    url_name: str
    permission: Permission
    capability: Capability | None = None


# The entry that says how many messages are new.
MESSAGES = "messages"
ENTRIES = (
    Entry(_("Dashboard"), "dashboard", Permission.SEE_DASHBOARD),
    Entry(_("Huidige deelnemers"), "current_participants", Permission.SEE_PARTICIPANTS),
    Entry(_("Oud deelnemers"), "former_participants", Permission.SEE_PARTICIPANTS, Capability.FORMER_PARTICIPANTS),
    Entry(_("Nieuwe deelnemer"), "new_participant", Permission.CHANGE_PARTICIPANTS, Capability.ENROL),
    Entry(_("Nieuwe deelnemer"), "household", Permission.CHANGE_PARTICIPANTS, Capability.ENROL_HOUSEHOLD),
    Entry(_("Upload aan- en afmeldingen"), "uploads", Permission.UPLOAD_MUTATIONS, Capability.BULK_UPLOAD),
    Entry(
        _("Mislukte verwerkingen"),
        "rejected_mutations",
        Permission.SEE_PARTICIPANTS,
        Capability.REJECTED_MUTATIONS,
    ),
    Entry(_("In- en uitstroomlijsten"), "flow_list", Permission.SEE_PARTICIPANTS, Capability.FLOW_LISTS),
    Entry(_("Eigen risico verbruik"), "deductible_use", Permission.SEE_DEDUCTIBLE_USE, Capability.DEDUCTIBLE_USE),
    Entry(_("Contracten"), "contracts", Permission.SEE_CONTRACTS, Capability.LINK_CONTRACTS),
    Entry(_("Contract gebruik"), "contract_use", Permission.SEE_CONTRACTS, Capability.CONTRACT_USE),
    Entry(_("Contract gegevens"), "contract_data", Permission.SEE_CONTRACTS),
    Entry(_("Berichten"), MESSAGES, Permission.SEE_MESSAGES, Capability.MESSAGES),
    Entry(_("Zaken"), "cases", Permission.JUDGE_CASES),
    Entry(_("Verdragsrecht"), "find_s1", Permission.JUDGE_CASES),
    Entry(_("Organisaties"), "customers", Permission.MAINTAIN_CUSTOMERS),
    Entry(_("Contracten"), "group_contracts", Permission.MAINTAIN_CUSTOMERS),
    Entry(_("Producten"), "products", Permission.MAINTAIN_TERMS),
    Entry(_("Labels en portalen"), "labels", Permission.MAINTAIN_CUSTOMERS),
    Entry(_("Nieuws en berichten"), "news", Permission.WRITE_NEWS),
    Entry(_("Post"), "post", Permission.HANDLE_POST),
    Entry(_("Maandelijkse runs"), "runs", Permission.START_RUNS),
    Entry(_("Eigen risico: bestanden"), "deductible_imports", Permission.START_RUNS),
    Entry(_("Onderzoek"), "trail", Permission.SEARCH_TRAIL),
    Entry(_("Accountbeheer"), "accounts", Permission.MANAGE_ACCOUNTS),
    Entry(_("Helpdesk"), "helpdesk", Permission.HELP_USERS),
    Entry(_("Logboek"), "log", Permission.SEE_LOG),
    Entry(_("Contact"), "contact", Permission.SEE_DASHBOARD, Capability.ASK_QUESTIONS),
)
# Pages whose address lies below no entry, and the entry that leads to them.
_LED_TO = {"/deelname/": "current_participants", "/mutaties/": "dashboard", "/in-behandeling/": "dashboard"}


@dataclass(frozen=True, slots=True)
class MenuItem:
    """An entry as a template draws it."""

    label: str
    url: str
    current: bool
    # How many are new below it, asked when it is drawn; None for an entry of which nothing is new.
    new: Callable[[], str] | None = None


def menu(scope: Scope, path: str, new_messages: Callable[[], str]) -> list[MenuItem]:
    """The entries this scope may open, the one that `path` lies under marked."""
    allowed = [entry for entry in ENTRIES if scope.may(entry.permission, entry.capability)]
    urls = [(entry, reverse(entry.url_name)) for entry in allowed]
    at = next((reverse(name) for start, name in _LED_TO.items() if path.startswith(start)), path)
    under = max((url for _, url in urls if at.startswith(url)), key=len, default="")
    return [
        MenuItem(str(entry.label), url, url == under, new_messages if entry.url_name == MESSAGES else None)
        for entry, url in urls
    ]
