"""Zaken: the queue of the office, one case, and deciding it (K01, G01)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collectief.access import sessions
from collectief.audit.models import AuditEvent
from collectief.cases import jobs, rules
from collectief.cases.actions import open_case, withdraw
from collectief.cases.models import Case
from collectief.cases.rules import About, CaseRefused, Kind, registry
from collectief.scope.database import office, opened
from collectief.web.cases import words
from tests.office_world import applied, clerk, insurer_id
from tests.web.visiting import client_of, doubled_ids, text_of
from tests.world import agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("K01")]


@pytest.fixture
def office_(db):
    return agency(name="Zorg en Zekerheid, zakelijke markt", segment="back_office", contracts=0)


@pytest.fixture
def sanne(office_):
    return clerk(office_of=office_)


@pytest.fixture
def desk(sanne):
    """Sanne's browser."""
    return client_of(sanne)


@pytest.fixture
def case(ours):
    applied(ours)
    return only().id


def only() -> Case:
    with office(insurer_id()):
        return Case.objects.get()


def late(case_id: int, days: int = 10) -> None:
    with office(insurer_id()):
        Case.objects.filter(id=case_id).update(due_on=timezone.localdate() - timedelta(days=days))


def seen(scope) -> list[tuple[str, dict]]:
    with opened(scope):
        return [(event.action, event.object_ids) for event in AuditEvent.objects.order_by("id")]


def test_nothing_waits_and_nothing_was_decided(desk):
    assert "Er wacht niets op een beslissing." in text_of(desk.get("/zaken/"))
    assert "Er is nog niets beslist." in text_of(desk.get("/zaken/beslist/"))


def test_late_ones_are_on_top_and_say_so_in_words(desk, ours, case):
    applied(ours, email="tim@debrug.example", name="Tim Late")
    with office(insurer_id()):
        second = Case.objects.latest("id").id
    late(second)
    text = text_of(desk.get("/zaken/"))
    assert text.index("Tim Late") < text.index("Noor Haddad")
    assert re.search(r"\d werkdagen te laat", text)
    assert "nog 5 werkdagen" in text
    assert "Zaken" in text_of(desk.get("/dashboard/"))


def test_by_kind_and_ones_own(desk, sanne, case):
    assert "Noor Haddad" in text_of(desk.get("/zaken/?soort=account_application"))
    assert "Hiervan wacht er geen zaak." in text_of(desk.get("/zaken/?van=mij"))
    desk.post(f"/zaken/{case}/nemen/")
    assert "Noor Haddad" in text_of(desk.get("/zaken/?van=mij"))
    wrong = desk.get("/zaken/?soort=niets")
    assert (wrong.status_code, "Kies iets uit de lijst." in text_of(wrong)) == (422, True)


def test_looking_is_in_the_trail_with_which_cases(desk, sanne, case):
    desk.get("/zaken/")
    desk.get(f"/zaken/{case}/")
    desk.get("/zaken/beslist/")
    assert seen(sanne) == [
        ("case.list", {"case": [case]}),
        ("case.see", {"case": [case]}),
        ("case.list_decided", {"case": []}),
    ]


def test_a_case_says_what_was_filled_in_and_what_we_know(desk, ours, case):
    text = text_of(desk.get(f"/zaken/{case}/"))
    for fact in ("noor@debrug.example", "0711234567", ours.organisation.kvk, "administratief, accountbeheer", "MijnZZ"):
        assert fact in text
    assert "Let op" not in text
    assert not doubled_ids(text)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"kvk": "99999999"}, "Wij hebben geen klant van deze soort met KvK-nummer 99999999"),
        ({"email": "{own}"}, "heeft al iemand een plaats bij deze organisatie"),
        ({"email": "{elsewhere}"}, "Dit e-mailadres hoort al bij een account: Otto."),
    ],
    ids=["no customer", "a place already", "an account"],
)
def test_what_is_worth_a_second_look_is_said(desk, ours, more, said):
    from collectief.access.queries import own_email

    otto = member_of(agency(name="Otto Flexkrachten").organisation, roles=["administrative"], name="Otto")
    emails = {"{own}": own_email(ours.scope), "{elsewhere}": own_email(otto)}
    applied(ours, **{name: emails.get(value, value) for name, value in more.items()})
    text = text_of(desk.get(f"/zaken/{only().id}/"))
    assert "Let op:" in text
    assert said in text


