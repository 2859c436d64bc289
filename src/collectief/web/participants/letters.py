"""Polisblad, beëindigingsbrief and verzekeringsverklaring of a participant, as PDF (U05, U08, U15-U17)."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
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
from collectief.enrolment.queries import ListRow, participation, stays_of
from collectief.foundation.dates import BirthDate, dutch
from collectief.foundation.period import Period
from collectief.participants.queries import ParticipantView
from collectief.policies.insured import TermView, covers_of, last_insured_day, terms_of
from collectief.policies.letters import insurance_statement, policy_schedule, termination_letter
from collectief.policies.premium import Cover, NoTariff
from collectief.policies.schedules import Schedule, on, schedules
from collectief.policies.statements import looked_back, stretches
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Permission

from ..page import PortalRequest, page
from .found import participant_of

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Letters:
    """What can be downloaded of a stay: its schedules, the latest first, and the day its insurance ends."""

    stay: ListRow
    contract: str
    schedules: tuple[tuple[Schedule, bool], ...]
    last_day: date | None


def letters_of(
    scope: Scope,
    participant_id: int,
    stays: Sequence[ListRow],
    contracts: Mapping[int, str],
    terms: Sequence[TermView],
    birth_date: str,
    today: date,
) -> list[Letters]:
    """The letters about somebody's insurance, by stay. Must run inside `opened`."""
    if not terms or not scope.profile.allows(Capability.INSURANCE_LETTERS):
        return []
    covers = covers_of(terms)
    last_day = last_insured_day(scope, participant_id)
    found = []
    for stay in stays:
        own = [cover for term, cover in zip(terms, covers, strict=True) if term.participation_id == stay.id]
        try:
            known = [one for one in _schedules(own, birth_date, today) if one.period.first_day <= today]
        except NoTariff:
            known = []
        ends = last_day if last_day and last_day in {cover.period.last_day for cover in own} else None
        if known or ends:
            drawn = tuple((one, today in one.period) for one in reversed(known))
            found.append(Letters(stay, contracts.get(stay.contract_id, ""), drawn, ends))
    return found


def statement_of(scope: Scope, terms: Sequence[TermView], today: date) -> Period | None:
    """The days that an insurance statement of today is about; None where there is none to give (U08, U15)."""
    if not scope.profile.allows(Capability.INSURANCE_LETTERS) or not stretches(terms, today=today):
        return None
    return Period.through(looked_back(today), today)


def _schedules(covers: Sequence[Cover], birth_date: str, today: date) -> list[Schedule]:
    """A year ahead, so that what is agreed to already ends one. None without a birth date. Raises NoTariff."""
    if not birth_date:
        return []
    return schedules(covers, BirthDate.parse(birth_date), until=date(today.year + 1, today.month, 1))


@page(Permission.SEE_PARTICIPANTS, Capability.INSURANCE_LETTERS)
@require_GET
def schedule(request: PortalRequest, participation_id: int, day: date | None = None) -> HttpResponse:
    """The policy schedule that held on a day; without one, that of today."""
    row, person, contract, terms = _about(request.scope, participation_id)
    today = timezone.localdate()
    day = day or today
    if day > today or not any(day in term.period for term in terms):
        raise Http404
    try:
        found = on(day, _schedules(covers_of(terms), person.birth_date, today))
    except NoTariff:
        found = None
    if found is None:
        messages.error(request, _("Er is nog geen polisblad: de premie is nog niet vastgesteld."))
        return _back(row.participant_id)
    letter = policy_schedule(person, contract, request.scope.organisation, terms, found)
    return download(
        request, letter, row.participant_id, f"{_('polisblad')}-{person.relation_number}-{found.period.first_day}"
    )


@page(Permission.SEE_PARTICIPANTS, Capability.INSURANCE_LETTERS)
@require_GET
def termination(request: PortalRequest, participation_id: int) -> HttpResponse:
    """That somebody's insurance has ended, or will: of the stay that it ends with."""
    row, person, contract, terms = _about(request.scope, participation_id)
    last_day = last_insured_day(request.scope, row.participant_id)
    if last_day is None or last_day not in {term.period.last_day for term in terms}:
        raise Http404
    letter = termination_letter(
        person, contract, request.scope.organisation, terms, last_day, today=timezone.localdate()
    )
    return download(
        request, letter, row.participant_id, f"{_('beeindigingsbrief')}-{person.relation_number}-{last_day}"
    )


@page(Permission.SEE_PARTICIPANTS, Capability.INSURANCE_LETTERS)
@require_GET
def statement(request: PortalRequest, participant_id: int) -> HttpResponse:
    """On which days of the last three years somebody was insured here: current or former, made at once (U08, U15)."""
    scope, today = request.scope, timezone.localdate()
    person = participant_of(scope, participant_id)
    terms = terms_of(scope, [stay.id for stay in stays_of(scope, participant_id, today=today)])
    if statement_of(scope, terms, today) is None:
        raise Http404
    labels = {contract.id: contract.label for contract in contracts(scope)}
    letter = insurance_statement(person, labels, scope.organisation, terms, today=today)
    return download(
        request, letter, participant_id, f"{_('verzekeringsverklaring')}-{person.relation_number}-{today}",
        contracts={term.contract_id for term in terms},
    )  # fmt: skip


def _about(scope: Scope, participation_id: int) -> tuple[ListRow, ParticipantView, ContractView, list[TermView]]:
    row = participation(scope, participation_id, today=timezone.localdate())
    if row is None:
        raise Http404
    person = participant_of(scope, row.participant_id)
    contract = next(one for one in contracts(scope) if one.id == row.contract_id)
    return row, person, contract, terms_of(scope, [row.id])


def download(
    request: PortalRequest, letter: Letter, participant_id: int, name: str, *, contracts: Collection[int] = ()
) -> HttpResponse:
    """A letter about somebody, made now; back to their page where it cannot be."""
    now = timezone.now()
    try:
        pdf = make(request.scope, letter, participant_id, frame=_frame(request), now=now, contracts=contracts)
    except LetterFailed:
        audit.record(
            request.scope, "documents.make", participants=[participant_id], outcome="failure",
            detail={"kind": str(letter.kind)},
        )  # fmt: skip
        # What Typst says of it may quote a name.
        _log.error("a %s could not be typeset", letter.kind)
        messages.error(request, _("Dit document kan nu niet gemaakt worden. Wij kijken ernaar; bel ons bij haast."))
        return _back(participant_id)
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}.pdf"'},
    )


def _back(participant_id: int) -> HttpResponseRedirect:
    return redirect("participant", participant_id=participant_id)


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
