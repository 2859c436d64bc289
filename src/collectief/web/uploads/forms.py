"""What is asked with a file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collectief.bulk.sheets.reading import Limits
from collectief.contracts.queries import ContractView


class UploadForm(forms.Form):
    """A spreadsheet, and the contract for rows that name none."""

    file = forms.FileField(
        label=_("Bestand"),
        help_text=_("Het ingevulde sjabloon: .xlsx, .xls of .ods, maximaal 25 MB."),
        error_messages={
            "required": _("Kies eerst het bestand dat u wilt versturen."),
            "empty": _("Dit bestand is leeg. Kies het ingevulde sjabloon."),
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods"}),
    )
    contract = forms.ChoiceField(
        label=_("Contract"),
        required=False,
        help_text=_("Geldt voor regels waarin geen contractnummer is ingevuld."),
    )

    def __init__(self, *args: Any, contracts: list[ContractView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(contract.number, contract.label) for contract in contracts]
        if len(choices) < 2:
            del self.fields["contract"]
        else:
            self.fields["contract"].choices = [("", _("Staat in het bestand")), *choices]  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > Limits().file_bytes:
            raise forms.ValidationError(
                _("Dit bestand is groter dan 25 MB. Splits het in kleinere bestanden en verstuur ze na elkaar."),
                code="too_large",
            )
        return file
