"""Whatever is done at the help desk, in whatever order, by whom and when: no single person takes an account over (K05).

The worst case is taken for granted: somebody at the office knows the victim's password. What keeps them out is the
second factor, and so the question is when that can go.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from collectief.access import colleagues, passwords, resets, sessions, stopping
from collectief.access.models import Account, Authenticator, FactorReset, Invitation, Membership
from collectief.access.queries import NoAccess, NoColleague, scope_again
from collectief.access.reset_rules import NEWCOMER
from collectief.access.rules import AccessRefused
from collectief.access.users import NoUser
from collectief.brands.catalogue import brand
from collectief.scope.database import office as as_office
from collectief.scope.database import signing_in
from collectief.scope.scope import NotAllowed, Scope
from collectief.segments.profile import Role
from tests.actions.machine import run
from tests.help_world import CALLED, equip, office, user
from tests.web.visiting import new_session

pytestmark = [pytest.mark.django_db, pytest.mark.feature("K05"), pytest.mark.feature("W04")]

DAY = timedelta(hours=24)
_REFUSED = (AccessRefused, NotAllowed, NoAccess, NoColleague, NoUser)
_ROLES = st.sets(st.sampled_from([Role.HELP_DESK, Role.CASE_HANDLER, Role.OFFICE_MANAGER]), min_size=1, max_size=3)
_people = st.integers(0, 6)


@dataclass
class Someone:
    """An account at the office, the human behind it, and the scope of a browser tab they left open."""

    human: str
    scope: Scope
    since: datetime | None = None


class HelpDesk(RuleBasedStateMachine):
    """An office whose people do all they can, also under second accounts of their own mailbox and made-up ones."""

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = timezone.now()
        self.office = office()
        made = {"murat": self.office.murat, "lotte": self.office.lotte, "wil": self.office.wil}
        self.staff = [Someone(name, scope) for name, scope in made.items()]
        self.victims = [user(), self.office.lotte]
        equip(self.office.lotte.account_id)
        # For each reset: which humans had a hand in it, and since when anything told it to stop.
        self.asked: dict[int, tuple[str, datetime]] = {}
        self.approved: dict[int, tuple[str, datetime]] = {}
        self.stopped: set[int] = set()
        self.count = 0

    def _who(self, index: int) -> Someone:
        return self.staff[index % len(self.staff)]

    @rule(index=_people, victim=st.integers(0, 1))
    def ask(self, index: int, victim: int) -> None:
        who = self._who(index)
        with suppress(*_REFUSED):
            number = resets.ask(who.scope, self.victims[victim].account_id, CALLED, now=self.now)
            self.asked[number] = (who.human, self.now)
            assert who.scope.account_id != self.victims[victim].account_id
            assert who.since is None or self.now - who.since >= NEWCOMER

    @rule(index=_people, which=st.integers(0, 3))
    def approve(self, index: int, which: int) -> None:
        who, number = self._who(index), self._number(which)
        with suppress(*_REFUSED):
            resets.approve(who.scope, number, now=self.now)
            self.approved[number] = (who.human, self.now)
            assert who.since is None or self.now - who.since >= NEWCOMER

    @rule(index=_people, which=st.integers(0, 3), verb=st.sampled_from([resets.refuse, resets.stop]))
    def end(self, index: int, which: int, verb) -> None:
        number = self._number(which)
        with suppress(*_REFUSED):
            verb(self._who(index).scope, number, now=self.now)
            self.stopped.add(number)

    @rule(index=_people)
    def looks_again(self, index: int) -> None:
        """A fresh tab: the rights of now."""
        who = self._who(index)
        with suppress(NoAccess), transaction.atomic():
            who.scope = scope_again(who.scope.account_id, who.scope.organisation_id, "kantoor-izz", channel="form")

    @rule(index=_people, other=_people, roles=_ROLES)
    def gives_a_role(self, index: int, other: int, roles) -> None:
        with as_office():
            place = Membership.objects.get(
                account_id=self._who(other).scope.account_id, organisation=self.office.agency.organisation
            )
        with suppress(*_REFUSED):
            colleagues.change_roles(self._who(index).scope, place.id, roles, now=self.now)

    @rule(index=_people, other=_people)
    def shuts_out(self, index: int, other: int) -> None:
        with as_office():
            place = Membership.objects.get(
                account_id=self._who(other).scope.account_id, organisation=self.office.agency.organisation
            )
        with suppress(*_REFUSED):
            colleagues.deactivate(self._who(index).scope, place.id, now=self.now)

    @rule(index=_people, own_mailbox=st.booleans())
    def makes_up_a_colleague(self, index: int, own_mailbox: bool) -> None:
        """Whoever manages accounts invites an address that is really their own, and accepts at once."""
        who = self._who(index)
        self.count += 1
        with signing_in():
            own = Account.objects.get(id=who.scope.account_id).email
        box, _, domain = own.partition("@")
        address = f"{box}+{self.count}@{domain}" if own_mailbox else f"verzonnen{self.count}x@elders.example"
        if len(self.staff) > 5:
            return
        with suppress(*_REFUSED):
            place = colleagues.invite(
                who.scope, name=f"Verzonnen {self.count}", email=address, roles=[Role.HELP_DESK], now=self.now
            )
            with as_office():
                Invitation.objects.filter(membership_id=place).update(accepted_at=self.now)
                made = Membership.objects.get(id=place)
            scope = scope_again(made.account_id, made.organisation_id, "kantoor-izz", channel="form")
            # One's own mailbox makes one human of them for good; a made-up one shows for a week first.
            self.staff.append(Someone(who.human if own_mailbox else f"verzonnen {self.count}", scope, self.now))

    @rule(hours=st.sampled_from([1, 12, 23, 24, 25, 80, 24 * 8]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(victim=st.integers(0, 1))
    def signs_in_with_the_old_factor(self, victim: int) -> None:
        whose = self.victims[victim]
        with signing_in():
            there = Authenticator.objects.filter(account_id=whose.account_id).exists()
            member = (
                Membership.objects.select_related("account", "organisation__insurer")
                .filter(account_id=whose.account_id, is_active=True).first()
            )  # fmt: skip
            if there and member is not None:
                sessions.open_session(new_session(), brand(whose.brand), member, None, now=self.now)
                self._stops(whose.account_id)

    @rule(which=st.integers(0, 3))
    def stops_by_the_link(self, which: int) -> None:
        with signing_in():
            found = FactorReset.objects.filter(id=self._number(which)).first()
        if found is not None:
            with suppress(AccessRefused):
                stopping.stop_by_link(brand(found.brand), stopping.stop_token(found), now=self.now)
                self.stopped.add(found.id)

    @rule(victim=st.integers(0, 1))
    def chooses_another_password(self, victim: int) -> None:
        account_id = self.victims[victim].account_id
        self.count += 1
        with as_office():
            Account.objects.filter(id=account_id).update(password=passwords.hashed(f"een heel ander {self.count}"))
        self._stops(account_id)

    @rule()
    def the_job_runs(self) -> None:
        for number in resets.due(self.now):
            if not resets.carry_out(number, now=self.now):
                self.stopped.add(number)
                continue
            (asker, asked_at), (decider, approved_at) = self.asked[number], self.approved[number]
            with signing_in():
                found = FactorReset.objects.get(id=number)
            assert asker != decider
            assert number not in self.stopped
            assert asked_at <= approved_at and self.now - approved_at >= DAY
            for hand in (found.asked_by_id, found.decided_by_id):
                assert hand != found.account_id
                scope = scope_again(hand, self.office.agency.organisation.id, "kantoor-izz", channel="form")
                assert Role.HELP_DESK in scope.roles
            self.stopped.add(number)
            equip(found.account_id)

    @invariant()
    def nobody_has_lost_a_factor_but_by_the_job(self) -> None:
        with signing_in():
            held = set(Authenticator.objects.values_list("account_id", flat=True))
        assert {one.account_id for one in self.victims} <= held

    def _number(self, which: int) -> int:
        return sorted(self.asked, reverse=True)[which] if which < len(self.asked) else 0

    def _stops(self, account_id: int) -> None:
        with signing_in():
            theirs = FactorReset.objects.filter(account_id=account_id, id__in=self.asked)
            self.stopped |= set(theirs.exclude(state="done").values_list("id", flat=True))


def test_no_single_employee_in_no_order_of_acts_times_and_roles_takes_an_account_over():
    class Undone(HelpDesk):
        """Each run begins from the same: what it did is undone."""

        def __init__(self) -> None:
            self._transaction = transaction.atomic()
            self._transaction.__enter__()
            super().__init__()

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self._transaction.__exit__(None, None, None)

    run(Undone, examples=25, steps=40)


def test_the_walk_would_notice_and_can_get_there():
    """The same machine, walked by hand through the one way there is: two people, a day, the job."""
    machine = HelpDesk()
    machine.ask(0, 0)
    machine.approve(0, 0)
    assert machine.approved == {}
    machine.approve(1, 0)
    machine.time_passes(24)
    machine.the_job_runs()
    [number] = machine.asked
    with signing_in():
        assert FactorReset.objects.get(id=number).state == "done"
