"""What a product costs and what a contract takes off it: judged on entry, so that every month has one answer (K02)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from msgspec import Struct

from collectief.foundation.money import NOTHING, Money

# Nobody is older, and no table says so.
OLDEST = 150
# The amounts somebody may add to the deductible of the basic insurance of their own accord (art. 20 Zvw), in euro.
VOLUNTARY_DEDUCTIBLES = (100, 200, 300, 400, 500)
# Art. 16 Zvw: premium is due from the first of the month after this birthday.
ADULT = 18
# A whole premium, in hundredths of a percent.
WHOLE = 10_000


class ProductKind(StrEnum):
    """What a product insures; a person has one of the first two kinds each, and one of the last."""

    BASIC = "basic"
    SUPPLEMENTARY = "supplementary"
    DENTAL = "dental"


class State(StrEnum):
    """What became of terms that somebody entered: a colleague agrees before they count (four eyes, K02)."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    REFUSED = "refused"


class TermsRefused(ValueError):
    """Terms that cannot be entered so. `code` is turned into words by whoever asked; `params` names the line or day."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


class Band(Struct, frozen=True, order=True):
    """A premium for the ages `from_age` up to and including `last_age` (None: and over), per whole month."""

    from_age: int
    last_age: int | None
    monthly: Money

    @property
    def oldest(self) -> int:
        """The last age inside, also where it is left open."""
        return OLDEST if self.last_age is None else self.last_age


class Tariff(Struct, frozen=True):
    """What a product costs from `first_day` on, until its next tariff begins.

    `bands` cover every age once, in order. `voluntary` is what each voluntary deductible, in euro, takes off the
    monthly premium; empty for what has no deductible.
    """

    first_day: date
    bands: tuple[Band, ...]
    voluntary: tuple[tuple[int, Money], ...] = ()

    def monthly(self, age: int) -> Money:
        """The premium of a whole month at this age."""
        return next(band.monthly for band in self.bands if age <= band.oldest)

    def offers(self, voluntary: int) -> bool:
        return voluntary in dict(self.voluntary)

    def taken_off(self, voluntary: int) -> Money:
        """What this voluntary deductible takes off a month: nothing where there is none, or it is not offered."""
        return dict(self.voluntary).get(voluntary, NOTHING)


class DiscountCap(Struct, frozen=True, order=True):
    """How much collective discount the law allows on a kind of product from a day on, in hundredths of a percent."""

    first_day: date
    most: int


# Art. 18 Zvw: at most 10%, 5% from 2020 on, and none since 2023. The law says nothing of supplementary insurance.
BASIC_CAPS = (
    DiscountCap(date(2006, 1, 1), 1_000),
    DiscountCap(date(2020, 1, 1), 500),
    DiscountCap(date(2023, 1, 1), 0),
)


def caps(kind: ProductKind) -> tuple[DiscountCap, ...]:
    """What the law allows on this kind of product, in order; empty where it says nothing."""
    return BASIC_CAPS if kind == ProductKind.BASIC else ()


def cap(kind: ProductKind, day: date) -> int:
    """The highest collective discount that may be given on this day, in hundredths of a percent."""
    known = caps(kind)
    return next((one.most for one in reversed(known) if one.first_day <= day), 0) if known else WHOLE


class LabelCode(Struct, frozen=True, order=True):
    """The UZOVI code of a label from a day on, until its next: by it others in care know who insures somebody."""

    first_day: date
    uzovi: str


def judge_label_code(code: LabelCode, known: Sequence[LabelCode], *, today: date) -> None:
    """Whether a label gets this code. Raises TermsRefused: uzovi_digits, uzovi_later (`first_day` is from when
    another holds), since what held once stays as it was.
    """
    if not (code.uzovi.isascii() and code.uzovi.isdigit() and len(code.uzovi) == 4):
        raise TermsRefused("uzovi_digits")
    begun = max((one.first_day for one in known if one.first_day <= today), default=None)
    if begun is not None and code.first_day <= begun:
        raise TermsRefused("uzovi_later", first_day=begun)


def judge_bands(bands: Sequence[Band]) -> tuple[Band, ...]:
    """The bands in order of age. Raises TermsRefused: no_bands, band_backwards, band_overlap, band_gap, below_zero.

    `age` in the refusal is the first age that two lines or none have a premium for.
    """
    if not bands:
        raise TermsRefused("no_bands")
    ordered = tuple(sorted(bands, key=lambda band: band.from_age))
    expected: int | None = 0
    for band in ordered:
        if band.oldest < band.from_age:
            raise TermsRefused("band_backwards", age=band.from_age)
        if expected is None or band.from_age < expected:
            raise TermsRefused("band_overlap", age=band.from_age)
        if band.from_age > expected:
            raise TermsRefused("band_gap", age=expected)
        if band.monthly < NOTHING:
            raise TermsRefused("below_zero", age=band.from_age)
        expected = None if band.last_age is None else band.last_age + 1
    if expected is not None:
        raise TermsRefused("band_gap", age=expected)
    return ordered


def judge_tariff(kind: ProductKind, tariff: Tariff, others: Sequence[date], today: date) -> Tariff:
    """A tariff that may be proposed beside those that begin on `others`.

    What was billed is not changed behind anybody's back: it begins on a first of a month that is yet to come. Raises
    TermsRefused: those of `judge_prices`, not_first_of_month, begins_in_the_past, begins_already.
    """
    _judge_first_day(tariff.first_day, others, today)
    return judge_prices(kind, tariff)


def judge_prices(kind: ProductKind, tariff: Tariff) -> Tariff:
    """A tariff in order, whose prices can be. Raises TermsRefused: those of `judge_bands`, no_voluntary,
    voluntary_unknown, voluntary_too_much, minor_pays.
    """
    judged = Tariff(tariff.first_day, judge_bands(tariff.bands), tuple(sorted(tariff.voluntary)))
    if kind != ProductKind.BASIC:
        if judged.voluntary:
            raise TermsRefused("no_voluntary")
        return judged
    _judge_basic(judged)
    return judged


def _judge_first_day(first_day: date, others: Sequence[date], today: date) -> None:
    """Terms begin on a first of a month that is yet to come, and once a day. Raises TermsRefused."""
    if first_day.day != 1:
        raise TermsRefused("not_first_of_month")
    if first_day <= today:
        raise TermsRefused("begins_in_the_past")
    if first_day in others:
        raise TermsRefused("begins_already", first_day=first_day)


def _judge_basic(tariff: Tariff) -> None:
    # Art. 16 Zvw: no premium for who is not eighteen yet; and with a deductible nobody is paid for being insured.
    if any(band.monthly for band in tariff.bands if band.from_age < ADULT):
        raise TermsRefused("minor_pays", age=ADULT)
    lowest = min((band.monthly for band in tariff.bands if band.oldest >= ADULT), default=NOTHING)
    for amount, off in tariff.voluntary:
        if amount not in VOLUNTARY_DEDUCTIBLES:
            raise TermsRefused("voluntary_unknown", amount=amount)
        if off < NOTHING or off > lowest:
            raise TermsRefused("voluntary_too_much", amount=amount)


def judge_discount(kind: ProductKind, first_day: date, hundredths: int) -> None:
    """Whether a contract may give this discount from this day on. Raises TermsRefused: discount_negative,
    discount_too_high.
    """
    if hundredths < 0:
        raise TermsRefused("discount_negative")
    if hundredths > cap(kind, first_day):
        raise TermsRefused("discount_too_high", most=cap(kind, first_day))


def judge_offer(
    first_day: date, others: Sequence[date], today: date, *, begins: date, priced: bool, stops: bool = False
) -> None:
    """Whether a contract that itself `begins` some day may offer a product from a day on, or no longer.

    `others` are the days from which something was agreed or proposed already; `priced`: a tariff holds on that day.
    Raises TermsRefused: not_first_of_month, begins_in_the_past, begins_already, before_contract, not_in_contract,
    no_tariff.
    """
    _judge_first_day(first_day, others, today)
    if first_day < begins:
        raise TermsRefused("before_contract", first_day=begins)
    if stops and not any(day < first_day for day in others):
        raise TermsRefused("not_in_contract")
    if not priced:
        raise TermsRefused("no_tariff")
