"""The shape of what is typed of a household; whether it can be done is judged further on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from collectief.contracts.queries import ContractView
from collectief.enrolment.facts import Place
from collectief.policies.choosing import monthly
from collectief.policies.queries import OfferView
from collectief.policies.rules import ProductKind
from collectief.segments.profile import SegmentProfile

from ..participants.forms import ADDRESS, AddressForm, DayField, WhoForm, contract_choices, only_typed
from .draft import Draft, Person

# One choice for each kind of product, in this order.
KINDS = (ProductKind.BASIC, ProductKind.SUPPLEMENTARY, ProductKind.DENTAL)


class PersonForm(WhoForm):
    """Somebody of the household. A BSN that was filled in before stays when none is typed: it is never sent back."""

    def __init__(self, *args: Any, before: Person | None = None, **kwargs: Any) -> None:
        self._before = before
        if before is not None:
            kwargs["initial"] = {
                "initials": before.initials, "name_prefix": before.prefix, "surname": before.surname,
                "birth_date": before.birth_date.dutch,
            } | kwargs.get("initial", {})  # fmt: skip
        super().__init__(*args, **kwargs)
        if before is not None:
            self.fields["bsn"].required = False
            self.fields["bsn"].help_text = _("Al ingevuld. Laat dit leeg als het zo blijft.")

    def person(self, place: Place) -> Person:
        """Who was typed; what they chose to be insured with stays."""
        data, before = self.cleaned_data, self._before
        bsn = data["bsn"].digits if data["bsn"] else before.bsn if before else ""
        products = list(before.products) if before else []
        return Person(
            str(place), bsn, data["initials"], data["name_prefix"], data["surname"], str(data["birth_date"]), products
        )

    def ask_bsn_again(self) -> None:
        if self._before is None:
            super().ask_bsn_again()


class ClientForm(PersonForm, AddressForm):
    """The client, with what holds for the whole household: contract, first day, address."""

    contract = forms.ChoiceField(label=_("Contract"))
    first_day = DayField(
        label=_("Ingangsdatum"),
        help_text=_("De eerste dag van deelname, voor het hele gezin."),
        error_messages={"required": _("Vul de eerste dag van deelname in.")},
    )

    field_order = ("contract", "first_day", "bsn", "initials", "name_prefix", "surname", "birth_date", *ADDRESS)

    def __init__(
        self, *args: Any, contracts: list[ContractView], profile: SegmentProfile, draft: Draft | None = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        if draft is not None:
            first_day = "-".join(reversed(draft.first_day.split("-")))
            kwargs["initial"] = {"contract": draft.contract, "first_day": first_day} | draft.address
        super().__init__(*args, before=draft.people[0] if draft else None, **kwargs)
        contract_choices(self.fields["contract"], contracts)
        only_typed(self, profile)

    @property
    def person_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in ADDRESS]

    def address(self) -> dict[str, str]:
        """What was filled in of it."""
        return {name: text for name in ADDRESS if (text := self.cleaned_data.get(name, "").strip())}


class JoinForm(forms.Form):
    """From when relatives of a client take part (G07)."""

    first_day = DayField(
        label=_("Ingangsdatum"),
        help_text=_("De eerste dag van deelname, voor iedereen die u bijschrijft."),
        error_messages={"required": _("Vul de eerste dag van deelname in.")},
    )


class InsuranceForm(forms.Form):
    """Who is insured with what, and how that is paid (G06)."""

    payment = forms.ChoiceField(
        label=_("Betalingswijze"), required=False, help_text=_("Voor iedereen die u hier verzekert.")
    )

    def __init__(
        self, *args: Any, draft: Draft, offers: Sequence[OfferView], profile: SegmentProfile, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._draft, self._offers = draft, {str(one.product.id): one for one in offers}
        payment: Any = self.fields["payment"]
        payment.initial = draft.payment
        payment.choices = [
            ("", _("Kies een betalingswijze")),
            *((way.code, way.called(get_language())) for way in profile.payment_ways),
        ]
        self.rows: list[tuple[Person, list[str]]] = []
        for number, person in enumerate(draft.people):
            self.rows.append((person, [self._add(number, person, kind) for kind in KINDS if self._of(kind)]))

    def _of(self, kind: ProductKind) -> list[OfferView]:
        return [one for one in self._offers.values() if one.product.kind == kind]

    def _add(self, number: int, person: Person, kind: ProductKind) -> str:
        """A choice for one person of one kind of product; its name."""
        labels = {
            ProductKind.BASIC: (_("Verzekering"), _("Alleen collectiviteit, elders verzekerd")),
            ProductKind.SUPPLEMENTARY: (_("Aanvullende verzekering"), _("Geen")),
            ProductKind.DENTAL: (_("Tandartsverzekering"), _("Geen")),
        }
        label, none = labels[kind]
        offers = self._of(kind)
        choices = [("", none), *((str(one.product.id), self._label(one, person)) for one in offers)]
        name = f"{kind}_{number}"
        chosen = next((str(one.product.id) for one in offers if one.product.id in person.products), "")
        self.fields[name] = forms.ChoiceField(label=label, required=False, choices=choices, initial=chosen)
        return name

    def _label(self, one: OfferView, person: Person) -> str:
        price = monthly([one], person.birth_date, self._draft.day)
        if price is None:
            return one.product.name
        return str(_("{product}, {price} per maand")).format(product=one.product.name, price=price.dutch)

    @property
    def groups(self) -> list[tuple[Person, list[forms.BoundField]]]:
        """The choices of each person."""
        return [(person, [self[name] for name in names]) for person, names in self.rows]

    def choose(self) -> None:
        """Put what was chosen in the draft."""
        for person, names in self.rows:
            person.products = [int(self.cleaned_data[name]) for name in names if self.cleaned_data[name]]
        self._draft.payment = self.cleaned_data["payment"]
