"""Contractvoorwaarden (K02): which products a contract offers, with which discount, and proposing another."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collectief.audit import actions as audit
from collectief.policies import actions, queries
from collectief.policies.kinds import percent
from collectief.policies.queries import ContractTerms, NoContract, NoProduct, OfferView
from collectief.policies.rules import TermsRefused

from ..page import PortalRequest, page
from .forms import ContractForm, OfferForm
from .products import TERMS
from .words import KINDS, STATES, terms_refusal

_FIELDS = {
    "not_first_of_month": "first_day", "begins_in_the_past": "first_day", "begins_already": "first_day",
    "before_contract": "first_day", "no_tariff": "product", "not_in_contract": "product",
    "discount_too_high": "discount",
}  # fmt: skip


@page(TERMS)
@require_http_methods(["GET", "POST"])
def contract(request: PortalRequest) -> HttpResponse:
    """Find a contract by its number; then what it offers, and proposing something else."""
    today = timezone.localdate()
    search = ContractForm(request.GET if request.GET or request.method == "POST" else None)
    found = None
    if search.is_bound and search.is_valid():
        try:
            found = queries.contract_terms(request.scope, search.cleaned_data["nummer"], today=today)
        except NoContract:
            search.add_error("nummer", _("Er is geen contract met dit nummer. Controleer het op de polis of factuur."))
    if found is None:
        return render(request, "terms/contract.html", {"search": search}, status=422 if search.errors else 200)
    audit.record(request.scope, "terms.see_contract", objects={"contract": [found.id]})
    sold = queries.products(request.scope, today=today)
    form = OfferForm(request.POST if request.method == "POST" else None, products=sold)
    if request.method == "POST" and form.is_valid() and _proposed(request, found, form):
        messages.success(request, _("Dit is voorgesteld. Het geldt zodra een collega akkoord is bij Zaken."))
        return redirect(f"{reverse('contract_terms')}?nummer={found.number}")
    context = {"search": search, "form": form, "found": found, "lines": [_line(one) for one in found.offers]}
    return render(request, "terms/contract.html", context, status=422 if form.errors else 200)


def _proposed(request: PortalRequest, found: ContractTerms, form: OfferForm) -> bool:
    asked = form.cleaned_data
    try:
        actions.propose_offer(
            request.scope, found.number, int(asked["product"]), first_day=asked["first_day"],
            discount=asked["discount"], offered=not asked["stops"], now=timezone.now(),
        )  # fmt: skip
    except TermsRefused as refused:
        form.add_error(_FIELDS.get(refused.code), terms_refusal(refused.code, refused.params))
        return False
    except NoProduct:
        raise Http404 from None
    return True


def _line(one: OfferView) -> dict[str, Any]:
    state, colour = STATES[one.state]
    return {
        "product": one.product.name, "kind": KINDS[one.product.kind], "first_day": one.first_day,
        "offer": percent(one.discount) if one.offered else _("niet in dit contract"),
        "state": state, "colour": colour,
    }  # fmt: skip
