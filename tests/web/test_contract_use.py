"""Contract gebruik: what it counts, for whom, and the workbook of it (U27, G10)."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import openpyxl
import pytest
from django.utils import timezone
from django.utils.formats import date_format

from collectief.audit.models import AuditEvent
from collectief.contracts.queries import contracts
from collectief.enrolment.facts import Application, Kind
from collectief.enrolment.models import Participation
from collectief.mutations import actions as mutations
from collectief.mutations.corridor import Request, Subject
from collectief.reporting.queries import use_of
from collectief.scope.database import opened, whole_organisation
from collectief.scope.scope import NotAllowed
from tests.stays_world import fixed
from tests.web.visiting import client_of, text_of, this_moment
from tests.world import Human, agency, enrolled, member_of, valid_bsns

pytestmark = [pytest.mark.django_db, pytest.mark.feature("U27"), pytest.mark.feature("G10")]

TODAY = timezone.localdate()
THIS_MONTH = TODAY.replace(day=1)


@pytest.fixture
def ours():
    return agency()


def people(customer, count: int) -> list[int]:
    """People who take part for a hundred days by now."""
    return [enrolled(customer, Human(bsn), this_moment()) for bsn in valid_bsns(count, start=942_000_000)]


def do(customer, participant: int, application: Application) -> None:
    with opened(customer.scope):
        mutations.submit(customer.scope, [Request(application, Subject(participant_id=participant))], this_moment())


def leaves(customer, participant: int, last_day: date) -> None:
    do(customer, participant, Application(Kind.TERMINATE, last_day=last_day, reason="end_of_employment"))


def months(customer, which: int = 0, today: date = TODAY):
    with opened(customer.scope):
        contract = next(one for one in contracts(customer.scope) if one.id == customer.contracts[which].id)
        return {one.month: one for one in use_of(customer.scope, contract, today=today)}


def test_who_came_and_left_and_who_is_there_at_the_end(ours):
    _stays, gone_before, ends = people(ours, 3)
    came = (TODAY - timedelta(days=100)).replace(day=1)
    yesterday = TODAY - timedelta(days=1)
    leaves(ours, gone_before, yesterday)
    leaves(ours, ends, TODAY)
    found = months(ours)
    assert (found[came].came, found[came].count) == (3, 3)
    # Of the last day itself somebody still takes part.
    gone = found[yesterday.replace(day=1)]
    assert gone.left == 1
    assert found[THIS_MONTH].count == 2
    assert max(found) == THIS_MONTH


def test_who_leaves_on_the_last_day_of_a_month_has_left_at_its_end(ours):
    [someone] = people(ours, 1)
    last_day = THIS_MONTH - timedelta(days=1)
    leaves(ours, someone, last_day)
    month = months(ours)[last_day.replace(day=1)]
    assert (month.left, month.count) == (1, 0)


def test_who_goes_on_the_next_day_has_neither_left_nor_come(ours):
    [someone] = people(ours, 1)
    before = TODAY - timedelta(days=40)
    leaves(ours, someone, before)
    again = Application(Kind.ENROL, contract=ours.contracts[0].number, first_day=before + timedelta(days=1))
    do(ours, someone, again)
    with opened(ours.scope):
        assert Participation.objects.count() == 2
    found = months(ours)
    assert sum(one.came for one in found.values()) == 1
    assert sum(one.left for one in found.values()) == 0


def test_what_has_not_come_yet_is_not_counted(ours):
    [someone] = people(ours, 1)
    leaves(ours, someone, TODAY + timedelta(days=5))
    before = months(ours, today=TODAY - timedelta(days=101))
    assert all(one.count == 0 for one in before.values())
    assert months(ours)[THIS_MONTH].count == 1


def test_it_is_of_one_contract(ours):
    people(ours, 2)
    assert all(one.count == 0 for one in months(ours, 1).values())
    client, number = client_of(ours.scope), ours.contracts[0].number
    assert "Huidig aantal deelnemers</dt><dd>2</dd>" in text_of(client.get("/contractgebruik/", {"contract": number}))


def test_the_page_has_a_line_for_every_month_since_the_start(ours):
    people(ours, 1)
    page = text_of(client_of(ours.scope).get("/contractgebruik/"))
    called = date_format(THIS_MONTH, "F Y")
    assert re.search(rf'<th scope="row">{called} <span class="c-muted">\(tot nu toe\)</span></th><td>1</td>', page)
    assert "januari 2020" in page
    assert page.count("<rect") == 24


def test_another_contract_is_none_and_no_contract_says_so(ours):
    other = agency(name="Zuid")
    client = client_of(ours.scope)
    for address in ("/contractgebruik/", "/contractgebruik/download/"):
        assert client.get(address, {"contract": other.contracts[0].number}).status_code == 404
        assert client.get(address, {"contract": "<x>"}).status_code == 404


def test_who_works_in_some_contracts_sees_those(ours):
    people(ours, 1)
    here = client_of(member_of(ours.organisation, roles=["administrative"], contracts=ours.contracts[1:2]))
    assert here.get("/contractgebruik/", {"contract": ours.contracts[0].number}).status_code == 404
    assert ours.contracts[1].number in text_of(here.get("/contractgebruik/"))


def test_who_sees_no_participants_sees_how_many_there_are(ours):
    people(ours, 2)
    money = client_of(member_of(ours.organisation, roles=["financial"]))
    assert "<dd>2</dd>" in text_of(money.get("/contractgebruik/"))


def test_elsewhere_it_is_not_there():
    employer = agency(name="Kliniek", segment="employer", roles=("account_manager",))
    client = client_of(employer.scope)
    assert "contractgebruik" not in text_of(client.get("/dashboard/"))
    assert client.get("/contractgebruik/").status_code == 403
    with opened(employer.scope), pytest.raises(NotAllowed):
        use_of(employer.scope, contracts(employer.scope)[0], today=TODAY)


def test_the_workbook_has_the_same_figures_and_is_in_the_trail(ours):
    people(ours, 2)
    response = client_of(ours.scope).get("/contractgebruik/download/", {"contract": ours.contracts[0].number})
    assert f"contractgebruik-{ours.contracts[0].number}.xlsx" in response["Content-Disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    rows = list(sheet.values)
    assert rows[0] == (
        "Maand", "Aantal deelnemers", "Verschil", "Ingestroomd", "Uitgestroomd", "Vastgesteld aantal",
        "Vastgesteld ingestroomd", "Vastgesteld uitgestroomd",
    )  # fmt: skip
    assert rows[1][5:] == (None, None, None)
    assert rows[1][1] == 2
    assert len(rows) - 1 == len(months(ours))
    with opened(ours.scope):
        event = AuditEvent.objects.get(action="reporting.download_use")
        assert event.object_ids == {"contract": [ours.contracts[0].id]}


def test_one_question_whatever_the_number_of_people(ours, django_assert_num_queries):
    people(ours, 3)
    with whole_organisation(ours.scope):
        [contract, *_] = contracts(ours.scope)
        with django_assert_num_queries(1):
            use_of(ours.scope, contract, today=TODAY)


def test_what_was_fixed_stands_beside_what_is_so_now(ours):
    [_stays, gone] = people(ours, 2)
    began = (TODAY - timedelta(days=100)).replace(day=1)
    fixed(ours, began)
    client, number = client_of(ours.scope), ours.contracts[0].number
    [same] = [row for row in _months(client, number) if f">{date_format(began, 'F Y')}<" in row]
    assert same.endswith("<td>2</td><td>+2</td><td>2</td><td>0</td><td>2</td></tr>")
    leaves(ours, gone, TODAY - timedelta(days=100))
    [other] = [row for row in _months(client, number) if f">{date_format(began, 'F Y')}<" in row]
    assert "<td>1</td>" in other and "in 2, uit 0" in other
    response = client.get("/contractgebruik/download/", {"contract": number})
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.values)
    [row] = [row for row in rows if row[0] == date_format(began, "F Y")]
    assert (row[1], row[5:]) == (1, (2, 2, 0))


def _months(client, number: str) -> list[str]:
    return re.findall(r"<tr><th scope=.row.>.*?</tr>", text_of(client.get("/contractgebruik/", {"contract": number})))
