"""Anna's agency and her browser, for every test of pages."""

from __future__ import annotations

import pytest
from django.test import Client

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
