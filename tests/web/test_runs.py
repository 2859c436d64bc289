"""Maandelijkse runs at the office: seen beforehand, started, followed, and what to do when it fails (K04)."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from collectief.audit.models import AuditEvent
from collectief.reporting.rules import due_month
from collectief.runs import actions
from collectief.scope.database import opened
from tests.office_world import clerk, run_of
from tests.web.visiting import client_of, doubled_ids, text_of
from tests.world import agency

pytestmark = [pytest.mark.django_db, pytest.mark.feature("K04")]

RUNS = "/maandelijkse-runs/"


def _due() -> str:
    return f"{due_month(timezone.localdate()):%Y-%m}"


def _before(subject: str = "") -> str:
    return f"{RUNS}vooraf/?soort=flow_lists&periode={subject or _due()}"


def test_seen_beforehand_started_followed_and_done(ours):
    scope = clerk()
    sanne = client_of(scope)
    empty = text_of(sanne.get(RUNS))
    assert "Er is nog geen run geweest." in empty and f'value="{_due()}"' in empty
    before = text_of(sanne.get(_before()))
    assert "Contracten waarvan de maand wordt vastgesteld</dt><dd>2<" in before and "Start de run" in before
    where = sanne.post(_before())["Location"]
    assert re.fullmatch(rf"{RUNS}\d+/", where)
    run = int(where.split("/")[-2])
    page = text_of(sanne.get(where))
    assert "0 van 2 contracten gedaan." in page and "Sanne-Kok" in page and "Gepland" in page
    assert doubled_ids(page) == set()
    # Whoever left the page finds it in the list.
    assert "Gepland" in text_of(sanne.get(RUNS))
    assert "0 van 2" in text_of(sanne.get(f"{where}voortgang/"))
    actions.go_on(run)
    over = sanne.get(f"{where}voortgang/")
    assert (over.status_code, over["HX-Refresh"]) == (204, "true")
    assert "Klaar" in text_of(sanne.get(where)) and "2 / 2 contracten" in text_of(sanne.get(RUNS))
    assert doubled_ids(text_of(sanne.get(RUNS))) == set()
    with opened(scope):
        said = list(AuditEvent.objects.filter(action__startswith="runs.").values_list("action", flat=True))
    assert {"runs.list", "runs.preview", "runs.start", "runs.see"} == set(said)
    assert said.count("runs.start") == 1


def test_a_run_that_is_started_twice_is_one_run(ours):
    sanne, lotte = client_of(clerk()), client_of(clerk(name="Lotte Prins"))
    sanne.post(_before())
    lotte.post(_before())
    page = text_of(lotte.get(RUNS))
    assert "Deze run is al gepland of bezig, en staat in de lijst." in page and "1 run<" in page


def test_what_is_done_says_so_beforehand_and_is_not_started(ours):
    sanne = client_of(clerk())
    run = int(sanne.post(_before())["Location"].split("/")[-2])
    actions.go_on(run)
    before = text_of(sanne.get(_before()))
    assert "Er is niets te doen" in before and "Start de run" not in before
    assert "Contracten waarvan de maand al vaststaat</dt><dd>2<" in before
    sanne.post(_before())
    assert "Er is niets te doen" in text_of(sanne.get(RUNS))


def test_a_run_that_failed_says_what_to_do_and_goes_on(ours):
    sanne = client_of(clerk())
    where = sanne.post(_before())["Location"]
    run = int(where.split("/")[-2])
    actions.stumble(run, "DataError", last=False, now=timezone.now())
    assert "ging een stap mis. Die wordt vanzelf opnieuw gedaan" in text_of(sanne.get(where))
    actions.stumble(run, "DataError", last=True, now=timezone.now())
    page = text_of(sanne.get(where))
    assert "Deze run is niet af" in page and "DataError" in page and f"<dd>{run}<" in page
    again = re.search(r'href="([^"]*vooraf[^"]*)"', page)[1].replace("&amp;", "&")
    assert sanne.post(again)["Location"] == where
    actions.go_on(run)
    assert "Klaar" in text_of(sanne.get(where))


@pytest.mark.parametrize("subject", ["2199-01", "1999-01", "2026", "x"])
def test_what_there_is_no_run_for_is_not_there(ours, subject):
    sanne = client_of(clerk())
    for response in (sanne.get(_before(subject)), sanne.post(_before(subject))):
        assert response.status_code == 404
    assert sanne.get(f"{RUNS}vooraf/?soort=anders&periode={_due()}").status_code == 404
    assert sanne.get(f"{RUNS}vooraf/")["Location"] == RUNS


def test_only_who_starts_runs_finds_them_and_only_of_the_own_insurer(ours):
    run = run_of()
    for roles in (["help_desk"], ["auditor"], ["office_manager"]):
        closed = client_of(clerk(roles=roles))
        for path in (RUNS, _before(), f"{RUNS}{run}/", f"{RUNS}{run}/voortgang/"):
            assert closed.get(path).status_code == 403, (roles, path)
        assert closed.post(_before()).status_code == 403
        assert "Maandelijkse runs" not in text_of(closed.get("/dashboard/"))
    sanne = client_of(clerk())
    assert "Maandelijkse runs" in text_of(sanne.get("/dashboard/"))
    assert sanne.get(f"{RUNS}{run}/").status_code == 200
    theirs = run_of("izz-door-vgz", subject="2026-09")
    assert sanne.get(f"{RUNS}{theirs}/").status_code == 404
    elsewhere = agency(name="Elders", segment="back_office", brand="kantoor-izz", contracts=0, roles=["case_handler"])
    assert client_of(elsewhere.scope).get(f"{RUNS}{run}/").status_code == 404


def test_the_list_goes_by_pages(ours):
    for year in range(2000, 2027):
        run_of(subject=f"{year}-01")
    sanne = client_of(clerk())
    assert text_of(sanne.get(RUNS)).count("Klaar") == 25
    assert text_of(sanne.get(f"{RUNS}?pagina=2")).count("Klaar") == 2
    assert text_of(sanne.get(f"{RUNS}?pagina=9")).count("Klaar") == 2
