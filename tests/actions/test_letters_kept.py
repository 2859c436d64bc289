"""Letters that are made are kept: sealed, once for the same facts, and gone after their term (laws 5 and 9)."""

from __future__ import annotations

from copy import replace
from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidTag
from django.core.files.storage import storages
from django.utils import timezone

from collectief.audit.models import AuditEvent
from collectief.config.storage import storage
from collectief.documents import actions, jobs, store, vault
from collectief.documents.models import Document
from collectief.documents.queries import NoDocument, kept_about
from collectief.documents.store import InStorage, InTable, Place, StoreUnavailable
from collectief.documents.typesetting import LetterFailed
from collectief.scope.database import housekeeping, opened
from collectief.scope.scope import NotAllowed
from tests.letters_world import FRAME, wanted
from tests.world import Human, agency, enrolled, member_of, valid_bsns

pytestmark = pytest.mark.django_db


@pytest.fixture
def someone(ours, moment) -> int:
    return enrolled(ours, Human(valid_bsns(1)[0]), moment)


def _in_bucket(bucket) -> InStorage:
    return InStorage(storages.create_storage(storage(bucket)))


@pytest.fixture(params=["table", "folder", "bucket"])
def kept_in(request, monkeypatch, tmp_path):
    """The places in which letters can lie; the bucket is of an S3 server over loopback."""
    if request.param == "table":
        found = InTable()
    elif request.param == "folder":
        found = InStorage(storages.create_storage(storage(str(tmp_path / "letters"))))
    else:
        found = _in_bucket(request.getfixturevalue("bucket"))
    monkeypatch.setattr(actions, "current_store", lambda: found)
    monkeypatch.setattr(jobs, "current_store", lambda: found)
    return found


def make(scope, *which, **frame):
    with opened(scope):
        return actions.make_all(scope, which, frame=FRAME | frame, now=timezone.now())


def deeds(scope, action: str) -> list[AuditEvent]:
    with opened(scope):
        return list(AuditEvent.objects.filter(action=action).order_by("id"))


def test_asked_again_for_the_same_facts_it_is_the_same_letter(ours, someone, kept_in):
    [first] = make(ours.scope, wanted(someone))
    [again] = make(ours.scope, wanted(someone))
    assert (again.number, again.pdf) == (first.number, first.pdf)
    for other in (wanted(someone, "Anders"), wanted(someone, contracts=[2])):
        [another] = make(ours.scope, other)
        assert another.number != first.number
    # On another day, or in another language, it says something else.
    for frame in ({"dated": "29-11-2026"}, {"language": "en"}):
        [another] = make(ours.scope, wanted(someone), **frame)
        assert another.number != first.number
    assert [event.detail for event in deeds(ours.scope, "documents.make")] == [{"kind": "policy_schedule"}] * 5
    [opened_again] = deeds(ours.scope, "documents.open")
    assert (opened_again.participant_ids, opened_again.object_ids) == ([someone], {"document": [first.id]})


def test_it_is_opened_later_as_it_was(ours, someone, kept_in):
    [first] = make(ours.scope, wanted(someone))
    with opened(ours.scope):
        assert actions.reopen(ours.scope, first.id) == first
        assert [(one.id, one.name) for one in kept_about(ours.scope, someone)] == [(first.id, "polisblad-3001")]


def test_nobody_else_opens_it_nor_who_reaches_less_than_it_tells(ours, someone, kept_in):
    here, there = (contract.id for contract in ours.contracts[:2])
    [first] = make(ours.scope, wanted(someone, contracts=[here, there]))
    for scope in (
        agency(name="Otto").scope,
        member_of(ours.organisation, roles=["administrative"], contracts=ours.contracts[:1]),
    ):
        with opened(scope):
            assert kept_about(scope, someone) == []
            with pytest.raises(NoDocument):
                actions.reopen(scope, first.id)
    money = member_of(ours.organisation, roles=["financial"])
    for refused in (lambda: kept_about(money, someone), lambda: actions.reopen(money, first.id)):
        with pytest.raises(NotAllowed):
            refused()
    both = member_of(ours.organisation, roles=["administrative"], contracts=ours.contracts[:2])
    with opened(both):
        assert actions.reopen(both, first.id).pdf == first.pdf


