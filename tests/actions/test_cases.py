"""Working on cases: whose they are, who did what, and that nobody else's are there (K01, X09)."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, connections, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from collectief.access.models import Membership
from collectief.audit import actions as audit
from collectief.audit.facts import InsurerActor
from collectief.audit.models import AuditEvent
from collectief.cases import actions, queries
from collectief.cases.actions import staff_of
from collectief.cases.models import Case, CaseNote
from collectief.cases.queries import NoCase
from collectief.cases.rules import CaseRefused, Decision
from collectief.onboarding import desk
from collectief.onboarding.models import AccountApplication
from collectief.scope.database import auditing, office, opened
from collectief.scope.scope import NotAllowed
from tests.office_world import ZZ, applied, clerk, insurer_id
from tests.world import agency, member_of

pytestmark = [pytest.mark.feature("K01")]


@pytest.fixture
def ours(db):
    return agency(roles=("account_manager",))


@pytest.fixture
def office_(db):
    return agency(name="Zorg en Zekerheid, zakelijke markt", segment="back_office", contracts=0)


@pytest.fixture
def sanne(office_):
    return clerk(office_of=office_)


@pytest.fixture
def lotte(office_):
    return clerk(office_of=office_, name="Lotte Prins")


@pytest.fixture
def case(ours):
    applied(ours)
    return only().id


def only() -> Case:
    with office(insurer_id()):
        return Case.objects.get()


def told(scope) -> list[tuple[str, str, dict]]:
    """What stands in the trail of a scope's own organisation."""
    with opened(scope):
        events = AuditEvent.objects.order_by("id")
        return [(one.action, one.account, one.detail) for one in events]


def test_taken_given_back_and_taken_over_with_who_in_the_trail(case, sanne, lotte):
    now = timezone.now()
    actions.take(case, by=staff_of(sanne), seen=None, now=now)
    with pytest.raises(CaseRefused, match="taken"):
        actions.take(case, by=staff_of(lotte), seen=None, now=now)
    assert only().taken_by_id == sanne.account_id
    actions.take(case, by=staff_of(lotte), seen=sanne.account_id, now=now)
    assert (only().taken_by, only().taken_at) == (lotte.account, now)
    with pytest.raises(CaseRefused, match="not_yours"):
        actions.give_back(case, by=staff_of(sanne))
    actions.give_back(case, by=staff_of(lotte))
    assert (only().taken_by_id, only().taken_by, only().taken_at) == (None, "", None)
    kind = {"kind": "account_application"}
    assert told(sanne) == [
        ("case.take", sanne.account, kind),
        ("case.take", lotte.account, kind | {"from": sanne.account_id}),
        ("case.give_back", lotte.account, kind),
    ]


def test_a_note_is_kept_with_who_and_when_and_what_it_says_is_not_in_the_trail(case, sanne):
    now = timezone.now()
    actions.add_note(case, "  Gebeld, belt terug.  ", by=staff_of(sanne), now=now)
    with pytest.raises(CaseRefused, match="note_missing"):
        actions.add_note(case, "   ", by=staff_of(sanne), now=now)
    [note] = queries.case(sanne, case, today=now.date()).notes
    assert (note.text, note.name, note.at) == ("Gebeld, belt terug.", sanne.account, now)
    assert told(sanne) == [("case.note", sanne.account, {"kind": "account_application"})]


@pytest.mark.feature("X09")
def test_approved_it_is_in_the_offices_trail_by_name_and_in_the_customers_by_function(case, ours, sanne):
    actions.decide(case, Decision.APPROVED, by=staff_of(sanne), reason="", now=timezone.now())
    assert (only().decided_by, only().decided_by_id) == (sanne.account, sanne.account_id)
    assert told(sanne)[-1] == ("case.decide", sanne.account, {"kind": "account_application", "decision": "approved"})
    with opened(ours.scope):
        event = AuditEvent.objects.get()
        invited = Membership.objects.exclude(account_id=ours.scope.account_id).get()
    assert (event.action, event.account, event.responsible) == (
        "account.invite",
        "Zorg en Zekerheid",
        "Zorg en Zekerheid",
    )
    assert (event.roles, event.access_point) == (["case_handler"], "kantoor/form")
    # By the number of the account the insurer's auditor knows who it was; the customer reads no name.
    assert event.account_id == sanne.account_id
    assert event.object_ids == {"membership": [invited.id], "case": [case]}
    assert sanne.account not in f"{event.account} {event.responsible} {event.detail}"


def test_refused_nothing_changes_for_the_customer(case, ours, sanne):
    actions.decide(case, Decision.REFUSED, by=staff_of(sanne), reason="Bel ons.", now=timezone.now())
    assert told(ours.scope) == []
    assert told(sanne)[-1][2]["decision"] == "refused"
    assert "Bel ons" not in str(told(sanne))


