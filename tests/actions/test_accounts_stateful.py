"""Whatever is done with accounts, in whatever order and however late: nobody sees what is not theirs, and somebody can
always manage each organisation (U30, O16, U02, G13, X07)."""

from __future__ import annotations

from collections.abc import Iterable
from copy import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from collectief.access import colleagues, invitations, mandates, queries
from collectief.access.actions import admit
from collectief.access.mandates import NoMandate
from collectief.access.models import Invitation, Mandate, MandatePerson, Membership
from collectief.access.queries import NoAccess, NoColleague, scope_again
from collectief.access.rules import AccessRefused, Member, Standing, manages, within
from collectief.brands.catalogue import brand
from collectief.foundation.assurance import AssuranceLevel
from collectief.gateways.eherkenning.port import Identity, SignInRefused
from collectief.scope.database import managing_accounts, office, signing_in
from collectief.scope.scope import NotAllowed, Scope, UnderMandate
from collectief.segments.profile import Permission, Role
from tests.actions.linking_machine import named
from tests.actions.machine import run
from tests.world import Agency, agency

pytestmark = [
    pytest.mark.django_db, pytest.mark.feature("U30"), pytest.mark.feature("O16"), pytest.mark.feature("G13"),
    pytest.mark.feature("X07"),
]  # fmt: skip

MIJNZZ = brand("mijnzz")
roles = st.sets(st.sampled_from([Role.ADMINISTRATIVE, Role.FINANCIAL, Role.ACCOUNT_MANAGER]), max_size=3)
# Which contracts, by their number in an agency or in the other; None is all of them.
choices = st.none() | st.sets(st.integers(0, 3), max_size=3)


