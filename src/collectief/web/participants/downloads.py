"""The lists of participants as files: as workbooks (G05), and in the template that can be sent again (X02)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from django.conf import settings
from django.contrib import messages
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from collectief.audit import actions as audit
from collectief.bulk.asking import template_for
from collectief.bulk.sheets.filled import write_filled
from collectief.contracts.queries import ContractView, contracts
from collectief.enrolment.queries import ListRow, Search, whole_list
from collectief.exports import lists
from collectief.exports.people import shows_bsn
from collectief.foundation.dates import BirthDate, dutch
from collectief.segments.profile import Capability, Permission

from ..page import PortalRequest, page
from ..sheet import people_file, sheet_file
from . import bundle
from .forms import SearchForm
from .found import participant_of
from .lists import search_of


@page(Permission.SEE_PARTICIPANTS)
@require_GET
def current(request: PortalRequest) -> HttpResponseBase:
    """Everyone who takes part and is found, or everyone of a contract."""
    return _list(request, former=False)


@page(Permission.SEE_PARTICIPANTS, Capability.FORMER_PARTICIPANTS)
@require_GET
def former(request: PortalRequest) -> HttpResponseBase:
    """Everyone who took part before."""
    return _list(request, former=True)


@page(Permission.UPLOAD_MUTATIONS, Capability.BULK_UPLOAD)
@require_GET
def template(request: PortalRequest) -> HttpResponseBase:
    """Who takes part in the template of the upload: what should happen is filled in there, and it is sent again."""
    known = contracts(request.scope)
    search = _search(request, known, former=False)
    if search is None:
        return redirect(reverse("current_participants") + "?" + request.GET.urlencode())
    people: list[int] = []
    numbers = {contract.id: contract.number for contract in known}

    def cells() -> Iterator[Mapping[str, str]]:
        for row in whole_list(request.scope, search, today=timezone.localdate()):
            people.append(row.participant_id)
            yield _filled(row, numbers[row.contract_id])

    form, language = template_for(request.scope.profile), get_language() or settings.LANGUAGE_CODE
    response, _lines = sheet_file(
        _("deelnemers-sjabloon.xlsx"), lambda stream: write_filled(stream, form, cells(), language=language)
    )
    audit.record(
        request.scope, "participants.download_template", participants=people, detail={"lines": len(people)}
    )  # fmt: skip
    return response


@page(Permission.SEE_PARTICIPANTS, Capability.INSURANCE_LETTERS)
@require_GET
def documents(request: PortalRequest) -> HttpResponseBase:
    """The documents of everyone who takes part and is found, in one ZIP; in parts where there are too many (X11)."""
    back = redirect(reverse("current_participants") + "?" + request.GET.urlencode())
    search = _search(request, contracts(request.scope), former=False)
    if search is None:
        return back
    rows = whole_list(request.scope, search, today=timezone.localdate())
    people = list(dict.fromkeys(row.participant_id for row in islice(rows, 2 * bundle.MOST)))
    if len(people) > bundle.MOST:
        said = _("Een ZIP bevat de documenten van hoogstens {most} deelnemers. Zoek eerst op naam of contract.")
        messages.error(request, said.format(most=bundle.MOST))
        return back
    return _zip(request, people, _("documenten.zip"), statements=False)


@page(Permission.SEE_PARTICIPANTS, Capability.INSURANCE_LETTERS)
@require_GET
def documents_of(request: PortalRequest, participant_id: int) -> HttpResponseBase:
    """All documents of one participant, in one ZIP (X11)."""
    person = participant_of(request.scope, participant_id)
    return _zip(request, [person.id], f"{_('documenten')}-{person.relation_number}.zip", statements=True)


def _zip(request: PortalRequest, people: list[int], name: str, *, statements: bool) -> HttpResponseBase:
    audit.record(request.scope, "documents.bundle", participants=people, detail={"people": len(people)})
    language = get_language() or settings.LANGUAGE_CODE
    return StreamingHttpResponse(
        bundle.zipped(request.scope, request.brand, language, people, statements=statements),
        content_type="application/zip", headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


def _list(request: PortalRequest, *, former: bool) -> HttpResponseBase:
    known, today = contracts(request.scope), timezone.localdate()
    search = _search(request, known, former=former)
    if search is None:
        # The list says what is wrong with what was looked for.
        return redirect(
            reverse("former_participants" if former else "current_participants") + f"?{request.GET.urlencode()}"
        )
    response, people = people_file(
        request.scope, lists.participants(request.scope, search, known, today=today, former=former),
        name=_("oud-deelnemers.xlsx") if former else _("deelnemers.xlsx"),
    )  # fmt: skip
    audit.record(
        request.scope, "participants.download_former" if former else "participants.download", participants=people,
        objects={"contract": [search.contract_id]} if search.contract_id is not None else None,
        detail={"lines": len(people), "bsn": shows_bsn(request.scope)},
    )  # fmt: skip
    return response


def _search(request: PortalRequest, known: list[ContractView], *, former: bool) -> Search | None:
    """What the address looks for; None for what cannot be."""
    profile = request.scope.profile
    keys = profile.former_search if former else profile.current_search
    form = SearchForm(request.GET, keys=keys, contracts=known)
    return search_of(form, known) if form.is_valid() else None


def _filled(row: ListRow, contract: str) -> dict[str, str]:
    """What is known, under the columns of the template."""
    return {
        "contract": contract, "relation_number": row.relation_number, "external_reference": row.external_reference,
        "initials": row.name.initials, "prefix": row.name.prefix, "surname": row.name.surname,
        "birth_date": BirthDate.parse(row.birth_date).dutch if row.birth_date else "",
        "first_day": dutch(row.first_day), "last_day": dutch(row.last_day) if row.last_day else "",
    }  # fmt: skip