@pytest.mark.feature("G01")
@pytest.mark.feature("O02")
def test_approved_it_leaves_the_queue_and_can_still_be_read(desk, sanne, case):
    response = desk.post(f"/zaken/{case}/beslissen/", {"decision": "approved"}, follow=True)
    text = text_of(response)
    assert "is goedgekeurd." in text
    assert "Er wacht niets op een beslissing." in text
    assert "Noor Haddad" in text_of(desk.get("/zaken/beslist/"))
    text = text_of(desk.get(f"/zaken/{case}/"))
    assert "Goedgekeurd" in text
    assert sanne.account in text
    assert "beslissen/" not in text
    assert "notitie/" in text


@pytest.mark.feature("G01")
def test_refused_needs_a_reason_and_keeps_it(desk, case):
    again = desk.post(f"/zaken/{case}/beslissen/", {"decision": "refused", "reason": "  "})
    assert (again.status_code, "Schrijf de reden op" in text_of(again)) == (422, True)
    too_long = desk.post(f"/zaken/{case}/beslissen/", {"decision": "refused", "reason": "x" * 501})
    assert too_long.status_code == 422
    assert only().decision == ""
    assert (
        desk.post(f"/zaken/{case}/beslissen/", {"decision": "refused", "reason": "<b>Bel ons.</b>"}).status_code == 302
    )
    text = text_of(desk.get(f"/zaken/{case}/"))
    assert "Geweigerd" in text
    assert "&lt;b&gt;Bel ons.&lt;/b&gt;" in text


def test_of_one_whose_term_is_over_the_page_says_so_and_takes_no_note(desk, case):
    desk.post(f"/zaken/{case}/beslissen/", {"decision": "refused", "reason": "Noor werkt er niet."})
    assert "Notitie toevoegen" in text_of(desk.get(f"/zaken/{case}/"))
    jobs.forget_before(timezone.now() + timedelta(minutes=1))
    shown = text_of(desk.get(f"/zaken/{case}/"))
    assert "Verwijderd: de bewaartermijn is voorbij." in shown
    assert "Notitie toevoegen" not in shown and "Noor werkt er niet." not in shown
    # Who had the page open before.
    sent = desk.post(f"/zaken/{case}/notitie/", {"text": "Gebeld."}, follow=True)
    assert "worden geen notities meer bewaard" in text_of(sent)


def test_whose_term_is_over_no_longer_says_which_customer_took_it_back(desk, case):
    with office(insurer_id()):
        subject = Case.objects.values_list("subject", flat=True).get(id=case)
        withdraw(insurer_id(), "account_application", subject, by="Noor van der Weg", now=timezone.now())
    shown = ("/zaken/beslist/", f"/zaken/{case}/")
    assert all("Noor van der Weg" in text_of(desk.get(address)) for address in shown)
    jobs.forget_before(timezone.now() + timedelta(minutes=1))
    listed, opened_ = (text_of(desk.get(address)) for address in shown)
    assert "Ingetrokken" in listed and "Noor van der Weg" not in listed + opened_
    assert opened_.count("Verwijderd: de bewaartermijn is voorbij.") == 2


def test_anything_but_approving_is_never_taken_for_it(desk, case):
    for decision in ({}, {"decision": "APPROVED"}, {"decision": "x"}):
        assert desk.post(f"/zaken/{case}/beslissen/", decision).status_code == 422
    assert only().decision == ""


def test_what_cannot_be_done_says_why_and_what_to_do(desk, ours):
    applied(ours, kvk="99999999")
    response = desk.post(f"/zaken/{only().id}/beslissen/", {"decision": "approved"})
    text = text_of(response)
    assert response.status_code == 422
    assert "Wij hebben geen klant van deze soort met KvK-nummer 99999999." in text
    assert "Bel de aanvrager" in text
    assert only().decision == ""


def test_the_second_of_two_colleagues_is_told_by_whom_it_was_decided(desk, office_, case):
    lotte = clerk(office_of=office_, name="Lotte Prins")
    client_of(lotte).post(f"/zaken/{case}/beslissen/", {"decision": "approved"})
    response = desk.post(f"/zaken/{case}/beslissen/", {"decision": "refused", "reason": "Nee"})
    text = text_of(response)
    assert response.status_code == 422
    assert f"{lotte.account} heeft deze zaak net beslist: goedgekeurd." in text


