"""What enrolment does in the background."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from collectief.access.queries import NoAccess, scope_again, scope_without_rights
from collectief.mutations import actions as mutations
from collectief.mutations.corridor import this_moment
from collectief.participants import register
from collectief.participants.register import RegisterSilent
from collectief.scope.database import opened
from collectief.scope.patience import Patience
from collectief.scope.scope import NotAllowed
from collectief.segments.profile import Permission

from . import actions, following, settling, waking


@app.task(name="enrolment.ask_register", queue="interactive", retry=Patience(RegisterSilent, seconds=30))
def ask_register(
    *, organisation_id: int, account_id: int, brand: str, mutation_ids: list[int], mandate_id: int | None = None
) -> None:
    """Ask the BRP about waiting mutations and decide them; raises RegisterSilent to be tried again.

    Who may not change participants any more, or there, has them rejected.
    """
    moment = this_moment()

    def reject(ids: list[int], code: str) -> None:
        bare = scope_without_rights(account_id, organisation_id, brand, channel="form", mandate_id=mandate_id)
        with opened(bare):
            mutations.reject_waiting(bare, ids, moment, code=code)

    try:
        scope = scope_again(account_id, organisation_id, brand, channel="form", mandate_id=mandate_id)
        scope.require(Permission.CHANGE_PARTICIPANTS)
    except NoAccess:
        reject(mutation_ids, "account_ended")
        return
    except NotAllowed:
        reject(mutation_ids, "rights_ended")
        return
    if lost := actions.beyond_reach(scope, mutation_ids):
        # Somebody was given other contracts meanwhile.
        reject(lost, "rights_ended")
    with opened(scope):
        bsns = actions.whom_to_ask(scope, mutation_ids)
    answer = register.ask(register.current_register(), bsns)
    with opened(scope):
        actions.take_answers(scope, mutation_ids, register.answers(scope, answer), moment)
    if answer.unanswered:
        raise RegisterSilent(len(answer.unanswered))


@app.periodic(cron="*/5 * * * *")
@app.task(name="enrolment.wake", queue="interactive", queueing_lock="enrolment.wake")
def wake(timestamp: int) -> None:
    """Every five minutes: what waits for the BRP, and whose job has failed, gets it back."""
    waking.wake(timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="enrolment.settle", queue="interactive", queueing_lock="enrolment.settle")
def settle_ended(timestamp: int) -> None:
    """Every minute: what has ended is put on the shelf of what has ended."""
    settling.settle_all(timezone.localdate())


@app.task(name="enrolment.follow_offers", queue="interactive", retry=Patience(seconds=60))
def follow_offers(*, contract_id: int) -> None:
    """Insure everyone in a contract with what it gives since somebody agreed to something else."""
    following.follow_offers(contract_id)


@app.periodic(cron="41 2 * * *")
@app.task(name="enrolment.follow_every_offer", queue="interactive", queueing_lock="enrolment.follow_every_offer")
def follow_every_offer(timestamp: int) -> None:
    """Every night the same for every contract: whatever was missed, nobody is without insurance for longer."""
    for contract_id in following.contracts_that_insure():
        following.follow_offers(contract_id)
