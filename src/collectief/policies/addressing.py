"""To whom and where a letter about an insurance goes, and from which portal (U11, G06)."""

from __future__ import annotations

from collectief.brands.brand import Brand
from collectief.brands.catalogue import all_brands
from collectief.contracts.models import Organisation
from collectief.foundation.names import PersonName


def portal_of(customer: Organisation) -> Brand | None:
    """The portal whose letters an organisation gets: the first that serves its kind of customer at its insurer."""
    served = (one for one in all_brands() if one.insurer == customer.insurer.slug)
    return next((one for one in served if customer.segment in one.segments), None)


def home_lines(
    name: PersonName, street: str, house_number: str, postcode: str, city: str, country: str
) -> tuple[str, ...]:
    """The lines of an envelope to somebody at home; none for an address with a hole in it."""
    if not (street and city):
        return ()
    lines = (str(name), f"{street} {house_number}".strip(), f"{postcode}  {city.upper()}".strip())
    return (*lines, country) if country and country not in ("NL", "Nederland") else lines
