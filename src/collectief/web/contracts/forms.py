"""The shape of what is typed to link a contract."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

_NUMBER = re.compile(r"[0-9A-Za-z-]{1,20}")


class NumberField(forms.CharField):
    """A number as the insurer writes it: spaces and points between the digits are no part of it."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"})

    def clean(self, value: Any) -> str:
        number = re.sub(r"[\s.]", "", super().clean(value))
        if number and not _NUMBER.fullmatch(number):
            raise forms.ValidationError(_("Dit is geen geldig nummer. Controleer het op uw polis of factuur."))
        return number


class LinkForm(forms.Form):
    """Koppelen contracten (W17)."""

    customer = NumberField(
        label=_("Klantnummer"), max_length=30, help_text=_("Het klantnummer waaronder het contract nu loopt."),
        error_messages={"required": _("Vul het klantnummer in.")},
    )  # fmt: skip
    number = NumberField(
        label=_("Contractnummer"), max_length=30, help_text=_("Ook wel collectiviteitsnummer."),
        error_messages={"required": _("Vul het contractnummer in.")},
    )  # fmt: skip
