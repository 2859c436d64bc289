"""Changing whom the insurer reaches about a contract, or about the organisation (U28)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from collectief.audit import actions as audit
from collectief.scope.scope import NotAllowed, Scope
from collectief.segments.profile import Capability, Permission

from .models import Contact
from .queries import ContactView, NoContract, contacts_of, contracts
from .rules import ContactKind

_OF_CONTRACT = {ContactKind.ADMINISTRATIVE, ContactKind.FINANCIAL}


@transaction.atomic
def change_contacts(
    scope: Scope, contract_id: int | None, wanted: Mapping[ContactKind, ContactView], *, now: datetime
) -> bool:
    """Write these contacts down; of the organisation itself when `contract_id` is None. Whether any was different.

    Must run inside `opened`. Raises NotAllowed, also for who works in some contracts and would change what is of all,
    and NoContract.
    """
    scope.require(Permission.SEE_CONTRACTS, Capability.EDIT_CONTACTS)
    if contract_id is None and scope.contracts is not None:
        raise NotAllowed(Permission.SEE_CONTRACTS)
    if contract_id is not None and contract_id not in {one.id for one in contracts(scope)}:
        raise NoContract(contract_id)
    changed = keep_contacts(
        scope.insurer_id, scope.organisation_id, contract_id, wanted, by=scope.account, now=now
    )  # fmt: skip
    if changed:
        objects = {} if contract_id is None else {"contract": [contract_id]}
        audit.record(scope, "contract.change_contact", objects=objects, detail={"kinds": changed})
    return bool(changed)


def keep_contacts(
    insurer_id: int,
    organisation_id: int,
    contract_id: int | None,
    wanted: Mapping[ContactKind, ContactView],
    *,
    by: str,
    now: datetime,
) -> list[str]:
    """Write down those that are different; their kinds, in order. Must run as the organisation or as staff."""
    assert set(wanted) <= (_OF_CONTRACT if contract_id is not None else {ContactKind.COMPANY})
    before = contacts_of(organisation_id)
    changed = [kind for kind, one in wanted.items() if before.get((contract_id, kind), ContactView()) != one]
    changes = {"changed_by": by, "changed_at": now}
    for kind in changed:
        Contact.objects.update_or_create(
            organisation_id=organisation_id, contract_id=contract_id, kind=kind,
            defaults={**asdict(wanted[kind]), **changes},
            create_defaults={"insurer_id": insurer_id, **asdict(wanted[kind]), **changes},
        )  # fmt: skip
    return sorted(map(str, changed))
