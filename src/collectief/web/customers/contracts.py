"""Contracten at the office: found, renamed and reached at once; opened and ended by two (K02)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from collectief.audit import actions as audit
from collectief.customers import actions, proposing, queries
from collectief.customers.queries import ContractFile, NoContract
from collectief.customers.rules import CustomerRefused
from collectief.foundation.dates import dutch
from collectief.foundation.period import ONE_DAY
from collectief.segments.catalogue import profile
from collectief.segments.profile import Permission

from ..contracts.contacts import OF_CONTRACT
from ..page import PortalRequest, page
from ..paging import found_page, last_page, page_number, pages
from . import reaching, words
from .changing import drawn, of_contract, of_organisation
from .forms import ContractForm, EndForm, NameForm, SearchForm
from .organisations import KEEP, SIZE, file_of

# At which field a refusal is shown; the rest stands above the form.
_FIELDS = {
    "number_taken": "number", "too_far": "first_day", "same_end": "last_day", "ends_before_it_begins": "last_day",
    "ends_in_the_past": "last_day", "people_take_part": "last_day",
}  # fmt: skip


@page(KEEP)
@require_GET
def overview(request: PortalRequest) -> HttpResponse:
    """Every contract, by number; found by number, its name or whose it is."""
    form = SearchForm(request.GET, label=_("Contractnummer, naam of organisatie"), help_text="")
    wanted, today = form.wanted, timezone.localdate()
    found, total, number = found_page(
        page_number(request.GET.get("pagina")), SIZE,
        lambda at: queries.group_contracts(request.scope, text=wanted, page=at, size=SIZE),
    )  # fmt: skip
    audit.record(request.scope, "contract.list", objects={"contract": [view.id for view in found]})
    context = {
        "form": form, "lines": [words.contract(view, today) for view in found], "total": total, "searched": wanted,
        "pages": pages(request.GET, number, last_page(total, SIZE)),
    }  # fmt: skip
    return render(request, "customers/contracts.html", context)


@page(KEEP)
@require_http_methods(["GET", "POST"])
def open_(request: PortalRequest, organisation_id: int) -> HttpResponse:
    """Propose a contract for an organisation."""
    view = file_of(request, organisation_id).view
    form = ContractForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            proposing.propose_contract(
                request.scope, organisation_id, number=asked["number"], name=asked["name"], period=form.period,
                now=timezone.now(),
            )  # fmt: skip
        except CustomerRefused as refused:
            form.add_error(_FIELDS.get(refused.code), words.refusal(refused))
        else:
            messages.success(request, _("Dit is voorgesteld. Het geldt zodra een collega akkoord is bij Zaken."))
            return redirect("customer", organisation_id=organisation_id)
    return drawn(
        request, form, of_organisation(view.name, organisation_id), title=_("Nieuw contract"), button=_("Voorstellen"),
        said=_("Het contract is er zodra een collega akkoord is. Producten en kortingen worden daarna voorgesteld."),
    )  # fmt: skip


@page(KEEP)
@require_GET
def one(request: PortalRequest, group_contract_id: int) -> HttpResponse:
    """One contract: from when to when, how many take part, whom one reaches and what is proposed."""
    found, today = _file(request, group_contract_id), timezone.localdate()
    audit.record(request.scope, "contract.see", objects={"contract": [group_contract_id]})
    context = {
        "found": found, "line": words.contract(found.view, today),
        "segment": profile(found.segment).called(request.LANGUAGE_CODE),
        "insures": profile(found.segment).insures,
        "proposals": [words.proposal(view) for view in found.proposals],
        "contacts": reaching.lines(found.contacts, group_contract_id, OF_CONTRACT),
        "terms": request.scope.may(Permission.MAINTAIN_TERMS),
        "over": found.view.period.end_day is not None and found.view.period.end_day <= today,
    }  # fmt: skip
    return render(request, "customers/contract.html", context)


@page(KEEP)
@require_http_methods(["GET", "POST"])
def rename(request: PortalRequest, group_contract_id: int) -> HttpResponse:
    """Call it otherwise."""
    view = _file(request, group_contract_id).view
    form = NameForm(request.POST if request.method == "POST" else None, longest=120, initial={"name": view.name})
    if request.method == "POST" and form.is_valid():
        actions.rename_contract(request.scope, group_contract_id, form.cleaned_data["name"])
        messages.success(request, _("De naam is opgeslagen."))
        return redirect("group_contract", group_contract_id=group_contract_id)
    said = _("De klant ziet de nieuwe naam meteen, ook wie het contract heeft gekoppeld.")
    return drawn(request, form, of_contract(view.number, group_contract_id), title=_("Naam wijzigen"), said=said)


@page(KEEP)
@require_http_methods(["GET", "POST"])
def contacts(request: PortalRequest, group_contract_id: int) -> HttpResponse:
    """The administrative and the financial contact."""
    found = _file(request, group_contract_id)
    place = of_contract(found.view.number, group_contract_id)
    response = reaching.changed(
        request, found.contacts, found.view.organisation_id, group_contract_id, OF_CONTRACT, place
    )
    if response is None:
        messages.success(request, _("De contactgegevens zijn opgeslagen."))
        return redirect("group_contract", group_contract_id=group_contract_id)
    return response


@page(KEEP)
@require_http_methods(["GET", "POST"])
def end(request: PortalRequest, group_contract_id: int) -> HttpResponse:
    """Propose another last day, or none."""
    view = _file(request, group_contract_id).view
    last = view.period.last_day
    form = EndForm(
        request.POST if request.method == "POST" else None, initial={"last_day": dutch(last) if last else ""},
        help_text=_("De laatste dag waarop iemand kan deelnemen. Laat leeg als het contract doorloopt."),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data["last_day"]
        try:
            proposing.propose_end(
                request.scope, group_contract_id, asked + ONE_DAY if asked else None, now=timezone.now()
            )
        except CustomerRefused as refused:
            form.add_error(_FIELDS.get(refused.code), words.refusal(refused))
        else:
            messages.success(request, _("Dit is voorgesteld. Het geldt zodra een collega akkoord is bij Zaken."))
            return redirect("group_contract", group_contract_id=group_contract_id)
    said = _(
        "Een contract eindigt pas als niemand er na die dag nog aan deelneemt: de organisatie meldt haar "
        "deelnemers eerst af, of zet ze over. Wie daarna nog wordt aangemeld, neemt deel t/m die dag."
    )
    place = of_contract(f"{view.number} – {view.name}", group_contract_id)
    return drawn(request, form, place, title=_("Andere einddatum"), said=said, button=_("Voorstellen"))


def _file(request: PortalRequest, contract_id: int) -> ContractFile:
    try:
        return queries.group_contract(request.scope, contract_id, today=timezone.localdate())
    except NoContract:
        raise Http404 from None
