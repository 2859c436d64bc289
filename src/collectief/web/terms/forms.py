"""The shape of terms as staff type them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collectief.foundation.money import Money
from collectief.policies.queries import ProductView
from collectief.policies.rules import OLDEST, VOLUNTARY_DEDUCTIBLES, Band, ProductKind, Tariff

from ..participants.forms import DayField
from .words import KINDS

# How many age bands a table can have: more than any insurer uses.
BANDS = 8
_PERCENT = re.compile(r"(\d{1,3})(?:,(\d{1,2}))?\s?%?")


class MoneyField(forms.CharField):
    """An amount in euro."""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off", "size": "10"}
        super().__init__(widget=forms.TextInput(attrs=attributes), max_length=16, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return Money.parse(text)
        except ValueError:
            raise forms.ValidationError(_("Vul een bedrag in als 1234,56."), code="invalid") from None


class PercentField(forms.CharField):
    """A percentage as people write it, kept in hundredths."""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"inputmode": "decimal", "autocomplete": "off"}
        super().__init__(widget=forms.TextInput(attrs=attributes), max_length=8, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return 0
        match = _PERCENT.fullmatch(text.strip())
        if match is None or not text.isascii():
            raise forms.ValidationError(_("Vul een percentage in als 7,5."), code="invalid")
        return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))


class ProductForm(forms.Form):
    """Nieuw product."""

    name = forms.CharField(
        label=gettext_lazy("Naam"), max_length=80, error_messages={"required": gettext_lazy("Vul de naam in.")}
    )
    code = forms.RegexField(
        r"^[A-Za-z0-9-]{1,20}$", label=gettext_lazy("Code"), max_length=20,
        help_text=gettext_lazy("Zoals het product in de eigen administratie heet: letters, cijfers en streepjes."),
        error_messages={
            "required": gettext_lazy("Vul de code in."),
            "invalid": gettext_lazy("Gebruik alleen letters, cijfers en streepjes."),
        },
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=gettext_lazy("Soort"), choices=[("", ""), *((str(kind), label) for kind, label in KINDS.items())],
        error_messages={"required": gettext_lazy("Kies de soort.")},
    )  # fmt: skip
    label = forms.CharField(
        label=gettext_lazy("Risicodrager"), max_length=80,
        error_messages={"required": gettext_lazy("Vul in wie het risico draagt.")},
    )  # fmt: skip


def _age(label: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=OLDEST,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": "4"}),
        error_messages={"invalid": _("Vul een leeftijd in hele jaren in.")},
    )  # fmt: skip


class TariffForm(forms.Form):
    """Nieuwe premie: from when, for which ages, and what a voluntary deductible takes off."""

    first_day = DayField(
        label=gettext_lazy("Gaat in op"), help_text=gettext_lazy("De eerste van een maand die nog moet komen."),
        error_messages={"required": gettext_lazy("Vul de ingangsdatum in.")},
    )  # fmt: skip

    def __init__(self, *args: Any, product: ProductView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for row in range(BANDS):
            for name, label in self._columns(row):
                self.fields[name] = MoneyField(label=label, required=False) if "monthly" in name else _age(label)
        self.deductibles = VOLUNTARY_DEDUCTIBLES if product.kind == ProductKind.BASIC else ()
        for amount in self.deductibles:
            label = _("Vrijwillig eigen risico € {amount}: korting per maand").format(amount=amount)
            self.fields[f"off_{amount}"] = MoneyField(label=label, required=False)

    @staticmethod
    def _columns(row: int) -> list[tuple[str, str]]:
        which = row + 1
        return [
            (f"young_{row}", _("Regel {row}: leeftijd vanaf").format(row=which)),
            (f"old_{row}", _("Regel {row}: leeftijd t/m").format(row=which)),
            (f"monthly_{row}", _("Regel {row}: premie per maand").format(row=which)),
        ]

    @property
    def rows(self) -> list[list[forms.BoundField]]:
        """The table of ages, for the page."""
        return [[self[name] for name, _label in self._columns(row)] for row in range(BANDS)]

    @property
    def off(self) -> list[forms.BoundField]:
        """The voluntary deductibles, for the page."""
        return [self[f"off_{amount}"] for amount in self.deductibles]

    def clean(self) -> dict[str, Any]:
        """A row is whole or empty; the last age may be left open."""
        for row in range(BANDS):
            young, old, monthly = (self.cleaned_data.get(name) for name, _label in self._columns(row))
            if (young is None) == (monthly is None) and not (young is None and old is not None):
                continue
            for name, value in ((f"young_{row}", young), (f"monthly_{row}", monthly)):
                if value is None and name not in self.errors:
                    self.add_error(name, _("Vul ook dit in, of laat de hele regel leeg."))
        return self.cleaned_data

    @property
    def tariff(self) -> Tariff:
        """What was typed; after `is_valid`."""
        data = self.cleaned_data
        bands = [
            Band(data[f"young_{row}"], data[f"old_{row}"], data[f"monthly_{row}"])
            for row in range(BANDS)
            if data[f"young_{row}"] is not None
        ]
        off = [(amount, data[f"off_{amount}"]) for amount in self.deductibles if data[f"off_{amount}"] is not None]
        return Tariff(data["first_day"], tuple(bands), tuple(off))


def as_typed(tariff: Tariff | None) -> dict[str, Any]:
    """What the form begins with: the premiums of now, to be changed."""
    if tariff is None:
        return {"young_0": 0, "old_0": 17, "monthly_0": "0,00", "young_1": 18}
    typed: dict[str, Any] = {}
    for row, band in enumerate(tariff.bands):
        typed |= {f"young_{row}": band.from_age, f"old_{row}": band.last_age, f"monthly_{row}": _typed(band.monthly)}
    return typed | {f"off_{amount}": _typed(off) for amount, off in tariff.voluntary}


def _typed(amount: Money) -> str:
    return amount.dutch.partition("\u00a0")[2]


class ContractForm(forms.Form):
    """Which contract."""

    nummer = forms.CharField(
        label=gettext_lazy("Contractnummer"), max_length=20,
        error_messages={"required": gettext_lazy("Vul het contractnummer in.")},
    )  # fmt: skip

    def clean_nummer(self) -> str:
        return re.sub(r"[\s.]", "", self.cleaned_data["nummer"])


class OfferForm(forms.Form):
    """Product in een contract: from when, with which discount, or no longer."""

    product = forms.ChoiceField(
        label=gettext_lazy("Product"), error_messages={"required": gettext_lazy("Kies een product.")}
    )
    first_day = DayField(
        label=gettext_lazy("Gaat in op"), help_text=gettext_lazy("De eerste van een maand die nog moet komen."),
        error_messages={"required": gettext_lazy("Vul de ingangsdatum in.")},
    )  # fmt: skip
    discount = PercentField(
        label=gettext_lazy("Collectiviteitskorting (%)"), required=False,
        help_text=gettext_lazy("Laat leeg als er geen korting is."),
    )  # fmt: skip
    stops = forms.BooleanField(
        label=gettext_lazy("Dit product is vanaf die dag niet meer in het contract"), required=False
    )

    def __init__(self, *args: Any, products: Sequence[ProductView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["product"]
        field.choices = [("", ""), *((str(one.id), f"{one.name} ({one.code})") for one in products)]
