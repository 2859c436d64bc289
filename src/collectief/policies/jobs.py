"""What policies do in the background."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from collectief.scope.patience import Patience

from . import issuing


@app.task(name="policies.go_on_with_cards", queue="bulk", retry=Patience(seconds=60))
def go_on_with_cards(*, insurer_id: int, year: int) -> None:
    """A job for each organisation, so that the large ones do not keep the small ones waiting."""
    for organisation_id in issuing.organisations(insurer_id):
        issue_cards_of.configure(lock=f"cards/{organisation_id}/{year}").defer(
            insurer_id=insurer_id, organisation_id=organisation_id, year=year
        )


@app.task(name="policies.issue_cards_of", queue="bulk", retry=Patience(seconds=60))
def issue_cards_of(*, insurer_id: int, organisation_id: int, year: int) -> None:
    """Make the cards that an organisation's people do not have yet; broken off, the next one goes on."""
    issuing.go_on(insurer_id, organisation_id, year, now=timezone.now())


@app.periodic(cron="53 1 * * *")
@app.task(name="policies.more_cards", queue="bulk", queueing_lock="policies.more_cards")
def more_cards(timestamp: int) -> None:
    """Every night: who came since, and whose card could not be made, in the years that are being issued."""
    for insurer_id, year in issuing.runs(timezone.localdate()):
        go_on_with_cards.defer(insurer_id=insurer_id, year=year)
