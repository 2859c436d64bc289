"""What is done with links and with leaving, as rules for the machine of accounts: a file of its own, mixed in there."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from collectief.access import queries
from collectief.access.models import LeaveWish
from collectief.access.rules import AccessRefused, Standing, Wish
from collectief.cases.rules import CaseRefused, Decision
from collectief.contracts.models import ContractLink
from collectief.contracts.queries import NoLink
from collectief.contracts.rules import LinkState
from collectief.onboarding import jobs, kind_leaving, leaving, linking, requests
from collectief.scope.database import office, opened
from collectief.scope.scope import NotAllowed
from tests.office_world import insurer_id

INSURER = "izz-door-vgz"


class Linking(RuleBasedStateMachine):
    """Two employers of different companies, one of them with a second customer number, and an insurer that judges."""

    tabs = Bundle("tabs")

    def _inside(self, scope, verb):
        refusal = None
        with opened(scope):
            try:
                verb(scope)
            except (AccessRefused, NotAllowed, NoLink) as refused:
                refusal = refused
        return refusal

    @rule(tab=tabs, which=st.sampled_from(["mine", "branch", "theirs", "nobody's"]))
    def link(self, tab, which):
        if (scope := self._again(tab)) is None:
            return
        customer, number = self._numbers(scope, which)
        refusal = self._inside(scope, lambda one: linking.link(one, customer=customer, number=number, now=self.now))
        assert refusal is None or isinstance(refusal, AccessRefused | NotAllowed)

    @rule(tab=tabs, back=st.integers(0, 5))
    def unlink(self, tab, back):
        if (scope := self._again(tab)) is None:
            return
        with office(insurer_id(INSURER)):
            rows = list(ContractLink.objects.order_by("-id").values("id", "organisation_id", "state"))
        if back >= len(rows):
            return
        row = rows[back]
        refusal = self._inside(scope, lambda one: linking.unlink(one, row["id"], now=self.now))
        if row["organisation_id"] != scope.organisation_id:
            assert isinstance(refusal, NoLink | NotAllowed)

    @rule(tab=tabs, wish=st.sampled_from(list(Wish)))
    def wants_to_leave(self, tab, wish):
        if (scope := self._again(tab)) is not None:
            self._inside(scope, lambda one: leaving.ask(one, wish, now=self.now))

    @rule(tab=tabs)
    def stays(self, tab):
        if (scope := self._again(tab)) is not None:
            self._inside(scope, leaving.take_back)

    @rule(granted=st.booleans())
    def the_insurer_decides(self, granted):
        """Everything that waits, received and judged."""
        with office(insurer_id(INSURER)):
            ours = {"organisation_id__in": self.organisations}
            links = list(ContractLink.objects.filter(**ours).values_list("id", flat=True))
            wishes = list(LeaveWish.objects.filter(**ours, route="insurer").values_list("id", flat=True))
        for id_ in links:
            jobs.receive_link(link_id=id_, insurer=INSURER)
        for id_ in wishes:
            jobs.receive_leaving(wish_id=id_, insurer=INSURER)
        for case in requests.waiting(INSURER):
            asking = case.title.rpartition(", ")[2]
            if asking not in {one.organisation.name for one in self.employers}:
                continue
            before = self._managed()
            decision = Decision.APPROVED if granted else Decision.REFUSED
            try:
                requests.decide(INSURER, case.case_id, decision, by="Sanne", reason="Zo is het.")
            except CaseRefused:
                assert self._managed() == before
                continue
            whole = str(kind_leaving.WISHES[Wish.ORGANISATION])
            if granted and case.kind == leaving.KIND and whole in dict(case.about.facts).values():
                self.left.add(asking)

    def _managed(self):
        with office(insurer_id(INSURER)):
            return [
                {(one.id, one.roles, one.standing) for one in queries.members_here(id_, now=self.now)}
                for id_ in self.organisations
            ]

    @invariant()
    def an_organisation_that_left_lets_nobody_in(self):
        for whose in self.employers:
            if whose.organisation.name not in self.left:
                continue
            with office(insurer_id(INSURER)):
                members = queries.members_here(whose.organisation.id, now=self.now)
            assert not [one for one in members if one.standing in (Standing.ACTIVE, Standing.INVITED)]

    @invariant()
    def what_is_linked_without_being_asked_is_of_the_same_company(self):
        with office(insurer_id(INSURER)):
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
