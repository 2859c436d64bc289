"""Labels en portalen: whose insurance is sold, and the portals through which; each with where it is kept (K02, K07)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from collectief.audit import actions as audit
from collectief.brands.catalogue import Brand, all_brands
from collectief.policies.labels import rename_label, set_code
from collectief.policies.queries import labels as labels_of
from collectief.policies.rules import LabelCode, TermsRefused
from collectief.segments.catalogue import profile

from ..page import PortalRequest, page
from ..terms.words import terms_refusal
from .changing import Place, drawn
from .forms import LabelCodeForm, NameForm
from .organisations import KEEP


@page(KEEP)
@require_GET
def labels(request: PortalRequest) -> HttpResponse:
    """The labels of the products, and the portals of this insurer as their files have them."""
    audit.record(request.scope, "label.list")
    context = {
        "labels": labels_of(request.scope),
        "portals": [
            _portal(one, request.LANGUAGE_CODE) for one in all_brands() if one.insurer == request.scope.insurer
        ],
    }
    return render(request, "customers/labels.html", context)


@page(KEEP)
@require_http_methods(["GET", "POST"])
def rename(request: PortalRequest) -> HttpResponse:
    """Call a label otherwise, wherever it stands."""
    label = request.GET.get("label", "")
    if label not in {one.name for one in labels_of(request.scope)}:
        return redirect("labels")
    form = NameForm(request.POST if request.method == "POST" else None, longest=80, initial={"name": label})
    if request.method == "POST" and form.is_valid():
        try:
            rename_label(request.scope, label, form.cleaned_data["name"])
        except TermsRefused as refused:
            form.add_error("name", terms_refusal(refused.code, refused.params))
        else:
            messages.success(request, _("De naam is opgeslagen."))
            return redirect("labels")
    said = _("De nieuwe naam staat meteen bij alle producten van dit label. Premies en kortingen blijven gelijk.")
    place = Place(label, reverse("labels"), reverse("labels"), _("Labels en portalen"))
    return drawn(request, form, place, title=_("Naam wijzigen"), said=said)


@page(KEEP)
@require_http_methods(["GET", "POST"])
def code(request: PortalRequest) -> HttpResponse:
    """From a day on a label has another UZOVI code."""
    label = request.GET.get("label", "")
    if label not in {one.name for one in labels_of(request.scope)}:
        return redirect("labels")
    form = LabelCodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        typed = LabelCode(form.cleaned_data["first_day"], form.cleaned_data["uzovi"])
        try:
            set_code(request.scope, label, typed, today=timezone.localdate())
        except TermsRefused as refused:
            field = "uzovi" if refused.code == "uzovi_digits" else "first_day"
            form.add_error(field, terms_refusal(refused.code, refused.params))
        else:
            messages.success(request, _("De UZOVI-code is opgeslagen."))
            return redirect("labels")
    said = _(
        "De code komt op nieuwe verzekeringspassen die op of na deze dag ingaan."
        " Codes die pas later zouden ingaan, vervallen."
    )
    place = Place(label, reverse("labels"), reverse("labels"), _("Labels en portalen"))
    return drawn(request, form, place, title=_("UZOVI-code"), said=said)


def _portal(one: Brand, language: str) -> dict[str, object]:
    return {
        "name": one.name, "hosts": one.hosts, "segments": [profile(slug).called(language) for slug in one.segments],
        "sender": one.sender, "phone": one.support_phone, "file": f"brands/{one.slug}/brand.toml",
        "desks": [(desk.title[language], desk.mail, desk.phone) for desk in one.desks],
    }  # fmt: skip
