"""Finding a letter on paper, noting that it came back, and sending it once more."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from collectief.documents.rules import read_number
from collectief.post.rules import Again, Returned, State

from ..participants.forms import DayField
from .words import AGAIN, STATES, WHY


class SearchForm(forms.Form):
    """By how it stands, or by the number at the bottom of the letter."""

    stand = forms.ChoiceField(
        label=_("Stand"), required=False,
        choices=[("", _("Alle")), *((str(one), STATES[one][0]) for one in State)],
        error_messages={"invalid_choice": _("Maak een keuze.")},
    )  # fmt: skip
    nummer = forms.CharField(
        label=_("Nummer van het document"), required=False, max_length=40,
        help_text=_("Staat onderaan de brief."),
    )  # fmt: skip

    def clean_nummer(self) -> str:
        """Without what is only there to be read. Raises ValidationError for what can be no number of ours."""
        typed = self.cleaned_data["nummer"]
        number = read_number(typed) if typed else ""
        if number is None:
            raise forms.ValidationError(
                _("Dit is geen nummer van een document van ons. Neem alle tekens over, van de onderste regel.")
            )
        return number


class ReturnForm(forms.Form):
    """When it came back, and why."""

    dag = DayField(label=_("Teruggekomen op"), error_messages={"required": _("Vul de dag in.")})
    reden = forms.ChoiceField(
        label=_("Reden"), widget=forms.RadioSelect, choices=[(str(one), WHY[one]) for one in Returned],
        error_messages={"required": _("Maak een keuze."), "invalid_choice": _("Maak een keuze.")},
    )  # fmt: skip


class AgainForm(forms.Form):
    """Why a letter is sent once more."""

    waarom = forms.ChoiceField(
        label=_("Waarom opnieuw"), widget=forms.RadioSelect, choices=[(str(one), AGAIN[one]) for one in Again],
        error_messages={"required": _("Maak een keuze."), "invalid_choice": _("Maak een keuze.")},
    )  # fmt: skip
