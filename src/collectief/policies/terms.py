"""Between the tables and the values of the rules: a tariff as it is kept, and as it is calculated with."""

from __future__ import annotations

from typing import Any

from collectief.foundation.money import Money

from .models import ProductTariff
from .rules import Band, Tariff


def kept(tariff: Tariff) -> dict[str, Any]:
    """The columns of a tariff."""
    return {
        "first_day": tariff.first_day,
        "bands": [[band.from_age, band.last_age, band.monthly.cents] for band in tariff.bands],
        "voluntary": [[amount, off.cents] for amount, off in tariff.voluntary],
    }


def tariff_of(row: ProductTariff) -> Tariff:
    """The tariff that these columns are."""
    return Tariff(
        row.first_day,
        tuple(Band(young, last, Money(cents)) for young, last, cents in row.bands),
        tuple((amount, Money(cents)) for amount, cents in row.voluntary),
    )
