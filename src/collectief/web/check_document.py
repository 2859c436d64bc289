"""Is a letter ours? For everyone who has one in hand: by the number at the bottom of it."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from collectief.documents.queries import MadeView, made
from collectief.documents.rules import LetterKind, read_number, shown

from .page import PortalRequest, public


class NumberForm(forms.Form):
    """The number of a letter, as it was typed over."""

    nummer = forms.CharField(label=gettext_lazy("Nummer van het document"), max_length=40)

    def clean_nummer(self) -> str:
        """Without what is only there to be read. Raises ValidationError for what can be no number of ours."""
        number = read_number(self.cleaned_data["nummer"])
        if number is None:
            raise forms.ValidationError(
                _("Dit is geen nummer van een document van ons. Neem alle tekens over, van de onderste regel.")
            )
        return number


def kinds() -> dict[LetterKind, str]:
    """What each kind of letter is called."""
    return {
        LetterKind.POLICY_SCHEDULE: _("Polisblad"),
        LetterKind.TERMINATION: _("Bevestiging van beëindiging"),
        LetterKind.INSURANCE_STATEMENT: _("Verzekeringsverklaring"),
        LetterKind.INSURANCE_CARD: _("Verzekeringspas"),
        LetterKind.DEDUCTIBLE: _("Jaaroverzicht eigen risico"),
        LetterKind.S1: _("Formulier verdragsrecht (S1 of E106)"),
        LetterKind.CONFIRMATION: _("Bevestiging van een wijziging"),
    }


@public
@require_GET
def check(request: PortalRequest) -> HttpResponse:
    """The number asked for, and whether there is such a letter."""
    asked = request.GET if "nummer" in request.GET else None
    form = NumberForm(asked)
    found: MadeView | None = None
    number = ""
    if asked is not None and form.is_valid():
        number = form.cleaned_data["nummer"]
        found = made(request.brand.insurer, number)
    context = {
        "form": form, "number": shown(number), "found": found,
        "kind": kinds()[found.kind] if found else "",
        "day": timezone.localdate(found.made_at) if found else None,
    }  # fmt: skip
    return render(request, "check_document.html", context, status=422 if form.errors else 200)
