"""What one can look for in the trail; all may be left open."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collectief.foundation.bsn import Bsn

from ..log.words import KINDS
from ..participants.forms import DayField

_CHOOSE = _("Kies iets uit de lijst.")
# A choice of all acts of a kind stands beside the acts themselves.
KIND = "soort:"


class TrailForm(forms.Form):
    """Period, organisation, account, act, outcome and person."""

    van = DayField(label=_("Van"), required=False)
    tot = DayField(label=_("Tot en met"), required=False)
    organisatie = forms.CharField(
        label=_("Organisatie"), required=False, max_length=200, help_text=_("(Deel van) de naam, of KvK-nummer.")
    )
    account = forms.CharField(
        label=_("Account"), required=False, max_length=254, help_text=_("Naam of e-mailadres."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    wat = forms.ChoiceField(label=_("Wat"), required=False, error_messages={"invalid_choice": _CHOOSE})
    resultaat = forms.ChoiceField(
        label=_("Resultaat"), required=False, error_messages={"invalid_choice": _CHOOSE},
        choices=[("", _("Alles")), ("success", _("Gelukt")), ("failure", _("Niet gelukt"))],
    )  # fmt: skip
    relatienummer = forms.CharField(
        label=_("Relatienummer"), required=False, max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    bsn = forms.CharField(
        label=_("BSN"), required=False, max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        what: Any = self.fields["wat"]
        what.choices = [
            ("", _("Alles")),
            *(
                (kind.label, [(f"{KIND}{slug}", _("Alles hiervan")), *kind.actions.items()])
                for slug, kind in KINDS.items()
            ),
        ]

    def clean_bsn(self) -> Bsn | None:
        if not self.cleaned_data["bsn"]:
            return None
        try:
            return Bsn.parse(self.cleaned_data["bsn"])
        except ValueError:
            raise forms.ValidationError(_("Dit is geen geldig BSN. Controleer de negen cijfers.")) from None

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("van") and given.get("tot") and given["van"] > given["tot"]:
            self.add_error("tot", _("De laatste dag ligt vóór de eerste."))
        if given.get("relatienummer") and given.get("bsn"):
            self.add_error("bsn", _("Vul een relatienummer of een BSN in, niet allebei."))
        return given

    @property
    def actions(self) -> list[str] | None:
        """The acts that were chosen; None for all."""
        chosen = self.cleaned_data["wat"]
        if not chosen:
            return None
        return list(KINDS[chosen.removeprefix(KIND)].actions) if chosen.startswith(KIND) else [chosen]
