"""What the benchmarks measure must be what is there: their browser is one that the portal lets in."""

from __future__ import annotations

import pytest
from benchmarks.list_page import ADDRESSES, _bare_view, signed_in

from tests.web.visiting import crowd, text_of
from tests.world import agency

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ADDRESSES.values())
def test_the_browser_of_the_benchmark_sees_the_list(address):
    response = signed_in(agency().scope).get(address)
    assert response.status_code == 200
    assert "deelnemers" in text_of(response)


def test_its_floor_draws_the_page_without_asking_the_database(django_assert_num_queries):
    ours = agency()
    crowd(ours, 51)
    bare = _bare_view(signed_in(ours.scope), ours.scope, ADDRESSES["current"])
    with django_assert_num_queries(0):
        assert b"Velen049" in bare().content
