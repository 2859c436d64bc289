"""Linking contracts of another customer number, from the wish to the insurer's answer (W17)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.db import connection
from django.db.utils import ProgrammingError
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from collectief.access.rules import AccessRefused
from collectief.audit.models import AuditEvent
from collectief.cases.models import Case
from collectief.cases.queries import NoCase
from collectief.cases.rules import CaseRefused, Decision, due_on
from collectief.config.command import main
from collectief.contracts import queries
from collectief.contracts.models import ContractLink, GroupContract, Organisation
from collectief.contracts.queries import NoLink
from collectief.contracts.rules import MOST_ASKED, LinkState
from collectief.onboarding import jobs, linking, requests
from collectief.scope.database import office, opened, signing_in
from collectief.scope.scope import NotAllowed
from tests.office_world import insurer_id
from tests.world import agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("W17")]

IZZ = "izz-door-vgz"
NOBODYS = "Geen klant van ons heeft dit klantnummer met dit contractnummer: goedkeuren kan niet."
TAKEN_BACK = "De klant heeft dit verzoek ingetrokken: goedkeuren kan niet."


@pytest.fixture
def ours():
    return agency(name="De Linde", segment="employer", roles=("main_user",))


@pytest.fixture
def branch(ours):
    """Another customer number of the same company."""
    with office(insurer_id(IZZ)):
        made = Organisation.objects.create(
            insurer_id=ours.organisation.insurer_id, name="Thuiszorg", kvk=ours.organisation.kvk, branch="000000000001",
            segment="employer",
        )  # fmt: skip
        contract = GroupContract.objects.create(
            insurer_id=made.insurer_id, organisation=made, number="T-1", name="Thuiszorg", first_day="2020-01-01"
        )
    return made, contract


@pytest.fixture
def other():
    return agency(name="De Eik", segment="employer", roles=("main_user",))


def inside(ours, scope, verb):
    """What a page does: the verb inside the scope, what it refuses caught there."""
    problem = None
    with opened(scope or ours.scope) as scope:
        try:
            return verb(scope)
        except (AccessRefused, NotAllowed, NoLink) as refused:
            problem = refused
    raise problem


def link(ours, customer, number, *, now=None, scope=None):
    return inside(
        ours, scope, lambda scope: linking.link(scope, customer=customer, number=number, now=now or timezone.now())
    )


def unlink(ours, link_id, scope=None):
    inside(ours, scope, lambda scope: linking.unlink(scope, link_id, now=timezone.now()))


def seen(ours, scope=None):
    return inside(ours, scope, queries.linked_contracts)


def received(ours):
    """What jobs do: a case for each request."""
    for one in seen(ours):
        jobs.receive_link(link_id=one.id, insurer=IZZ)
    return requests.waiting(IZZ)


def trail(ours):
    with opened(ours.scope):
        return list(AuditEvent.objects.order_by("id").values_list("action", flat=True))


def test_a_contract_of_the_same_company_is_linked_at_once_and_every_colleague_sees_it(ours, branch):
    made, contract = branch
    done = link(ours, made.customer_number, "T-1")
    assert (done.name, done.due) == ("Thuiszorg", None)
    colleague = member_of(ours.organisation, roles=["user"])
    [one] = seen(ours, colleague)
    assert (one.contract_number, one.name, one.state) == ("T-1", "Thuiszorg", LinkState.LINKED)
    assert trail(ours) == ["contract.link"]
    assert received(ours) == []
    with office(insurer_id(IZZ)):
        assert ContractLink.objects.get().contract_id == contract.id


def test_only_the_main_user_links_and_unlinks(ours, branch):
    user = member_of(ours.organisation, roles=["user"])
    made, _ = branch
    with pytest.raises(NotAllowed):
        link(ours, made.customer_number, "T-1", scope=user)
    link(ours, made.customer_number, "T-1")
    with pytest.raises(NotAllowed):
        unlink(ours, seen(ours)[0].id, scope=user)
    assert [one.state for one in seen(ours)] == [LinkState.LINKED]


@pytest.mark.parametrize("segment", ["staffing_agency", "occupational_care"])
def test_who_has_no_such_pages_links_nothing(segment):
    roles = {"staffing_agency": "account_manager", "occupational_care": "main_account"}
    elsewhere = agency(segment=segment, roles=(roles[segment],))
    with pytest.raises(NotAllowed):
        link(elsewhere, "500118", "T-1")
    with pytest.raises(NotAllowed):
        seen(elsewhere)


def _everything_told(ours, customer, number):
    now = timezone.now()
    done = link(ours, customer, number, now=now)
    [one] = [one for one in seen(ours) if one.contract_number == number]
    return done, one.state, one.name, one.reason, (one.customer_number, one.contract_number) == (customer, number)


def test_unknown_foreign_mistyped_and_asked_before_are_answered_alike(ours, other, branch):
    made, _ = branch
    elsewhere = agency(name="Bureau", segment="staffing_agency", kvk=ours.organisation.kvk)
    same_kvk_elsewhere = (elsewhere.organisation.customer_number, elsewhere.contracts[0].number)
    answers = [
        _everything_told(ours, other.organisation.customer_number, other.contracts[0].number),
        _everything_told(ours, other.organisation.customer_number, "nobody's"),
        _everything_told(ours, "1", other.contracts[1].number),
        _everything_told(ours, made.customer_number, "T-2"),
        _everything_told(ours, *same_kvk_elsewhere),
    ]
    assert len({str(answer) for answer in answers}) == 1
    assert answers[0][0].due == due_on("contract_link", timezone.localdate())
    # Asked before: the same answer, and no second request.
    again = link(ours, other.organisation.customer_number, other.contracts[0].number)
    assert again == answers[0][0]
    assert len(seen(ours)) == 5
    assert trail(ours) == ["contract.ask_link"] * 5


def test_as_many_questions_are_asked_about_a_foreign_contract_as_about_one_that_nobody_has(ours, other):
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number in (other.contracts[0].number, "nobody's"):
        with CaptureQueriesContext(connection) as asked:
            link(ours, other.organisation.customer_number, number)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_ones_own_contract_needs_no_link_and_a_linked_one_no_second(ours, branch):
    with pytest.raises(AccessRefused, match="own_contract"):
        link(ours, ours.organisation.customer_number, ours.contracts[0].number)
    made, _ = branch
    link(ours, made.customer_number, "T-1")
    with pytest.raises(AccessRefused, match="contract_linked"):
        link(ours, made.customer_number, "T-1")
    assert len(seen(ours)) == 1


def test_guessing_stops_after_ten_tries_for_all_colleagues_together(ours):
    colleague = member_of(ours.organisation, roles=["main_user"])
    now = timezone.now()
    for number in range(10):
        link(ours, "1", f"guess-{number}", now=now, scope=colleague if number % 2 else ours.scope)
    for scope in (ours.scope, colleague):
        with pytest.raises(AccessRefused, match="too_many_links"):
            link(ours, "1", "guess-11", now=now, scope=scope)
    link(ours, "1", "guess-12", now=now + timedelta(minutes=11))


def test_nobody_fills_the_insurers_queue(ours, branch):
    now = timezone.now()
    for number in range(MOST_ASKED):
        link(ours, "1", f"n-{number}", now=now + timedelta(minutes=11 * number))
    late = now + timedelta(days=1)
    with pytest.raises(AccessRefused, match="too_many_asked"):
        link(ours, "1", "one-more", now=late)
    # What is one's own company's is linked all the same.
    assert link(ours, branch[0].customer_number, "T-1", now=late).name == "Thuiszorg"


def test_what_waited_and_is_ones_own_companys_by_now_is_linked_at_once(ours, branch):
    made, _contract = branch
    link(ours, made.customer_number, "T-2")
    [case] = received(ours)
    with office(insurer_id(IZZ)):
        GroupContract.objects.create(
            insurer_id=made.insurer_id, organisation=made, number="T-2", name="Later", first_day="2020-01-01"
        )
    assert link(ours, made.customer_number, "T-2").name == "Later"
    assert [(one.contract_number, one.state) for one in seen(ours)] == [("T-2", LinkState.LINKED)]
    with pytest.raises(CaseRefused, match="taken_back"):
        requests.decide(IZZ, case.case_id, Decision.APPROVED, by="Sanne")


def test_the_insurer_sees_whose_it_is_and_links_it(ours, other):
    link(ours, other.organisation.customer_number, other.contracts[0].number)
    [case] = received(ours)
    assert case.due_on == due_on("contract_link", timezone.localdate())
    assert case.title == f"{other.contracts[0].number}, De Linde"
    assert dict(case.about.facts)["Van"] == f"De Eik (KvK {other.organisation.kvk})"
    assert case.about.warnings == ()
    requests.decide(IZZ, case.case_id, Decision.APPROVED, by="Sanne")
    assert [(one.state, one.name) for one in seen(ours)] == [(LinkState.LINKED, "Vestiging 1")]
    assert trail(ours)[-1] == "contract.link"
    assert requests.waiting(IZZ) == []


def test_refused_the_customer_reads_why_and_nothing_of_the_contract(ours, other):
    link(ours, other.organisation.customer_number, other.contracts[0].number)
    [case] = received(ours)
    requests.decide(IZZ, case.case_id, Decision.REFUSED, by="Sanne", reason="Laat De Eik ons eerst schrijven.")
    [one] = seen(ours)
    assert (one.state, one.name, one.reason) == (LinkState.REFUSED, "", "Laat De Eik ons eerst schrijven.")
    assert trail(ours)[-1] == "contract.refuse_link"


def test_what_nobody_has_cannot_be_approved_and_goes_on_waiting(ours):
    link(ours, "1", "nobody's")
    [case] = received(ours)
    assert case.about.warnings == (NOBODYS,)
    with pytest.raises(CaseRefused, match="contract_unknown"):
        requests.decide(IZZ, case.case_id, Decision.APPROVED, by="Sanne")
    assert [one.case_id for one in requests.waiting(IZZ)] == [case.case_id]
    assert seen(ours)[0].state == LinkState.ASKED


@pytest.mark.parametrize("insurer", ["zorg-en-zekerheid", "nobody"])
def test_another_insurer_decides_nothing(ours, other, insurer):
    link(ours, other.organisation.customer_number, other.contracts[0].number)
    [case] = received(ours)
    assert requests.waiting(insurer) == []
    with pytest.raises(NoCase):
        requests.decide(insurer, case.case_id, Decision.APPROVED, by="Sanne")


def test_taken_back_the_case_is_closed_and_cannot_be_approved(ours, other):
    link(ours, other.organisation.customer_number, other.contracts[0].number)
    [case] = received(ours)
    link_id = seen(ours)[0].id
    unlink(ours, link_id)
    assert seen(ours) == []
    assert requests.waiting(IZZ)[0].about.warnings == (TAKEN_BACK,)
    with pytest.raises(CaseRefused, match="taken_back"):
        requests.decide(IZZ, case.case_id, Decision.APPROVED, by="Sanne")
    [told] = ProcrastinateJob.objects.filter(task_name="onboarding.take_back").values_list("args", flat=True)
    # By number: a name stays out of the queue.
    assert told == {
        "insurer": IZZ, "kind": linking.KIND, "subject": str(link_id), "by_id": ours.scope.account_id,
    }  # fmt: skip
    jobs.take_back(**told)
    assert requests.waiting(IZZ) == []
    with office(insurer_id(IZZ)):
        assert Case.objects.get(id=case.case_id).decided_by == "Anna"
        assert ContractLink.objects.get(id=link_id).state == LinkState.UNLINKED


def test_taken_back_before_the_job_there_is_no_case_at_all(ours):
    link(ours, "1", "nobody's")
    link_id = seen(ours)[0].id
    unlink(ours, link_id)
    jobs.receive_link(link_id=link_id, insurer=IZZ)
    assert requests.waiting(IZZ) == []


def test_unlinked_it_is_gone_for_everyone_and_can_be_linked_again(ours, branch):
    made, _ = branch
    link(ours, made.customer_number, "T-1")
    first = seen(ours)[0].id
    unlink(ours, first)
    assert seen(ours) == []
    with pytest.raises(NoLink):
        unlink(ours, first)
    link(ours, made.customer_number, "T-1")
    assert [one.state for one in seen(ours)] == [LinkState.LINKED]
    assert trail(ours) == ["contract.link", "contract.unlink", "contract.link"]


def test_a_foreign_link_and_one_that_nobody_has_are_not_there(ours, other, branch):
    made, _ = branch
    link(ours, made.customer_number, "T-1")
    for id_ in (seen(ours)[0].id, 2_000_000_000):
        with pytest.raises(NoLink):
            unlink(other, id_)
        with pytest.raises(NoLink):
            inside(other, None, lambda scope, id_=id_: queries.linked_contract(scope, id_))
    assert len(seen(ours)) == 1


def test_row_security_gives_an_organisation_its_own_links_and_nobodys_contract(ours, other, branch):
    made, contract = branch
    link(ours, made.customer_number, "T-1")
    with opened(other.scope), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM contract_link")
        assert cursor.fetchone() == (0,)
        cursor.execute("UPDATE contract_link SET state = 'unlinked'")
        assert cursor.rowcount == 0
    with opened(ours.scope), connection.cursor() as cursor:
        cursor.execute("SELECT contract_name FROM contract_link")
        assert cursor.fetchall() == [("Thuiszorg",)]
        cursor.execute("SELECT count(*) FROM group_contract WHERE id = %s", [contract.id])
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM organisation WHERE id = %s", [made.id])
        assert cursor.fetchone() == (0,)


def test_whoever_signs_in_reads_of_contracts_numbers_and_names_only(ours):
    with signing_in(), connection.cursor() as cursor:
        cursor.execute("SELECT number, name FROM group_contract WHERE organisation_id = %s", [ours.organisation.id])
        assert len(cursor.fetchall()) == 2
    with pytest.raises(ProgrammingError, match="permission denied"), signing_in(), connection.cursor() as cursor:
        cursor.execute("SELECT first_day FROM group_contract")


def test_the_operator_lists_approves_and_refuses(ours, other):
    link(ours, other.organisation.customer_number, other.contracts[0].number)
    link(ours, "1", "nobody's")
    received(ours)
    run = CliRunner().invoke
    lines = [
        json.loads(line) for line in run(main, ["requests", "list", "--insurer", IZZ, "--json"]).output.splitlines()
    ]
    known, unknown = (one["case_id"] for one in lines)
    assert f"! {NOBODYS}" in run(main, ["requests", "list", "--insurer", IZZ]).output
    done = run(main, ["requests", "approve", str(known), "--insurer", IZZ, "--by", "Sanne"])
    assert (done.exit_code, done.output) == (0, f"{known}: approved.\n")
    open_still = run(main, ["requests", "approve", str(unknown), "--insurer", IZZ, "--by", "Sanne"])
    assert (open_still.exit_code, "contract_unknown" in open_still.output) == (1, True)
    told = run(main, ["requests", "refuse", str(unknown), "--insurer", IZZ, "--by", "Sanne", "--reason", "Onbekend."])
    assert told.exit_code == 0
    assert run(main, ["requests", "approve", "999999", "--insurer", IZZ, "--by", "Sanne"]).exit_code == 1
