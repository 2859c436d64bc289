"""On which days somebody may take part: within the contract, within what may still be changed, once (law 1)."""

from __future__ import annotations

from datetime import date

from collectief.foundation.period import Period
from collectief.mutations.verdicts import Refused

from .facts import Contract, Stay, Terms


def contract_on(number: str, day: date, terms: Terms) -> Contract | Refused:
    """The contract with this number, when it holds on that day."""
    if not number:
        return Refused("contract_missing")
    contract = terms.contracts.get(number)
    if contract is None:
        return Refused("contract_unknown", {"contract": number})
    if day not in contract.period:
        return Refused("contract_not_in_force", {"contract": number, "day": iso(day)})
    return contract


def outlasts(period: Period, contract: Contract) -> bool:
    """Whether somebody would take part in a contract on days on which it no longer holds (K02)."""
    end = contract.period.end_day
    return end is not None and (period.end_day is None or period.end_day > end)


def beyond(contract: Contract) -> Refused:
    """What is said of a stay that would outlast its contract."""
    assert contract.period.last_day is not None
    return Refused("beyond_contract", {"contract": contract.number, "last_day": iso(contract.period.last_day)})


def within(period: Period, contract: Contract) -> Period | Refused:
    """The days of a stay that ends with its contract, when it has no last day of its own."""
    if not outlasts(period, contract):
        return period
    return beyond(contract) if period.end_day else Period(period.first_day, contract.period.end_day)


def outside_window(what: str, day: date, terms: Terms) -> Refused | None:
    """Why `what`, a first or a last day, lies too far back or ahead (U18); None when it does not."""
    earliest, latest = terms.window
    if day < earliest:
        return Refused(f"{what}_too_early", {"earliest": iso(earliest)})
    if day > latest:
        return Refused(f"{what}_too_late", {"latest": iso(latest)})
    return None


def overlap(period: Period, stays: list[Stay]) -> Refused | None:
    """Why somebody with these stays cannot take part in these days too; None when they can."""
    for stay in stays:
        if stay.period.overlaps(period):
            if period.first_day in stay.period:
                return Refused("already_enrolled", {"first_day": iso(stay.period.first_day)})
            return Refused("enrolled_later", {"first_day": iso(stay.period.first_day)})
    return None


def iso(day: date) -> str:
    """A day as the parameters of a verdict have it; the locale writes it out."""
    return day.isoformat()
