"""Polisblad and beëindigingsbrief of a participant, as PDF (U05, U16, U17)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from collectief.audit import actions as audit
from collectief.brands.colour import accent
from collectief.contracts.queries import ContractView, contracts
from collectief.documents.actions import make
from collectief.documents.rules import Letter
from collectief.documents.typesetting import LetterFailed
from collectief.enrolment.queries import ListRow, participation
from collectief.foundation.dates import BirthDate, dutch
from collectief.participants.queries import ParticipantView
from collectief.policies.insured import TermView, covers_of, terms_of
from collectief.policies.letters import policy_schedule, termination_letter
from collectief.policies.premium import NoTariff
from collectief.policies.schedules import Schedule, on, schedules
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from ..page import PortalRequest, page
from .found import participant_of


@dataclass(frozen=True, slots=True)
class Letters:
    """What can be downloaded of a stay: its schedules, the latest first, and the day its insurance ends."""

    stay: ListRow
    contract: str
    schedules: tuple[tuple[Schedule, bool], ...]
    last_day: date | None


def letters_of(
    stay: ListRow, contracts: Mapping[int, str], terms: list[TermView], birth_date: str, today: date
) -> Letters | None:
    """The letters about the insurance of one stay; None when there is none. Must run inside `opened`."""
    own = [term for term in terms if term.participation_id == stay.id]
    if not own:
        return None
    known = [one for one in _schedules(own, birth_date, today) if one.period.first_day <= today]
    drawn = tuple((one, today in one.period) for one in reversed(known))
    return Letters(stay, contracts.get(stay.contract_id, ""), drawn, _ended(own, today))


def _schedules(terms: list[TermView], birth_date: str, today: date) -> list[Schedule]:
    """None where what it costs is not known."""
    if not birth_date:
        return []
    try:
        # A year ahead: what is agreed to already ends a schedule.
        return schedules(covers_of(terms), BirthDate.parse(birth_date), until=date(today.year + 1, today.month, 1))
    except NoTariff:
        return []


def _ended(terms: list[TermView], today: date) -> date | None:
    """The last insured day, once it is known and no later insurance follows it."""
    days = [term.period.last_day for term in terms]
    return None if None in days else max(day for day in days if day is not None)


@page(Permission.SEE_PARTICIPANTS)
@require_GET
def schedule(request: PortalRequest, participation_id: int, day: date | None = None) -> HttpResponse:
    """The policy schedule that held on a day; without one, that of today."""
    row, person, contract, terms = _about(request.scope, participation_id)
    today = timezone.localdate()
    day = day or today
    found = on(day, _schedules(terms, person.birth_date, today)) if day <= today else None
    if found is None:
        raise Http404
    letter = policy_schedule(person, contract, request.scope.organisation, found)
    return _download(request, letter, row, f"{_('polisblad')}-{person.relation_number}-{found.period.first_day}")


@page(Permission.SEE_PARTICIPANTS)
@require_GET
def termination(request: PortalRequest, participation_id: int) -> HttpResponse:
    """That the insurance of a stay has ended, or will."""
    row, person, contract, terms = _about(request.scope, participation_id)
    last_day = _ended(terms, timezone.localdate()) if terms else None
    if last_day is None:
        raise Http404
    letter = termination_letter(person, contract, request.scope.organisation, terms, last_day)
    return _download(request, letter, row, f"{_('beeindigingsbrief')}-{person.relation_number}-{last_day}")


def _about(scope: Scope, participation_id: int) -> tuple[ListRow, ParticipantView, ContractView, list[TermView]]:
    row = participation(scope, participation_id, today=timezone.localdate())
    if row is None:
        raise Http404
    person = participant_of(scope, row.participant_id)
    contract = next(one for one in contracts(scope) if one.id == row.contract_id)
    return row, person, contract, terms_of(scope, [row.id])


def _download(request: PortalRequest, letter: Letter, row: ListRow, name: str) -> HttpResponse:
    now = timezone.now()
    try:
        pdf = make(request.scope, letter, row.participant_id, frame=_frame(request), now=now)
    except LetterFailed:
        audit.record(
            request.scope, "documents.make", participants=[row.participant_id], outcome="failure",
            detail={"kind": str(letter.kind)},
        )  # fmt: skip
        messages.error(
            request,
            _("Dit document kan niet gemaakt worden: wij kunnen de tekens in de gegevens niet afdrukken. Bel ons."),
        )
        return _back(row)
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}.pdf"'},
    )


def _back(row: ListRow) -> HttpResponseRedirect:
    return redirect("participant", participant_id=row.participant_id)


def _frame(request: PortalRequest) -> dict[str, str]:
    """What is the same on every letter of this portal."""
    address = request.build_absolute_uri(reverse("check_document")).partition("://")[2]
    return {
        "sender": request.brand.insurer_name,
        "accent": accent(request.brand.slug),
        "language": request.LANGUAGE_CODE,
        "dated": dutch(timezone.localdate()),
        "page": _("Pagina"),
        "check": _("Controleer dit document op {address} met nummer {number}").format(
            address=address, number="{number}"
        ),
    }