class Accounts(RuleBasedStateMachine):
    """Two agencies whose people invite, change and deactivate each other, and try it on the other agency too."""

    # Whoever ever came in, as the scope they had then: a browser tab that was left open.
    tabs = Bundle("tabs")
    # Ids of memberships, of either agency.
    places = Bundle("places")
    # Mandates: number, principal, roles and contracts.
    given = Bundle("given")
    # Links that were mailed, the old ones too.
    links = Bundle("links")

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = timezone.now()
        self.agencies = [agency(name=named(name), roles=("account_manager",)) for name in ("De Brug", "Otto Flex")]
        self.count = 0
        self.revoked: set[int] = set()
        # Ids of the organisations that stopped with the portal, where they can.
        self.left: set[int] = set()

    @initialize(target=tabs)
    def managers(self) -> object:
        return multiple(*(one.scope for one in self.agencies))

    @initialize(target=places)
    def their_places(self) -> object:
        return multiple(*(colleague.member.id for one in self.agencies for colleague in self._colleagues(one.scope)))

    @initialize(target=given)
    def mandates_both_ways(self) -> object:
        """Each agency acts for the other, one without an end, one for some days, and its manager does so."""
        first, second = self.agencies
        return multiple(self._a_mandate(first, second, None), self._a_mandate(second, first, 20))

    def _a_mandate(self, principal: Agency, other: Agency, lasts: int | None) -> object:
        today, wanted = timezone.localdate(self.now), frozenset({Role.ADMINISTRATIVE})
        number = mandates.give(
            principal.scope, kvk=other.organisation.kvk, name="Kantoor", roles=wanted, contracts=None,
            first_day=today, end_day=None if lasts is None else today + timedelta(days=lasts), today=today,
        )  # fmt: skip
        [place] = [c.member.id for c in self._colleagues(other.scope) if c.member.account_id == other.scope.account_id]
        mandates.assign(other.scope, number, {place: wanted}, today=today)
        return (number, principal.organisation.id, wanted, None)

    def _colleagues(self, scope: Scope) -> list[queries.Colleague]:
        return queries.colleagues(scope, now=self.now)

    def _all(self, organisation_id: int) -> list[queries.Colleague]:
        [whose] = [one for one in self.agencies if one.organisation.id == organisation_id]
        return self._colleagues(whose.scope)

    def _again(self, tab: Scope) -> Scope | None:
        """Who clicks in a tab gets the rights they have now, or none."""
        try:
            # A savepoint: elsewhere the refusal ends a transaction of its own.
            with transaction.atomic():
                return scope_again(
                    tab.account_id, tab.organisation_id, "mijnzz", channel="form", mandate_id=tab.mandate_id,
                    today=timezone.localdate(self.now),
                )  # fmt: skip
        except NoAccess:
            return None

    def _contracts(self, organisation_id: int, choice: set[int] | None) -> frozenset[int] | None:
        """The first two numbers are contracts of the organisation, the others of the other agency."""
        if choice is None:
            return None
        own, other = sorted(self.agencies, key=lambda one: one.organisation.id != organisation_id)
        ids = [contract.id for one in (own, other) for contract in one.contracts]
        return frozenset(ids[number] for number in choice)

    def _may_give(self, scope: Scope, contracts: frozenset[int] | None) -> bool:
        own = self._contracts(scope.organisation_id, {0, 1})
        if contracts is None:
            return scope.contracts is None
        return bool(contracts) and contracts <= (own if scope.contracts is None else scope.contracts)

    @rule(target=places, tab=tabs, wanted=roles, choice=choices)
    def invite(self, tab: Scope, wanted: set[Role], choice: set[int] | None) -> object:
        scope = self._again(tab)
        self.count += 1
        if scope is None:
            return multiple()
        contracts = self._contracts(tab.organisation_id, choice)
        may = scope.may(Permission.MANAGE_ACCOUNTS) and bool(wanted) and self._may_give(scope, contracts)
        try:
            place = colleagues.invite(
                scope, name="Jo", email=f"jo{self.count}.{tab.organisation_id}@x.example", roles=wanted, now=self.now,
                contracts=contracts,
            )  # fmt: skip
        except (NotAllowed, AccessRefused):
            assert not may
            return multiple()
        assert may
        return place

    @rule(tab=tabs, place=places, choice=choices)
    def give_contracts(self, tab: Scope, place: int, choice: set[int] | None) -> None:
        scope = self._again(tab)
        if scope is None:
            return
        contracts = self._contracts(tab.organisation_id, choice)
        before = {c.member.id: c.member.contracts for c in self._all(scope.organisation_id)}
        try:
            colleagues.change_contracts(scope, place, contracts, now=self.now)
        except (NotAllowed, AccessRefused, NoColleague):
            return
        assert scope.may(Permission.MANAGE_ACCOUNTS)
        assert within(scope.contracts, before[place])
        assert self._may_give(scope, contracts)

    @rule(target=links, place=places)
    def mail(self, place: int) -> object:
        for one in self.agencies:
            if link := self._link(one, place):
                return (one, place, link)
        return multiple()

    def _link(self, one: Agency, place: int) -> str:
        with managing_accounts(one.organisation.id, one.organisation.insurer_id):
            found = Invitation.objects.filter(membership_id=place).first()
            return invitations.link_token(found) if found else ""

    @rule(target=tabs, link=links, again=st.integers(0, 3))
    def accept(self, link: tuple[Agency, int, str], again: int) -> object:
        one, place, token = link
        before = {c.member.id: c.member.standing for c in self._all(one.organisation.id)}
        latest = self._link(one, place)
        who = Identity(one.organisation.kvk, f"subject-{again}", AssuranceLevel.EH3, one.organisation.name)
        try:
            member = invitations.accept(MIJNZZ, token, who, now=self.now)
        except (AccessRefused, SignInRefused):
            return multiple()
        assert member.id == place
        assert before[place] == Standing.INVITED
        assert token == latest
        return queries.scope_of(member, MIJNZZ)

    @rule(
        tab=tabs, place=places, wanted=roles,
        verb=st.sampled_from(["change_roles", "deactivate", "reactivate", "resend", "revoke"]),
    )  # fmt: skip
    def change(self, tab: Scope, place: int, wanted: set[Role], verb: str) -> None:
        scope = self._again(tab)
        if scope is None:
            return
        theirs = {
            c.member.id
            for c in self._all(scope.organisation_id)
            if within(scope.contracts, c.member.contracts) or c.member.account_id == scope.account_id
        }
        more = {"roles": wanted} if verb == "change_roles" else {}
        try:
            getattr(colleagues, verb)(scope, place, now=self.now, **more)
        except NoColleague:
            assert place not in theirs
        except (NotAllowed, AccessRefused):
            pass
        else:
            assert place in theirs
            assert scope.may(Permission.MANAGE_ACCOUNTS)

    @rule(
        target=given, tab=tabs, wanted=roles, choice=choices, to=st.integers(0, 1), lasts=st.none() | st.integers(0, 20)
    )
    def give_mandate(
        self, tab: Scope, wanted: set[Role], choice: set[int] | None, to: int, lasts: int | None
    ) -> object:
        scope = self._again(tab)
        if scope is None:
            return multiple()
        today = timezone.localdate(self.now)
        contracts = self._contracts(scope.organisation_id, choice)
        try:
            number = mandates.give(
                scope, kvk=self.agencies[to].organisation.kvk, name="Kantoor", roles=wanted, contracts=contracts,
                first_day=today, end_day=None if lasts is None else today + timedelta(days=lasts), today=today,
            )  # fmt: skip
        except (NotAllowed, AccessRefused):
            return multiple()
        assert scope.may(Permission.MANAGE_ACCOUNTS) and scope.mandate is None
        assert self._may_give(scope, contracts)
        assert Role.ACCOUNT_MANAGER not in wanted
        assert self.agencies[to].organisation.id != scope.organisation_id
        return (number, scope.organisation_id, frozenset(wanted), contracts)

    @rule(tab=tabs, mandate=given)
    def revoke_mandate(self, tab: Scope, mandate: tuple[int, int, frozenset[Role], object]) -> None:
        scope = self._again(tab)
        if scope is None:
            return
        try:
            mandates.revoke(scope, mandate[0], now=self.now)
        except (NotAllowed, NoMandate):
            return
        assert scope.organisation_id == mandate[1]
        self.revoked.add(mandate[0])

    @rule(tab=tabs, mandate=given, place=places, wanted=roles)
    def assign(
        self, tab: Scope, mandate: tuple[int, int, frozenset[Role], object], place: int, wanted: set[Role]
    ) -> None:
        scope = self._again(tab)
        if scope is None:
            return
        try:
            mandates.assign(scope, mandate[0], {place: wanted}, today=timezone.localdate(self.now))
        except (NotAllowed, NoMandate, AccessRefused):
            return
        assert scope.organisation_id != mandate[1]
        assert wanted <= mandate[2]

    @rule(target=tabs, tab=tabs, mandate=given)
    def act(self, tab: Scope, mandate: tuple[int, int, frozenset[Role], Any]) -> object:
        """In another's name: never more than the mandate, never after it, never with accounts."""
        number, principal, wanted, contracts = mandate
        today = timezone.localdate(self.now)
        try:
            with transaction.atomic():
                scope = scope_again(tab.account_id, principal, "mijnzz", channel="form", mandate_id=number, today=today)
        except NoAccess:
            return multiple()
        assert number not in self.revoked
        assert not self.left & {principal, scope.home_id}
        assert scope.roles <= wanted
        assert scope.contracts == contracts
        assert not scope.may(Permission.MANAGE_ACCOUNTS)
        assert scope.home_id != principal
        with managing_accounts(scope.home_id, scope.insurer_id):
            here = Membership.objects.get(account_id=scope.account_id, organisation_id=scope.home_id)
            assert here.is_active
        with managing_accounts(principal, scope.insurer_id):
            found = Mandate.objects.get(id=number)
            assert found.first_day <= today and (found.end_day is None or today < found.end_day)
        return scope

    # Some of them together come to the very day on which a mandate ends.
    @rule(days=st.sampled_from([1, 5, 10, 20]))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(number=st.integers(0, 3), which=st.integers(0, 1))
    def sign_in(self, number: int, which: int) -> None:
        """Only who stands there as active comes in, with the roles they have there."""
        one = self.agencies[which]
        who = Identity(one.organisation.kvk, f"subject-{number}", AssuranceLevel.EH3, one.organisation.name)
        try:
            [member] = admit(MIJNZZ, who)
        except SignInRefused:
            return
        [found] = [c for c in self._all(one.organisation.id) if c.member.id == member.id]
        assert found.member.standing == Standing.ACTIVE
        assert frozenset(map(Role, member.roles)) == found.member.roles

    @invariant()
    def everybody_is_somewhere_they_may_be(self) -> None:
        """One look at all the places for all that holds of them: it is looked at after every step."""
        seen: set[int] = set()
        for one in self.agencies:
            members = [colleague.member for colleague in self._all(one.organisation.id)]
            self._somebody_manages(one, members)
            self._opens_to_whoever_is_active_there(one, members)
            own = {contract.id for contract in one.contracts}
            assert all(member.contracts is None or frozenset() < member.contracts <= own for member in members)
            ids = {member.id for member in members}
            assert not seen & ids
            seen |= ids

    def _somebody_manages(self, one: Agency, members: list[Member]) -> None:
        managers = [member for member in members if manages(one.scope.profile, member)]
        assert one.organisation.id in self.left or any(member.contracts is None for member in managers)

    def _opens_to_whoever_is_active_there(self, one: Agency, members: list[Member]) -> None:
        """With what they have there now, whatever tab they have open and however they came in."""
        found = self._scopes(replace(one.scope, account_id=member.account_id) for member in members)
        for member, scope in zip(members, found, strict=True):
            if member.standing == Standing.ACTIVE:
                assert scope is not None
                assert (scope.roles, scope.contracts) == (member.roles, member.contracts)
            if member.standing == Standing.INACTIVE:
                assert scope is None

    def _scopes(self, tabs: Iterable[Scope]) -> list[Scope | None]:
        with signing_in():
            return [self._scope(tab) for tab in tabs]

    def _scope(self, tab: Scope) -> Scope | None:
        try:
            return queries.scope_for(
                tab.account_id, tab.organisation_id, "mijnzz", mandate_id=tab.mandate_id,
                today=timezone.localdate(self.now),
            )  # fmt: skip
        except NoAccess:
            return None

    @invariant()
    def a_mandate_opens_to_whoever_acts_under_it_while_it_lasts(self) -> None:
        today = timezone.localdate(self.now)
        ours = {one.organisation.id: one.scope for one in self.agencies}
        with office(self.agencies[0].organisation.insurer_id):
            theirs = MandatePerson.objects.filter(mandate__principal__in=ours)
            people = [(one.mandate, one.membership) for one in theirs.select_related("mandate", "membership")]
        found = self._scopes(
            replace(
                ours[mandate.principal_id], account_id=home.account_id, mandate=UnderMandate(mandate.id, home.id, "")
            )
            for mandate, home in people
        )
        for (mandate, home), scope in zip(people, found, strict=True):
            lasts = mandate.first_day <= today and (mandate.end_day is None or today < mandate.end_day)
            over = mandate.id in self.revoked or {mandate.principal_id, home.organisation_id} & self.left
            assert (scope is not None) == (home.is_active and lasts and not over)


@pytest.mark.timeout(120)
def test_accounts_never_reach_a_state_they_must_not():
    run(Accounts, examples=25, steps=40)
