"""Taking back and undoing, as pages tell it (law 4, X05)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collectief.mutations.models import Mutation
from collectief.scope.database import opened
from tests.web.visiting import crowd, left, text_of, this_moment, waiting


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
def test_a_newcomer_is_withdrawn_and_the_page_says_so(anna, ours):
    [mutation] = waiting(ours)
    text = text_of(anna.post(f"/mutaties/{mutation}/intrekken/", follow=True))
    assert "De wijziging is ingetrokken" in text
    assert "Ingetrokken" in text