def test_at_rest_it_is_sealed_for_its_own_number(ours, someone, kept_in):
    [first] = make(ours.scope, wanted(someone))
    with opened(ours.scope):
        row = Document.objects.get(id=first.id)
        place = Place(row.organisation_id, row.id, row.number)
        content = kept_in.take([place])[place]
    assert b"%PDF" in first.pdf and b"%PDF" not in content
    found = vault.Sealed(bytes(row.key_sealed), content)
    assert vault.opened(first.number, found) == first.pdf
    with pytest.raises(InvalidTag):
        vault.opened(first.number[::-1], found)
    with pytest.raises(InvalidTag):
        vault.opened(first.number, replace(found, content=content[:-1] + b"\0\0"))


def test_of_several_the_one_that_cannot_be_set_is_left_out_and_in_the_trail(ours, someone, kept_in):
    good, bad, other = make(ours.scope, wanted(someone), wanted(someone, "漢字"), wanted(someone, "Σοφία"))
    assert good and other and bad is None
    outcomes = [event.outcome for event in deeds(ours.scope, "documents.make")]
    assert outcomes == ["success", "failure"]
    with opened(ours.scope), pytest.raises(LetterFailed):
        actions.make(ours.scope, wanted(someone, "漢字"), frame=FRAME, now=timezone.now())


def test_a_hundred_take_as_many_queries_as_one(ours, someone, django_assert_max_num_queries, monkeypatch):
    monkeypatch.setattr(actions, "typeset", lambda said, *, at: b"%PDF")
    for count in (1, 100):
        with opened(ours.scope), django_assert_max_num_queries(7):
            many = [wanted(someone, f"{count} {number}") for number in range(count)]
            actions.make_all(ours.scope, many, frame=FRAME, now=timezone.now())


def test_past_its_term_neither_letter_nor_file_is_left(ours, someone, kept_in, monkeypatch):
    first, _ = make(ours.scope, wanted(someone), wanted(someone, "Anders"))
    with opened(ours.scope):
        row = Document.objects.get(id=first.id)
    place, today = Place(row.organisation_id, row.id, row.number), timezone.localdate()
    monkeypatch.setattr(timezone, "localdate", lambda *_: row.keep_until)
    jobs.forget(0)
    with opened(ours.scope):
        assert actions.reopen(ours.scope, first.id).number == first.number
    monkeypatch.setattr(timezone, "localdate", lambda *_: row.keep_until + timedelta(days=1))
    with opened(ours.scope), pytest.raises(NoDocument):
        actions.reopen(ours.scope, first.id)
    jobs.forget(0)
    monkeypatch.setattr(timezone, "localdate", lambda *_: today)
    with opened(ours.scope):
        assert Document.objects.count() == 0
        assert kept_in.take([place]) == {}


@pytest.mark.parametrize("kept_in", ["folder", "bucket"], indirect=True)
def test_a_file_of_which_no_letter_came_is_swept_once_it_is_a_day_old(ours, someone, kept_in):
    # Where nothing was ever kept there is nothing to sweep.
    jobs.forget(0)
    [first] = make(ours.scope, wanted(someone))
    lost = Place(ours.organisation.id, 0, "0" * 17)
    kept_in.put({lost: b"sealed"})
    jobs.forget(0)
    assert kept_in.take([lost]) == {lost: b"sealed"}, "it may be one that is being made"
    later = timezone.now() + timedelta(days=2)
    with housekeeping():
        kept_in.sweep(jobs._known, before=later)
    assert kept_in.take([lost]) == {}
    with opened(ours.scope):
        assert actions.reopen(ours.scope, first.id).pdf == first.pdf


