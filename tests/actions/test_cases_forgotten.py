"""A decided case has a term: afterwards there is that it was decided, and not what was written about whom (law 9)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from collectief.cases import actions, jobs, queries
from collectief.cases.actions import staff_of
from collectief.cases.models import Case
from collectief.cases.rules import KEPT, CaseRefused, Decision
from collectief.onboarding import jobs as onboarding
from collectief.onboarding.models import AccountApplication
from collectief.scope.database import housekeeping, office
from tests.office_world import applied, clerk, insurer_id
from tests.world import agency

pytestmark = [pytest.mark.django_db, pytest.mark.feature("K01")]


@pytest.fixture
def sanne():
    return clerk()


def decided(sanne, *, ago: timedelta, decision: Decision = Decision.REFUSED) -> int:
    """A case of an application, with a note, that was decided so long ago."""
    then = timezone.now() - ago
    application = applied(agency(name=f"Bureau {ago.days}"))
    with office(insurer_id()):
        case_id = Case.objects.get(subject=application).id
    actions.add_note(case_id, "Gebeld: mevrouw is ziek.", by=staff_of(sanne), now=then)
    if ago:
        actions.decide(case_id, decision, by=staff_of(sanne), reason="Noor werkt er niet meer.", now=then)
    return case_id


def seen(sanne, case_id: int) -> queries.CaseFile:
    return queries.case(sanne, case_id, today=timezone.localdate())


def test_after_its_term_neither_note_nor_reason_is_left(sanne):
    past, kept = decided(sanne, ago=KEPT + timedelta(hours=1)), decided(sanne, ago=KEPT - timedelta(hours=1))
    before = seen(sanne, past)
    assert (before.reason, len(before.notes), before.forgotten) == ("Noor werkt er niet meer.", 1, False)
    jobs.forget.func(0)
    after = seen(sanne, past)
    assert (after.reason, after.notes, after.forgotten) == ("", (), True)
    for stays in ("kind", "opened_at", "due_on", "decision", "decided_by", "decided_at"):
        assert getattr(after.view, stays) == getattr(before.view, stays)
    assert (seen(sanne, kept).reason, len(seen(sanne, kept).notes)) == ("Noor werkt er niet meer.", 1)
    with pytest.raises(CaseRefused, match="past_its_term"):
        actions.add_note(past, "Toch nog iets.", by=staff_of(sanne), now=timezone.now())
    actions.add_note(kept, "Toch nog iets.", by=staff_of(sanne), now=timezone.now())
    assert [len(seen(sanne, one).notes) for one in (past, kept)] == [0, 2]


def test_what_waits_is_kept_however_long(sanne):
    waits = decided(sanne, ago=timedelta())
    later = timezone.now() + 2 * KEPT
    jobs.forget_before(later)
    onboarding.forget_before(later)
    assert "Noor" in repr(seen(sanne, waits))
    assert len(seen(sanne, waits).notes) == 1


def test_after_its_term_an_application_tells_of_nobody_and_its_case_stays(sanne):
    case_id = decided(sanne, ago=timedelta(days=1))
    onboarding.forget.func(0)
    # The day of the decision counts: she applied a moment ago.
    onboarding.forget_before(timezone.now() - timedelta(days=1, minutes=1))
    assert "Noor Haddad" in repr(seen(sanne, case_id))
    onboarding.forget_before(timezone.now() - timedelta(hours=23))
    with office(insurer_id()):
        assert not AccountApplication.objects.exists()
    after = seen(sanne, case_id)
    assert (after.view.title, "Noor Haddad" in repr(after)) == ("Verwijderd", False)
    assert after.about.facts == (("Aanvraag", "Verwijderd: de bewaartermijn is voorbij."),)
    assert [one.title for one in queries.decided(sanne, today=timezone.localdate())[0]] == ["Verwijderd"]


@pytest.mark.parametrize("column", ["reason", "decided_by"])
def test_the_worker_that_empties_them_reads_nothing_of_them(sanne, column):
    decided(sanne, ago=KEPT)
    with pytest.raises(ProgrammingError), transaction.atomic(), housekeeping(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM case_of_work")


@pytest.mark.parametrize("table", ["case_note", "account_application"])
def test_nor_of_notes_and_who_applied(sanne, table):
    decided(sanne, ago=KEPT)
    with pytest.raises(ProgrammingError), transaction.atomic(), housekeeping(), connection.cursor() as cursor:
        cursor.execute(f"SELECT name FROM {table}")