def test_taking_noting_giving_back_and_taking_over(desk, office_, sanne, case):
    lotte = clerk(office_of=office_, name="Lotte Prins")
    other = client_of(lotte)
    assert "U bent nu met deze zaak bezig." in text_of(desk.post(f"/zaken/{case}/nemen/", follow=True))
    # Lotte's page is of before: she is told, and can then take it over.
    told = text_of(other.post(f"/zaken/{case}/nemen/", follow=True))
    assert f"{sanne.account} is met deze zaak bezig." in told
    assert "beslissen/" not in told
    assert other.post(f"/zaken/{case}/beslissen/", {"decision": "approved"}).status_code == 422
    other.post(f"/zaken/{case}/nemen/", {"van": sanne.account_id})
    assert only().taken_by_id == lotte.account_id
    assert "niet meer met deze zaak bezig" in text_of(desk.post(f"/zaken/{case}/teruggeven/", follow=True))
    assert "teruggegeven" in text_of(other.post(f"/zaken/{case}/teruggeven/", follow=True))
    assert desk.post(f"/zaken/{case}/notitie/", {"text": " "}).status_code == 422
    text = text_of(desk.post(f"/zaken/{case}/notitie/", {"text": "Gebeld.\n<i>Klopt</i>"}, follow=True))
    assert "Gebeld.<br>&lt;i&gt;Klopt&lt;/i&gt;" in text
    assert sanne.account in text


def test_with_four_eyes_who_opened_it_sees_that_a_colleague_decides(desk, sanne, office_, monkeypatch):
    done = []
    kind = Kind(
        "opened_here", 3, "Hier geopend", lambda _, some: dict.fromkeys(some, "Een wijziging"), lambda *_: About(),
        done.append, dict, four_eyes=True,
    )  # fmt: skip
    monkeypatch.setitem(registry.kinds, kind.slug, kind)
    monkeypatch.setattr(rules, "TERMS", {**rules.TERMS, kind.slug: 3})
    with office(sanne.insurer_id):
        opened_ = open_case(sanne.insurer_id, kind.slug, "1", now=timezone.now(), opened_by=sanne.account_id)
    text = text_of(desk.get(f"/zaken/{opened_.id}/"))
    assert "U heeft deze zaak zelf geopend." in text
    assert "beslissen/" not in text
    refused = desk.post(f"/zaken/{opened_.id}/beslissen/", {"decision": "approved"})
    assert (refused.status_code, done) == (422, [])
    other = client_of(clerk(office_of=office_, name="Lotte"))
    assert other.post(f"/zaken/{opened_.id}/beslissen/", {"decision": "approved"}).status_code == 302
    assert [one.subject for one in done] == ["1"]


def _without(number: int, text: str) -> str:
    """A page without what differs each time: the number asked for, the form's token, how long the session lasts."""
    return re.sub(r'value="[A-Za-z0-9]{64}"|data-(left|last)="[0-9]+"', "", text.replace(f"/{number}/", "/"))


@pytest.mark.feature("K07")
def test_another_insurers_case_and_one_that_is_not_there_look_the_same(desk):
    other = agency(name="Otto Elders", brand="voorbeeld")
    applied(other, portal="voorbeeld", name="Geheim Elders")
    with office(insurer_id("voorbeeldverzekeraar")):
        theirs = Case.objects.get().id
    answers = []
    for number in (theirs, 2_000_000_000):
        pages = [desk.get(f"/zaken/{number}/")]
        pages += [desk.post(f"/zaken/{number}/{verb}/") for verb in ("nemen", "teruggeven", "notitie", "beslissen")]
        answers.append([(page.status_code, _without(number, text_of(page))) for page in pages])
    assert {status for status, _ in answers[0]} == {404}
    assert [text for _, text in answers[0]] == [text for _, text in answers[1]]
    for page in ("/zaken/", "/zaken/beslist/", "/dashboard/"):
        assert "Geheim" not in text_of(desk.get(page))


@pytest.mark.parametrize("roles", [("help_desk",), ("auditor",), ("office_manager",), ()])
def test_other_roles_of_the_office_find_no_cases(office_, case, roles):
    client = client_of(clerk(office_of=office_, roles=roles))
    for page in ("/zaken/", "/zaken/beslist/", f"/zaken/{case}/"):
        assert client.get(page).status_code == 403
    assert client.post(f"/zaken/{case}/beslissen/", {"decision": "approved"}).status_code == 403
    if roles:
        assert "/zaken/" not in text_of(client.get("/dashboard/"))


