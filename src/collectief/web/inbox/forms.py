"""What one can look for among messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collectief.contracts.queries import ContractView
from collectief.inbox.queries import Asked
from collectief.segments.profile import MessageCategory

from .words import CATEGORIES

_CHOOSE = _("Kies iets uit de lijst.")


class MessagesForm(forms.Form):
    """Contract, category, about whom, and whether it was read; all may be left open."""

    contract = forms.ChoiceField(label=_("Contract"), required=False, error_messages={"invalid_choice": _CHOOSE})
    categorie = forms.ChoiceField(label=_("Categorie"), required=False, error_messages={"invalid_choice": _CHOOSE})
    zoek = forms.CharField(label=_("Achternaam of relatienummer"), required=False, max_length=100)
    stand = forms.ChoiceField(
        label=_("Gelezen"), required=False, error_messages={"invalid_choice": _CHOOSE},
        choices=[("", _("Alle berichten")), ("ongelezen", _("Alleen ongelezen"))],
    )  # fmt: skip

    def __init__(
        self, *args: Any, contracts: Sequence[ContractView], categories: Sequence[MessageCategory], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        which: Any = self.fields["contract"]
        which.choices = [("", _("Alle contracten")), *((one.number, one.label) for one in contracts)]
        if len(contracts) < 2:
            del self.fields["contract"]
        what: Any = self.fields["categorie"]
        what.choices = [("", _("Alle categorieën")), *((str(one), CATEGORIES[one]) for one in categories)]
        self._ids = {one.number: one.id for one in contracts}

    def asked(self) -> Asked | None:
        """What was asked for; None for what cannot be."""
        if not self.is_bound:
            return Asked()
        if not self.is_valid():
            return None
        given = self.cleaned_data
        return Asked(
            MessageCategory(given["categorie"]) if given["categorie"] else None,
            self._ids.get(given.get("contract", "")), given["zoek"], given["stand"] == "ongelezen",
        )  # fmt: skip
