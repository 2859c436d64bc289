"""What is done with links and with leaving, as rules for the machine of accounts: a file of its own, mixed in there."""

from __future__ import annotations

import itertools
from copy import replace
from functools import partial

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from collectief.access import queries
from collectief.access.models import LeaveWish
from collectief.access.rules import AccessRefused, Standing, Wish, manages
from collectief.access.wishes import own_wishes
from collectief.cases.rules import CaseRefused, Decision
from collectief.contracts.models import ContractLink, GroupContract, Organisation
from collectief.contracts.queries import NoLink
from collectief.contracts.rules import LinkState
from collectief.onboarding import jobs, kind_leaving, leaving, linking, requests
from collectief.scope.database import office, opened
from collectief.scope.scope import NotAllowed
from tests.office_world import insurer_id
from tests.world import Agency

# What the insurer says, or nothing yet.
answers = st.sampled_from([True, False, None])
# The examples share a database: names tell whose a case is.
_examples = itertools.count()


def named(name: str) -> str:
    """A name that no other example has."""
    return f"{name} {next(_examples)}"


class Linking(RuleBasedStateMachine):
    """Two customers of different companies, one of them with a second customer number, and an insurer that judges.

    Who mixes this in has `agencies`, `now`, `left` and `_again`, and calls `a_branch`.
    """

    tabs = Bundle("tabs")
    insurer = ""
    agencies: list[Agency]
    # Ids of the organisations that stopped with the portal.
    left: set[int]

    def a_branch(self) -> None:
        """The first company is a customer twice."""
        first = self.agencies[0].organisation
        with office(insurer_id(self.insurer)):
            self.branch = Organisation.objects.create(
                insurer_id=first.insurer_id, name="Thuiszorg", kvk=first.kvk, branch="000000000001",
                segment=first.segment,
            )  # fmt: skip
            GroupContract.objects.create(
                insurer_id=first.insurer_id, organisation=self.branch, number=f"T{self.branch.id}", name="Thuiszorg",
                first_day="2020-01-01",
            )  # fmt: skip

    @property
    def organisations(self) -> list[int]:
        return [one.organisation.id for one in self.agencies]

    def _numbers(self, scope, which):
        mine = next(one for one in self.agencies if one.organisation.id == scope.organisation_id)
        theirs = next(one for one in self.agencies if one is not mine)
        return {
            "mine": (mine.organisation.customer_number, mine.contracts[0].number),
            "branch": (self.branch.customer_number, f"T{self.branch.id}"),
            "theirs": (theirs.organisation.customer_number, theirs.contracts[0].number),
            "nobody's": ("1", "none"),
        }[which]

    def _inside(self, scope, verb):
        refusal = None
        with opened(scope):
            try:
                verb(scope)
            except (AccessRefused, NotAllowed, NoLink) as refused:
                refusal = refused
        return refusal

    @rule(tab=tabs, which=st.sampled_from(["mine", "branch", "theirs", "nobody's"]), granted=answers)
    def link(self, tab, which, granted):
        if (scope := self._again(tab)) is None:
            return
        customer, number = self._numbers(scope, which)
        refusal = self._inside(scope, lambda one: linking.link(one, customer=customer, number=number, now=self.now))
        assert refusal is None or isinstance(refusal, AccessRefused | NotAllowed)
        self.the_insurer_decides(granted)

    @rule(tab=tabs, back=st.integers(0, 5))
    def unlink(self, tab, back):
        if (scope := self._again(tab)) is None:
            return
        with office(insurer_id(self.insurer)):
            rows = list(ContractLink.objects.order_by("-id").values("id", "organisation_id", "state"))
        if back >= len(rows):
            return
        row = rows[back]
        refusal = self._inside(scope, lambda one: linking.unlink(one, row["id"], now=self.now))
        if row["organisation_id"] != scope.organisation_id:
            assert isinstance(refusal, NoLink | NotAllowed)

    @rule(tab=tabs, back=st.integers(0, 2), granted=answers)
    def wants_to_leave(self, tab, back, granted):
        """Whatever of it they may wish, or what they may not."""
        if (scope := self._again(tab)) is None:
            return
        offered = list(own_wishes(scope, now=self.now)) or list(Wish)
        self._inside(scope, lambda one: leaving.ask(one, offered[back % len(offered)], now=self.now))
        self.the_insurer_decides(granted)

    @rule(which=st.integers(0, 1), wish=st.sampled_from([Wish.ORGANISATION, *Wish]))
    def whoever_manages_leaves(self, which, wish):
        """One after another, and each is granted: what a draw of single wishes seldom comes to."""
        whose = self.agencies[which]
        with office(insurer_id(self.insurer)):
            members = queries.members_here(whose.organisation.id, now=self.now)
        for one in members:
            tab = replace(whose.scope, account_id=one.account_id)
            if manages(whose.scope.profile, one) and (scope := self._again(tab)) is not None:
                self._inside(scope, partial(leaving.ask, wish=wish, now=self.now))
                self.the_insurer_decides(True)

    @rule(tab=tabs)
    def stays(self, tab):
        if (scope := self._again(tab)) is not None:
            self._inside(scope, partial(leaving.take_back, now=self.now))

    @rule(granted=st.booleans())
    def the_insurer_decides(self, granted):
        """Everything that waits, received and judged; None: later."""
        if granted is None:
            return
        with office(insurer_id(self.insurer)):
            ours = {"organisation_id__in": self.organisations}
            links = list(ContractLink.objects.filter(**ours).values_list("id", flat=True))
            wishes = list(LeaveWish.objects.filter(**ours, route="insurer").values_list("id", flat=True))
        for id_ in links:
            jobs.receive_link(link_id=id_, insurer=self.insurer)
        for id_ in wishes:
            jobs.receive_leaving(wish_id=id_, insurer=self.insurer)
        for case in requests.waiting(self.insurer):
            asking = case.title.rpartition(", ")[2]
            names = {one.organisation.name: one.organisation.id for one in self.agencies}
            if asking not in names:
                continue
            before = self._managed()
            decision = Decision.APPROVED if granted else Decision.REFUSED
            try:
                requests.decide(self.insurer, case.case_id, decision, by="Sanne", reason="Zo is het.")
            except CaseRefused:
                assert self._managed() == before
                continue
            whole = str(kind_leaving.WISHES[Wish.ORGANISATION])
            if granted and case.kind == leaving.KIND and whole in dict(case.about.facts).values():
                self.left.add(names[asking])

    def _managed(self):
        with office(insurer_id(self.insurer)):
            return [
                {(one.id, one.roles, one.standing) for one in queries.members_here(id_, now=self.now)}
                for id_ in self.organisations
            ]

    @invariant()
    def an_organisation_that_left_lets_nobody_in(self):
        for whose in self.left:
            with office(insurer_id(self.insurer)):
                members = queries.members_here(whose, now=self.now)
            assert not [one for one in members if one.standing in (Standing.ACTIVE, Standing.INVITED)]

    @invariant()
    def what_is_linked_without_being_asked_is_of_the_same_company(self):
        with office(insurer_id(self.insurer)):
            rows = list(
                ContractLink.objects.filter(state=LinkState.LINKED).values_list(
                    "organisation__kvk", "contract__organisation__kvk", "organisation_id", "contract__organisation_id",
                    "id",
                )
            )  # fmt: skip
            judged = {case.subject for case in self._approved()}
        for own, others, mine, theirs, id_ in rows:
            assert mine != theirs
            assert own == others or str(id_) in judged

    def _approved(self):
        from collectief.cases.models import Case

        return list(Case.objects.filter(kind=linking.KIND, decision=Decision.APPROVED))
