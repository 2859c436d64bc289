"""Contact: a question from any page, its case at the insurer, and the answer (G14, U31, K01)."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collectief.access import letters
from collectief.access.queries import own_email
from collectief.audit.models import AuditEvent
from collectief.cases.models import Case
from collectief.cases.rules import Deciding, Decision, Staff, due_on
from collectief.foundation.dates import dutch
from collectief.inbox import announcing
from collectief.inbox import jobs as inbox_jobs
from collectief.inbox.delivering import deliver
from collectief.inbox.facts import About, Tiding
from collectief.inbox.models import Message
from collectief.inbox.queries import Asked, messages, unread
from collectief.inbox.rules import MailChoice
from collectief.questions import actions, jobs
from collectief.questions.models import Question
from collectief.questions.queries import own_questions
from collectief.questions.rules import KEPT, LONGEST, MOST_WAITING
from collectief.scope.database import office, opened
from collectief.scope.scope import NotAllowed
from collectief.segments.profile import MessageCategory
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


def inbox_of(scope) -> tuple[list[str], str]:
    """The codes of what somebody has among their messages, and what their page says."""
    with opened(scope):
        found, _total = messages(scope, Asked(), now=timezone.now())
    return [view.code for view in found], text_of(client_of(scope).get("/berichten/"))


def answered(client, ours, sanne, said: str = "Zo zit het.") -> Question:
    ask(client)
    row = rows(ours)[-1]
    client_of(sanne).post(f"/zaken/{case_of(row).id}/beslissen/", {"decision": "approved", "answer": said})
    return row


@pytest.mark.feature("G14")
@pytest.mark.feature("U29")
def test_the_answer_is_a_message_for_whoever_asked_and_for_no_colleague(anna, ours, sanne):
    some = member_of(ours.organisation, roles=["administrative"], name="Collega", contracts=[ours.contracts[0]])
    everything = member_of(ours.organisation, roles=["administrative"], name="Alles")
    row = answered(anna, ours, sanne)
    said = f"Uw vraag van {dutch(timezone.localdate())} is beantwoord"
    codes, text = inbox_of(ours.scope)
    assert codes == ["question.answered"] and said in text
    assert TEXT not in text and "Zo zit het." not in text
    with opened(ours.scope):
        [(id_, facts)] = Message.objects.values_list("id", "facts")
        assert unread(ours.scope, now=timezone.now()) == 1
    assert facts == {"asked_on": timezone.localdate().isoformat()}
    for colleague in (some, everything):
        codes, text = inbox_of(colleague)
        assert codes == [] and said not in text
        theirs = client_of(colleague)
        assert theirs.get(f"/berichten/{id_}/").status_code == 404
        # Nor by the database, whatever is asked of it.
        with opened(colleague):
            assert not Message.objects.filter(id=id_).exists()
            assert unread(colleague, now=timezone.now()) == 0
    # It leads to the answer, and says nothing of it nor of what was asked.
    text = text_of(anna.get(f"/berichten/{id_}/"))
    assert said in text and TEXT not in text and "Zo zit het." not in text
    assert f'href="/contact/#vraag-{row.id}"' in text and f'id="vraag-{row.id}"' in text_of(anna.get("/contact/"))
    with opened(ours.scope):
        assert unread(ours.scope, now=timezone.now()) == 0


@pytest.mark.feature("G14")
def test_whoever_reads_the_answer_on_contact_has_read_the_message(anna, ours, sanne):
    answered(anna, ours, sanne)
    colleague = member_of(ours.organisation, roles=["administrative"], name="Collega")
    client_of(colleague).get("/contact/")
    with opened(ours.scope):
        assert unread(ours.scope, now=timezone.now()) == 1
    anna.get("/contact/")
    with opened(ours.scope):
        assert unread(ours.scope, now=timezone.now()) == 0


@pytest.mark.feature("G14")
def test_who_works_in_some_contracts_gets_their_own_answer(ours, sanne):
    asker = member_of(ours.organisation, roles=["administrative"], name="Asker", contracts=[ours.contracts[0]])
    answered(client_of(asker), ours, sanne)
    assert inbox_of(asker)[0] == ["question.answered"]
    assert inbox_of(ours.scope)[0] == []


@pytest.mark.feature("G14")
@pytest.mark.feature("X08")
def test_whoever_asked_gets_mail_of_the_answer_and_nobody_else(anna, ours, sanne, monkeypatch):
    sent = []
    monkeypatch.setattr(letters, "mail_at", lambda url: SimpleNamespace(send=sent.append))
    colleague = member_of(ours.organisation, roles=["administrative"], name="Collega")
    for scope in (ours.scope, colleague):
        announcing.choose(scope, MailChoice.AT_ONCE, language="nl")
    answered(anna, ours, sanne)
    inbox_jobs.announce(0)
    [letter] = sent
    assert letter.to == own_email(ours.scope)
    for said in (TEXT, "Zo zit het.", "vraag", "antwoord"):
        assert said not in letter.subject + letter.text


@pytest.mark.feature("G14")
def test_the_office_can_tell_of_answers_and_neither_read_nor_remove_nor_spread_them(anna, ours, sanne):
    row = answered(anna, ours, sanne)
    told = Tiding(MessageCategory.FROM_INSURER, "question.answered", About.QUESTION, row.id, contracts=())
    whom = [(ours.organisation.id, ours.organisation.segment)]
    with office(insurer_id(ZZ)):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM message WHERE about = 'question'")
            assert cursor.fetchone() == (0,)
            cursor.execute("DELETE FROM message WHERE about = 'question'")
            assert cursor.rowcount == 0
        with pytest.raises(ProgrammingError), transaction.atomic():
            deliver(insurer_id(ZZ), [(told, whom)], at=timezone.now())
    assert inbox_of(ours.scope)[0] == ["question.answered"]


@pytest.mark.feature("G14")
def test_where_there_are_no_messages_the_answer_stands_on_contact_alone(db):
    theirs = agency(segment="employer", roles=("main_user",), contracts=0)
    client = client_of(theirs.scope)
    ask(client)
    [row] = rows(theirs)
    by = Staff(theirs.scope.insurer_id, theirs.scope.insurer, "Sanne Kok")
    with office(by.insurer_id):
        actions.answered(Deciding(1, str(row.id), Decision.APPROVED, by, "Zo zit het.", timezone.now()))
    assert "Zo zit het." in text_of(client.get("/contact/"))
    with opened(theirs.scope):
        assert not Message.objects.exists()


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
