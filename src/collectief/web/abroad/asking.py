"""Verdragsrecht aanvragen, where it stands on a participant's page, and the form as PDF (U09)."""

from __future__ import annotations

from collections.abc import Sequence
from copy import replace
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from collectief.audit import actions as audit
from collectief.brands.catalogue import Brand, Desk
from collectief.documents.actions import Wanted
from collectief.participants.queries import AddressView, ParticipantView
from collectief.policies.insured import TermView
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Permission
from collectief.statements import actions, queries
from collectief.statements.countries import code_of
from collectief.statements.letters import s1_form
from collectief.statements.rules import Known, S1Refused, State, Way, judge_country, judge_person, way_of

from ..letters import letter_file
from ..page import PortalRequest, page
from ..participants.found import participant_of
from . import words
from .forms import CountryForm, S1Form

CHANGE, ASK = Permission.CHANGE_PARTICIPANTS, Capability.REQUEST_S1


@dataclass(frozen=True, slots=True)
class Section:
    """What a participant's page says of an S1: where the last one stands, and what can be done."""

    state: str
    colour: str
    about: Sequence[str]
    can_ask: bool
    can_download: bool
    # Whom one writes to for another; None where one can ask.
    desk: Desk | None


def section_of(
    scope: Scope, brand: Brand, participant_id: int, terms: Sequence[TermView], today: date
) -> Section | None:
    """None where there is nothing to say: no S1 was asked, and none can be. Must run inside `opened`."""
    if not scope.may(Permission.SEE_PARTICIPANTS, ASK):
        return None
    view = queries.latest_s1(scope, participant_id)
    free = view is None or view.another
    can_ask = free and scope.may(CHANGE, ASK) and queries.is_insured(terms, today)
    if view is None:
        return Section("", "", (), can_ask, False, None) if can_ask else None
    issued = view.state == State.ISSUED
    return Section(*words.state_of(view), words.about(view), can_ask, issued, None if free else brand.abroad)


@page(CHANGE, ASK)
@require_http_methods(["GET", "POST"])
def ask(request: PortalRequest, participant_id: int) -> HttpResponse:
    """First the country, then the questions about it; `?land=` is the country."""
    scope, today = request.scope, timezone.localdate()
    person = participant_of(scope, participant_id)
    audit.record(scope, "participants.see", participants=[participant_id])
    land = request.GET.get("land", code_of(person.address.country) if person.address else "")
    country = CountryForm({"land": land} if "land" in request.GET or land else None)
    land = country.cleaned_data["land"] if country.is_valid() else ""
    known, _contracts = queries.known_of(scope, participant_id, land, today=today)
    context = {"person": person, "country": country, "stop": _stop(request, known, land)}
    if context["stop"]:
        return render(request, "abroad/ask.html", context, status=200 if request.method == "GET" else 422)
    if land and (refusal := judge_country(land, today)):
        country.add_error("land", words.said(refusal, request.brand, land))
    if not country.is_valid():
        return render(request, "abroad/ask.html", context, status=422 if country.errors else 200)
    form = _form(request, person, known, land, today)
    if request.method == "POST" and form.is_valid() and (way := _asked(request, participant_id, form, land)):
        messages.success(request, _said(way))
        return redirect("participant", participant_id=participant_id)
    context |= {"form": form, "chosen": words.called(land), "electronic": way_of(land, known, today) == Way.EESSI}
    return render(request, "abroad/ask.html", context, status=422 if form.errors else 200)


def _stop(request: PortalRequest, known: Known, land: str) -> str:
    """Why nothing can be asked for this person, whatever the country; empty where it can."""
    refusal = judge_person(known)
    return words.said(refusal, request.brand, land) if refusal else ""


def _form(request: PortalRequest, person: ParticipantView, known: Known, land: str, today: date) -> S1Form:
    """The questions for a country, with the address that we have there."""
    reached = known.institutions if way_of(land, known, today) == Way.EESSI else {}
    here = person.address if person.address and code_of(person.address.country) == land else None
    initial = _typed(here) if here else {}
    return S1Form(request.POST if request.method == "POST" else None, institutions=reached, initial=initial)


def _typed(address: AddressView) -> dict[str, str]:
    return {name: getattr(address, name) for name in S1Form.ADDRESS}


def _asked(request: PortalRequest, participant_id: int, form: S1Form, land: str) -> Way | None:
    """The way it goes; None when it was refused: the form says why and what to do."""
    try:
        return actions.ask(request.scope, participant_id, form.asked(land), now=timezone.now())
    except S1Refused as refused:
        for one in refused.refusals:
            form.add_error(one.about if one.about in form.fields else None, words.said(one, request.brand, land))
        return None


def _said(way: Way) -> str:
    if way == Way.EESSI:
        return _("Het verdragsrecht is aangevraagd. Het formulier wordt digitaal verstuurd; u hoeft niets te doen.")
    return _("Het verdragsrecht is aangevraagd. Binnen drie werkdagen staat het formulier op deze pagina.")


@page(Permission.SEE_PARTICIPANTS, ASK)
@require_GET
def form(request: PortalRequest, participant_id: int) -> HttpResponse:
    """The S1 or E106 that was issued."""
    person = participant_of(request.scope, participant_id)
    view = queries.form_of(request.scope, participant_id)
    if view is None:
        raise Http404
    # As it is now shown here: who may not see a birth date does not learn it from a letter.
    view = replace(view, birth_date=person.birth_date and view.birth_date)
    letter = s1_form(
        view, insurer=request.brand.insurer_name, organisation=request.scope.organisation,
        country=words.called(view.country),
    )  # fmt: skip
    wanted = Wanted(letter, participant_id, f"{view.form}-{view.relation_number}", frozenset(view.contracts))
    return letter_file(request, wanted, back=reverse("participant", args=[participant_id]))