@pytest.mark.feature("K05")
@pytest.mark.feature("K06")
@pytest.mark.parametrize(
    ("roles", "leads_to"),
    [
        (("case_handler",), ("/zaken/beslist/", "/nieuws/", "/maandelijkse-runs/")),
        (("help_desk",), ("/helpdesk/",)),
        (("auditor",), ("/onderzoek/",)),
        (("office_manager",), ("/accountbeheer/", "/logboek/", "/nieuws/")),
        (
            ("case_handler", "help_desk", "auditor"),
            ("/zaken/beslist/", "/helpdesk/", "/onderzoek/", "/nieuws/", "/maandelijkse-runs/"),
        ),
    ],
    ids=str,
)
def test_the_dashboard_leads_to_what_ones_roles_open_and_to_nothing_else(office_, roles, leads_to):
    text = text_of(client_of(clerk(office_of=office_, roles=roles)).get("/dashboard/"))
    main = text[text.index("<main") : text.index("</main>")]
    assert set(re.findall(r'href="(/[^"]*)"', main)) == set(leads_to)
    assert "is hier nu niets te doen" not in main


def test_as_many_questions_however_many_wait(desk, ours, monkeypatch):
    monkeypatch.setattr(sessions, "_SAME_USE_SECONDS", 3600)

    def asked(page: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(page).status_code == 200
        return len(captured)

    applied(ours, email="a0@debrug.example")
    pages = ("/zaken/", "/zaken/beslist/", "/dashboard/", f"/zaken/{only().id}/")
    few = [asked(page) for page in pages]
    for number in range(30):
        applied(ours, email=f"b{number}@debrug.example")
    many = [asked(page) for page in pages]
    assert many == few
    assert max(many) <= 24
    assert text_of(desk.get("/zaken/?pagina=2")).count('<th scope="row">') == 6
    assert text_of(desk.get("/zaken/?pagina=9")).count('<th scope="row">') == 6


def test_every_refusal_has_words():
    codes = {
        "already_decided",
        "taken",
        "not_yours",
        "four_eyes",
        "reason_missing",
        "note_missing",
        "past_its_term",
        "answer_missing",
        "no_refusing",
    }
    assert set(words.refusals()) == codes
    for kind, own in (
        (
            "account_application",
            {"organisation_unknown", "organisation_ended", "already_here", "managed_already"},
        ),
        ("contract_link", {"contract_unknown", "taken_back"}),
        ("leaving", {"last_manager", "no_role", "taken_back", "done_already"}),
        ("data_change", set()),
        ("role_request", {"no_access_now", "taken_back"}),
        ("question", set()),
        ("insurance_statement", set()),
        ("s1", {"s1_over"}),
        ("tariff", {"began_already"}),
        ("contract_offer", {"began_already"}),
        ("contract_opening", {"number_taken", "customer_ended"}),
        (
            "contract_ending",
            {
                "people_take_part",
                "ends_in_the_past",
                "ends_before_it_begins",
                "contract_over",
                "customer_ended",
                "same_end",
            },
        ),
    ):
        assert set(registry.kind(kind).refusals()) == own
        assert all(reason and remedy for reason, remedy in registry.kind(kind).refusals().values())
    assert set(registry.kinds) == {
        "account_application", "contract_link", "leaving", "data_change", "tariff", "contract_offer",
        "role_request", "question", "insurance_statement", "s1", "contract_opening", "contract_ending",
    }  # fmt: skip
    reason, remedy = words.case_refusal(
        "account_application", "already_decided", {"by": "Lotte", "decision": "refused"}
    )
    assert reason == "Lotte heeft deze zaak net beslist: geweigerd."
    assert remedy
    assert CaseRefused("taken", by="x").code in codes


@pytest.mark.feature("X09")
def test_the_customer_reads_that_the_insurer_let_somebody_in_and_not_who(desk, ours, sanne, case):
    desk.post(f"/zaken/{case}/beslissen/", {"decision": "approved"})
    bas = client_of(member_of(ours.organisation, roles=["account_manager"], name="Bas"))
    text = text_of(bas.get("/logboek/"))
    assert "Collega uitgenodigd" in text
    assert "Zorg en Zekerheid" in text
    assert "behandelaar" in text
    assert sanne.account not in text
    assert "Zaken</option>" not in text
