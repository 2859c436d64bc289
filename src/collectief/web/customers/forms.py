"""The shape of what the office types about customers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from collectief.contracts.queries import ManagerView
from collectief.customers.relationships import Reached
from collectief.customers.rules import NewCustomer
from collectief.foundation.names import tidy
from collectief.foundation.period import Period
from collectief.segments.catalogue import profile

from ..contracts.contacts import PhoneField
from ..contracts.forms import NumberField
from ..participants.forms import DayField


class SearchForm(forms.Form):
    """Which organisation or contract."""

    zoek = forms.CharField(label="", max_length=100, required=False)

    def __init__(self, *args: Any, label: str, help_text: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zoek"].label, self.fields["zoek"].help_text = label, help_text

    @property
    def wanted(self) -> str:
        """What was typed; a number without the spaces and points that are only there to be read."""
        text = tidy(self.cleaned_data["zoek"]) if self.is_bound and self.is_valid() else ""
        digits = re.sub(r"[\s.]", "", text)
        return digits if digits.isdigit() else text


class NameForm(forms.Form):
    """What an organisation or contract is called."""

    def __init__(self, *args: Any, longest: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(
            label=_("Naam"), max_length=longest, error_messages={"required": _("Vul de naam in.")}
        )

    def clean_name(self) -> str:
        return tidy(self.cleaned_data["name"])


class _Digits(forms.CharField):
    """A number of digits; spaces and points are only there to be read."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})

    def clean(self, value: Any) -> str:
        return re.sub(r"[\s.]", "", super().clean(value))


class LabelCodeForm(forms.Form):
    """By which number others in care know a label, and from when."""

    uzovi = _Digits(
        label=gettext_lazy("UZOVI-code"), max_length=20,
        help_text=gettext_lazy("Vier cijfers, zoals Vektis ze heeft uitgegeven."),
        error_messages={"required": gettext_lazy("Vul de UZOVI-code in.")},
    )  # fmt: skip
    first_day = DayField(
        label=gettext_lazy("Geldt vanaf"), error_messages={"required": gettext_lazy("Vul de eerste dag in.")}
    )


class CustomerForm(forms.Form):
    """Nieuwe organisatie."""

    name = forms.CharField(
        label=gettext_lazy("Naam"), max_length=200, help_text=gettext_lazy("Zoals in het Handelsregister."),
        error_messages={"required": gettext_lazy("Vul de naam in.")},
    )  # fmt: skip
    segment = forms.ChoiceField(
        label=gettext_lazy("Soort klant"), error_messages={"required": gettext_lazy("Kies de soort klant.")},
        help_text=gettext_lazy("Dit bepaalt welk portaal de organisatie heeft, en wat zij daar kan."),
    )  # fmt: skip
    kvk = _Digits(label=gettext_lazy("KvK-nummer"), max_length=20, required=False)
    branch = _Digits(
        label=gettext_lazy("Vestigingsnummer"), max_length=20, required=False,
        help_text=gettext_lazy("Alleen als één vestiging klant is, en niet het hele bedrijf."),
    )  # fmt: skip
    rsin = _Digits(
        label=gettext_lazy("RSIN"), max_length=20, required=False,
        help_text=gettext_lazy("Alleen als er geen KvK-nummer is."),
    )  # fmt: skip

    def __init__(self, *args: Any, segments: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["segment"]
        field.choices = [("", ""), *((slug, profile(slug).called(get_language())) for slug in segments)]

    @property
    def wanted(self) -> NewCustomer:
        """What was typed; after `is_valid`."""
        data = self.cleaned_data
        return NewCustomer(tidy(data["name"]), data["segment"], data["kvk"], data["rsin"], data["branch"])


class EndForm(forms.Form):
    """Until when; empty: until further notice."""

    last_day = DayField(label=gettext_lazy("Laatste dag"), required=False)

    def __init__(self, *args: Any, help_text: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_day"].help_text = help_text


class ContractForm(forms.Form):
    """Nieuw contract."""

    number = NumberField(
        label=gettext_lazy("Contractnummer"), max_length=30, help_text=gettext_lazy("Ook wel collectiviteitsnummer."),
        error_messages={"required": gettext_lazy("Vul het contractnummer in.")},
    )  # fmt: skip
    name = forms.CharField(
        label=gettext_lazy("Naam"), max_length=120, help_text=gettext_lazy("Zo herkent de klant het contract."),
        error_messages={"required": gettext_lazy("Vul de naam in.")},
    )  # fmt: skip
    first_day = DayField(
        label=gettext_lazy("Begindatum"), error_messages={"required": gettext_lazy("Vul de begindatum in.")}
    )
    last_day = DayField(
        label=gettext_lazy("Einddatum"), required=False, help_text=gettext_lazy("Laat leeg als het doorloopt."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("De einddatum ligt voor de begindatum. Controleer beide."))
        return data

    @property
    def period(self) -> Period:
        """From when until when; after `is_valid`."""
        return Period.through(self.cleaned_data["first_day"], self.cleaned_data["last_day"])


class ManagerForm(forms.Form):
    """Who looks after customers, and how those reach them."""

    name = forms.CharField(
        label=gettext_lazy("Naam"), max_length=120, error_messages={"required": gettext_lazy("Vul de naam in.")}
    )
    phone = PhoneField(label=gettext_lazy("Telefoonnummer"), required=False)
    email = forms.EmailField(
        label=gettext_lazy("E-mailadres"), max_length=254, widget=forms.TextInput(attrs={"inputmode": "email"}),
        error_messages={
            "required": gettext_lazy("Vul het e-mailadres in."),
            "invalid": gettext_lazy("Vul een e-mailadres in als naam@bedrijf.nl."),
            "max_length": gettext_lazy("Vul een e-mailadres in als naam@bedrijf.nl."),
        },
    )  # fmt: skip

    @property
    def wanted(self) -> Reached:
        """What was typed; after `is_valid`."""
        data = self.cleaned_data
        return Reached(tidy(data["name"]), data["phone"], data["email"])


class GiveManagerForm(forms.Form):
    """Which of the accountmanagers, or none."""

    manager = forms.TypedChoiceField(
        label=gettext_lazy("Accountmanager"), required=False, coerce=int, empty_value=None,
        error_messages={"invalid_choice": gettext_lazy("Kies een accountmanager uit de lijst.")},
    )  # fmt: skip

    def __init__(self, *args: Any, managers: Sequence[ManagerView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["manager"]
        field.choices = [("", _("Geen")), *((str(one.id), one.name) for one in managers)]


class SuccessorForm(GiveManagerForm):
    """Whose the customers are when somebody leaves."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["manager"]
        field.label, field.choices[0] = _("Wie neemt de organisaties over?"), ("", _("Niemand"))
