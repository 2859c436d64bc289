"""The shape of an application for an account."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from collectief.contracts.rules import is_kvk
from collectief.foundation.names import tidy
from collectief.segments.profile import Role, SegmentProfile

from ..accounts.forms import OwnAddressField, RolesField, mobile_number, offer

_PHONE = re.compile(r"\+?[0-9]{10,15}")


class ApplicationForm(forms.Form):
    """Who applies, for which organisation, in which roles; kinds of customer only where a portal has several."""

    segment = forms.ChoiceField(label=_("Soort organisatie"), error_messages={"required": _("Maak een keuze.")})
    organisation = forms.CharField(
        label=_("Naam van de organisatie"), max_length=200,
        error_messages={"required": _("Vul de naam van uw organisatie in.")},
    )  # fmt: skip
    kvk = forms.CharField(
        label=_("KvK-nummer"), max_length=12, help_text=_("Acht cijfers, van de Kamer van Koophandel."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": _("Vul het KvK-nummer van uw organisatie in.")},
    )  # fmt: skip
    name = forms.CharField(
        label=_("Uw naam"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Vul uw naam in.")},
    )  # fmt: skip
    email = OwnAddressField(
        label=_("Uw e-mailadres"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("Uw eigen zakelijke adres: geen Gmail of Outlook, en geen adres van een afdeling."),
        error_messages={"required": _("Vul uw e-mailadres in."), "invalid": _("Vul een geldig e-mailadres in.")},
    )  # fmt: skip
    phone = forms.CharField(
        label=_("Uw telefoonnummer"), max_length=20, help_text=_("Waarop we u overdag kunnen bereiken."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        error_messages={"required": _("Vul uw telefoonnummer in.")},
    )  # fmt: skip
    roles = RolesField()

    def __init__(self, *args: Any, profiles: Sequence[SegmentProfile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        segment: Any = self.fields["segment"]
        segment.choices = [(profile.slug, profile.called(get_language())) for profile in profiles]
        if len(profiles) == 1:
            segment.widget, segment.initial, segment.required = forms.HiddenInput(), profiles[0].slug, False
        # Where a portal has one kind of customer, whoever applies may get roles without choosing.
        self.given = profiles[0].applies_for if len(profiles) == 1 else ()
        if self.given:
            del self.fields["roles"]
        else:
            offer(self.fields["roles"], list(dict.fromkeys(role for one in profiles for role in one.applicable)))
        self.mobile = any(profile.confirms_mobile for profile in profiles)
        if self.mobile:
            phone: Any = self.fields["phone"]
            phone.label, phone.help_text = _("Uw mobiele nummer"), _("Daarheen gaat een code als u het account maakt.")
            phone.error_messages["required"] = _("Vul uw mobiele nummer in.")

    def wanted(self) -> tuple[Role, ...]:
        """What is asked: the roles chosen, or those that come with applying here."""
        return self.given or tuple(self.cleaned_data["roles"])

    def clean_segment(self) -> str:
        return str(self.cleaned_data["segment"] or self.fields["segment"].initial)

    def clean_organisation(self) -> str:
        return tidy(self.cleaned_data["organisation"])

    def clean_name(self) -> str:
        return tidy(self.cleaned_data["name"])

    def clean_kvk(self) -> str:
        digits = re.sub(r"[\s.]", "", self.cleaned_data["kvk"])
        if not is_kvk(digits):
            raise forms.ValidationError(_("Dit is geen KvK-nummer. Controleer de acht cijfers."))
        return digits

    def clean_phone(self) -> str:
        if self.mobile:
            return mobile_number(self.cleaned_data["phone"])
        digits = re.sub(r"[\s().-]", "", self.cleaned_data["phone"])
        if not _PHONE.fullmatch(digits):
            raise forms.ValidationError(_("Vul een telefoonnummer van tien cijfers in, of begin met + en het land."))
        return digits
