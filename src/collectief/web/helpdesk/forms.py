"""The shape of what the help desk types."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from collectief.access.users import SHORTEST, sought_by
from collectief.foundation.names import tidy


class FindForm(forms.Form):
    """What a user is looked for by: one box, since who is on the telephone says whatever they have at hand."""

    zoek = forms.CharField(
        label=_("E-mailadres, naam, organisatie of KvK-nummer"),
        help_text=_("Ten minste drie tekens. Bij een naam is het begin van een voor- of achternaam genoeg."),
        max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Vul in wie u zoekt.")},
    )  # fmt: skip

    def clean_zoek(self) -> str:
        typed = tidy(self.cleaned_data["zoek"])
        if len(sought_by(typed)[1]) < SHORTEST:
            raise forms.ValidationError(_("Vul ten minste drie tekens in."))
        return typed


class AskForm(forms.Form):
    """Whom one called back, how one knew who answered, and why it is needed."""

    called_back = forms.MultipleChoiceField(
        label=_("Teruggebeld"), widget=forms.CheckboxSelectMultiple,
        choices=[("yes", _("Ik heb teruggebeld op een nummer uit onze eigen administratie."))],
        help_text=_("Niet op een nummer dat de beller noemde, en niet op het nummer waarmee is gebeld."),
        error_messages={"required": _("Bel eerst terug op een nummer uit onze eigen administratie.")},
    )  # fmt: skip
    spoken_with = forms.CharField(
        label=_("Met wie heeft u gesproken?"), max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Vul in met wie u heeft gesproken.")},
    )  # fmt: skip
    call_note = forms.CharField(
        label=_("Welk nummer was dat, en hoe wist u wie het was?"), max_length=500,
        help_text=_("Bijvoorbeeld: de centrale van de organisatie, en wat u heeft gevraagd om zeker te zijn."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Schrijf op welk nummer het was en hoe u wist wie het was.")},
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Waarom is het nodig?"), max_length=500,
        help_text=_("Bijvoorbeeld: telefoon verloren en geen herstelcodes meer."),
        widget=forms.Textarea(attrs={"rows": 2}), error_messages={"required": _("Vul in waarom het nodig is.")},
    )  # fmt: skip
