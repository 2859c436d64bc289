"""What the benchmarks measure must be what is there: their browser is one that the portal lets in."""

from __future__ import annotations

import pytest
from benchmarks.list_page import ADDRESSES, signed_in

from tests.web.visiting import text_of
from tests.world import agency

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ADDRESSES.values())
def test_the_browser_of_the_benchmark_sees_the_list(address):
    response = signed_in(agency().scope).get(address)
    assert response.status_code == 200
    assert "deelnemers" in text_of(response)
