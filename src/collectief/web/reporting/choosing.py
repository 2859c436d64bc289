"""The contract that a page of figures or a list is of."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404

from collectief.contracts.queries import ContractView

from ..page import PortalRequest


def chosen_contract(request: PortalRequest, known: Sequence[ContractView]) -> ContractView | None:
    """The contract that is asked for, by its number; without one, the first. Raises Http404 for another's."""
    number = request.GET.get("contract", "")
    if not number:
        return known[0] if known else None
    found = next((one for one in known if one.number == number), None)
    if found is None:
        raise Http404
    return found
