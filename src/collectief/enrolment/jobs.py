"""What enrolment does in the background."""

from __future__ import annotations

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from collectief.access.queries import scope_again
from collectief.mutations import actions as mutations
from collectief.mutations.corridor import Moment
from collectief.participants import register
from collectief.scope.database import opened

from . import actions


class RegisterSilent(RuntimeError):
    """The BRP did not answer for everyone; asked again later, nothing is lost."""


# The BRP may be away for a weekend: asked again every half minute.
_PATIENCE = RetryStrategy(max_attempts=10_000, wait=30)


@app.task(name="enrolment.ask_register", queue="interactive", retry=_PATIENCE)
def ask_register(*, organisation_id: int, account_id: int, brand: str, mutation_ids: list[int]) -> None:
    """Ask the BRP about waiting mutations and decide them; raises RegisterSilent to be tried again."""
    scope = scope_again(account_id, organisation_id, brand, channel="form")
    with opened(scope):
        sealed = actions.open_mutations(scope, mutation_ids)
    answer = register.ask(register.current_register(), scope, sealed)
    now = timezone.now()
    with opened(scope):
        register.keep(scope, answer, now=now)
        mutations.decide_waiting(scope, mutation_ids, Moment(timezone.localdate(now), now))
    if answer.unanswered:
        raise RegisterSilent(len(answer.unanswered))
