"""What an application sets in motion: a case for the insurer, and letters to whoever applied."""

from __future__ import annotations

from procrastinate.contrib.django import app

from collectief.access.letters import post
from collectief.cases import actions as cases
from collectief.contracts.models import Insurer
from collectief.gateways.mail.port import AddressRefused, MailUnavailable
from collectief.scope.database import office
from collectief.scope.patience import Patience

from . import letters
from .actions import KIND
from .models import AccountApplication

_PATIENCE = Patience(MailUnavailable, seconds=30)


@app.task(name="onboarding.receive", queue="interactive", retry=_PATIENCE)
def receive(*, application_id: str, insurer: str) -> None:
    """Open the case and mail a receipt with the day promised; done again, it opens no second.

    Who applied already and waits gets neither: nobody can have us fill a mailbox. Raises MailUnavailable.
    """
    insurer_id = _insurer(insurer)
    with office(insurer_id):
        application = AccountApplication.objects.get(id=application_id)
        if _waits_already(application):
            return
        due = cases.open_case(insurer_id, KIND, application_id, now=application.applied_at).due_on
    _post(letters.received(application, due))


@app.task(name="onboarding.tell", queue="interactive", retry=_PATIENCE)
def tell(*, application_id: str, insurer: str) -> None:
    """Mail why an application was not granted; who is let in gets an invitation instead. Raises MailUnavailable."""
    with office(_insurer(insurer)):
        application = AccountApplication.objects.get(id=application_id)
    _post(letters.refused(application))


def _insurer(slug: str) -> int:
    with office():
        return Insurer.objects.values_list("id", flat=True).get(slug=slug)


def _waits_already(application: AccountApplication) -> bool:
    """Whether an earlier application from this mailbox, at this portal, was not decided yet."""
    waiting = AccountApplication.objects.filter(brand=application.brand, email__iexact=application.email, decision="")
    first = waiting.order_by("applied_at", "id").values_list("id", flat=True).first()
    return first is not None and first != application.id


def _post(letter: letters.Letter) -> None:
    try:
        post(letter)
    except AddressRefused:
        # Staff see the address and have a telephone number beside it.
        return
