"""The shape of what is typed to get in; whether it is right is judged further on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collectief.brands.catalogue import Brand


class PasswordForm(forms.Form):
    """E-mail address and password."""

    email = forms.CharField(
        label=_("E-mailadres"), max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        error_messages={"required": _("Vul een e-mailadres in.")},
    )  # fmt: skip
    # Longer ones are nobody's: the rules refuse them when a password is chosen.
    password = forms.CharField(
        label=_("Wachtwoord"), max_length=1000, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Vul een wachtwoord in.")},
    )  # fmt: skip


class CodeForm(forms.Form):
    """A code of an authenticator app."""

    code = forms.CharField(
        label=_("Code uit de app"), help_text=_("Zes cijfers."), max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": _("Vul de code in die de app toont.")},
    )  # fmt: skip


class RecoveryForm(forms.Form):
    """A recovery code."""

    code = forms.CharField(
        label=_("Herstelcode"), help_text=_("Bijvoorbeeld ABCD-EFGH-JKMN."), max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": _("Vul een herstelcode in.")},
    )  # fmt: skip


class NewPasswordForm(forms.Form):
    """A password of one's own choice, twice, and the terms agreed to (O03)."""

    password = forms.CharField(
        label=_("Nieuw wachtwoord"), max_length=1000, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Vul een wachtwoord in.")},
    )  # fmt: skip
    again = forms.CharField(
        label=_("Nieuw wachtwoord, nog een keer"), max_length=1000, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("Vul het wachtwoord nog een keer in.")},
    )  # fmt: skip
    agreed = forms.MultipleChoiceField(
        label=_("Voorwaarden"), widget=forms.CheckboxSelectMultiple, choices=[("yes", _("Ik ga akkoord."))],
        error_messages={"required": _("Zonder akkoord kan het account niet geactiveerd worden.")},
    )  # fmt: skip

    def __init__(self, *args: Any, brand: Brand, terms: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreed"].help_text = terms
        self.fields["password"].help_text = _(
            "Ten minste {shortest} tekens. Een zin van een paar woorden is makkelijk te onthouden en moeilijk te raden."
        ).format(shortest=brand.password_shortest)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, second = given.get("password"), given.get("again")
        if first and second and first != second:
            self.add_error("again", _("De twee wachtwoorden zijn niet gelijk."))
        return given
