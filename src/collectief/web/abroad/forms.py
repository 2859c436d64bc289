"""The shape of what is typed about a right to care abroad."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from collectief.statements.countries import named
from collectief.statements.letters import grounds
from collectief.statements.rules import Asked

from ..participants.forms import DayField
from . import words

# A country that the list does not name.
ELSEWHERE = "--"


def _missing(code: str) -> dict[str, Any]:
    """What a field says that was left empty: the words of the rule."""
    return {"required": lazy(lambda: " ".join(words.refusals()[code]), str)()}


class CountryForm(forms.Form):
    """In which country; what is asked further depends on it."""

    land = forms.ChoiceField(
        label=_("Land waar de deelnemer of het gezin woont"), error_messages=_missing("country_missing"),
        choices=lambda: [
            ("", _("Kies een land")), *named(get_language() or "nl"), (ELSEWHERE, _("Een ander land")),
        ],
    )  # fmt: skip


class S1Form(forms.Form):
    """The questions, the address in the home country, and the institution there where EESSI reaches it (U09)."""

    ground = forms.ChoiceField(
        label=_("Waarom is het formulier nodig?"), widget=forms.RadioSelect, error_messages=_missing("ground_missing"),
        choices=lambda: [(str(one), text) for one, text in grounds().items()],
    )  # fmt: skip
    first_day = DayField(
        label=_("Vanaf welke dag?"),
        help_text=_("De eerste dag waarop de deelnemer of het gezin daar recht op zorg moet hebben."),
        error_messages=_missing("first_day_missing"),
    )
    street = forms.CharField(label=_("Straat"), max_length=120, error_messages=_missing("street_missing"))
    house_number = forms.CharField(
        label=_("Huisnummer"), max_length=20, error_messages=_missing("house_number_missing")
    )
    postcode = forms.CharField(label=_("Postcode"), required=False, max_length=16)
    city = forms.CharField(label=_("Woonplaats"), max_length=80, error_messages=_missing("city_missing"))
    institution = forms.ChoiceField(
        label=_("Zorgverzekeraar in het woonland"),
        help_text=_("Het formulier gaat digitaal naar deze zorgverzekeraar."),
        error_messages=_missing("institution_missing"),
    )
    verified = forms.MultipleChoiceField(
        label=_("Verificatie"), widget=forms.CheckboxSelectMultiple, error_messages=_missing("not_verified"),
        choices=[("yes", _("Ik heb dit adres bij de deelnemer geverifieerd."))],
    )  # fmt: skip

    ADDRESS = ("street", "house_number", "postcode", "city")

    def __init__(self, *args: Any, institutions: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["institution"]
        field.choices = [("", _("Kies een zorgverzekeraar")), *institutions.items()]
        if not institutions:
            del self.fields["institution"]

    @property
    def questions(self) -> list[forms.BoundField]:
        return [self["ground"], self["first_day"]]

    @property
    def address(self) -> list[forms.BoundField]:
        return [self[name] for name in self.ADDRESS]

    @property
    def rest(self) -> list[forms.BoundField]:
        return [self[name] for name in ("institution", "verified") if name in self.fields]

    def asked(self, country: str) -> Asked:
        data = self.cleaned_data
        return Asked(
            data["ground"], country, data["street"], data["house_number"], data["postcode"], data["city"],
            data["first_day"], data.get("institution", ""), bool(data["verified"]),
        )  # fmt: skip


class NumberForm(forms.Form):
    """For whom, by the insurer's own number."""

    relatienummer = forms.CharField(
        label=_("Relatienummer"), max_length=12, error_messages={"required": _("Vul een relatienummer in.")}
    )
