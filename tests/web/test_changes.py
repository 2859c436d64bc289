"""Taking back and undoing, as pages tell it (law 4, X05)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import transaction

from collectief.enrolment import actions as enrolment
from collectief.enrolment.facts import Application, Kind
from collectief.enrolment.models import Participation
from collectief.foundation.dates import dutch
from collectief.mutations import actions as mutations
from collectief.mutations.corridor import Request, Subject
from collectief.mutations.models import Mutation
from collectief.mutations.verdicts import Accepted
from collectief.scope.database import opened
from tests.household_world import enrol, family, town
from tests.web.visiting import client_of, crowd, left, text_of, this_moment, waiting
from tests.world import agency, valid_bsns


@pytest.fixture
def undone(anna, ours) -> tuple[int, int, int]:
    """Somebody's termination, undone: participant, termination, reversal."""
    [participant] = crowd(ours, 1)
    [outcome] = left(ours, [participant], this_moment().today - timedelta(days=3))
    assert anna.post(f"/mutaties/{outcome.mutation_id}/ongedaan/").status_code == 302
    with opened(ours.scope):
        return participant, outcome.mutation_id, Mutation.objects.get(kind="reverse").id


@pytest.mark.feature("X05")
def test_a_reversal_names_what_it_undoes_with_a_link(anna, undone):
    participant, termination, reversal = undone
    link = f'href="/mutaties/{termination}/"'
    for page in (f"/deelnemers/{participant}/", f"/mutaties/{reversal}/", "/dashboard/"):
        text = text_of(anna.get(page))
        assert link in text, page
        assert "Afmelding van " in text, page


@pytest.mark.feature("X05")
def test_a_reversal_that_was_refused_names_it_too(anna, ours, undone):
    with opened(ours.scope):
        Mutation.objects.filter(id=undone[2]).update(reverses=None)
    text = text_of(anna.get(f"/mutaties/{undone[2]}/"))
    assert f'href="/mutaties/{undone[1]}/"' in text
    assert "een eerdere wijziging" in text


@pytest.mark.feature("X05")
def test_the_page_before_undoing_is_a_sentence_also_when_there_is_little_to_say(anna, ours):
    [participant] = crowd(ours, 1)
    typed = {"reference": ""}
    anna.post(f"/deelnemers/{participant}/referentie/", {"reference": "P-1"})
    anna.post(f"/deelnemers/{participant}/referentie/", typed)
    with opened(ours.scope):
        emptied = Mutation.objects.latest("id")
    assert emptied.asked == {}
    text = text_of(anna.get(f"/mutaties/{emptied.id}/ongedaan/"))
    assert "Het gaat om: Wijziging referentienummer van C. Velen000." in text


@pytest.mark.feature("X05")
@pytest.mark.parametrize("act", ["intrekken", "ongedaan"])
def test_what_cannot_be_taken_back_says_why_and_what_to_do(anna, ours, undone, act):
    response = anna.post(f"/mutaties/{undone[1]}/{act}/")
    assert response.status_code == 422
    assert "ds-alert" in text_of(response)


@pytest.mark.feature("X05")
@pytest.mark.parametrize("door", ["intrekken", "ongedaan"])
@pytest.mark.parametrize(
    ("which", "says"),
    [
        (1, ("Deze wijziging is al ongedaan gemaakt.", "Bekijk de geschiedenis van de deelnemer.")),
        (
            2,
            (
                "Wat iets ongedaan maakte, is zelf niet in te trekken of ongedaan te maken.",
                "Vraag opnieuw aan wat moet gelden.",
            ),
        ),
    ],
    ids=["undone", "reversal"],
)
def test_a_typed_address_of_what_cannot_be_taken_back_at_all_says_what_it_is(anna, undone, door, which, says):
    for ask, status in ((anna.get, 200), (anna.post, 422)):
        response = ask(f"/mutaties/{undone[which]}/{door}/")
        text = text_of(response)
        assert response.status_code == status
        assert all(said in text for said in says)
        assert "Gebruik Ongedaan maken." not in text and '<form method="post">' not in text


@pytest.mark.feature("X05")
def test_a_newcomer_is_withdrawn_and_the_page_says_so(anna, ours):
    [mutation] = waiting(ours)
    text = text_of(anna.post(f"/mutaties/{mutation}/intrekken/", follow=True))
    assert "De wijziging is ingetrokken" in text
    assert "Ingetrokken" in text


_ALREADY = "Dit is al zo: er is niets gewijzigd."


def _stay(ours, participant: int) -> int:
    with opened(ours.scope):
        return Participation.objects.get(participant_id=participant).id


@pytest.mark.feature("U06")
@pytest.mark.parametrize("where", ["", "list"])
def test_a_termination_that_is_so_already_is_told_and_is_no_problem(anna, ours, where):
    [participant] = crowd(ours, 1)
    day = dutch(this_moment().today + timedelta(days=10))
    typed = {"from": where, "last_day": day, "reason": "end_of_employment"}
    address = f"/deelname/{_stay(ours, participant)}/afmelden/"
    assert _ALREADY not in text_of(anna.post(address, typed, follow=True))
    text = text_of(anna.post(address, typed, follow=True))
    assert _ALREADY in text
    assert "Er is een probleem" not in text
    assert "is ontvangen" not in text


