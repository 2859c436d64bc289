"""The shape of what is typed to link a contract."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collectief.foundation.bsn import Bsn

_NUMBER = re.compile(r"[0-9A-Za-z-]{1,20}")


class NumberField(forms.CharField):
    """A number as the insurer writes it: spaces and points between the digits are no part of it."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"})

    def clean(self, value: Any) -> str:
        number = re.sub(r"[\s.]", "", super().clean(value))
        if number and not _NUMBER.fullmatch(number):
            raise forms.ValidationError(_("Dit is geen geldig nummer. Controleer het op uw polis of factuur."))
        return number


class ChangeForm(forms.Form):
    """Wijziging doorgeven (W16): to one of the contracts, or to the organisation itself."""

    about = forms.ChoiceField(label=_("Waarover gaat het?"), required=False)
    text = forms.CharField(
        label=_("Wat moet er anders?"), max_length=1000,
        help_text=_("Bijvoorbeeld: ons nieuwe adres is Lindelaan 1, 2311 AA Leiden, vanaf 1 januari."),
        widget=forms.Textarea(attrs={"rows": 5}), error_messages={"required": _("Schrijf op wat er anders moet.")},
    )  # fmt: skip

    def __init__(self, *args: Any, contracts: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        about: Any = self.fields["about"]
        about.choices = [("", _("Gegevens van uw organisatie")), *contracts]

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"])
        if Bsn.is_in(text):
            raise forms.ValidationError(
                _("Hier staat een burgerservicenummer in. Haal het weg: uw collega's lezen dit ook.")
            )
        return text

    def clean_about(self) -> str | None:
        return self.cleaned_data["about"] or None


class LinkForm(forms.Form):
    """Koppelen contracten (W17)."""

    def clean_customer(self) -> str:
        number = str(self.cleaned_data["customer"])
        if not number.isdecimal():
            raise forms.ValidationError(_("Een klantnummer bestaat alleen uit cijfers."))
        return number

    customer = NumberField(
        label=_("Klantnummer"), max_length=30, help_text=_("Het klantnummer waaronder het contract nu loopt."),
        error_messages={"required": _("Vul het klantnummer in.")},
    )  # fmt: skip
    number = NumberField(
        label=_("Contractnummer"), max_length=30, help_text=_("Ook wel collectiviteitsnummer."),
        error_messages={"required": _("Vul het contractnummer in.")},
    )  # fmt: skip