def test_where_they_lie_is_a_setting(settings, tmp_path):
    assert isinstance(store.current_store(), InTable)
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "letters": backend}
    assert isinstance(store.current_store(), InStorage)


def lose(customer, letter, kept_in, how: str) -> None:
    """What a disk that fails makes of the file of a letter."""
    place = Place(customer.organisation.id, letter.id, letter.number)
    with opened(customer.scope):
        sealed = kept_in.take([place])[place]
    with housekeeping():
        kept_in.remove([place])
    if how == "damaged":
        with opened(customer.scope):
            kept_in.put({place: sealed[:-1] + bytes([sealed[-1] ^ 1])})


@pytest.mark.parametrize("how", ["gone", "damaged"])
def test_a_file_that_cannot_be_read_is_said_to_be_so_and_in_the_trail(ours, someone, kept_in, caplog, how):
    [first] = make(ours.scope, wanted(someone))
    lose(ours, first, kept_in, how)
    with opened(ours.scope), pytest.raises(actions.Unreadable) as unreadable:
        actions.reopen(ours.scope, first.id)
    assert unreadable.value.participant_id == someone
    [event] = deeds(ours.scope, "documents.open")
    assert (event.outcome, event.participant_ids, event.object_ids) == ("failure", [someone], {"document": [first.id]})
    assert [(one.levelname, one.getMessage()) for one in caplog.records] == [
        ("ERROR", f"the file of kept letter {first.id} is {how}")
    ]


@pytest.mark.parametrize("how", ["gone", "damaged"])
def test_in_its_place_another_is_made_once(ours, someone, kept_in, how):
    first, other = make(ours.scope, wanted(someone), wanted(someone, "Anders"))
    lose(ours, first, kept_in, how)
    second, same = make(ours.scope, wanted(someone), wanted(someone, "Anders"))
    assert same.number == other.number and second.number != first.number and second.pdf.startswith(b"%PDF")
    assert make(ours.scope, wanted(someone)) == [second]
    lose(ours, second, kept_in, how)
    [third] = make(ours.scope, wanted(someone))
    assert third.number not in (first.number, second.number)
    with opened(ours.scope):
        assert actions.reopen(ours.scope, third.id) == third


def test_in_a_bucket_a_letter_is_under_the_prefix_and_sealed(ours, someone, monkeypatch, bucket, s3):
    monkeypatch.setattr(actions, "current_store", lambda: _in_bucket(bucket))
    [first] = make(ours.scope, wanted(someone))
    [listed] = s3.list_objects_v2(Bucket="letters")["Contents"]
    assert listed["Key"] == f"brieven/{first.number[:2]}/{first.number}"
    assert b"%PDF" not in s3.get_object(Bucket="letters", Key=listed["Key"])["Body"].read()


@pytest.mark.parametrize("away", ["server", "bucket"])
def test_while_it_cannot_be_reached_nothing_is_kept_and_nothing_is_lost(ours, someone, monkeypatch, bucket, s3, away):
    monkeypatch.setattr(actions, "current_store", lambda: _in_bucket(bucket))
    [first] = make(ours.scope, wanted(someone))
    if away == "server":
        monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    unreached = _in_bucket(bucket if away == "server" else "s3://another")
    monkeypatch.setattr(actions, "current_store", lambda: unreached)
    with opened(ours.scope):
        with pytest.raises(StoreUnavailable):
            actions.make_all(ours.scope, [wanted(someone, "Anders")], frame=FRAME, now=timezone.now())
        if away == "server":
            # That a file cannot be had now is not that there is none.
            with pytest.raises(StoreUnavailable):
                actions.reopen(ours.scope, first.id)
        assert list(Document.objects.values_list("id", flat=True)) == [first.id]
    assert s3.list_objects_v2(Bucket="letters")["KeyCount"] == 1
