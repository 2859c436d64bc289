"""The shape of what is typed; whether it can be done is judged further on."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from collectief.contracts.queries import ContractView
from collectief.enrolment.facts import Application, Kind
from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import BirthDate, parse_day
from collectief.foundation.names import PersonName
from collectief.foundation.period import EARLIEST_DAY, LATEST_DAY
from collectief.segments.profile import Field, SegmentProfile

ADDRESS = ("country", "street", "house_number", "postcode", "city")


class DayField(forms.CharField):
    """A day as people type it: dd-mm-jjjj and its like."""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"placeholder": _("dd-mm-jjjj"), "inputmode": "numeric", "autocomplete": "off"}
        super().__init__(widget=forms.TextInput(attrs=attributes), max_length=20, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            day = parse_day(text)
        except ValueError:
            raise forms.ValidationError(_("Vul een bestaande datum in als dd-mm-jjjj."), code="invalid") from None
        if not EARLIEST_DAY <= day <= LATEST_DAY:
            raise forms.ValidationError(_("Controleer het jaartal."), code="range")
        return day


class BirthDateField(DayField):
    """A birth date; day or month may be 00."""

    def clean(self, value: Any) -> Any:
        text = forms.CharField.clean(self, value)
        if not text:
            return None
        try:
            born = BirthDate.parse(text)
        except ValueError:
            raise forms.ValidationError(
                _("Vul een bestaande datum in als dd-mm-jjjj; een onbekende dag of maand als 00."), code="invalid"
            ) from None
        if not EARLIEST_DAY.year <= born.year <= LATEST_DAY.year:
            raise forms.ValidationError(_("Controleer het jaartal."), code="range")
        return born


class BlindInput(forms.TextInput):
    """Takes text and never gives it back: what was typed is in no page we send (law 5)."""

    def format_value(self, value: Any) -> None:
        return None


def never_a_bsn(text: str) -> None:
    """Raises ValidationError for a text in which a BSN stands: in a field like this one it would be shown (U19)."""
    if Bsn.is_in(text):
        raise forms.ValidationError(
            _("Hier staat een BSN. Vul dat alleen in bij Burgerservicenummer (BSN)."), code="bsn"
        )


class OpenInput(forms.TextInput):
    """Gives back what was typed, but no BSN (law 5)."""

    def format_value(self, value: Any) -> Any:
        return None if Bsn.is_in(str(value)) else super().format_value(value)


class OpenField(forms.CharField):
    """A name or a part of an address: what everyone who sees the participant is shown."""

    widget = OpenInput
    default_validators = [never_a_bsn]


def as_bsn(text: str) -> Bsn | None:
    """The BSN that a text is as a whole; None for what is none."""
    try:
        return Bsn.parse(text)
    except ValueError:
        return None


def refuse_own_bsn(form: forms.Form) -> None:
    """Say at the reference that it is the person's own BSN, and do not give it back (U19, law 5)."""
    field = form.fields["reference"]
    field.widget = BlindInput(field.widget.attrs)
    form.add_error(
        "reference", _("Dit is het BSN van deze persoon. Vul een eigen nummer in, bijvoorbeeld het personeelsnummer.")
    )


