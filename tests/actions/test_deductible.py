"""Deductible use from the core's file: a line has one outcome, twice changes nothing; a year's message (U25, K04)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner
from django.db import connection, transaction
from django.utils import timezone

from collectief.audit.models import AuditEvent
from collectief.config.command import main
from collectief.contracts.models import Organisation
from collectief.deductible import importing, jobs, kinds, queries
from collectief.deductible.kinds import YEARLY_OVERVIEW
from collectief.deductible.models import DeductibleImport, DeductibleUse
from collectief.deductible.queries import Asked, Left, NoImport, NoUse
from collectief.deductible.rules import Problem
from collectief.inbox.models import Message
from collectief.mutations.corridor import Moment
from collectief.runs.rules import registry
from collectief.scope.database import auditing, housekeeping, office, opened
from collectief.scope.scope import NotAllowed
from tests.deductible_world import FINAL, HEAD, LAST_YEAR, THIS_YEAR, brought, brought_for, core_file, numbers, used
from tests.office_world import clerk
from tests.terms_world import offer, product
from tests.web.visiting import crowd
from tests.world import Human, agency, enrolled, member_of, valid_bsns

pytestmark = [pytest.mark.django_db, pytest.mark.feature("U25")]

SINCE = date(LAST_YEAR, 12, 30)
# When they were enrolled: in December of this year that would be too far back.
THEN = Moment(date(THIS_YEAR, 1, 1), datetime(THIS_YEAR, 1, 1, 11, tzinfo=UTC))


@pytest.fixture
def insured(ours):
    """An agency, and three people insured through it since the last day but one of last year."""
    offer(ours, product(ours))
    people = [enrolled(ours, Human(bsn), THEN, since=SINCE) for bsn in valid_bsns(3, start=951_000_000)]
    return ours, people


def events(insurer_id: int) -> list[AuditEvent]:
    with auditing(insurer_id):
        return list(AuditEvent.objects.filter(action__startswith="deductible.import").order_by("id"))


def test_good_lines_are_carried_out_and_every_other_says_why(insured, tmp_path):
    ours, [one, two, three] = insured
    known = numbers(ours)
    lines = [
        f"{known[one]};{LAST_YEAR};385;385;{FINAL}", f"{known[two]};{LAST_YEAR};885,00;12,50;{FINAL}",
        f"{known[one]};{LAST_YEAR};385;0;{FINAL}", "99999999;x;385;0;gisteren", f"99999999;{LAST_YEAR};385;0;{FINAL}",
        f"{known[three]};{LAST_YEAR - 1};385;0;{FINAL}", f"{known[three]};{THIS_YEAR};385;400;{FINAL}",
    ]  # fmt: skip
    report = brought(ours, core_file(tmp_path, lines))
    assert used(ours) == {(one, LAST_YEAR): (38500, 38500, FINAL), (two, LAST_YEAR): (88500, 1250, FINAL)}
    assert report.problems == [
        (4, [Problem.TWICE]), (5, [Problem.YEAR, Problem.AS_OF]), (6, [Problem.UNKNOWN]), (7, [Problem.NOT_INSURED]),
        (8, [Problem.USED_MORE]),
    ]  # fmt: skip
    assert report.lines == 7 == report.refused + report.outcomes["new"]
    seen = queries.one_import(clerk(), report.import_id)
    assert (seen.lines, seen.new, seen.changed, seen.unchanged, seen.refused) == (7, 2, 0, 0, 5)
    assert seen.finished_at and seen.by == "kern" and not seen.again
    assert seen.problems == tuple((number, tuple(codes)) for number, codes in report.problems)
    changed, done = events(ours.scope.insurer_id)
    assert sorted(changed.participant_ids) == sorted([one, two]) and changed.account == "kern"
    assert (done.action, done.detail["refused"]) == ("deductible.import_done", 5)


def test_the_same_file_again_changes_nothing_and_a_later_one_what_is_otherwise(insured, tmp_path):
    ours, people = insured
    brought_for(ours, people, tmp_path)
    before = used(ours)
    path = tmp_path / "eigen-risico.csv"
    again = brought(ours, path)
    assert (again.outcomes, again.refused, used(ours)) == ({"unchanged": 3}, 0, before)
    assert queries.one_import(clerk(), again.import_id).again
    assert len([one for one in events(ours.scope.insurer_id) if one.action == "deductible.import"]) == 1
    known = numbers(ours)
    older, newer, same = (
        f"{known[id_]};{LAST_YEAR};385;50;{day}"
        for id_, day in zip(people, (f"{LAST_YEAR}-12-31", f"{THIS_YEAR}-01-02", FINAL), strict=True)
    )
    report = brought(ours, core_file(tmp_path, [older, newer, same]))
    assert report.outcomes == {"changed": 2} and report.problems == [(2, [Problem.OLDER])]
    assert [spent for _most, spent, _day in used(ours).values()].count(5000) == 2


def test_a_dry_run_says_what_would_be_and_changes_nothing(insured, tmp_path):
    ours, [one, *_] = insured
    path = core_file(tmp_path, [f"{numbers(ours)[one]};{LAST_YEAR};385;0;{FINAL}", "x"])
    report = brought(ours, path, dry_run=True)
    assert (report.import_id, report.outcomes, report.problems) == (None, {"new": 1}, [(3, [Problem.CELLS])])
    assert used(ours) == {} and events(ours.scope.insurer_id) == []
    with housekeeping():
        assert not DeductibleImport.objects.exists()


def test_broken_off_half_way_the_same_file_does_the_rest(insured, tmp_path, monkeypatch):
    ours, people = insured
    known = numbers(ours)
    path = core_file(tmp_path, [f"{known[id_]};{LAST_YEAR};385;10;{FINAL}" for id_ in people])
    monkeypatch.setattr(importing, "_AT_ONCE", 1)
    good, calls = importing._write, []

    def breaks(*given):
        good(*given)
        calls.append(given)
        if len(calls) == 2:
            raise RuntimeError

    monkeypatch.setattr(importing, "_write", breaks)
    with pytest.raises(RuntimeError):
        brought(ours, path)
    assert set(used(ours)) == {(people[0], LAST_YEAR)}
    [part], _total = queries.imports(clerk(), page=1, size=10)
    assert (part.finished_at, part.lines, part.new) == (None, 1, 1)
    report = brought(ours, path)
    assert report.outcomes == {"unchanged": 1, "new": 2}
    assert set(used(ours)) == {(id_, LAST_YEAR) for id_ in people}


def test_where_no_use_is_shown_none_is_kept_and_another_insurers_number_is_nobody(insured, tmp_path, moment):
    ours, [one, *_] = insured
    town = agency(name="Duinstad", segment="municipality")
    person = enrolled(town, Human(valid_bsns(1, start=952_000_000)[0]), THEN, since=SINCE)
    line = "{};" + f"{LAST_YEAR};385;0;{FINAL}"
    report = brought(ours, core_file(tmp_path, [line.format(numbers(town)[person])]))
    assert report.problems == [(2, [Problem.NOT_SHOWN])]
    elsewhere = agency(name="Elders", brand="voorbeeld")
    report = brought(elsewhere, core_file(tmp_path, [line.format(numbers(ours)[one])]))
    assert report.problems == [(2, [Problem.UNKNOWN])]
    with housekeeping():
        assert not DeductibleUse.objects.exists()
    with pytest.raises(LookupError):
        importing.import_file("nobody", tmp_path / "eigen-risico.csv", by="", now=moment.now)


def test_the_command_says_it_in_words_and_in_json(insured, tmp_path):
    ours, [one, *_] = insured
    path = core_file(tmp_path, [f"{numbers(ours)[one]};{LAST_YEAR};385;0;{FINAL}", "x"])

    def asked(*more: str, file=path):
        return CliRunner().invoke(
            main, ["import-deductible", str(file), "--insurer", ours.scope.insurer, "--by", "kern", *more]
        )

    dry = asked("--dry-run", "--json")
    assert dry.exit_code == 1 and json.loads(dry.stdout) == {
        "import": None, "lines": 2, "new": 1, "changed": 0, "unchanged": 0, "refused": 1,
        "problems": [{"line": 3, "codes": ["cells"]}],
    }  # fmt: skip
    said = asked()
    assert said.exit_code == 1 and "2 lines: 1 new, 0 changed, 0 unchanged, 1 refused" in said.stdout
    assert "line 3: De regel heeft geen vijf velden" in said.stdout
    whole = asked(file=core_file(tmp_path, [f"{numbers(ours)[one]};{LAST_YEAR};385;0;{FINAL}"]))
    assert whole.exit_code == 0
    none = asked(file=core_file(tmp_path, [], head="x"))
    assert none.exit_code == 2 and HEAD in none.stderr
    assert json.loads(asked("--json", file=core_file(tmp_path, [], head="x")).stdout) == {"error": "no_head"}


def test_found_sorted_and_counted(insured, tmp_path):
    ours, people = insured
    brought_for(ours, people, tmp_path)
    known = numbers(ours)
    with opened(ours.scope):
        assert queries.known_years(ours.scope) == [LAST_YEAR]
        by_use = queries.use_page(ours.scope, Asked(LAST_YEAR, sort="-verbruikt"), page=1, size=2)
        assert [line.participant_id for line in by_use] == people[::-1][:2]
        left = queries.use_page(ours.scope, Asked(LAST_YEAR, sort="-over"), page=1, size=9)
        assert [line.use.remaining.cents for line in left] == [38500, 28500, 18500]
        for which, count in ((Left.SOME, 3), (Left.NOTHING, 0), (Left.UNTOUCHED, 1), (None, 3)):
            assert queries.counted(ours.scope, Asked(LAST_YEAR, left=which)).total == count, which
        for text, count in ((known[people[0]], 1), ("jans", 3), ("pieters", 0), ("%", 0)):
            assert queries.counted(ours.scope, Asked(LAST_YEAR, text)).total == count, text
        assert queries.counted(ours.scope, Asked(THIS_YEAR)).total == 0
        whole = queries.use_lines(ours.scope, Asked(LAST_YEAR, sort="verbruikt"))
        assert [line.participant_id for line in whole] == people


def test_it_is_its_own_organisations_and_of_the_contracts_one_works_in(insured, tmp_path):
    ours, people = insured
    offer(ours, product(ours, "ANDERS"), contract=1)
    delft = enrolled(ours, Human(valid_bsns(1, start=953_000_000)[0]), THEN, since=SINCE, contract=1)
    brought_for(ours, [*people, delft], tmp_path)
    some = member_of(ours.organisation, roles=["administrative"], contracts=ours.contracts[1:])
    with opened(some):
        assert [one.participant_id for one in queries.use_lines(some, Asked(LAST_YEAR))] == [delft]
        assert queries.use_of(some, delft, LAST_YEAR).use.used.cents == 30000
        with pytest.raises(NoUse), transaction.atomic():
            queries.use_of(some, people[0], LAST_YEAR)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM deductible_use")
            assert cursor.fetchone() == (1,)
    otto = agency(name="Otto")
    with opened(otto.scope):
        assert list(queries.use_lines(otto.scope, Asked(LAST_YEAR))) == []
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM deductible_use WHERE organisation_id = %s", [ours.organisation.id])
            assert cursor.fetchone() == (0,)
    for scope in (
        member_of(ours.organisation, roles=["account_manager"]), agency(segment="municipality").scope, clerk(),
    ):  # fmt: skip
        with opened(scope), pytest.raises(NotAllowed), transaction.atomic():
            queries.counted(scope, Asked(LAST_YEAR))
    with pytest.raises(NotAllowed), transaction.atomic():
        queries.imports(ours.scope, page=1, size=10)
    with pytest.raises(NoImport), transaction.atomic():
        queries.one_import(clerk(), 0)


def _run(insurer_id: int, year: int = LAST_YEAR) -> int:
    """The run of a year, step by step; whom it told."""
    told = 0
    while True:
        with housekeeping():
            count = YEARLY_OVERVIEW.step(insurer_id, str(year), timezone.now())
        if not count:
            return told
        told += count


def _left(insurer_id: int) -> tuple[int, list[int]]:
    with housekeeping():
        found = YEARLY_OVERVIEW.preview(insurer_id, str(LAST_YEAR))
    return found.left, [count for _label, count in found.counts]


def _told(customer) -> list[Message]:
    with opened(customer.scope):
        return list(Message.objects.filter(code="deductible.ready").order_by("id"))


@pytest.mark.feature("K04")
def test_an_organisation_is_told_once_that_its_overview_is_ready_and_again_when_it_is_newer(
    insured, tmp_path, monkeypatch
):
    ours, people = insured
    other = agency(name="Otto")
    monkeypatch.setattr(kinds, "_AT_ONCE", 1)
    insurer = ours.scope.insurer_id
    # Half a year is no overview yet.
    brought_for(ours, people, tmp_path, as_of=f"{LAST_YEAR}-12-30")
    assert _left(insurer) == (0, [0, 0, 0]) and _run(insurer) == 0
    brought_for(ours, people, tmp_path)
    offer(other, product(other, "TWEE"))
    brought_for(other, _since_last_year(other), tmp_path)
    assert _left(insurer) == (2, [2, 5, 0])
    assert _run(insurer) == 2 and _run(insurer) == 0
    assert _left(insurer) == (0, [0, 0, 2])
    for customer in (ours, other):
        [message] = _told(customer)
        assert (message.category, message.about, message.about_id) == ("financial", "deductible", LAST_YEAR)
        assert message.facts == {"year": LAST_YEAR, "as_of": FINAL} and message.contracts == []
    brought_for(ours, people, tmp_path, as_of=f"{THIS_YEAR}-01-02")
    assert _run(insurer) == 1
    assert (len(_told(ours)), len(_told(other))) == (2, 1)


def _since_last_year(customer) -> list[int]:
    return [enrolled(customer, Human(bsn), THEN, since=SINCE) for bsn in valid_bsns(2, start=954_000_000)]


@pytest.mark.feature("K04")
def test_it_is_a_kind_of_run_of_the_last_years():
    kind = registry.kind("deductible_overview")
    assert kind.subjects(date(2026, 3, 1)) == ["2025", "2024", "2023"]
    assert kind.due(date(2026, 3, 1)) == "2025" and kind.called("2025") == "2025"


def test_what_has_had_its_term_is_gone(insured, tmp_path):
    ours, people = insured
    brought_for(ours, people, tmp_path)
    with housekeeping():
        old = DeductibleUse.objects.get(participant=people[0])
        DeductibleUse.objects.filter(id=old.id).update(year=THIS_YEAR - 4)
        DeductibleUse.objects.filter(participant=people[1]).update(year=THIS_YEAR - 3)
    jobs.forget(0)
    assert sorted(year for _id, year in used(ours)) == [THIS_YEAR - 3, LAST_YEAR]
    with housekeeping():
        assert DeductibleImport.objects.count() == 1


def test_thousands_of_lines_are_a_handful_of_questions(ours, tmp_path, django_assert_max_num_queries):
    offer(ours, product(ours))
    people = crowd(ours, 60)
    known = numbers(ours)
    year = timezone.localdate().year
    lines = [f"{known[id_]};{year};385;0;{timezone.localdate()}" for id_ in people]
    with office():
        assert Organisation.objects.exists()
    with django_assert_max_num_queries(45):
        assert brought(ours, core_file(tmp_path, lines)).outcomes == {"new": 60}