def test_what_was_taken_back_closes_a_case_that_waits_and_leaves_one_that_was_decided_as_it_is(ours, sanne):
    now = timezone.now()
    for email in ("een@debrug.example", "twee@debrug.example"):
        applied(ours, email=email)
    with office(sanne.insurer_id):
        first, second = Case.objects.order_by("id")
    actions.decide(first.id, Decision.REFUSED, by=staff_of(sanne), reason="Bel ons.", now=now)
    with office(sanne.insurer_id):
        for one in (first, second):
            actions.withdraw(sanne.insurer_id, one.kind, one.subject, by="Noor", now=now + timedelta(hours=1))
        found = Case.objects.order_by("id").values_list("decision", "decided_by", "decided_at", "reason")
        assert list(found) == [
            ("refused", sanne.account, now, "Bel ons."), ("withdrawn", "Noor", now + timedelta(hours=1), ""),
        ]  # fmt: skip
    with office(insurer_id()), pytest.raises(CaseRefused, match="already_decided"):
        actions.decide(second.id, Decision.APPROVED, by=staff_of(sanne), reason="", now=now)


def test_what_its_kind_cannot_do_leaves_case_trail_and_customer_as_they_were(ours, sanne):
    applied(ours, kvk="99999999")
    with pytest.raises(CaseRefused, match="organisation_unknown"):
        actions.decide(only().id, Decision.APPROVED, by=staff_of(sanne), reason="", now=timezone.now())
    assert only().decision == ""
    assert told(sanne) == told(ours.scope) == []


def test_a_colleagues_case_is_not_decided_behind_their_back(case, sanne, lotte):
    actions.take(case, by=staff_of(lotte), seen=None, now=timezone.now())
    with pytest.raises(CaseRefused, match="taken"):
        actions.decide(case, Decision.APPROVED, by=staff_of(sanne), reason="", now=timezone.now())
    with pytest.raises(CaseRefused, match="taken"):
        desk.decide(ZZ, case, Decision.APPROVED, by="Beheer")
    actions.decide(case, Decision.APPROVED, by=staff_of(lotte), reason="", now=timezone.now())
    with pytest.raises(CaseRefused, match="already_decided") as refused:
        actions.decide(case, Decision.REFUSED, by=staff_of(sanne), reason="x", now=timezone.now())
    assert refused.value.params == {"by": lotte.account, "decision": "approved"}


@pytest.mark.feature("K06")
def test_an_operators_decision_is_in_the_insurers_trail_too(case, ours):
    desk.decide(ZZ, case, Decision.APPROVED, by="T. Beheer")
    with auditing(insurer_id()):
        own = AuditEvent.objects.get(action="case.decide")
        for_customer = AuditEvent.objects.get(action="account.invite")
    assert (own.account, own.account_id, own.organisation_id, own.roles) == ("T. Beheer", None, None, ["operator"])
    assert (own.access_point, own.object_ids) == ("command", {"case": [case]})
    assert (for_customer.account, for_customer.organisation_id) == (own.responsible, ours.organisation.id)


def test_who_judges_no_cases_sees_and_does_nothing(case, office_, ours):
    for scope in (clerk(office_of=office_, roles=("auditor", "office_manager", "help_desk")), ours.scope):
        with pytest.raises(NotAllowed):
            staff_of(scope)
        for asked in (queries.waiting, queries.decided, queries.counts):
            with pytest.raises(NotAllowed):
                asked(scope, today=timezone.localdate())
        with pytest.raises(NotAllowed):
            queries.case(scope, case, today=timezone.localdate())


def elsewhere(sanne):
    """A case of another insurer, which is not Sanne's."""
    other = agency(name="Otto Elders", brand="voorbeeld")
    applied(other, portal="voorbeeld", name="Geheim Elders")
    with office(insurer_id("voorbeeldverzekeraar")):
        return Case.objects.get().id


@pytest.mark.feature("K07")
def test_another_insurers_case_is_as_one_that_is_not_there(case, sanne):
    theirs = elsewhere(sanne)
    by, now = staff_of(sanne), timezone.now()
    for number in (theirs, 2_000_000_000):
        with pytest.raises(NoCase):
            queries.case(sanne, number, today=now.date())
        with pytest.raises(NoCase):
            actions.take(number, by=by, seen=None, now=now)
        with pytest.raises(NoCase):
            actions.give_back(number, by=by)
        with pytest.raises(NoCase):
            actions.add_note(number, "x", by=by, now=now)
        with pytest.raises(NoCase):
            actions.decide(number, Decision.APPROVED, by=by, reason="", now=now)
    assert [view.id for view in queries.waiting(sanne, today=now.date())[0]] == [case]


