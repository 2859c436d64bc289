"""What one writes for customers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from collectief.brands.catalogue import all_brands
from collectief.foundation.dates import dutch
from collectief.inbox.facts import NewsKind, Written
from collectief.segments.catalogue import PROFILES
from collectief.segments.profile import MessageCategory

from ..inbox.words import CATEGORIES
from ..participants.forms import DayField
from ..rich_text import LONGEST
from .words import KINDS

# So long something stands when nobody says otherwise.
_USUAL = timedelta(days=14)
_MOST_NUMBERS = 500


class NewsForm(forms.Form):
    """Kind, words in two languages, days, and for whom."""

    soort = forms.ChoiceField(
        label=_("Wat wilt u plaatsen?"), widget=forms.RadioSelect, choices=[(str(one), KINDS[one]) for one in NewsKind],
        error_messages={"required": _("Maak een keuze."), "invalid_choice": _("Maak een keuze.")},
    )  # fmt: skip
    van = DayField(label=_("Eerste dag"), error_messages={"required": _("Vul de eerste dag in.")})
    tot = DayField(label=_("Laatste dag (t/m)"), error_messages={"required": _("Vul de laatste dag in.")})
    titel_nl = forms.CharField(
        label=_("Titel in het Nederlands"), max_length=120,
        error_messages={"required": _("Vul de titel in.")},
    )  # fmt: skip
    tekst_nl = forms.CharField(
        label=_("Tekst in het Nederlands"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("**vet**, *nadruk*, een lijst met - ervoor, een link als [woorden](https://adres)."),
        error_messages={"required": _("Vul de tekst in.")},
    )  # fmt: skip
    titel_en = forms.CharField(
        label=_("Titel in het Engels"), max_length=120,
        error_messages={"required": _("Vul de titel in.")},
    )  # fmt: skip
    tekst_en = forms.CharField(
        label=_("Tekst in het Engels"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Vul de tekst in.")},
    )  # fmt: skip
    klanten = forms.MultipleChoiceField(
        label=_("Soort klant"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Kiest u niets, dan is het voor alle soorten klant."),
    )  # fmt: skip
    portalen = forms.MultipleChoiceField(
        label=_("Portalen, voor nieuws"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Kiest u niets, dan staat het nieuws op alle portalen."),
    )  # fmt: skip
    categorie = forms.ChoiceField(label=_("Categorie, voor een bericht"), required=False)
    klantnummers = forms.CharField(
        label=_("Klantnummers, voor een bericht"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Van wie het bericht krijgt, met een spatie of op een eigen regel. Leeg is iedereen van de soort."),
    )  # fmt: skip

    def __init__(self, data: QueryDict | None, *, insurer: str, today: date) -> None:
        initial = {
            "soort": str(NewsKind.NEWS), "van": dutch(today), "tot": dutch(today + _USUAL),
            "categorie": str(MessageCategory.FROM_INSURER),
        }  # fmt: skip
        super().__init__(data, initial=initial)
        served = [one for one in all_brands() if one.insurer == insurer]
        segments = dict.fromkeys(
            slug for one in served for slug in one.segments if not PROFILES[slug].is_office
        )  # fmt: skip
        choices: dict[str, list[tuple[str, Any]]] = {
            "klanten": [(slug, PROFILES[slug].called(get_language())) for slug in segments],
            "portalen": [(one.slug, one.name) for one in served if set(one.segments) & set(segments)],
            "categorie": [(str(one), CATEGORIES[one]) for one in _categories(segments)],
        }
        for name, some in choices.items():
            field: Any = self.fields[name]
            field.choices = some
            field.error_messages["invalid_choice"] = _("Kies iets uit de lijst.")

    def clean_klantnummers(self) -> tuple[str, ...]:
        numbers = tuple(dict.fromkeys(self.cleaned_data["klantnummers"].replace(",", " ").split()))
        if any(not number.isdigit() or len(number) > 20 for number in numbers):
            raise forms.ValidationError(_("Een klantnummer bestaat uit cijfers."))
        if len(numbers) > _MOST_NUMBERS:
            raise forms.ValidationError(_("Noem hoogstens 500 klantnummers."))
        return numbers

    def written(self) -> Written:
        """What was filled in; of the parts for the other kind, nothing."""
        given = self.cleaned_data
        kind = NewsKind(given["soort"])
        news = kind == NewsKind.NEWS
        return Written(
            kind,
            {"nl": given["titel_nl"], "en": given["titel_en"]},
            {"nl": given["tekst_nl"], "en": given["tekst_en"]},
            given["van"],
            given["tot"],
            brands=tuple(given["portalen"]) if news else (),
            segments=tuple(given["klanten"]),
            numbers=() if news else given["klantnummers"],
            category=MessageCategory(given["categorie"] or MessageCategory.FROM_INSURER),
        )


def _categories(segments: dict[str, None]) -> list[MessageCategory]:
    """What any of these kinds of customer has, what the insurer writes itself first."""
    had = {category for slug in segments for category in PROFILES[slug].message_categories}
    return sorted(had, key=lambda one: (one != MessageCategory.FROM_INSURER, list(MessageCategory).index(one)))
