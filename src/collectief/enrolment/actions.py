"""Applying for changes of participation, and taking them back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from django.db import connection, transaction
from procrastinate.contrib.django import app as queue
from procrastinate.types import JSONValue

from collectief.audit import actions as audit
from collectief.foundation.bsn import Bsn
from collectief.mutations import actions as mutations
from collectief.mutations import lanes
from collectief.mutations.corridor import LANES, Moment, Outcome, Request, Subject
from collectief.mutations.models import Mutation
from collectief.mutations.rules import OPEN, State, TransitionRefused
from collectief.mutations.together import ANOTHER_UNDONE
from collectief.mutations.verdicts import Accepted, Refused, Unchanged, Waiting
from collectief.participants import register
from collectief.participants.keys import bsn_keys
from collectief.participants.rules import RegisterAnswer
from collectief.scope.database import opened
from collectief.scope.scope import Scope
from collectief.scope.staging import bytes_array
from collectief.segments.profile import Permission

from . import relatives
from .household import judge_household
from .reversal import closed
from .sitting import EnrolmentSitting
from .undoing import reversal


class CannotWithdraw(ValueError):
    """The mutation has taken effect or was decided otherwise; `code` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def apply(scope: Scope, requests: Sequence[Request], moment: Moment) -> list[Outcome]:
    """Submit applications; who must be checked first waits for the BRP, which is asked in the background."""
    return _asked_register(scope, mutations.submit(scope, requests, moment))


@transaction.atomic
def enrol_household(scope: Scope, requests: Sequence[Request], moment: Moment) -> list[Outcome]:
    """Enrol everyone of a household or nobody, and insure who asked (G06, G07); as `apply`.

    `requests` are one enrolment each, the client's first unless relatives are added; every one has `joins`, a name, a
    birth date and the same first day. Raises NotAllowed.
    """
    scope.require(Permission.CHANGE_PARTICIPANTS)
    _lock_household(scope, [request.application.joins.client for request in requests])
    refused = partial(_not_together, scope)
    return _asked_register(scope, mutations.submit_group(scope, requests, moment, refused=refused))


def household_problems(scope: Scope, requests: Sequence[Request], moment: Moment) -> dict[int, Refused]:
    """Why a household cannot be enrolled as it stands, by number of the request; nothing is written.

    As `enrol_household` would say it, but for what the BRP has not been asked yet. Must run inside `opened`.
    """
    refused = _not_together(scope, requests)
    for number, verdict in enumerate(mutations.Trial(scope, requests, moment).verdicts):
        if isinstance(verdict, Unchanged):
            refused.setdefault(number, Refused("already_so"))
        elif isinstance(verdict, Refused):
            refused.setdefault(number, verdict)
    return refused


def _not_together(scope: Scope, requests: Sequence[Request]) -> dict[int, Refused]:
    """Why these cannot be a household as everyone stands now, by number."""
    return judge_household(relatives.household(scope, requests), scope.profile)


def _lock_household(scope: Scope, clients: Iterable[int | None]) -> None:
    """Who joins somebody is judged by them and by who joined them before: none of these changes meanwhile."""
    if known := [client for client in clients if client is not None]:
        lanes.lock_people(scope, [Subject(participant_id=client) for client in known])


def _asked_register(scope: Scope, outcomes: list[Outcome]) -> list[Outcome]:
    waiting: list[JSONValue] = [o.mutation_id for o in outcomes if isinstance(o.verdict, Waiting) and o.mutation_id]
    if waiting:
        # By name, since jobs stand above actions; in this transaction, so that no waiting row is forgotten.
        queue.configure_task("enrolment.ask_register").defer(
            organisation_id=scope.organisation_id, account_id=scope.account_id, brand=scope.brand, mutation_ids=waiting,
            mandate_id=scope.mandate_id,
        )  # fmt: skip
    return outcomes


@transaction.atomic
def withdraw(scope: Scope, mutation_id: int, moment: Moment) -> Mutation:
    """Take back what is pending: not decided yet, or processed but not yet in effect (law 4).

    One of a household takes everyone of it with it: they came together. Raises Mutation.DoesNotExist for one that is
    not the scope's, CannotWithdraw when it is too late.
    """
    scope.require(Permission.CHANGE_PARTICIPANTS)
    together = _locked(scope, mutation_id)
    for mutation in together:
        _withdraw(scope, mutation, together, moment)
    return together[0]


def _withdraw(scope: Scope, mutation: Mutation, together: Sequence[Mutation], moment: Moment) -> None:
    if why := closed(mutation.kind, mutation.state):
        raise CannotWithdraw(why)
    if mutation.state == State.PROCESSED:
        if mutation.effective_day is None or mutation.effective_day <= moment.today:
            raise CannotWithdraw("in_effect")
        _undo(scope, mutation, together, moment)
    try:
        mutations.move(mutation, State.WITHDRAWN, moment, by=scope.account)
    except TransitionRefused:
        raise CannotWithdraw("already_decided") from None
    mutation.bsn_index = mutation.bsn_sealed = None
    mutation.save()
    audit.record(scope, "mutation.withdraw", participants=_about(mutation), objects=_objects(mutation))
    mutations.tell_withdrawn(scope, mutation, moment)