@pytest.mark.feature("K07")
def test_row_security_alone_parts_insurers(case, sanne):
    """No filter of ours: what staff of one insurer can read, write and add is that insurer's."""
    theirs = elsewhere(sanne)
    with office(insurer_id("voorbeeldverzekeraar")):
        CaseNote.objects.create(
            insurer_id=insurer_id("voorbeeldverzekeraar"), case_id=theirs, at=timezone.now(), name="X", text="Geheim"
        )
    with office(sanne.insurer_id):
        assert [one.id for one in Case.objects.all()] == [case]
        assert Case.objects.filter(id=theirs).update(taken_by="Sanne") == 0
        assert CaseNote.objects.count() == 0
        assert {one.name for one in AccountApplication.objects.all()} == {"Noor Haddad"}
        assert AccountApplication.objects.filter(name="Geheim Elders").update(reason="x") == 0
    with office():
        assert Case.objects.count() == CaseNote.objects.count() == AccountApplication.objects.count() == 0


_ADD = {
    "case_of_work": "(insurer_id, kind, subject, due_on, decision, reason, decided_by)"
    " VALUES (%(insurer)s, 'x', 'y', now(), '', '', '')",
    "case_note": "(insurer_id, case_id, at, name, text) VALUES (%(insurer)s, %(case)s, now(), 'x', 'y')",
}


@pytest.mark.parametrize("table", _ADD)
def test_staff_add_nothing_at_another_insurer(case, sanne, table):
    other = insurer_id("voorbeeldverzekeraar")
    with pytest.raises(ProgrammingError, match="row-level security"), office(sanne.insurer_id):
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} {_ADD[table]}", {"insurer": other, "case": case})


def _by_insurer(insurer: int, organisation: int) -> None:
    audit.record_by_insurer(
        InsurerActor(insurer, "Z", roles=("case_handler",), access_point="x"), organisation, "account.invite"
    )


@pytest.mark.feature("X09")
def test_staff_write_in_the_trail_of_their_own_customers_only_and_read_none(ours, sanne):
    other = agency(name="Otto Elders", brand="voorbeeld")
    with office(sanne.insurer_id):
        _by_insurer(sanne.insurer_id, ours.organisation.id)
    for insurer, organisation in (
        (sanne.insurer_id, other.organisation.id), (other.scope.insurer_id, other.organisation.id),
    ):  # fmt: skip
        with (
            pytest.raises(ProgrammingError, match="row-level security"),
            transaction.atomic(),
            office(sanne.insurer_id),
        ):
            _by_insurer(insurer, organisation)


def test_staff_read_no_trail(ours, sanne):
    with pytest.raises(ProgrammingError, match="permission denied"), office(sanne.insurer_id):
        AuditEvent.objects.count()


def test_counts_filters_and_what_was_decided(ours, sanne, lotte):
    today = timezone.localdate()
    for number in range(3):
        applied(ours, email=f"een{number}@debrug.example", name=f"Een {number}")
    with office(sanne.insurer_id):
        first, second, third = Case.objects.order_by("id")
        Case.objects.filter(id=third.id).update(due_on=today - timedelta(days=1))
    actions.take(second.id, by=staff_of(sanne), seen=None, now=timezone.now())
    actions.decide(first.id, Decision.APPROVED, by=staff_of(lotte), reason="", now=timezone.now())
    counts = queries.counts(sanne, today=today)
    assert (counts.waiting, counts.late, counts.mine) == (2, 1, 1)
    assert counts.by_kind == (("account_application", 2),)
    listed, total = queries.waiting(sanne, today=today)
    assert ([view.id for view in listed], total) == ([third.id, second.id], 2)
    assert listed[0].title == "Een 2, Uitzendbureau De Brug B.V."
    assert [view.id for view in queries.waiting(sanne, today=today, mine=True)[0]] == [second.id]
    assert queries.waiting(sanne, today=today, kind="nothing") == ([], 0)
    [done], total = queries.decided(sanne, today=today)
    assert (done.id, done.decided_by, total) == (first.id, lotte.account, 1)


@pytest.mark.feature("O01")
def test_of_two_at_the_same_moment_the_second_is_told_by_whom(committed_db):
    ours = agency()
    applied(ours)
    offices = agency(name="Kantoor", segment="back_office", contracts=0)
    scopes = [clerk(office_of=offices, name=name) for name in ("Sanne", "Lotte")]
    case, barrier, said = only().id, Barrier(2), []

    def decide(scope) -> None:
        barrier.wait()
        try:
            actions.decide(case, Decision.APPROVED, by=staff_of(scope), reason="", now=timezone.now())
            said.append(("done", scope.account))
        except CaseRefused as refused:
            said.append((refused.code, refused.params["by"]))
        finally:
            connections.close_all()

    threads = [Thread(target=decide, args=(scope,)) for scope in scopes]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [code for code, _ in sorted(said)] == ["already_decided", "done"]
    assert len({who for _, who in said}) == 1
    with office():
        assert Membership.objects.filter(account__email="noor@debrug.example").count() == 1


def test_a_member_of_a_customer_with_a_staff_role_judges_nothing(ours):
    with pytest.raises(NotAllowed):
        staff_of(member_of(ours.organisation, roles=("case_handler",)))
