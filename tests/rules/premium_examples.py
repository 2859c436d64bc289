"""What an insurance costs in a month, worked out by hand from the tariffs below: the lines of premium_examples.csv.

`born` has 00 for what is not known, `last_day` is inclusive and empty for none, `discounted` says whether the contract
gives its discounts, `premium` is in euro.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from collectief.foundation.money import Money
from collectief.policies.premium import Discount
from collectief.policies.rules import Band, ProductKind, Tariff


def _tariff(first_day: str, *bands: tuple[int, int | None, str], voluntary: dict[int, str] | None = None) -> Tariff:
    return Tariff(
        date.fromisoformat(first_day),
        tuple(Band(young, old, Money.parse(monthly)) for young, old, monthly in bands),
        tuple((amount, Money.parse(off)) for amount, off in (voluntary or {}).items()),
    )


def _adults(first_day: str, monthly: str, voluntary: dict[int, str] | None = None) -> Tariff:
    return _tariff(first_day, (0, 17, "0"), (18, None, monthly), voluntary=voluntary)


def _ages(first_day: str, young: str, middle: str, old: str) -> Tariff:
    return _tariff(first_day, (0, 17, "0"), (18, 29, young), (30, 54, middle), (55, None, old))


FILE = Path(__file__).with_suffix(".csv")
KINDS = {"basis": ProductKind.BASIC, "aanvullend": ProductKind.SUPPLEMENTARY, "tand": ProductKind.DENTAL}
TARIFFS = {
    "basis": (
        _adults("2019-01-01", "120", {500: "20"}),
        _adults("2022-01-01", "130", {500: "20"}),
        _adults("2023-01-01", "140", {500: "21"}),
        _adults("2026-01-01", "159,95", {100: "4", 200: "8", 300: "12", 400: "16", 500: "22,50"}),
        _adults("2027-01-01", "165,50", {100: "4", 500: "23"}),
    ),
    "aanvullend": (_ages("2019-01-01", "10", "15,25", "19,75"), _ages("2026-07-01", "10,50", "16", "21,15")),
    "tand": (_adults("2019-01-01", "12,95"),),
}
DISCOUNTS = {
    "basis": (Discount(date(2019, 1, 1), 1000), Discount(date(2020, 1, 1), 500)),
    "aanvullend": (Discount(date(2019, 1, 1), 1000), Discount(date(2026, 1, 1), 750)),
    "tand": (),
}


@dataclass(frozen=True)
class Example:
    """A line of the file."""

    why: str
    products: str
    born: str
    first_day: str
    last_day: str
    voluntary: str
    month: str
    discounted: str
    premium: str


def examples() -> list[Example]:
    with FILE.open(newline="") as lines:
        return [Example(**row) for row in csv.DictReader(lines, delimiter=";")]
