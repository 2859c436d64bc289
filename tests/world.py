"""People and organisations for tests, made through the same doors as in life."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from collectief.access.models import Account, Mandate, MandatePerson, Membership
from collectief.access.queries import scope_again
from collectief.brands.catalogue import all_brands
from collectief.brands.catalogue import brand as brand_of
from collectief.contracts.models import GroupContract, Insurer, Organisation
from collectief.enrolment.facts import Application, Kind
from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.gateways.brp.port import LookUp, RegisteredPerson
from collectief.mutations.corridor import Moment, Request, Subject
from collectief.participants import register
from collectief.participants.keys import bsn_keys
from collectief.scope.database import office, opened
from collectief.scope.scope import Scope

_numbers = iter(range(10_000_000, 99_999_999))


@dataclass(frozen=True)
class Agency:
    """A staffing agency, its contracts and one scope to work in."""

    organisation: Organisation
    contracts: list[GroupContract]
    scope: Scope


def agency(
    *,
    name: str = "Uitzendbureau De Brug B.V.",
    contracts: int = 2,
    roles: Sequence[str] = ("administrative",),
    brand: str = "",
    segment: str = "staffing_agency",
    kvk: str | None = None,
) -> Agency:
    """An organisation with contracts from 2020 on and one account with `roles`."""
    brand = brand or portal_of(segment)
    insurer_slug = brand_of(brand).insurer
    kvk = kvk or str(next(_numbers))
    with office():
        insurer, _ = Insurer.objects.get_or_create(slug=insurer_slug, defaults={"name": insurer_slug})
        organisation = Organisation.objects.create(insurer=insurer, name=name, kvk=kvk, segment=segment)
        made = [
            GroupContract.objects.create(
                insurer=insurer, organisation=organisation, number=f"{kvk}{n}", name=f"Vestiging {n}",
                first_day=date(2020, 1, 1),
            )
            for n in range(1, contracts + 1)
        ]  # fmt: skip
    return Agency(organisation, made, member_of(organisation, roles=roles, brand=brand))


def portal_of(segment: str) -> str:
    """A portal that serves a segment; mijnzz where it does."""
    return min((one.slug for one in all_brands() if segment in one.segments), key=lambda slug: slug != "mijnzz")


def member_of(
    organisation: Organisation,
    *,
    roles: Sequence[str],
    brand: str = "",
    name: str = "Anna",
    contracts: Sequence[GroupContract] | None = None,
) -> Scope:
    """The scope of a new account with these roles, in these contracts; None is all of them."""
    brand = brand or portal_of(organisation.segment)
    number = next(_numbers)
    with office():
        account = Account.objects.create(
            insurer=organisation.insurer, email=f"{name.lower()}{number}@example.nl", name=name
        )
        Membership.objects.create(
            account=account, organisation=organisation, acting_subject=f"subject-{number}", roles=list(roles),
            contracts=None if contracts is None else [contract.id for contract in contracts],
        )  # fmt: skip
    return scope_again(account.id, organisation.id, brand, channel="form")


def mandated_to(
    principal: Organisation, kvk: str, *, name: str = "Zuid", roles: Sequence[str] = ("administrative",)
) -> int:
    """A mandate to whoever has this number; its number."""
    with office():
        return Mandate.objects.create(
            insurer_id=principal.insurer_id, principal=principal, kvk=kvk, name=name, roles=list(roles),
            first_day=date(2020, 1, 1), given_by="Bas",
        ).id  # fmt: skip


def mandated(
    principal: Agency,
    person: Scope,
    *,
    roles: Sequence[str] = ("administrative",),
    contracts: Sequence[GroupContract] | None = None,
    first_day: date = date(2020, 1, 1),
    end_day: date | None = None,
) -> int:
    """A mandate of `principal` to the organisation of `person`, under which they act; its number."""
    with office():
        home = Organisation.objects.get(id=person.organisation_id)
        mandate = Mandate.objects.create(
            insurer_id=principal.organisation.insurer_id, principal=principal.organisation, kvk=home.kvk,
            name=home.name, roles=list(roles), first_day=first_day, end_day=end_day, given_by="Bas",
            contracts=None if contracts is None else [contract.id for contract in contracts],
        )  # fmt: skip
        place = Membership.objects.get(account_id=person.account_id, organisation=home)
        MandatePerson.objects.create(mandate=mandate, membership=place, organisation_id=home.id, roles=list(roles))
    return mandate.id


def acting(principal: Agency, person: Scope, mandate_id: int, *, today: date | None = None) -> Scope:
    """The scope of `person` in the name of `principal`. Raises NoAccess."""
    # A savepoint: elsewhere the refusal ends a transaction of its own.
    with transaction.atomic():
        return scope_again(
            person.account_id, principal.organisation.id, person.brand, channel="form", mandate_id=mandate_id,
            today=today,
        )  # fmt: skip


BSNS = ["999990019", "999990020", "999990032", "999990044", "999990056"]


def valid_bsns(count: int, start: int = 900_000_000) -> list[Bsn]:
    """`count` BSNs that pass the eleven-test and stand for nobody."""
    found: list[Bsn] = []
    number = start
    while len(found) < count:
        with suppress(ValueError):
            found.append(Bsn.parse(str(number)))
        number += 1
    return found


@dataclass(frozen=True)
class Human:
    """Somebody to enrol."""

    bsn: Bsn
    name: PersonName = PersonName("A.J.", "", "Janse")
    birth_date: BirthDate = BirthDate(1980, 2, 1)
    sex: str = ""


def confirm(scope: Scope, humans: Sequence[Human], moment: Moment, *, deceased: bool = False) -> None:
    """Let the BRP have said that these people are who they say they are."""
    found = {h.bsn: RegisteredPerson(h.bsn, h.name, h.birth_date, deceased, h.sex) for h in humans}
    with opened(scope):
        said = register.answers(scope, LookUp(found, frozenset(), ()))
        register.keep(scope, said, now=moment.now)


def subject(scope: Scope, bsn: Bsn) -> Subject:
    return Subject(bsn_index=bsn_keys(scope).blind_index(bsn), bsn=bsn)


def enrol(scope: Scope, human: Human, contract: str, first_day: date, **more: object) -> Request:
    """A request to enrol `human`."""
    application = Application(
        Kind.ENROL, contract=contract, name=human.name, birth_date=human.birth_date, first_day=first_day, **more
    )  # type: ignore[arg-type]
    return Request(application, subject(scope, human.bsn))


def enrolled(agency: Agency, human: Human, moment: Moment, *, since: date | None = None, contract: int = 0) -> int:
    """Enrol somebody; the participant's id."""
    from collectief.mutations import actions

    confirm(agency.scope, [human], moment)
    first_day = since or moment.today - timedelta(days=100)
    with opened(agency.scope):
        [outcome] = actions.submit(
            agency.scope, [enrol(agency.scope, human, agency.contracts[contract].number, first_day)], moment
        )
    assert outcome.participant_id is not None, outcome.verdict
    return outcome.participant_id
