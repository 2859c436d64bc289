"""Every page of every portal in Dutch, on a desk and on a phone: no barriers, nothing sticks out (X14, K07)."""

from __future__ import annotations

import pytest

from tests.journeys.tour import Tour
from tests.journeys.tour_steps import walks_everywhere


@pytest.mark.feature("X14")
@pytest.mark.feature("K07")
@pytest.mark.timeout(1800)
def test_every_page_of_every_portal_is_without_barriers(browser, stack, tmp_path):
    tour = Tour(browser, stack, "nl")
    try:
        walks_everywhere(tour, tmp_path)
    finally:
        tour.ends()
