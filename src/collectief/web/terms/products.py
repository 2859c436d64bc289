"""Producten (K02): what is sold, for how much, and proposing another premium."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from collectief.policies import actions, queries
from collectief.policies.queries import NoProduct, ProductView, TariffView
from collectief.policies.rules import ProductKind, State, TermsRefused
from collectief.segments.profile import Permission

from ..page import PortalRequest, page
from .forms import ProductForm, TariffForm, as_typed
from .words import KINDS, STATES, premiums, terms_refusal, voluntary

TERMS = Permission.MAINTAIN_TERMS
# At which field a refusal is shown; the rest stands above the form.
_FIELDS = {
    "not_first_of_month": "first_day", "begins_in_the_past": "first_day", "begins_already": "first_day",
    "product_exists": "code",
}  # fmt: skip


@page(TERMS)
@require_http_methods(["GET", "POST"])
def products(request: PortalRequest) -> HttpResponse:
    """Everything that is sold, and adding to it."""
    scope = request.scope
    form = ProductForm(
        request.POST if request.method == "POST" else None, initial={"label": request.brand.insurer_name}
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            made = actions.add_product(
                scope, code=asked["code"], name=asked["name"], kind=ProductKind(asked["kind"]), label=asked["label"]
            )
        except TermsRefused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("Product {name} staat in de lijst. Stel nu een premie voor.").format(**asked))
            return redirect("product", product_id=made)
    lines = [_line(one) for one in queries.products(scope, today=timezone.localdate())]
    return render(request, "terms/products.html", {"form": form, "lines": lines}, status=422 if form.errors else 200)


@page(TERMS)
@require_GET
def product(request: PortalRequest, product_id: int) -> HttpResponse:
    """One product: what it costs now, and every premium that was proposed."""
    found, tariffs = _found(request, product_id)
    return render(request, "terms/product.html", {"line": _line(found), "tariffs": [_tariff(one) for one in tariffs]})


@page(TERMS)
@require_http_methods(["GET", "POST"])
def propose(request: PortalRequest, product_id: int) -> HttpResponse:
    """Nieuwe premie: a colleague sees it as a case, and only then it counts."""
    found, tariffs = _found(request, product_id)
    # The latest that was agreed, which may have yet to begin.
    latest = next((one.tariff for one in tariffs if one.state == State.AGREED), None)
    form = TariffForm(request.POST if request.method == "POST" else None, product=found, initial=as_typed(latest))
    if request.method == "POST" and form.is_valid():
        try:
            actions.propose_tariff(request.scope, product_id, form.tariff, now=timezone.now())
        except TermsRefused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("De premie is voorgesteld. Zij geldt zodra een collega akkoord is bij Zaken."))
            return redirect("product", product_id=product_id)
    context = {"form": form, "line": _line(found)}
    return render(request, "terms/propose.html", context, status=422 if form.errors else 200)


def refuse(form: Any, refused: TermsRefused) -> None:
    """Why it cannot be so, at its field or on top."""
    form.add_error(_FIELDS.get(refused.code), terms_refusal(refused.code, refused.params))


def _found(request: PortalRequest, product_id: int) -> tuple[ProductView, list[TariffView]]:
    try:
        return queries.product(request.scope, product_id, today=timezone.localdate())
    except NoProduct:
        raise Http404 from None


def _line(one: ProductView) -> dict[str, Any]:
    return {
        "id": one.id, "code": one.code, "name": one.name, "kind": KINDS[one.kind], "label": one.label,
        "premiums": premiums(one.tariff), "voluntary": voluntary(one.tariff),
        "since": one.tariff.first_day if one.tariff else None,
    }  # fmt: skip


def _tariff(one: TariffView) -> dict[str, Any]:
    state, colour = STATES[one.state]
    return {
        "first_day": one.tariff.first_day, "premiums": premiums(one.tariff), "voluntary": voluntary(one.tariff),
        "state": state, "colour": colour, "by": one.proposed_by, "at": one.proposed_at, "reason": one.reason,
    }  # fmt: skip
