"""What of a list can be taken along (G05): all of it, what is found, and a file to send again (X02)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from collectief.exports.rules import Which
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Permission

from .forms import SearchForm


def download_links(scope: Scope, form: SearchForm, query: QueryDict, *, former: bool) -> list[tuple[str, str]]:
    """Words and address of each. The whole list is of the contract that was chosen, or of all."""
    asked = {name: value for name in form.fields if (value := query.get(name))}
    whole = {name: value for name, value in asked.items() if name == "contract"}
    address = reverse("download_former" if former else "download_current")
    found = [(_("Download volledige lijst"), _with(address, whole))]
    if asked != whole and form.is_valid():
        found.append((_("Download wat is gevonden"), _with(address, asked)))
    if not former and scope.may(Permission.UPLOAD_MUTATIONS, Capability.BULK_UPLOAD):
        found.append((_("Download in het sjabloon, om te wijzigen"), _with(reverse("download_template"), asked)))
    if not former and scope.profile.allows(Capability.INSURANCE_LETTERS):
        found.append((_("Download alle documenten (ZIP)"), _with(reverse("download_documents"), asked)))
    if scope.may(Permission.SEE_PARTICIPANTS, Capability.SCHEDULED_EXPORTS):
        which = {"lijst": str(Which.FORMER if former else Which.CURRENT)}
        found.append((_("Vanzelf laten maken"), _with(reverse("plan_export"), which | whole)))
    return found


def _with(address: str, asked: dict[str, Any]) -> str:
    return f"{address}?{urlencode(asked)}" if asked else address
