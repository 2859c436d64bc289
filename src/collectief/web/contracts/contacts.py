"""Contactpersonen wijzigen: whom the insurer reaches about a contract, and where the organisation is (U28)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from stdnum.exceptions import ValidationError
from stdnum.nl import postcode as nl_postcode

from collectief.contracts import queries
from collectief.contracts.actions import change_contacts
from collectief.contracts.queries import ContactView
from collectief.contracts.rules import ContactKind, phone_text, tidy_phone
from collectief.foundation.names import tidy
from collectief.segments.profile import Capability, Permission

from ..page import PortalRequest, page

KINDS = {
    ContactKind.ADMINISTRATIVE: gettext_lazy("Administratief contactpersoon"),
    ContactKind.FINANCIAL: gettext_lazy("Financieel contactpersoon"),
    ContactKind.COMPANY: gettext_lazy("Contactgegevens van uw bedrijf"),
}
OF_CONTRACT = (ContactKind.ADMINISTRATIVE, ContactKind.FINANCIAL)
_ADDRESS = ("street", "house_number", "postcode", "city")
SEE, EDIT = Permission.SEE_CONTRACTS, Capability.EDIT_CONTACTS


class PhoneField(forms.CharField):
    """A telephone number, as people type it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=30, widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}), **kwargs)

    def clean(self, value: Any) -> str:
        try:
            return tidy_phone(super().clean(value) or "")
        except ValueError:
            said = _(
                "Dit is geen telefoonnummer. Vul het in met netnummer, of met +32 en dergelijke,"
                " en zonder toestelnummer."
            )
            raise forms.ValidationError(said) from None


class PostcodeField(forms.CharField):
    """A Dutch postcode, as people type it."""

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        try:
            return str(nl_postcode.validate(typed)) if typed else ""
        except ValidationError:
            raise forms.ValidationError(_("Vul een postcode in als 2333 AA.")) from None


class ContactsForm(forms.Form):
    """Name, telephone and e-mail address of each contact; of the organisation there is an address and no name."""

    def __init__(
        self, *args: Any, kinds: Sequence[ContactKind], titles: Mapping[ContactKind, Any] = KINDS, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kinds, self.titles = kinds, titles
        for kind in kinds:
            if kind != ContactKind.COMPANY:
                self.fields[f"{kind}_name"] = forms.CharField(label=_("Naam"), max_length=120, required=False)
            self.fields[f"{kind}_phone"] = PhoneField(label=_("Telefoonnummer"), required=False)
            self.fields[f"{kind}_email"] = forms.EmailField(
                label=_("E-mailadres"), required=False, max_length=254,
                widget=forms.TextInput(attrs={"inputmode": "email"}),
                error_messages=dict.fromkeys(
                    ("invalid", "max_length"), _("Vul een e-mailadres in als naam@bedrijf.nl.")
                ),
            )  # fmt: skip

            if kind == ContactKind.COMPANY:
                street, number, city = _("Straat"), _("Huisnummer"), _("Plaats")
                self.fields[f"{kind}_street"] = forms.CharField(label=street, max_length=120, required=False)
                self.fields[f"{kind}_house_number"] = forms.CharField(label=number, max_length=20, required=False)
                self.fields[f"{kind}_postcode"] = PostcodeField(label=_("Postcode"), max_length=16, required=False)
                self.fields[f"{kind}_city"] = forms.CharField(
                    label=city, max_length=80, required=False, help_text=_("Hierheen gaat post van ons.")
                )

    def clean(self) -> dict[str, Any]:
        """An address is whole, or it is none."""
        data = super().clean() or {}
        names = [f"{kind}_{part}" for kind in self.kinds if kind == ContactKind.COMPANY for part in _ADDRESS]
        if any(data.get(name) for name in names):
            for name in names:
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("Vul het hele adres in."))
        return data

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields by contact, for the page."""
        return [
            (self.titles[kind], [self[name] for name in self.fields if name.startswith(kind)]) for kind in self.kinds
        ]

    @property
    def wanted(self) -> dict[ContactKind, ContactView]:
        """What was typed; after `is_valid`."""
        data = self.cleaned_data
        return {
            kind: ContactView(
                tidy(data.get(f"{kind}_name", "")), data[f"{kind}_phone"], data[f"{kind}_email"],
                *(tidy(data.get(f"{kind}_{part}", "")) for part in _ADDRESS),
            )
            for kind in self.kinds
        }  # fmt: skip


@page(SEE, EDIT)
@require_http_methods(["GET", "POST"])
def of_contract(request: PortalRequest, contract_id: int) -> HttpResponse:
    """The administrative and the financial contact of a contract."""
    found = next((one for one in queries.contracts(request.scope) if one.id == contract_id), None)
    if found is None:
        raise Http404
    return _changed(request, contract_id, OF_CONTRACT, found.label)


@page(SEE, EDIT)
@require_http_methods(["GET", "POST"])
def of_company(request: PortalRequest) -> HttpResponse:
    """Where the organisation itself is reached; not for who works in some of its contracts only."""
    if request.scope.contracts is not None:
        raise Http404
    return _changed(request, None, (ContactKind.COMPANY,), "")


def _changed(request: PortalRequest, contract_id: int | None, kinds: Sequence[ContactKind], label: str) -> HttpResponse:
    known = queries.contacts(request.scope)
    form = ContactsForm(
        request.POST if request.method == "POST" else None, kinds=kinds, initial=as_typed(known, contract_id, kinds)
    )
    if request.method == "POST" and form.is_valid():
        change_contacts(request.scope, contract_id, form.wanted, now=timezone.now())
        messages.success(request, _("De contactgegevens zijn opgeslagen."))
        return redirect("contract_data")
    return render(
        request, "contracts/contacts.html", {"form": form, "label": label}, status=422 if form.errors else 200
    )


def as_typed(
    known: Mapping[tuple[int | None, ContactKind], ContactView], contract_id: int | None, kinds: Sequence[ContactKind]
) -> dict[str, str]:
    """What the form begins with: what is kept, as people type it."""
    found = {kind: known.get((contract_id, kind), ContactView()) for kind in kinds}
    return {
        f"{kind}_{name}": value
        for kind, one in found.items()
        for name, value in {**asdict(one), "phone": phone_text(one.phone)}.items()
    }
