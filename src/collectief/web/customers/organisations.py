"""Organisaties: the insurer's customers, found, added, renamed, reached and ended (K02)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from collectief.audit import actions as audit
from collectief.contracts.rules import ContactKind
from collectief.customers import actions, queries
from collectief.customers.queries import CustomerFile, NoCustomer
from collectief.customers.rules import CustomerRefused
from collectief.foundation.dates import dutch
from collectief.foundation.period import ONE_DAY
from collectief.segments.profile import Permission

from ..page import PortalRequest, page
from ..paging import found_page, last_page, page_number, pages
from . import reaching, words
from .changing import drawn, of_organisation
from .forms import CustomerForm, EndForm, NameForm, SearchForm

KEEP = Permission.MAINTAIN_CUSTOMERS
SIZE = 25
# At which field a refusal is shown; the rest stands above the form.
_FIELDS = {
    "number_missing": "kvk", "kvk_wrong": "kvk", "rsin_wrong": "rsin", "branch_wrong": "branch",
    "segment_unknown": "segment", "contracts_run": "last_day",
}  # fmt: skip


@page(KEEP)
@require_GET
def overview(request: PortalRequest) -> HttpResponse:
    """Every customer, by name; found by number or name."""
    form = SearchForm(
        request.GET, label=_("Naam of nummer"), help_text=_("KvK-nummer, RSIN, vestigingsnummer of klantnummer.")
    )
    wanted, today = form.wanted, timezone.localdate()
    found, total, number = found_page(
        page_number(request.GET.get("pagina")), SIZE,
        lambda at: queries.customers(request.scope, text=wanted, page=at, size=SIZE),
    )  # fmt: skip
    audit.record(request.scope, "customer.list", objects={"organisation": [view.id for view in found]})
    context = {
        "form": form, "lines": [words.customer(view, today) for view in found], "total": total, "searched": wanted,
        "pages": pages(request.GET, number, last_page(total, SIZE)),
    }  # fmt: skip
    return render(request, "customers/list.html", context)


@page(KEEP)
@require_http_methods(["GET", "POST"])
def new(request: PortalRequest) -> HttpResponse:
    """Take an organisation on."""
    form = CustomerForm(
        request.POST if request.method == "POST" else None, segments=queries.segments_of(request.scope.insurer)
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.add_customer(request.scope, form.wanted)
        except CustomerRefused as refused:
            form.add_error(_FIELDS.get(refused.code), words.refusal(refused))
        else:
            messages.success(request, _("De organisatie is toegevoegd. Stel nu een contract voor."))
            return redirect("customer", organisation_id=made)
    return render(request, "customers/new.html", {"form": form}, status=422 if form.errors else 200)


@page(KEEP)
@require_GET
def one(request: PortalRequest, organisation_id: int) -> HttpResponse:
    """One customer: who it is, whom one reaches, its contracts and what is proposed about them."""
    found, today = file_of(request, organisation_id), timezone.localdate()
    audit.record(request.scope, "customer.see", objects={"organisation": [organisation_id]})
    since = min((line.period.first_day for line in found.contracts), default=None)
    context = {
        "found": found, "line": words.customer(found.view, today), "since": since,
        "contracts": [words.contract(line, today) for line in found.contracts],
        "proposals": [words.proposal(view) for view in found.proposals],
        "contacts": reaching.lines(found.contacts, None, (ContactKind.COMPANY,)),
    }  # fmt: skip
    return render(request, "customers/one.html", context)


@page(KEEP)
@require_http_methods(["GET", "POST"])
def rename(request: PortalRequest, organisation_id: int) -> HttpResponse:
    """Call it otherwise."""
    view = file_of(request, organisation_id).view
    form = NameForm(request.POST if request.method == "POST" else None, longest=200, initial={"name": view.name})
    if request.method == "POST" and form.is_valid():
        actions.rename_customer(request.scope, organisation_id, form.cleaned_data["name"])
        messages.success(request, _("De naam is opgeslagen."))
        return redirect("customer", organisation_id=organisation_id)
    said = _("De klant ziet de nieuwe naam meteen. KvK-nummer en soort klant blijven zoals ze zijn.")
    return drawn(request, form, of_organisation(view.name, organisation_id), title=_("Naam wijzigen"), said=said)


@page(KEEP)
@require_http_methods(["GET", "POST"])
def contacts(request: PortalRequest, organisation_id: int) -> HttpResponse:
    """Where the organisation itself is reached."""
    found = file_of(request, organisation_id)
    place = of_organisation(found.view.name, organisation_id)
    response = reaching.changed(request, found.contacts, organisation_id, None, (ContactKind.COMPANY,), place)
    if response is None:
        messages.success(request, _("De contactgegevens zijn opgeslagen."))
        return redirect("customer", organisation_id=organisation_id)
    return response


@page(KEEP)
@require_http_methods(["GET", "POST"])
def end(request: PortalRequest, organisation_id: int) -> HttpResponse:
    """Until when it is a customer; empty: it stays one."""
    view = file_of(request, organisation_id).view
    known = dutch(view.end_day - ONE_DAY) if view.end_day else ""
    form = EndForm(
        request.POST if request.method == "POST" else None, initial={"last_day": known},
        help_text=_("De laatste dag als klant. Laat leeg als de organisatie klant blijft."),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        last = form.cleaned_data["last_day"]
        try:
            actions.end_customer(request.scope, organisation_id, last + ONE_DAY if last else None)
        except CustomerRefused as refused:
            form.add_error(_FIELDS.get(refused.code), words.refusal(refused))
        else:
            messages.success(request, _("De einddatum is opgeslagen."))
            return redirect("customer", organisation_id=organisation_id)
    said = _(
        "Na die dag begint er niets nieuws: geen contract, en niemand krijgt een account. Wie een account heeft, "
        "kan blijven terugkijken. Het kan pas als alle contracten dan voorbij zijn."
    )
    return drawn(request, form, of_organisation(view.name, organisation_id), title=_("Einde als klant"), said=said)


def file_of(request: PortalRequest, organisation_id: int) -> CustomerFile:
    """The organisation of this address; 404 when the insurer has none with that number."""
    try:
        return queries.customer(request.scope, organisation_id)
    except NoCustomer:
        raise Http404 from None