class BsnField(forms.CharField):
    """A BSN; what was typed is never sent back to the browser."""

    def __init__(self, **kwargs: Any) -> None:
        widget = BlindInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(widget=widget, max_length=20, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return Bsn.parse(text)
        except ValueError:
            raise forms.ValidationError(
                _("Dit is geen geldig BSN. Controleer de negen cijfers; een nul vooraan telt mee."), code="invalid"
            ) from None


def contract_choices(field: Any, contracts: list[ContractView]) -> None:
    field.choices = [(contract.number, contract.label) for contract in contracts]


# Which fields of the forms each field of a participant is typed in.
_TYPED = {Field.EXTERNAL_REFERENCE: ("reference",), Field.ADDRESS: ADDRESS}


def only_typed(form: forms.Form, profile: SegmentProfile) -> None:
    """Take away what the profile does not have typed (U07): what is sent for it all the same is not looked at."""
    for field, names in _TYPED.items():
        if field not in profile.fields.typed:
            for name in names:
                form.fields.pop(name, None)


class SearchForm(forms.Form):
    """What to look for in a list; only the keys that the profile has."""

    achternaam = forms.CharField(label=_("Achternaam"), required=False, max_length=100)
    relatienummer = forms.CharField(label=_("Relatienummer"), required=False, max_length=12)
    geboortedatum = BirthDateField(label=_("Geboortedatum"), required=False)
    referentie = forms.CharField(label=_("Extern referentienummer"), required=False, max_length=40)
    contract = forms.ChoiceField(label=_("Contract"), required=False)

    KEYS = {
        "surname": "achternaam", "relation_number": "relatienummer", "birth_date": "geboortedatum",
        "external_reference": "referentie",
    }  # fmt: skip

    def __init__(self, *args: Any, keys: tuple[str, ...], contracts: list[ContractView], **kwargs: Any) -> None:
        # Names of its own: the form in an opened row also asks for a contract.
        super().__init__(*args, **{"auto_id": "zoek_%s"} | kwargs)
        for key, name in self.KEYS.items():
            if key not in keys:
                del self.fields[name]
        if len(contracts) < 2:
            del self.fields["contract"]
        else:
            self.fields["contract"].choices = [  # type: ignore[attr-defined]
                ("", _("Alle contracten")),
                *((str(contract.id), contract.label) for contract in contracts),
            ]


class FindForm(forms.Form):
    """Somebody by BSN: sent by POST, since no address may hold one (law 5)."""

    bsn = BsnField(
        label=_("Burgerservicenummer (BSN)"), error_messages={"required": _("Vul het burgerservicenummer in.")}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "zoek_%s"} | kwargs)


