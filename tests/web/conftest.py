"""Anna's agency and her browser, for every test of pages."""

from __future__ import annotations

import pytest
from django.test import Client

from collectief.access import jobs, letters, mailed_links, telephone
from tests.web.visiting import client_of
from tests.world import Agency, agency


@pytest.fixture
def ours(db) -> Agency:
    """De Brug: two contracts, Anna in the role administratief."""
    return agency()


@pytest.fixture
def anna(ours: Agency) -> Client:
    """Anna's browser."""
    return client_of(ours.scope)


@pytest.fixture
def post(monkeypatch):
    """Letters and short messages that jobs hand over, and the jobs that were queued, carried out at once."""

    class Post:
        letters: list = []
        messages: list = []

    found = Post()
    found.letters, found.messages = [], []
    monkeypatch.setattr(letters, "post", found.letters.append)
    monkeypatch.setattr(letters, "send", found.messages.append)

    class Queue:
        def __init__(self, name: str) -> None:
            self.task = getattr(jobs, name.removeprefix("access."))

        def defer(self, **given) -> None:
            self.task(**given)

    for module in (mailed_links, telephone):
        monkeypatch.setattr(module.queue, "configure_task", Queue)
    return found
