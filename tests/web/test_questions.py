"""Contact: a question from any page, its case at the insurer, and the answer (G14, U31, K01)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collectief.audit.models import AuditEvent
from collectief.cases.models import Case
from collectief.cases.rules import due_on
from collectief.foundation.dates import dutch
from collectief.questions import actions, jobs
from collectief.questions.models import Question
from collectief.questions.queries import own_questions
from collectief.questions.rules import KEPT, LONGEST, MOST_WAITING
from collectief.scope.database import office, opened
from collectief.scope.scope import NotAllowed
from tests.office_world import clerk, insurer_id
from tests.web.visiting import client_of, text_of
from tests.world import agency, member_of, valid_bsns

ZZ = "zorg-en-zekerheid"
TEXT = "Wat betekent deze regel?"


def ask(client, text: str = TEXT, **more):
    return client.post("/contact/", {"aan": "0", "vraag": text, "van": "/deelnemers/", **more})


def rows(ours) -> list[Question]:
    with opened(ours.scope):
        return list(Question.objects.order_by("id"))


def case_of(row: Question) -> Case:
    jobs.receive(question_id=row.id, insurer=ZZ)
    with office(insurer_id(ZZ)):
        return Case.objects.get(kind="question", subject=str(row.id))


@pytest.fixture
def sanne(db):
    return clerk()


@pytest.mark.feature("G14")
@pytest.mark.parametrize("path", ["/dashboard/", "/deelnemers/", "/contractgegevens/"])
def test_every_page_leads_to_a_question_about_it(anna, path):
    text = anna.get(path).content.decode()
    assert f'href="/contact/?van={path}"' in text
    asked = text_of(anna.get("/contact/", {"van": path}))
    assert "Uw vraag gaat over de pagina" in asked
    assert f'href="{path}">{path}</a>' in asked


@pytest.mark.feature("G14")
@pytest.mark.feature("K01")
def test_a_question_becomes_a_case_with_its_term_and_carries_its_page(anna, ours, sanne):
    answer = ask(anna)
    assert answer.status_code == 302
    text = text_of(anna.get("/contact/"))
    day = dutch(due_on("question", timezone.localdate()))
    assert f"Uiterlijk op {day} staat ons antwoord op deze pagina." in text
    assert f"antwoord uiterlijk {day}" in text
    [row] = rows(ours)
    assert (row.page, row.text, row.desk) == ("/deelnemers/", TEXT, "Polisadministratie en verzekeringnemers")
    case = case_of(row)
    assert case_of(row).id == case.id
    assert case.due_on == due_on("question", timezone.localdate())
    shown = text_of(client_of(sanne).get(f"/zaken/{case.id}/"))
    for said in (TEXT, "/deelnemers/", ours.organisation.name, row.asked_by, "Antwoord versturen"):
        assert said in shown
    assert "Weigeren" not in shown


@pytest.mark.feature("G14")
def test_the_answer_is_read_by_whoever_asked_and_by_no_colleague(anna, ours, sanne):
    ask(anna)
    [row] = rows(ours)
    case, desk = case_of(row), client_of(sanne)
    empty = desk.post(f"/zaken/{case.id}/beslissen/", {"decision": "approved", "answer": " "})
    assert (empty.status_code, "Schrijf het antwoord op" in empty.content.decode()) == (422, True)
    # What a page of before might still send: a question is not refused.
    refusal = desk.post(f"/zaken/{case.id}/beslissen/", {"decision": "refused", "reason": "Nee"})
    assert refusal.status_code == 422
    done = desk.post(
        f"/zaken/{case.id}/beslissen/", {"decision": "approved", "answer": "Dat <b>is</b> de premie."}, follow=True
    )
    assert "is beantwoord." in text_of(done)
    text = anna.get("/contact/").content.decode()
    assert "Dat &lt;b&gt;is&lt;/b&gt; de premie." in text
    assert "Beantwoord" in text
    colleague = client_of(member_of(ours.organisation, roles=["administrative"], name="Collega"))
    assert TEXT not in text_of(colleague.get("/contact/"))
    with office(insurer_id(ZZ)):
        decided = Case.objects.get(id=case.id)
    # The answer stands with the question, and goes with it.
    assert (decided.decision, decided.reason) == ("approved", "")
    with opened(ours.scope):
        trail = list(AuditEvent.objects.filter(action__startswith="question.").values_list("action", flat=True))
    assert sorted(trail) == ["question.answer", "question.ask"]
    assert "Beantwoord" in text_of(desk.get("/zaken/beslist/"))
    assert "Dat" in text_of(desk.get(f"/zaken/{case.id}/"))


@pytest.mark.feature("G14")
@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"vraag": ""}, "Schrijf uw vraag op."),
        ({"vraag": "x" * (LONGEST + 1)}, "Houd uw vraag korter dan 2000 tekens."),
        ({"vraag": f"Klopt {valid_bsns(1)[0].digits} wel?"}, "Hier staat een burgerservicenummer in."),
        ({"aan": "99"}, "99"),
        ({"aan": ""}, "Dit veld is verplicht."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(anna, ours, sent, said):
    answer = ask(anna, **{"text": sent.pop("vraag", TEXT), **sent})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert rows(ours) == []


@pytest.mark.feature("G14")
@pytest.mark.parametrize(
    "page", ["https://elders.example/deelnemers/x", "/bestaat/niet/", "javascript:alert(1)", "//elders/", "//[x"]
)
def test_what_is_no_page_of_ours_is_not_carried(anna, ours, page):
    assert "Uw vraag gaat over" not in text_of(anna.get("/contact/", {"van": page}))
    ask(anna, van=page)
    assert [row.page for row in rows(ours)] == [""]


@pytest.mark.feature("G14")
def test_what_was_searched_for_does_not_go_along(anna, ours):
    ask(anna, van="/deelnemers/?achternaam=Jansen")
    assert [row.page for row in rows(ours)] == ["/deelnemers/"]


@pytest.mark.feature("G14")
def test_twenty_may_wait_and_no_more(anna, ours):
    now = timezone.now()
    with opened(ours.scope):
        for number in range(MOST_WAITING):
            actions.ask(ours.scope, desk="x", page="", text=str(number), now=now)
    answer = ask(anna)
    assert "Er wachten al twintig vragen van u op antwoord." in answer.content.decode()
    assert len(rows(ours)) == MOST_WAITING


@pytest.mark.feature("U31")
def test_the_desks_are_the_brands(anna):
    text = text_of(anna.get("/contact/"))
    for said in ("Buitenlandformulieren (S1)", "declaraties@zorgenzekerheid.nl", "info@stichtingvbw.nl"):
        assert said in text


@pytest.mark.feature("G14")
@pytest.mark.parametrize("segment", ["occupational_care", "representative"])
def test_where_no_office_answers_one_asks_by_mail(db, segment):
    role = {"occupational_care": "main_account", "representative": "representative"}[segment]
    customer = agency(segment=segment, roles=(role,), contracts=0)
    client = client_of(customer.scope)
    assert client.get("/contact/").status_code == 403
    assert 'href="mailto:' in client.get("/dashboard/").content.decode()
    with opened(customer.scope), pytest.raises(NotAllowed):
        own_questions(customer.scope)


def test_answered_long_ago_nothing_is_left_and_the_case_says_so(anna, ours, sanne):
    ask(anna)
    ask(anna, text="Deze wacht nog.")
    old, waits = rows(ours)
    case = case_of(old)
    client_of(sanne).post(f"/zaken/{case.id}/beslissen/", {"decision": "approved", "answer": "Zo."})
    jobs.forget(0)
    assert len(rows(ours)) == 2
    with office(insurer_id(ZZ)):
        Question.objects.filter(id=old.id).update(answered_at=timezone.now() - KEPT - timedelta(days=1))
    jobs.forget(0)
    assert [row.id for row in rows(ours)] == [waits.id]
    shown = client_of(sanne).get(f"/zaken/{case.id}/")
    assert "de bewaartermijn is voorbij" in text_of(shown)
    assert client_of(sanne).get("/zaken/beslist/").status_code == 200


def test_as_many_queries_whatever_was_asked(anna, ours):
    def counted() -> int:
        # What was said once is not said again.
        anna.get("/contact/")
        with CaptureQueriesContext(connection) as caught:
            anna.get("/contact/")
        return len(caught)

    few = counted()
    for number in range(5):
        ask(anna, text=str(number))
    assert counted() == few
