"""The print service goes down and comes back: every letter goes once, and none is lost (K08)."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.utils import timezone

from collectief.documents import actions as documents
from collectief.gateways.print.client import NotifyPrint
from collectief.gateways.print.port import PrintUnavailable
from collectief.post import actions, handing
from collectief.post.models import Consignment
from collectief.post.rules import State, To
from collectief.scope.database import opened, working_for
from tests.letters_world import FRAME, wanted
from tests.ports import kept_port
from tests.rules.test_gateways_print import SECRET, received
from tests.world import Human, enrolled, valid_bsns

pytestmark = [pytest.mark.django_db, pytest.mark.feature("K08")]


@contextmanager
def print_service(port: int) -> Iterator[str]:
    """The simulator as a process of its own; killed when the block ends."""
    address = f"http://127.0.0.1:{port}"
    words = ["-m", "collectief.gateways.print.simulator", "--port", str(port), "--service", "ours", "--secret", SECRET]
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL)
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(address, timeout=2).close()
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.25)
        yield address
    finally:
        process.kill()
        process.wait()


def test_killed_between_two_letters_the_rest_goes_to_the_next_one(ours, moment, monkeypatch):
    someone = enrolled(ours, Human(valid_bsns(1)[0]), moment)
    now, place = timezone.now(), (ours.scope.insurer_id, ours.organisation.id)
    with opened(ours.scope):
        wishes = [wanted(someone, f"Brief {number}", [ours.contracts[0].id]) for number in range(4)]
        letters = [one for one in documents.make_all(ours.scope, wishes, frame=FRAME, now=now) if one]
        actions.send(*place, letters, To.ORGANISATION, now=now)
    with kept_port() as port:
        service = NotifyPrint(f"http://127.0.0.1:{port}", "ours", SECRET)
        monkeypatch.setattr(handing, "current_service", lambda: service)
        with print_service(port) as address:
            assert handing._hand_over_next(*place)
            first = [one["reference"] for one in received(address)["letters"]]
        with pytest.raises(PrintUnavailable), transaction.atomic():
            handing.hand_over_all(*place)
        with print_service(port) as address:
            handing.hand_over_all(*place)
            then = [one["reference"] for one in received(address)["letters"]]
    assert sorted(first + then) == sorted(one.number for one in letters)
    with working_for(ours.organisation.id, ours.scope.insurer_id):
        assert set(Consignment.objects.values_list("state", flat=True)) == {State.HANDED_OVER}
