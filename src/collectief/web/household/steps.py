"""The steps: client, partner and children, insurance and payment, check, confirm (G06); and adding relatives (G07).

Every step is a form of its own and works without JavaScript. What stands in it is judged at once, as far as that can
be before the BRP is asked, so that a mistake is told where it was made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collectief.audit import actions as audit
from collectief.contracts.queries import contracts
from collectief.enrolment import actions as enrolment
from collectief.enrolment.facts import Place
from collectief.enrolment.queries import participation
from collectief.mutations.corridor import this_moment
from collectief.mutations.verdicts import Refused, Unchanged
from collectief.participants.queries import participant
from collectief.policies.queries import OfferView, offered
from collectief.segments.profile import Capability, Permission

from ..page import PortalRequest, page
from ..words import refusal
from . import draft as drafts
from .draft import Draft, Person
from .forms import ClientForm, InsuranceForm, JoinForm, PersonForm
from .present import heading, lines, monthly_total, person_title

CHANGE = Permission.CHANGE_PARTICIPANTS
# At which field a refusal is shown; the rest stands above the form.
_FIELDS = {
    "first_day_before_birth": "birth_date", "client_not_there": "first_day", "first_day": "first_day",
    "contract": "contract", "already_so": "bsn", "already_enrolled": "bsn", "enrolled_later": "bsn",
    "same_person": "bsn", "register_name": "surname", "register_birth": "birth_date", "register": "bsn",
    "partner_minor": "birth_date", "child": "birth_date",
}  # fmt: skip

Step = Callable[..., HttpResponse]


def step(view: Step) -> Any:
    """A step of a draft: given its name and itself. One that is gone leads back to the beginning."""

    @page(CHANGE, Capability.ENROL_HOUSEHOLD)
    @require_http_methods(["GET", "POST"])
    @wraps(view)
    def stepped(request: PortalRequest, draft: str, **more: Any) -> HttpResponse:
        found = drafts.found(request.session, request.scope, draft)
        if found is None:
            messages.info(request, _("Deze aanmelding is niet meer beschikbaar. Begin opnieuw."))
            return redirect("household")
        if found.sent is not None:
            return redirect("household_done", found.sent)
        return view(request, draft, found, **more)

    return stepped


@page(CHANGE, Capability.ENROL_HOUSEHOLD)
@require_http_methods(["GET", "POST"])
def new(request: PortalRequest) -> HttpResponse:
    """Aanmelden cliënt: the first step."""
    form = ClientForm(_sent(request), contracts=contracts(request.scope), profile=request.scope.profile)
    if request.method == "POST" and form.is_valid():
        draft = Draft("", "")
        _take_client(draft, form)
        if _stands(request, draft, form, 0):
            return redirect("household_family", drafts.begin(request.session, request.scope, draft))
    return _client_page(request, form, "")


@step
def client(request: PortalRequest, name: str, draft: Draft) -> HttpResponse:
    """The client again, with what was filled in."""
    if draft.client is not None:
        return redirect("household_family", name)
    form = ClientForm(_sent(request), contracts=contracts(request.scope), profile=request.scope.profile, draft=draft)
    if request.method == "POST" and form.is_valid():
        _take_client(draft, form)
        if _stands(request, draft, form, 0):
            drafts.keep(request.session, request.scope, name, draft)
            return redirect("household_family", name)
    return _client_page(request, form, name)


@page(CHANGE, Capability.ADD_RELATIVES)
@require_http_methods(["GET", "POST"])
def join(request: PortalRequest, participation_id: int) -> HttpResponse:
    """Bijschrijven: relatives of somebody who takes part (G07)."""
    row = participation(request.scope, participation_id, today=timezone.localdate())
    if row is None:
        raise Http404
    number = next(one.number for one in contracts(request.scope) if one.id == row.contract_id)
    form = JoinForm(_sent(request))
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["first_day"]
        if row.first_day <= day and (row.last_day is None or day <= row.last_day):
            draft = Draft(number, day.isoformat(), client=row.participant_id)
            return redirect("household_family", drafts.begin(request.session, request.scope, draft))
        form.add_error("first_day", " ".join(refusal("client_not_there", {"day": day.isoformat()})))
    audit.record(request.scope, "participants.see", participants=[row.participant_id])
    return render(request, "household/join.html", {"row": row, "form": form}, status=_status(form))


@step
def family(request: PortalRequest, name: str, draft: Draft) -> HttpResponse:
    """Who is enrolled together: partner and children can be added, changed and left out."""
    problems = _problems(request, draft)
    context = heading(request.scope, draft) | {
        "name": name, "draft": draft, "lines": lines(request.scope, draft, problems),
        "ready": bool(draft.people) and not problems,
    }  # fmt: skip
    return render(request, "household/family.html", context)


@step
def add(request: PortalRequest, name: str, draft: Draft, place: Place) -> HttpResponse:
    """A partner or a child."""
    form = PersonForm(_sent(request))
    if request.method == "POST" and form.is_valid():
        draft.people.append(form.person(place))
        if _stands(request, draft, form, len(draft.people) - 1):
            drafts.keep(request.session, request.scope, name, draft)
            return redirect("household_family", name)
    return _person_page(request, name, form, person_title(place), remove=False)


@step
def person(request: PortalRequest, name: str, draft: Draft, number: int) -> HttpResponse:
    """One of them again, with what was filled in; or taken out."""
    first = 0 if draft.client is not None else 1
    if not first <= number < len(draft.people):
        return redirect("household_family", name)
    before = draft.people[number]
    if request.method == "POST" and "remove" in request.POST:
        del draft.people[number]
        drafts.keep(request.session, request.scope, name, draft)
        return redirect("household_family", name)
    form = PersonForm(_sent(request), before=before)
    if request.method == "POST" and form.is_valid():
        draft.people[number] = form.person(Place(before.place))
        if _stands(request, draft, form, number):
            drafts.keep(request.session, request.scope, name, draft)
            return redirect("household_family", name)
    return _person_page(request, name, form, person_title(Place(before.place)), remove=True)


@step
def insurance(request: PortalRequest, name: str, draft: Draft) -> HttpResponse:
    """Who is insured here and with what, and how that is paid; or the contract alone."""
    if not draft.people:
        return redirect("household_family", name)
    offers = _offers(request, draft)
    form = InsuranceForm(_sent(request), draft=draft, offers=offers, profile=request.scope.profile)
    if request.method == "POST" and form.is_valid():
        form.choose()
        problems = _problems(request, draft)
        for number, refused in problems.items():
            form.add_error(
                _insurance_field(form, refused.code, number), " ".join(refusal(refused.code, refused.params))
            )
        if not problems:
            drafts.keep(request.session, request.scope, name, draft)
            return redirect("household_summary", name)
    context = heading(request.scope, draft) | {"name": name, "draft": draft, "form": form, "offers": offers}
    return render(request, "household/insurance.html", context, status=_status(form))


@step
def summary(request: PortalRequest, name: str, draft: Draft) -> HttpResponse:
    """Everything once more; then it is sent."""
    if not draft.people:
        return redirect("household_family", name)
    problems = _problems(request, draft)
    said = ""
    if request.method == "POST" and not problems:
        outcomes = enrolment.enrol_household(request.scope, draft.requests(request.scope), this_moment())
        problems = {n: one.verdict for n, one in enumerate(outcomes) if isinstance(one.verdict, Refused)}
        if all(isinstance(one.verdict, Unchanged) for one in outcomes):
            said = _("Dit is al zo: er is niets gewijzigd.")
        elif not problems:
            draft.sent = outcomes[0].mutation_id
            drafts.keep(request.session, request.scope, name, draft)
            return redirect("household_done", draft.sent)
    offers = _offers(request, draft)
    context = heading(request.scope, draft) | {
        "name": name, "draft": draft, "lines": lines(request.scope, draft, problems, offers), "said": said,
        "problems": bool(problems), "payment": request.scope.profile.payment_way(draft.payment),
        "insures": any(one.products for one in draft.people), "total": monthly_total(draft, offers),
        "reachable": _reachable(request, draft),
    }  # fmt: skip
    return render(request, "household/summary.html", context, status=422 if problems or said else 200)


def _reachable(request: PortalRequest, draft: Draft) -> bool:
    """Whether there is an address for the paper that an insurance brings: what was typed, or the client's (G07)."""
    known = participant(request.scope, draft.client).address if draft.client is not None else None
    where = draft.address or (asdict(known) if known else {})
    return bool(where.get("street") and where.get("city"))


