"""Who at the insurer looks after which customers: the accountmanager whom they find on their page Contact (U31, K02).

There is no money in it: one employee keeps them. Who is given to a customer stands in the customer's trail too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from collectief.access.for_customers import insurer_by
from collectief.audit import actions as audit
from collectief.contracts.models import Organisation, RelationshipManager
from collectief.scope.database import office
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from .queries import NoCustomer, NoManager, own_customers, own_managers
from .rules import CustomerRefused


@dataclass(frozen=True, slots=True)
class Reached:
    """How customers reach somebody who looks after them; `phone` as E.164, or empty."""

    name: str
    phone: str
    email: str


@transaction.atomic
def add_manager(scope: Scope, reached: Reached) -> int:
    """Somebody who can look after customers from now on; the number. Raises NotAllowed, CustomerRefused."""
    scope.require(Permission.MAINTAIN_CUSTOMERS)
    row = RelationshipManager(insurer_id=scope.insurer_id)
    _keep(scope, row, reached)
    audit.record(scope, "relationship_manager.add", objects={"relationship_manager": [row.id]})
    return row.id


@transaction.atomic
def change_manager(scope: Scope, manager_id: int, reached: Reached) -> None:
    """Reached otherwise, by all of their customers at once. Raises NotAllowed, NoManager, CustomerRefused."""
    scope.require(Permission.MAINTAIN_CUSTOMERS)
    with office(scope.insurer_id):
        row = _manager(scope, manager_id)
    _keep(scope, row, reached)
    audit.record(scope, "relationship_manager.change", objects={"relationship_manager": [row.id]})


@transaction.atomic
def remove_manager(scope: Scope, manager_id: int, successor_id: int | None) -> int:
    """Looks after nobody any more; their customers are the successor's, or nobody's when it is None. How many.

    Raises NotAllowed, NoManager, also for a successor who is none or who leaves.
    """
    scope.require(Permission.MAINTAIN_CUSTOMERS)
    if successor_id == manager_id:
        raise NoManager(successor_id)
    with office(scope.insurer_id):
        leaving = _manager(scope, manager_id)
        successor = None if successor_id is None else _manager(scope, successor_id)
        theirs = Organisation.objects.select_for_update().filter(relationship_manager=leaving)
        customers = sorted(theirs.values_list("id", flat=True))
        Organisation.objects.filter(id__in=customers).update(relationship_manager=successor)
        leaving.delete()
    objects = {"relationship_manager": [manager_id], "organisation": customers}
    audit.record(scope, "relationship_manager.remove", objects=objects)
    _tell(scope, customers)
    return len(customers)


@transaction.atomic
def give_manager(scope: Scope, organisation_id: int, manager_id: int | None) -> None:
    """This one looks after the organisation from now on; None: nobody. Raises NotAllowed, NoCustomer, NoManager."""
    scope.require(Permission.MAINTAIN_CUSTOMERS)
    with office(scope.insurer_id):
        given = None if manager_id is None else _manager(scope, manager_id)
        row = own_customers(scope.insurer_id).select_for_update().filter(id=organisation_id).first()
        if row is None:
            raise NoCustomer(organisation_id)
        if row.relationship_manager_id == manager_id:
            return
        row.relationship_manager = given
        row.save(update_fields=["relationship_manager"])
    audit.record(scope, "customer.give_relationship_manager", objects={"organisation": [row.id]})
    _tell(scope, [row.id])


def _manager(scope: Scope, manager_id: int) -> RelationshipManager:
    """Held, so that nobody removes them meanwhile. Must run inside `office`. Raises NoManager."""
    row = own_managers(scope.insurer_id).select_for_update().filter(id=manager_id).first()
    if row is None:
        raise NoManager(manager_id)
    return row


def _keep(scope: Scope, row: RelationshipManager, reached: Reached) -> None:
    """Raises CustomerRefused where another has the same e-mail address: two rows of one person come apart."""
    row.name, row.phone, row.email = reached.name, reached.phone, reached.email.lower()
    with office(scope.insurer_id):
        try:
            with transaction.atomic():
                row.save(update_fields=["name", "phone", "email"] if row.pk else None)
        except IntegrityError:
            known = True
        else:
            known = False
    if known:
        raise CustomerRefused("manager_known", email=row.email)


def _tell(scope: Scope, organisation_ids: Iterable[int]) -> None:
    """In the trail of each customer: the insurer did it."""
    with office(scope.insurer_id):
        for organisation_id in organisation_ids:
            audit.record_by_insurer(insurer_by(scope), organisation_id, "customer.give_relationship_manager")