class TerminateForm(forms.Form):
    """Afmelden: the last day, inclusive, and why (U06)."""

    last_day = DayField(
        label=_("Einddatum (t/m)"),
        help_text=_("De laatste dag waarop de deelnemer is ingeschreven, bijvoorbeeld 30-04-2026."),
        error_messages={"required": _("Vul de laatste dag van deelname in.")},
    )
    reason = forms.ChoiceField(label=_("Reden"), error_messages={"required": _("Kies een reden.")})

    def __init__(self, *args: Any, profile: SegmentProfile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [  # type: ignore[attr-defined]
            ("", _("Kies een reden")),
            *((reason.code, reason.called(get_language())) for reason in profile.termination_reasons),
        ]

    def application(self, contract: str, stay: int) -> Application:
        data = self.cleaned_data
        return Application(
            Kind.TERMINATE, contract=contract, last_day=data["last_day"], reason=data["reason"], stay=stay
        )


class ReEnrolForm(forms.Form):
    """Her-aanmelden: from when, under which contract, with which reference (U13)."""

    first_day = DayField(
        label=_("Aanmelddatum"),
        help_text=_("De eerste dag van deelname."),
        error_messages={"required": _("Vul de eerste dag van deelname in.")},
    )
    reference = forms.CharField(label=_("Extern referentienummer"), required=False, max_length=40)
    contract = forms.ChoiceField(label=_("Contract"))

    def __init__(self, *args: Any, contracts: list[ContractView], profile: SegmentProfile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contract_choices(self.fields["contract"], contracts)
        only_typed(self, profile)

    def application(self) -> Application:
        data = self.cleaned_data
        reference = data.get("reference", "").strip()
        return Application(Kind.RE_ENROL, contract=data["contract"], first_day=data["first_day"], reference=reference)


class TransferForm(forms.Form):
    """Wissel contract (U10)."""

    to_contract = forms.ChoiceField(label=_("Nieuw contract"))
    first_day = DayField(
        label=_("Ingangsdatum"),
        help_text=_("De eerste dag onder het nieuwe contract; de dag ervoor is de laatste onder het huidige."),
        error_messages={"required": _("Vul de eerste dag onder het nieuwe contract in.")},
    )

    def __init__(self, *args: Any, contracts: list[ContractView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contract_choices(self.fields["to_contract"], contracts)

    def application(self, contract: str, stay: int) -> Application:
        data = self.cleaned_data
        return Application(
            Kind.TRANSFER, contract=contract, to_contract=data["to_contract"], first_day=data["first_day"], stay=stay
        )


class ReferenceForm(forms.Form):
    """Another external reference (U19)."""

    reference = forms.CharField(
        label=_("Extern referentienummer"),
        required=False,
        max_length=40,
        help_text=_("Bijvoorbeeld het personeelsnummer uit uw eigen administratie."),
    )

    def application(self) -> Application:
        return Application(Kind.CHANGE_REFERENCE, reference=self.cleaned_data["reference"].strip())


class WhoForm(forms.Form):
    """Who somebody is, to be asked of the BRP."""

    bsn = BsnField(
        label=_("Burgerservicenummer (BSN)"),
        help_text=_("Negen cijfers. We controleren het bij de BRP."),
        error_messages={"required": _("Vul het burgerservicenummer in.")},
    )
    initials = OpenField(
        label=_("Voorletters"), max_length=40, error_messages={"required": _("Vul de voorletters in.")}
    )
    name_prefix = OpenField(
        label=_("Voorvoegsel"), required=False, max_length=20, help_text=_("Niet verplicht: bijvoorbeeld van der.")
    )
    surname = OpenField(
        label=_("Achternaam"),
        max_length=200,
        help_text=_("Zoals op het paspoort of de ID-kaart."),
        error_messages={"required": _("Vul de achternaam in.")},
    )
    birth_date = BirthDateField(
        label=_("Geboortedatum"),
        help_text=_("Een onbekende dag of maand vult u in als 00."),
        error_messages={"required": _("Vul de geboortedatum in.")},
    )

    def ask_bsn_again(self) -> None:
        """Say at the field why it is empty, when something else was wrong: it was filled in well."""
        if "bsn" not in self.errors:
            self.add_error(
                "bsn", _("Vul het burgerservicenummer opnieuw in: om veiligheidsredenen sturen we het niet terug.")
            )


class AddressForm(forms.Form):
    """A home address, of which nothing must be filled in (U20)."""

    country = OpenField(label=_("Land"), required=False, max_length=60)
    street = OpenField(label=_("Straat"), required=False, max_length=120)
    house_number = OpenField(label=_("Huisnummer"), required=False, max_length=20)
    postcode = OpenField(label=_("Postcode"), required=False, max_length=16)
    city = OpenField(label=_("Woonplaats"), required=False, max_length=80)

    @property
    def address_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ADDRESS if name in self.fields]


class NewParticipantForm(WhoForm, AddressForm):
    """Nieuwe deelnemer, one by one (U18-U20)."""

    contract = forms.ChoiceField(label=_("Contract"))
    first_day = DayField(
        label=_("Ingangsdatum"),
        help_text=_("De eerste dag van deelname."),
        error_messages={"required": _("Vul de eerste dag van deelname in.")},
    )
    reference = forms.CharField(
        label=_("Extern referentienummer"),
        required=False,
        max_length=40,
        help_text=_("Niet verplicht: bijvoorbeeld het personeelsnummer uit uw eigen administratie."),
    )

    field_order = (
        "contract", "first_day", "bsn", "initials", "name_prefix", "surname", "birth_date", "reference", *ADDRESS,
    )  # fmt: skip

    def __init__(self, *args: Any, contracts: list[ContractView], profile: SegmentProfile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contract_choices(self.fields["contract"], contracts)
        only_typed(self, profile)
        if Field.BSN not in profile.fields.shown:
            self.fields["bsn"].help_text = _(
                "Negen cijfers. We controleren het bij de BRP en tonen het daarna niet meer."
            )

    def clean(self) -> None:
        data = self.cleaned_data
        # A reference may well pass the eleven-test: only the person's own number is surely in the wrong place.
        if data.get("bsn") and as_bsn(data.get("reference", "")) == data["bsn"]:
            refuse_own_bsn(self)

    def application(self) -> Application:
        data = self.cleaned_data
        first_day: date = data["first_day"]
        return Application(
            Kind.ENROL,
            contract=data["contract"],
            name=PersonName.typed(data["initials"], data["name_prefix"], data["surname"]),
            birth_date=data["birth_date"],
            first_day=first_day,
            reference=data.get("reference", "").strip(),
            address={name: data[name].strip() for name in ADDRESS if data.get(name, "").strip()},
        )