@pytest.mark.feature("U18")
def test_who_is_enrolled_again_just_so_is_shown_and_is_no_problem(anna, ours):
    start = 900_100_000
    [participant] = crowd(ours, 1, start=start)
    first_day = dutch(this_moment().today - timedelta(days=100))
    typed = {
        "contract": ours.contracts[0].number, "first_day": first_day, "bsn": valid_bsns(1, start)[0].digits,
        "initials": "C.", "surname": "Velen000", "birth_date": "01-01-1970",
    }  # fmt: skip
    response = anna.post("/deelnemers/nieuw/", typed, follow=True)
    text = text_of(response)
    assert response.redirect_chain == [(f"/deelnemers/{participant}/", 302)]
    assert _ALREADY in text
    assert "Er is een probleem" not in text


@pytest.mark.feature("U10")
def test_a_transfer_that_is_refused_for_its_contract_says_so_at_the_field(anna, ours):
    [participant] = crowd(ours, 1)
    typed = {"to_contract": ours.contracts[1].number, "first_day": "01-01-2001"}
    text = text_of(anna.post(f"/deelname/{_stay(ours, participant)}/overzetten/", typed))
    assert 'href="#id_to_contract"' in text
    assert 'id="id_to_contract-error"' in text


@pytest.fixture
def came_back(ours) -> tuple[int, int]:
    """Somebody who left forty days ago and came back in the same contract: both stays."""
    [participant] = crowd(ours, 1)
    moment = this_moment()
    left(ours, [participant], moment.today - timedelta(days=40))
    back = Application(
        Kind.RE_ENROL, contract=ours.contracts[0].number, first_day=moment.today - timedelta(days=20)
    )  # fmt: skip
    with opened(ours.scope):
        mutations.submit(ours.scope, [Request(back, Subject(participant_id=participant))], moment)
        former, current = Participation.objects.order_by("id").values_list("id", flat=True)
    return former, current


def _days(ours) -> list[tuple]:
    with opened(ours.scope):
        return list(Participation.objects.order_by("id").values_list("contract_id", "period", "reason"))


@pytest.mark.feature("U06")
@pytest.mark.feature("U10")
@pytest.mark.parametrize("ago", [60, 41, 40])
def test_a_day_of_an_earlier_stay_changes_nothing_of_that_one(anna, ours, came_back, ago):
    before, day = _days(ours), dutch(this_moment().today - timedelta(days=ago))
    leave = {"from": "list", "last_day": day, "reason": "left_the_country"}
    response = anna.post(f"/deelname/{came_back[1]}/afmelden/", leave)
    assert response.status_code == 422
    assert "ligt voor de ingangsdatum" in text_of(response)
    move = {"to_contract": ours.contracts[1].number, "first_day": day}
    response = anna.post(f"/deelname/{came_back[1]}/overzetten/", move)
    assert response.status_code == 422
    assert "neemt deze persoon niet deel aan dit contract" in text_of(response)
    assert _days(ours) == before
    # Of the stay that it was opened for, it ends that one.
    day = dutch(this_moment().today - timedelta(days=10))
    assert anna.post(f"/deelname/{came_back[1]}/afmelden/", leave | {"last_day": day}).status_code == 302
    assert _days(ours)[0] == before[0]
    assert _days(ours)[1] != before[1]


def _offered(browser, participant: int) -> dict[int, str]:
    """What the page of somebody offers to take back, and by which door."""
    doors = re.findall(
        r'href="/mutaties/(\d+)/(intrekken|ongedaan)/"', text_of(browser.get(f"/deelnemers/{participant}/"))
    )
    return {int(id_): door for id_, door in doors}


def _possible(agency, participant: int) -> dict[int, str]:
    """What can be taken back, found out by doing it, each from how it stands now."""
    found = {}
    with opened(agency.scope):
        done = list(Mutation.objects.filter(participant_id=participant, state="processed").exclude(kind="reverse"))
        for one in done:
            door = "intrekken" if one.effective_day > this_moment().today else "ongedaan"
            act = enrolment.withdraw if door == "intrekken" else enrolment.reverse
            step = transaction.savepoint_create()
            try:
                outcome = act(agency.scope, one.id, this_moment())
            except enrolment.CannotWithdraw:
                outcome = None
            transaction.savepoint_rollback(step)
            if isinstance(outcome, Mutation) or (outcome and isinstance(outcome.verdict, Accepted)):
                found[one.id] = door
    return found


def _ask(agency, participant: int, kind: Kind, **more) -> None:
    with opened(agency.scope):
        request = Request(Application(kind, **more), Subject(participant_id=participant))
        [outcome] = mutations.submit(agency.scope, [request], this_moment())
    assert isinstance(outcome.verdict, Accepted), outcome.verdict


