"""What an application sets in motion: a case for the insurer, and letters to whoever applied."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from procrastinate.contrib.django import app

from collectief.access.letters import post
from collectief.access.models import Account, LeaveWish
from collectief.access.rules import WishState
from collectief.cases import actions as cases
from collectief.cases.rules import KEPT
from collectief.contracts.models import ContractLink, DataChange, Insurer
from collectief.contracts.rules import LinkState
from collectief.gateways.mail.port import AddressRefused, MailUnavailable
from collectief.scope.database import housekeeping, office
from collectief.scope.patience import Patience

from . import asking_roles, changing, leaving, letters, linking
from .actions import KIND
from .models import AccountApplication, RoleRequest

_PATIENCE = Patience(MailUnavailable, seconds=30)


@app.task(name="onboarding.receive", queue="interactive", retry=_PATIENCE)
def receive(*, application_id: str, insurer: str) -> None:
    """Open the case and mail a receipt with the day promised; done again, it opens no second.

    Who applied already and waits gets neither: nobody can have us fill a mailbox. Such an application is gone at once:
    without a case nobody would decide it, and so its term would never begin (law 9). Raises MailUnavailable.
    """
    insurer_id = _insurer(insurer)
    with office(insurer_id):
        application = AccountApplication.objects.filter(id=application_id).first()
        if application is None:
            return
        if _waits_already(application):
            with housekeeping():
                AccountApplication.objects.filter(id=application_id).delete()
            return
        due = cases.open_case(insurer_id, KIND, application_id, now=application.applied_at).due_on
    _post(letters.received(application, due))


@app.task(name="onboarding.tell", queue="interactive", retry=_PATIENCE)
def tell(*, application_id: str, insurer: str) -> None:
    """Mail why an application was not granted; who is let in gets an invitation instead. Raises MailUnavailable."""
    with office(_insurer(insurer)):
        application = AccountApplication.objects.get(id=application_id)
    _post(letters.refused(application))


@app.periodic(cron="24 3 * * *")
@app.task(name="onboarding.forget", queue="interactive", queueing_lock="onboarding.forget")
def forget(timestamp: int) -> None:
    """Every night: of what was asked and had an answer long ago nothing is left, but that there was a case (law 9).

    A contract that is linked stays so; who asked for that is gone.
    """
    forget_before(timezone.now() - KEPT)


def forget_before(before: datetime) -> None:
    """The same, of what was decided or taken back before `before`."""
    with housekeeping():
        for asked in (AccountApplication, RoleRequest, LeaveWish, DataChange):
            asked.objects.filter(decided_at__lt=before).delete()
        # A request for a link that was taken back was never decided: it ended.
        over = ContractLink.objects.filter(Q(decided_at__lt=before) | Q(decided_at=None, ended_at__lt=before))
        over.exclude(state=LinkState.LINKED).delete()
        over.filter(state=LinkState.LINKED, forgotten=False).update(asked_by="", forgotten=True)


def _insurer(slug: str) -> int:
    with office():
        return Insurer.objects.values_list("id", flat=True).get(slug=slug)


@app.task(name="onboarding.receive_link", queue="interactive", retry=_PATIENCE)
def receive_link(*, link_id: int, insurer: str) -> None:
    """Open the case of a request to link a contract; done again, it opens no second."""
    insurer_id = _insurer(insurer)
    with office(insurer_id):
        # Whoever takes it back meanwhile waits for the case, and closes it.
        row = ContractLink.objects.select_for_update().get(id=link_id)
        if row.state == LinkState.ASKED:
            cases.open_case(insurer_id, linking.KIND, str(row.id), now=row.asked_at)


@app.task(name="onboarding.receive_change", queue="interactive", retry=_PATIENCE)
def receive_change(*, change_id: int, insurer: str) -> None:
    """Open the case of a change that was asked for; done again, it opens no second."""
    insurer_id = _insurer(insurer)
    with office(insurer_id):
        row = DataChange.objects.get(id=change_id)
        cases.open_case(insurer_id, changing.KIND, str(row.id), now=row.asked_at)


@app.task(name="onboarding.receive_leaving", queue="interactive", retry=_PATIENCE)
def receive_leaving(*, wish_id: int, insurer: str) -> None:
    """Open the case of a wish to leave that the insurer carries out; done again, it opens no second."""
    insurer_id = _insurer(insurer)
    with office(insurer_id):
        # Whoever takes it back meanwhile waits for the case, and closes it.
        wish = LeaveWish.objects.select_for_update().get(id=wish_id)
        if wish.state == WishState.OPEN:
            cases.open_case(insurer_id, leaving.KIND, str(wish.id), now=wish.asked_at)


@app.task(name="onboarding.tell_managers", queue="interactive", retry=_PATIENCE)
def tell_managers(*, wish_id: int, insurer: str) -> None:
    """Mail whoever manages accounts that somebody wants to leave; who, the portal says. Raises MailUnavailable."""
    with office(_insurer(insurer)):
        wish = LeaveWish.objects.get(id=wish_id)
        managers = leaving.managers(wish, now=timezone.now()) if wish.state == WishState.OPEN else []
    for account_id, email, name in managers:
        _post(letters.wants_to_leave(wish, account_id, email, name))


@app.task(name="onboarding.tell_leaver", queue="interactive", retry=_PATIENCE)
def tell_leaver(*, wish_id: int, insurer: str) -> None:
    """Mail whoever wanted to leave what the insurer decided. Raises MailUnavailable."""
    with office(_insurer(insurer)):
        wish = LeaveWish.objects.select_related("membership__account").get(id=wish_id)
    _post(letters.left(wish))


@app.task(name="onboarding.receive_role_request", queue="interactive", retry=_PATIENCE)
def receive_role_request(*, request_id: int, insurer: str) -> None:
    """Open the case of roles that were asked for; done again, it opens no second."""
    insurer_id = _insurer(insurer)
    with office(insurer_id):
        # Whoever takes it back meanwhile waits for the case, and closes it.
        row = RoleRequest.objects.select_for_update().get(id=request_id)
        if not row.decision:
            cases.open_case(insurer_id, asking_roles.KIND, str(row.id), now=row.asked_at)


@app.task(name="onboarding.tell_asker_of_roles", queue="interactive", retry=_PATIENCE)
def tell_asker_of_roles(*, request_id: int, insurer: str) -> None:
    """Mail whoever asked for roles what the insurer decided. Raises MailUnavailable."""
    with office(_insurer(insurer)):
        row = RoleRequest.objects.select_related("membership__account").get(id=request_id)
    _post(letters.roles_decided(row))


@app.task(name="onboarding.take_back", queue="interactive", retry=_PATIENCE)
def take_back(*, insurer: str, kind: str, subject: str, by_id: int) -> None:
    """Close the case of what whoever asked took back: nobody has to judge it any more."""
    insurer_id = _insurer(insurer)
    with office(insurer_id):
        by = Account.objects.values_list("name", flat=True).get(id=by_id)
        cases.withdraw(insurer_id, kind, subject, by=by, now=timezone.now())


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