def _take_client(draft: Draft, form: ClientForm) -> None:
    person: Person = form.person(Place.CLIENT)
    draft.contract = form.cleaned_data["contract"]
    draft.first_day = form.cleaned_data["first_day"].isoformat()
    draft.address = form.address()
    draft.people[:1] = [person]


def _client_page(request: PortalRequest, form: ClientForm, name: str) -> HttpResponse:
    if form.errors:
        form.ask_bsn_again()
    return render(request, "household/client.html", {"form": form, "name": name}, status=_status(form))


def _person_page(request: PortalRequest, name: str, form: PersonForm, title: str, *, remove: bool) -> HttpResponse:
    if form.errors:
        form.ask_bsn_again()
    context = {"form": form, "name": name, "title": title, "remove": remove}
    return render(request, "household/person.html", context, status=_status(form))


def _stands(request: PortalRequest, draft: Draft, form: forms.Form, number: int) -> bool:
    """Whether somebody can stand in the household; if not, the form says why and what to do."""
    refused = _problems(request, draft).get(number)
    if refused is None:
        return True
    field = next((one for start, one in _FIELDS.items() if refused.code.startswith(start) and one in form.fields), None)
    form.add_error(field, " ".join(refusal(refused.code, refused.params)))
    return False


def _problems(request: PortalRequest, draft: Draft) -> Mapping[int, Refused]:
    if not draft.people:
        return {}
    return enrolment.household_problems(request.scope, draft.requests(request.scope), this_moment())


def _offers(request: PortalRequest, draft: Draft) -> list[OfferView]:
    """What the contract sells from the first day on."""
    known = {one.number: one.id for one in contracts(request.scope)}
    return offered(request.scope, today=draft.day).get(known.get(draft.contract, 0), [])


def _insurance_field(form: InsuranceForm, code: str, number: int) -> str | None:
    name = "payment" if code.startswith("payment") else f"basic_{number}"
    return name if name in form.fields else None


def _sent(request: PortalRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _status(form: forms.Form) -> int:
    return 422 if form.errors else 200
