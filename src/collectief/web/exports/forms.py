"""What somebody wants to have made, and when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collectief.contracts.queries import ContractView
from collectief.exports.rules import Which, Wish

from .words import LISTS, rhythm_of, rhythms

_CHOOSE = {"required": _("Maak een keuze."), "invalid_choice": _("Maak een keuze.")}


class PlanForm(forms.Form):
    """Which list, of which contract, how often."""

    lijst = forms.ChoiceField(label=_("Welke lijst?"), widget=forms.RadioSelect, error_messages=_CHOOSE)
    contract = forms.ChoiceField(label=_("Contract"), required=False, error_messages=_CHOOSE)
    wanneer = forms.ChoiceField(
        label=_("Wanneer?"), error_messages=_CHOOSE,
        help_text=_("De lijst wordt die nacht gemaakt, met wat er dan bekend is en wat u dan mag zien."),
    )  # fmt: skip

    def __init__(self, *args: Any, lists: Sequence[Which], contracts: Sequence[ContractView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields
        choices["lijst"].choices = [(str(one), LISTS[one]) for one in lists]
        choices["contract"].choices = [
            *([("", _("Alle contracten"))] if len(contracts) != 1 else []),
            *((str(one.id), one.label) for one in contracts),
        ]
        choices["wanneer"].choices = [("", _("Kies een dag")), *rhythms()]

    def wish(self) -> Wish:
        """What was asked for, once the form is valid."""
        given = self.cleaned_data
        return Wish(
            Which(given["lijst"]), rhythm_of(given["wanneer"]), int(given["contract"]) if given["contract"] else None
        )
