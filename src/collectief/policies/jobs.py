"""What policies do in the background."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from collectief.access.queries import scope_without_rights
from collectief.cases import actions as cases
from collectief.documents.store import StoreUnavailable
from collectief.scope.database import housekeeping, office, opened
from collectief.scope.patience import Patience

from . import asking, issuing, posting
from .cards import CARDS_KEPT
from .models import InsuranceCard, StatementRequest


@app.task(name="policies.go_on_with_cards", queue="bulk", retry=Patience(seconds=60))
def go_on_with_cards(*, insurer_id: int, year: int) -> None:
    """A job for each organisation, so that the large ones do not keep the small ones waiting."""
    for organisation_id in issuing.organisations(insurer_id):
        issue_cards_of.configure(lock=f"cards/{organisation_id}/{year}").defer(
            insurer_id=insurer_id, organisation_id=organisation_id, year=year
        )


@app.task(name="policies.issue_cards_of", queue="bulk", retry=Patience(StoreUnavailable, seconds=60))
def issue_cards_of(*, insurer_id: int, organisation_id: int, year: int) -> None:
    """Make the cards that an organisation's people do not have yet; broken off, the next one goes on."""
    issuing.go_on(insurer_id, organisation_id, year, now=timezone.now())


@app.periodic(cron="53 1 * * *")
@app.task(name="policies.more_cards", queue="bulk", queueing_lock="policies.more_cards")
def more_cards(timestamp: int) -> None:
    """Every night: who came since, and whose card could not be made, in the years that are being issued."""
    for insurer_id, year in issuing.runs(timezone.localdate()):
        go_on_with_cards.defer(insurer_id=insurer_id, year=year)


@app.task(name="policies.post_schedules_of", queue="bulk", retry=Patience(StoreUnavailable, seconds=60))
def post_schedules_of(*, insurer_id: int, organisation_id: int) -> None:
    """Send the schedules that an organisation's people do not have yet; broken off, the next one goes on."""
    posting.go_on(insurer_id, organisation_id, now=timezone.now())


@app.periodic(cron="7 2 * * *")
@app.task(name="policies.more_schedules", queue="bulk", queueing_lock="policies.more_schedules")
def more_schedules(timestamp: int) -> None:
    """Every night: whose schedule could not be sent before, and whom a job forgot."""
    for insurer_id, organisation_id in posting.organisations():
        post_schedules_of.configure(lock=f"schedules/{organisation_id}").defer(
            insurer_id=insurer_id, organisation_id=organisation_id
        )


@app.task(name="policies.receive_request", queue="interactive", retry=Patience(seconds=30))
def receive_request(*, request_id: int, insurer_id: int) -> None:
    """Open the case of a statement that was asked for; done again, it opens no second."""
    with office(insurer_id):
        row = StatementRequest.objects.get(id=request_id)
        cases.open_case(insurer_id, asking.STATEMENT, str(row.id), now=row.asked_at)


@app.task(name="policies.tell_of_statement", queue="interactive", retry=Patience(seconds=30))
def tell_of_statement(
    *,
    organisation_id: int,
    account_id: int,
    brand: str,
    participant_id: int,
    contracts: list[int],
    mandate_id: int | None = None,
) -> None:
    """Tell the organisation that a statement can be downloaded, also when whoever asked has left."""
    scope = scope_without_rights(account_id, organisation_id, brand, channel="job", mandate_id=mandate_id)
    with opened(scope):
        asking.tell(scope, participant_id, contracts, at=timezone.now())


@app.periodic(cron="37 3 * * *")
@app.task(name="policies.forget", queue="interactive", queueing_lock="policies.forget")
def forget(timestamp: int) -> None:
    """Every night: of what was answered, or was valid, long ago nothing is left (law 9)."""
    with housekeeping():
        InsuranceCard.objects.filter(expires_on__lt=timezone.localdate() - CARDS_KEPT).delete()
        posting.forget(timezone.now())
        StatementRequest.objects.filter(answered_at__lt=timezone.now() - asking.KEPT).delete()
