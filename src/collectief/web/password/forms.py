"""The shape of what is typed to get in; whether it is right is judged further on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collectief.access.rules import AccessRefused
from collectief.access.telephone import tidy_number
from collectief.brands.catalogue import Brand

from ..accounts.words import access_refusal


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


class SentCodeForm(forms.Form):
    """A code that came by SMS."""

    code = forms.CharField(
        label=_("Code uit de sms"), help_text=_("Zes cijfers."), max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": _("Vul de code in die in de sms staat.")},
    )  # fmt: skip


class TelephoneForm(forms.Form):
    """A mobile number to send codes to."""

    number = forms.CharField(
        label=_("Mobiel nummer"), help_text=_("Bijvoorbeeld 06 12345678, of met + en het land ervoor."), max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        error_messages={"required": _("Vul een mobiel nummer in.")},
    )  # fmt: skip

    def clean_number(self) -> str:
        try:
            return tidy_number(self.cleaned_data["number"])
        except AccessRefused as refused:
            raise forms.ValidationError(" ".join(access_refusal(refused.code, refused.params, None))) from None


class PasskeyForm(forms.Form):
    """What a browser answers for a passkey; a name with it when one is made."""

    name = forms.CharField(
        label=_("Naam"), help_text=_("Waaraan de passkey te herkennen is, bijvoorbeeld: laptop kantoor."),
        max_length=60, error_messages={"required": _("Geef de passkey een naam.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    answer = forms.CharField(
        widget=forms.HiddenInput, max_length=20_000,
        error_messages={"required": _("De browser heeft geen passkey gegeven. Probeer het opnieuw.")},
    )  # fmt: skip

    def __init__(self, *args: Any, named: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not named:
            del self.fields["name"]

    def clean(self) -> dict[str, Any]:
        """What is wrong with a hidden field stands above the form."""
        for message in self.errors.pop("answer", []):
            self.add_error(None, message)
        return super().clean() or {}


class ForgottenForm(forms.Form):
    """Who forgot their password."""

    email = forms.EmailField(
        label=_("E-mailadres"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        error_messages={"required": _("Vul een e-mailadres in."), "invalid": _("Vul een geldig e-mailadres in.")},
    )  # fmt: skip


class AddressForm(forms.Form):
    """Another e-mail address."""

    email = forms.EmailField(
        label=_("Nieuw e-mailadres"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": _("Vul een e-mailadres in."), "invalid": _("Vul een geldig e-mailadres in.")},
    )  # fmt: skip


class PresentPasswordForm(forms.Form):
    """One's own password once more."""

    present = forms.CharField(
        label=_("Huidig wachtwoord"), max_length=1000, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Vul het huidige wachtwoord in.")},
    )  # fmt: skip


class ChosenPasswordForm(forms.Form):
    """A password of one's own choice, twice."""

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

    def __init__(self, *args: Any, brand: Brand, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = _(
            "Ten minste {shortest} tekens. Een zin van een paar woorden is makkelijk te onthouden en moeilijk te raden."
        ).format(shortest=brand.password_shortest)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        first, second = typed.get("password"), typed.get("again")
        if first and second and first != second:
            self.add_error("again", _("De twee wachtwoorden zijn niet gelijk."))
        return typed


class ChangedPasswordForm(PresentPasswordForm, ChosenPasswordForm):
    """The present password, and another."""

    field_order = ("present", "password", "again")


class NewPasswordForm(ChosenPasswordForm):
    """A first password, with the terms agreed to, and the code that went to a mobile number where one did (O03)."""

    code = SentCodeForm.base_fields["code"]
    agreed = forms.MultipleChoiceField(
        label=_("Voorwaarden"), widget=forms.CheckboxSelectMultiple, choices=[("yes", _("Ik ga akkoord."))],
        error_messages={"required": _("Zonder akkoord kan het account niet geactiveerd worden.")},
    )  # fmt: skip
    field_order = ("code", "password", "again", "agreed")

    def __init__(self, *args: Any, terms: str, code: bool, password: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreed"].help_text = terms
        if not code:
            del self.fields["code"]
        if not password:
            del self.fields["password"], self.fields["again"]
