"""Polisblad, beëindigingsbrief and verzekeringsverklaring of a participant, as PDF (U05, U08, U15-U17)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from collectief.contracts.queries import ContractView, contracts
from collectief.documents.actions import Unreadable, Wanted, reopen
from collectief.documents.queries import NoDocument, kept_about
from collectief.documents.store import StoreUnavailable
from collectief.enrolment.queries import ListRow, participation, stays_of
from collectief.foundation.dates import BirthDate
from collectief.foundation.period import Period
from collectief.participants.queries import ParticipantView
from collectief.policies.asking import RequestView, ask_statement, latest_request, missing_days
from collectief.policies.insured import TermView, covers_of, last_insured_day, terms_of
from collectief.policies.letters import insurance_statement, policy_schedule, termination_letter
from collectief.policies.premium import Cover, NoTariff
from collectief.policies.schedules import Schedule, on, schedules
from collectief.policies.statements import looked_back, stretches
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Permission

from ..check_document import kinds
from ..letters import file_of, letter_file, tell_away
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
    scope: Scope,
    participant_id: int,
    stays: Sequence[ListRow],
    contracts: Mapping[int, str],
    terms: Sequence[TermView],
    covers: Sequence[Cover],
    birth_date: str,
    today: date,
) -> list[Letters]:
    """The letters about somebody's insurance, by stay; `covers` are those of the terms. Must run inside `opened`."""
    if not terms or not scope.profile.allows(Capability.INSURANCE_LETTERS):
        return []
    last_day = last_insured_day(scope, participant_id)
    found = []
    for stay in stays:
        own = [cover for term, cover in zip(terms, covers, strict=True) if term.participation_id == stay.id]
        try:
            known = known_schedules(own, birth_date, today)
        except NoTariff:
            known = []
        ends = last_day if last_day and last_day in {cover.period.last_day for cover in own} else None
        if known or ends:
            drawn = tuple((one, today in one.period) for one in reversed(known))
            found.append(Letters(stay, contracts.get(stay.contract_id, ""), drawn, ends))
    return found


@dataclass(frozen=True, slots=True)
class Statement:
    """The insurance statement of today: the days it is about, those that are not recorded here, and what was asked.

    It can be had at once when no day is missing, and when the insurer has added them.
    """

    period: Period
    missing: tuple[tuple[date, date], ...] = ()
    request: RequestView | None = None

    @property
    def ready(self) -> bool:
        return not self.missing or self.added != ""

    @property
    def waits(self) -> bool:
        """Whether it was asked for and is not answered yet."""
        return self.request is not None and self.request.answered_on is None

    @property
    def added(self) -> str:
        """What the insurer wrote of the days that are not recorded here."""
        return self.request.answer if self.request and self.missing else ""


def statement_of(
    scope: Scope, participant_id: int, stays: Sequence[ListRow], terms: Sequence[TermView], today: date
) -> Statement | None:
    """What there is of an insurance statement; None where there is none to give (U08, U15). Inside `opened`."""
    if not scope.profile.allows(Capability.INSURANCE_LETTERS):
        return None
    missing = missing_days(
        scope, [(stay.contract_id, Period.through(stay.first_day, stay.last_day)) for stay in stays], today=today
    )
    if not missing and not stretches(terms, today=today):
        return None
    request = latest_request(scope, participant_id) if missing else None
    return Statement(Period.through(looked_back(today), today), tuple(missing), request)


def kept_lines(scope: Scope, participant_id: int) -> list[tuple[int, str, datetime]]:
    """The letters that were made about somebody, as they can be had again: id, what it is, when. Inside `opened`."""
    names = kinds()
    return [(one.id, names[one.kind], timezone.localtime(one.made_at)) for one in kept_about(scope, participant_id)]


def known_schedules(covers: Sequence[Cover], birth_date: str, today: date) -> list[Schedule]:
    """Those that have begun, in order. None without a birth date. Raises NoTariff."""
    return [one for one in _schedules(covers, birth_date, today) if one.period.first_day <= today]


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
    name = f"{_('polisblad')}-{person.relation_number}-{found.period.first_day}"
    return _download(request, Wanted(letter, row.participant_id, name, frozenset({row.contract_id})))


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
    name = f"{_('beeindigingsbrief')}-{person.relation_number}-{last_day}"
    return _download(request, Wanted(letter, row.participant_id, name, frozenset({row.contract_id})))


@page(Permission.SEE_PARTICIPANTS, Capability.INSURANCE_LETTERS)
@require_GET
def statement(request: PortalRequest, participant_id: int) -> HttpResponse:
    """On which days of the last three years somebody was insured here: current or former, made at once (U08, U15)."""
    scope, today = request.scope, timezone.localdate()
    person = participant_of(scope, participant_id)
    stays = stays_of(scope, participant_id, today=today)
    terms = terms_of(scope, [stay.id for stay in stays])
    found = statement_of(scope, participant_id, stays, terms, today)
    if found is None or not found.ready:
        raise Http404
    labels = {contract.id: contract.label for contract in contracts(scope)}
    letter = insurance_statement(person, labels, scope.organisation, terms, today=today, added=found.added)
    name = f"{_('verzekeringsverklaring')}-{person.relation_number}-{today}"
    about = frozenset(term.contract_id for term in terms) or frozenset(stay.contract_id for stay in stays)
    return _download(request, Wanted(letter, participant_id, name, about))


@page(Permission.SEE_PARTICIPANTS, Capability.INSURANCE_LETTERS)
@require_POST
def ask(request: PortalRequest, participant_id: int) -> HttpResponse:
    """Ask the insurer for a statement that the records here do not suffice for."""
    scope, now = request.scope, timezone.now()
    person, today = participant_of(scope, participant_id), timezone.localdate(now)
    stays = stays_of(scope, participant_id, today=today)
    days = missing_days(
        scope, [(stay.contract_id, Period.through(stay.first_day, stay.last_day)) for stay in stays], today=today
    )
    if not days:
        messages.info(request, _("Hiervoor ligt alles vast. De verklaring is meteen te downloaden."))
    elif ask_statement(
        scope, participant_id, person.relation_number, days, {stay.contract_id for stay in stays}, now=now
    ):
        messages.success(request, _("De verzekeringsverklaring is aangevraagd."))
    else:
        messages.info(request, _("De verzekeringsverklaring was al aangevraagd."))
    return _back(participant_id)


@page(Permission.SEE_PARTICIPANTS)
@require_GET
def kept(request: PortalRequest, document_id: int) -> HttpResponse:
    """A letter that was made before, as it was."""
    try:
        return file_of(reopen(request.scope, document_id))
    except NoDocument:
        raise Http404 from None
    except StoreUnavailable:
        tell_away(request)
        return redirect("current_participants")
    except Unreadable as unreadable:
        said = _("Dit document is beschadigd geraakt en niet meer te openen. Download het opnieuw, of vraag ons erom.")
        messages.error(request, said)
        return _back(unreadable.participant_id)


def _about(scope: Scope, participation_id: int) -> tuple[ListRow, ParticipantView, ContractView, list[TermView]]:
    row = participation(scope, participation_id, today=timezone.localdate())
    if row is None:
        raise Http404
    person = participant_of(scope, row.participant_id)
    contract = next(one for one in contracts(scope) if one.id == row.contract_id)
    return row, person, contract, terms_of(scope, [row.id])


def _download(request: PortalRequest, wanted: Wanted) -> HttpResponse:
    return letter_file(request, wanted, back=reverse("participant", args=[wanted.participant_id]))


def _back(participant_id: int) -> HttpResponseRedirect:
    return redirect("participant", participant_id=participant_id)
