"""The shape of what is typed about a colleague; who may have what is judged further on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collectief.access.role_names import ROLE_NAMES
from collectief.access.rules import AccessRefused, Reach, judge_address
from collectief.access.telephone import tidy_number
from collectief.contracts.queries import ContractView
from collectief.foundation.names import tidy
from collectief.inbox.rules import MailChoice
from collectief.segments.profile import Role

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


ALL, SOME = "alle", "deze"


class ReachMixin(forms.Form):
    """In which contracts a colleague works (G13). All of them is chosen, never what is left when nothing is ticked."""

    reach = forms.ChoiceField(
        label=_("Contracten"), widget=forms.RadioSelect,
        choices=[
            (ALL, _("Alle contracten, ook contracten die er later bijkomen")),
            (SOME, _("Alleen deze contracten:")),
        ],
        error_messages={"required": _("Kies of uw collega voor alle contracten werkt of alleen voor sommige.")},
    )  # fmt: skip
    contracts = forms.MultipleChoiceField(
        label=_("Welke contracten"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def offer_contracts(self, mine: Reach, known: list[ContractView], held: Reach = None) -> None:
        """Have the fields offer what can be given; where there is nothing to choose, they are gone.

        `held` is what a colleague has now: kept where nothing can be chosen.
        """
        self._held = held
        choices: Any = self.fields["contracts"]
        choices.choices = [(str(contract.id), contract.label) for contract in known]
        if mine is None and len(known) < 2 and held is None:
            del self.fields["reach"], self.fields["contracts"]
        elif mine is not None:
            # Who works in some contracts gives no more than those.
            del self.fields["reach"]
            choices.label, choices.required = _("Contracten"), True
            choices.error_messages["required"] = _("Kies ten minste één contract.")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        ticked = given.get("contracts")
        if given.get("reach") == ALL and ticked:
            self.add_error("reach", _("U koos voor alle contracten en vinkte er ook aan. Kies het een of het ander."))
        elif given.get("reach") == SOME and ticked == []:
            self.add_error("contracts", _("Kies ten minste één contract."))
        return given

    @property
    def chosen(self) -> Reach:
        """The contracts that were chosen; None is all of them."""
        if "contracts" not in self.fields:
            return self._held
        if self.cleaned_data.get("reach") == ALL:
            return None
        return frozenset(map(int, self.cleaned_data["contracts"]))


def offer(field: Any, roles: list[Role]) -> None:
    """Have a field offer these roles."""
    field.choices = [(str(role), ROLE_NAMES[role]) for role in roles]


def mobile_number(typed: str) -> str:
    """A mobile number as we keep it. Raises ValidationError."""
    try:
        return tidy_number(typed)
    except AccessRefused as refused:
        raise forms.ValidationError(" ".join(access_refusal(refused.code, refused.params, None))) from None


class NewColleagueForm(ReachMixin):
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
    field_order = ("name", "email", "mobile", "roles", "reach", "contracts")

    def __init__(self, *args: Any, roles: list[Role], mobile: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["roles"], roles)
        if not mobile:
            del self.fields["mobile"]

    def clean_mobile(self) -> str:
        return mobile_number(self.cleaned_data["mobile"])

    def clean_name(self) -> str:
        return tidy(self.cleaned_data["name"])


class ProfileForm(ReachMixin):
    """Een ander profiel: which roles a colleague has, and in which contracts."""

    roles = RolesField()
    field_order = ("roles", "reach", "contracts")

    def __init__(self, *args: Any, roles: list[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self.fields["roles"], roles)


class MailForm(forms.Form):
    """When one wants mail about messages (X08)."""

    berichten = forms.ChoiceField(
        label=_("Wanneer wilt u mail als er een bericht klaarstaat?"), widget=forms.RadioSelect,
        help_text=_("In de mail staat alleen dat er een bericht is, nooit waarover. Dit geldt voor dit portaal."),
        choices=[
            (str(MailChoice.AT_ONCE), _("Meteen")),
            (str(MailChoice.DAILY), _("Hoogstens één keer per dag, om half acht")),
            (str(MailChoice.NEVER), _("Nooit")),
        ],
        error_messages={"required": _("Maak een keuze."), "invalid_choice": _("Maak een keuze.")},
    )  # fmt: skip