@transaction.atomic
def reverse(scope: Scope, mutation_id: int, moment: Moment) -> Outcome:
    """Undo a processed mutation by a new one that names it (X05); refused when a later one built on it.

    One of a household takes everyone of it with it. Raises Mutation.DoesNotExist for one that is not the scope's,
    CannotWithdraw when it was never processed, or cannot be taken back at all.
    """
    originals = _locked(scope, mutation_id)
    for one in originals:
        if (why := closed(one.kind, one.state)) or one.state != State.PROCESSED:
            raise CannotWithdraw(why or "not_processed")
    submit = mutations.submit_group if len(originals) > 1 else mutations.submit
    outcomes = submit(scope, [reversal(one, originals) for one in originals], moment)
    for original, outcome in zip(originals, outcomes, strict=True):
        if isinstance(outcome.verdict, Accepted) and outcome.mutation_id is not None:
            Mutation.objects.filter(id=outcome.mutation_id).update(reverses=original)
            mutations.move(original, State.REVERSED, moment, by=scope.account)
            original.save()
    # Why it cannot be is told of the one for whom it cannot.
    refused = (one for one in outcomes if isinstance(one.verdict, Refused))
    return next((one for one in refused if one.verdict != ANOTHER_UNDONE), outcomes[0])


def beyond_reach(scope: Scope, mutation_ids: Sequence[int]) -> list[int]:
    """Those of these mutations that the scope does not reach (G13)."""
    if scope.contracts is None:
        return []
    with opened(scope):
        seen = Mutation.objects.filter(organisation_id=scope.organisation_id, id__in=mutation_ids)
        return sorted(set(mutation_ids) - set(seen.values_list("id", flat=True)))


def whom_to_ask(scope: Scope, mutation_ids: Sequence[int]) -> list[Bsn]:
    """The BSNs of those of these mutations that still wait: given with it, or known of who was enrolled before."""
    waiting = Mutation.objects.filter(organisation_id=scope.organisation_id, id__in=mutation_ids, state__in=OPEN)
    rows = list(waiting.values_list("bsn_index", "bsn_sealed"))
    sealed = [(bytes(index), bytes(value)) for index, value in rows if index and value]
    known = [bytes(index) for index, value in rows if index and not value]
    if known:
        with connection.cursor() as cursor:
            cursor.execute("SELECT bsn_index, bsn_sealed FROM person_sealed(%s::bytea[])", [bytes_array(known)])
            sealed += [(bytes(index), bytes(value)) for index, value in cursor.fetchall()]
    keys = bsn_keys(scope)
    return [keys.unsealed(value, index) for index, value in dict(sealed).items()]


def take_answers(
    scope: Scope, mutation_ids: Sequence[int], said: Mapping[bytes, RegisterAnswer], moment: Moment
) -> None:
    """Keep what the BRP answered and decide what waited for it; a household by how it stands by now."""
    register.keep(scope, said, now=moment.now)
    own = Mutation.objects.filter(organisation_id=scope.organisation_id, id__in=mutation_ids, group_id__isnull=False)
    _lock_household(scope, own.values_list("asked__joins__client", flat=True))
    mutations.decide_waiting(scope, mutation_ids, moment, refused=partial(_not_together, scope))


def _locked(scope: Scope, mutation_id: int) -> list[Mutation]:
    """A mutation to be undone, and those that were carried out together with it: nothing else changes their people
    meanwhile. Raises Mutation.DoesNotExist.

    People first, then the rows, as everywhere: two who come at once wait for each other in one order.
    """
    own = Mutation.objects.filter(organisation_id=scope.organisation_id)
    participant_id, group_id = own.values_list("participant_id", "group_id").get(id=mutation_id)
    # Without a BSN all lanes are taken, of whoever it is.
    lanes.lock_people(scope, [Subject(participant_id=participant_id)])
    asked = own.select_for_update().get(id=mutation_id)
    if group_id is None:
        return [asked]
    return [asked, *own.select_for_update().filter(group_id=group_id).exclude(id=mutation_id).order_by("id")]


def _undo(scope: Scope, mutation: Mutation, together: Sequence[Mutation], moment: Moment) -> None:
    request = reversal(mutation, together)
    sitting = EnrolmentSitting(scope, [request], moment, for_real=True)
    verdict = sitting.judge(request)
    if not isinstance(verdict, Accepted):
        raise CannotWithdraw(verdict.code if isinstance(verdict, Refused) else "built_upon")
    sitting.accept(request, verdict)
    sitting.write()
    lanes.note_change(scope, range(LANES))


def _objects(mutation: Mutation) -> dict[str, list[int]]:
    contracts = [id_ for id_ in (mutation.contract_id, mutation.also_contract_id) if id_ is not None]
    return {"mutation": [mutation.id], "contract": contracts}


def _about(mutation: Mutation) -> list[int]:
    return [mutation.participant_id] if mutation.participant_id else []
