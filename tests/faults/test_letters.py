"""Letters when things go wrong: two who want the same one at once."""

from __future__ import annotations

import threading

import pytest
from django.db import connections
from django.utils import timezone

from collectief.documents import actions
from collectief.documents.models import Document
from collectief.scope.database import opened
from tests.letters_world import FRAME, wanted
from tests.world import Human, enrolled, valid_bsns


@pytest.mark.usefixtures("committed_db")
@pytest.mark.feature("U05")
def test_two_who_ask_for_the_same_letter_at_the_same_moment_have_one(request, monkeypatch):
    """The second waits for the first, and has its letter."""
    ours, moment = request.getfixturevalue("ours"), request.getfixturevalue("moment")
    someone = enrolled(ours, Human(valid_bsns(1)[0]), moment)
    made, together, real = [], threading.Barrier(2), actions.typeset

    def set_together(said, *, at):
        together.wait(60)
        return real(said, at=at)

    monkeypatch.setattr(actions, "typeset", set_together)

    def ask() -> None:
        try:
            with opened(ours.scope):
                made.append(actions.make(ours.scope, wanted(someone), frame=FRAME, now=timezone.now()))
        finally:
            connections.close_all()

    asking = [threading.Thread(target=ask) for _ in range(2)]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    first, second = made
    assert (first.number, first.pdf) == (second.number, second.pdf)
    with opened(ours.scope):
        assert Document.objects.count() == 1
