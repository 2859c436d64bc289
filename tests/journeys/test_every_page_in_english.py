"""Every page in English, on a desk and on a phone; in a file of its own, to be walked beside the Dutch ones (X14)."""

from __future__ import annotations

import pytest

from tests.journeys.tour import Tour
from tests.journeys.tour_steps import walks_everywhere


@pytest.mark.feature("X14")
@pytest.mark.feature("K07")
@pytest.mark.timeout(1800)
def test_every_page_is_without_barriers_in_english(browser, stack, tmp_path):
    tour = Tour(browser, stack, "en")
    try:
        walks_everywhere(tour, tmp_path)
    finally:
        tour.ends()
