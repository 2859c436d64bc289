"""Choosing whose deductible use to see."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from collectief.deductible.queries import Left


class UseForm(forms.Form):
    """Of whom, and what is left."""

    zoek = forms.CharField(label=gettext_lazy("Achternaam of relatienummer"), max_length=60, required=False)
    over = forms.ChoiceField(
        label=gettext_lazy("Verbruik"),
        required=False,
        choices=[
            ("", gettext_lazy("Alles")),
            (Left.SOME, gettext_lazy("Er is nog eigen risico over")),
            (Left.NOTHING, gettext_lazy("Het eigen risico is op")),
            (Left.UNTOUCHED, gettext_lazy("Er is niets verbruikt")),
        ],
    )