@pytest.mark.feature("X05")
def test_taking_back_is_offered_where_it_can_be_done_and_nowhere_else(anna, ours):
    [participant] = crowd(ours, 1)
    today, here, there = this_moment().today, ours.contracts[0].number, ours.contracts[1].number
    lives = [
        {"kind": Kind.CHANGE_REFERENCE, "reference": "P-1"},
        {"kind": Kind.CHANGE_REFERENCE, "reference": "P-2"},
        {"kind": Kind.TERMINATE, "last_day": today + timedelta(days=20), "reason": "end_of_employment"},
        {"kind": Kind.TERMINATE, "last_day": today - timedelta(days=30), "reason": "end_of_employment"},
        {"kind": Kind.RE_ENROL, "contract": here, "first_day": today - timedelta(days=20)},
        {"kind": Kind.TRANSFER, "contract": here, "to_contract": there, "first_day": today + timedelta(days=5)},
        {
            "kind": Kind.TERMINATE,
            "contract": there,
            "last_day": today + timedelta(days=9),
            "reason": "left_the_country",
        },
    ]
    seen = [_offered(anna, participant)]
    assert seen[0] == _possible(ours, participant) != {}
    for change in lives:
        _ask(ours, participant, **change)
        seen.append(_offered(anna, participant))
        assert seen[-1] == _possible(ours, participant)
    # The last of each that nothing was built on: the reference and the day that is yet to come.
    assert sorted(seen[-1].values()) == ["intrekken", "ongedaan"]


@pytest.mark.feature("X05")
def test_what_lies_too_far_back_is_not_offered(anna, ours):
    [participant] = crowd(ours, 1)
    [enrolled] = _offered(anna, participant)
    with opened(ours.scope):
        one = Mutation.objects.get(id=enrolled)
        long_ago = "2020-01-02"
        one.touched[0]["after"]["first_day"] = long_ago
        one.save()
        Participation.objects.update(period=(long_ago, None))
    assert _offered(anna, participant) == _possible(ours, participant) == {}
    text = text_of(anna.get(f"/mutaties/{enrolled}/ongedaan/"))
    assert "Dit ligt te ver terug om ongedaan te maken." in text
    assert '<form method="post">' not in text


@pytest.mark.feature("X05")
@pytest.mark.feature("G06")
@pytest.mark.parametrize("days", [-20, 20])
def test_a_household_is_offered_to_be_taken_back_while_that_can_be_done_of_everyone(db, days):
    duinstad = town().customer
    inge, moment = client_of(duinstad.scope), this_moment()
    outcomes = enrol(duinstad, family(), moment, first_day=moment.today + timedelta(days=days))
    door = "intrekken" if days > 0 else "ongedaan"
    for outcome in outcomes:
        assert _offered(inge, outcome.participant_id) == {outcome.mutation_id: door}
    child = outcomes[3].participant_id
    leave = {"last_day": moment.today + timedelta(days=days + 10), "reason": "end_of_contract_membership"}
    _ask(duinstad, child, Kind.TERMINATE, **leave)
    for outcome in outcomes[:3]:
        assert _offered(inge, outcome.participant_id) == _possible(duinstad, outcome.participant_id) == {}
        text = text_of(inge.get(f"/mutaties/{outcome.mutation_id}/{door}/"))
        assert "een latere wijziging bouwt erop voort" in text
        assert '<form method="post">' not in text
    [left_first] = _offered(inge, child)
    assert left_first != outcomes[3].mutation_id


@pytest.mark.feature("X05")
def test_an_address_of_undoing_leads_to_withdrawing_while_that_is_what_can_be_done(anna, ours):
    [participant] = crowd(ours, 1)
    [outcome] = left(ours, [participant], this_moment().today + timedelta(days=3))
    response = anna.get(f"/mutaties/{outcome.mutation_id}/ongedaan/")
    assert response.url == f"/mutaties/{outcome.mutation_id}/intrekken/"
    [done] = left(ours, [participant], this_moment().today - timedelta(days=3))
    text = text_of(anna.get(f"/mutaties/{done.mutation_id}/intrekken/"))
    assert "Intrekken kan niet meer: de wijziging is al ingegaan." in text


@pytest.mark.feature("U14")
@pytest.mark.feature("G12")
@pytest.mark.parametrize(
    ("segment", "reason", "back"),
    [
        ("staffing_agency", "end_of_employment", "/oud-deelnemers/"),
        ("municipality", "end_of_contract_membership", "/deelnemers/"),
    ],
)
def test_the_way_back_from_who_has_left_leads_to_a_list_there_is(db, segment, reason, back):
    where = agency(segment=segment)
    [participant], browser = crowd(where, 1), client_of(where.scope)
    _ask(where, participant, Kind.TERMINATE, last_day=this_moment().today - timedelta(days=3), reason=reason)
    [crumbs] = re.findall(r'<nav class="ds-breadcrumbs".*?</nav>', text_of(browser.get(f"/deelnemers/{participant}/")))
    assert f'href="{back}"' in crumbs
    assert browser.get(back).status_code == 200
