"""The shape of what is typed about a colleague; who may have what is judged further on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collectief.access.rules import AccessRefused, judge_address
from collectief.access.telephone import tidy_number
from collectief.foundation.names import tidy
from collectief.segments.profile import Role

from ..shell import ROLE_NAMES
from .words import access_refusal


class RolesField(forms.MultipleChoiceField):
    """Which roles, as checkboxes; only the ones that can be given are offered."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Rollen"), help_text=_("Rollen kunnen gecombineerd worden."),
            error_messages={"required": _("Kies ten minste één rol.")}, **kwargs,
        )  # fmt: skip

    def clean(self, value: Any) -> Any:
        return [Role(role) for role in super().clean(value)]


class OwnAddressField(forms.EmailField):
    """Somebody's own address at an organisation (W01): said at once with what else is wrong; the verb judges it too."""

    def clean(self, value: Any) -> str:
        email: str = super().clean(value)
        if email:
            try:
                judge_address(email)
            except AccessRefused as refused:
                raise forms.ValidationError(" ".join(access_refusal(refused.code, refused.params, None))) from None
        return email


def offer(field: Any, roles: list[Role]) -> None:
    """Have a field offer these roles."""
    field.choices = [(str(role), ROLE_NAMES[role]) for role in roles]


def mobile_number(typed: str) -> str:
    """A mobile number as we keep it. Raises ValidationError."""
    try:
        return tidy_number(typed)
    except AccessRefused as refused:
        raise forms.ValidationError(" ".join(access_refusal(refused.code, refused.params, None))) from None


class NewColleagueForm(forms.Form):
    """Nieuw account aanmaken (U30)."""

    name = forms.CharField(
        label=_("Naam"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Vul de naam van uw collega in.")},
    )  # fmt: skip
    email = OwnAddressField(
        label=_("E-mailadres"), max_length=254,
        help_text=_("Het eigen zakelijke adres van uw collega: geen Gmail of Outlook, en geen adres van een afdeling."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Vul het e-mailadres van uw collega in."), "invalid": _("Vul een geldig e-mailadres in."),
        },
    )  # fmt: skip
    mobile = forms.CharField(
        label=_("Mobiel nummer"), max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
        help_text=_("Daarheen gaat een code als het account gemaakt wordt."),
        error_messages={"required": _("Vul een mobiel nummer in.")},
    )  # fmt: skip
    roles = RolesField()

    def __init__(self, *args: Any, roles: list[Role], mobile: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["roles"], roles)
        if not mobile:
            del self.fields["mobile"]

    def clean_mobile(self) -> str:
        return mobile_number(self.cleaned_data["mobile"])

    def clean_name(self) -> str:
        return tidy(self.cleaned_data["name"])


class ProfileForm(forms.Form):
    """Een ander profiel: which roles a colleague has."""

    roles = RolesField()

    def __init__(self, *args: Any, roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["roles"], roles)
