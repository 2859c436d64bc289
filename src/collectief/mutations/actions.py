"""Trying, submitting and deciding mutations: each verb runs in one transaction inside an opened scope."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import replace

from django.db import transaction
from django.utils import timezone

from collectief.audit import actions as audit
from collectief.foundation.bsn import Bsn
from collectief.inbox import actions as inbox
from collectief.participants.keys import bsn_keys
from collectief.participants.rules import RegisterAnswer
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from . import lanes
from .corridor import Entry, Kept, Moment, Outcome, Request, Sitting, Subject, registry
from .models import Mutation
from .records import Misshapen, record, record_kept, record_misshapen, state_of, step, tell_ready
from .rules import OPEN, State, judge_transition
from .telling import told
from .together import all_or_none
from .verdicts import Accepted, Refused, Unchanged, Verdict, Waiting

__all__ = [
    "Misshapen", "Trial", "carry_out", "decide_waiting", "move", "refuse", "reject_waiting", "submit", "tell_withdrawn",
]  # fmt: skip

# Whether the request with this number may be carried out with this verdict: a plan that was seen says so.
Expected = Callable[[int, Verdict], bool]
# Why some of what is carried out together cannot be, by number. Asked while nobody else changes these people.
Together = Callable[[Sequence[Request]], Mapping[int, Refused]]


class Trial:
    """What submitting would come to, judged in order, nothing written (X02).

    Facts are read once, inside the opened scope; the BRP can be asked between, with no transaction open.
    """

    def __init__(self, scope: Scope, requests: Sequence[Request], moment: Moment) -> None:
        self._requests = requests
        self._sitting = _sit(scope, requests, moment, for_real=False)
        self.verdicts = [verdict for verdict, _ in _judged(self._sitting, requests, None)]

    def waiting(self) -> list[Bsn]:
        """Whom the BRP must be asked about before there is a verdict, each once."""
        asked = (
            request.subject.bsn
            for request, verdict in zip(self._requests, self.verdicts, strict=True)
            if isinstance(verdict, Waiting)
        )
        return list(dict.fromkeys(bsn for bsn in asked if bsn is not None))

    def learn(self, said: Mapping[bytes, RegisterAnswer]) -> None:
        """Judge again with the BRP's answers."""
        self._sitting.learn(said)
        self.verdicts = [verdict for verdict, _ in _judged(self._sitting, self._requests, None)]

    def keep(self) -> Kept:
        """What `carry_out` can do without judging again, for as long as nothing it was judged on has changed."""
        return self._sitting.keep(self._requests, self.verdicts)


@transaction.atomic
def carry_out(scope: Scope, kind: str, kept: str, count_in: Sequence[int], moment: Moment) -> list[int]:
    """Carry out what a trial kept, and record it; the numbers of the mutations, in the order of the trial.

    The caller holds the lanes of these people, and has seen that nothing of what they were judged on has changed:
    judging again would give the same (law 1). The change is counted in the lanes of `count_in`: those in which this
    transaction has counted none yet. Raises NotAllowed.
    """
    scope.require(Permission.CHANGE_PARTICIPANTS)
    table = registry.family(kind).carry_out(scope, kept)
    lanes.note_change(scope, count_in)
    return record_kept(scope, kind, table, moment)


@transaction.atomic
def submit(
    scope: Scope, requests: Sequence[Request], moment: Moment, *, expected: Expected | None = None
) -> list[Outcome]:
    """Judge `requests` in order, carry out what is accepted and record every one that says something.

    With `expected`, an application that it turns down for its verdict is not carried out but `changed_since`.
    Raises NotAllowed when the scope may not change participants.
    """
    scope.require(Permission.CHANGE_PARTICIPANTS)
    locked = lanes.lock_people(scope, [request.subject for request in requests])
    sitting = _sit(scope, requests, moment, for_real=True)
    judged = _judged(sitting, requests, expected)
    _write(scope, sitting, judged, locked)
    return record(scope, sitting, requests, judged, moment)


@transaction.atomic
def submit_group(
    scope: Scope, requests: Sequence[Request], moment: Moment, *, refused: Together | None = None
) -> list[Outcome]:
    """As `submit`, for what is carried out all together or not at all (G06); `refused` says why it cannot be together.

    Raises NotAllowed.
    """
    scope.require(Permission.CHANGE_PARTICIPANTS)
    locked = lanes.lock_people(scope, [request.subject for request in requests])
    sitting = _sit(scope, requests, moment, for_real=True)
    judged = _judged_together(sitting, requests, refused)
    _write(scope, sitting, judged, locked)
    return record(scope, sitting, requests, judged, moment, grouped=True)


@transaction.atomic
def decide_waiting(
    scope: Scope, mutation_ids: Sequence[int], moment: Moment, *, refused: Together | None = None
) -> None:
    """Judge again what waited for the BRP; what is still without an answer goes on waiting.

    They are judged by the day on which they were asked: the wait is not theirs, and a day that was in time stays so.
    `mutation_ids` are of one submission: all of one group, with `refused` as when it was submitted, or of none. Raises
    ValueError when they are not, and NotAllowed when the scope may not change participants.
    """
    scope.require(Permission.CHANGE_PARTICIPANTS)
    waiting, locked = _locked_open(scope, mutation_ids)
    if not waiting:
        return
    groups = {mutation.group_id for mutation in waiting}
    if len(groups) > 1:
        raise ValueError("one submission is decided at a time")
    requests = [_request_again(scope, mutation) for mutation in waiting]
    asked_on = timezone.localdate(min(mutation.submitted_at for mutation in waiting))
    sitting = _sit(scope, requests, replace(moment, today=asked_on), for_real=True)
    judged = _judged(sitting, requests, None) if groups == {None} else _judged_together(sitting, requests, refused)
    _write(scope, sitting, judged, locked)
    done: list[tuple[Mutation, Entry]] = []
    for mutation, request, (verdict, _) in zip(waiting, requests, judged, strict=True):
        if not isinstance(verdict, Waiting):
            # Asked twice, by a double click or by a colleague: the first did it.
            decided = Refused("already_so") if isinstance(verdict, Unchanged) else verdict
            entry = sitting.entry(request, verdict)
            _decide(scope, mutation, decided, entry, moment)
            done.append((mutation, entry))
    _tell(scope, done, moment)


@transaction.atomic
def reject_waiting(scope: Scope, mutation_ids: Sequence[int], moment: Moment, *, code: str) -> None:
    """End what waits, for a reason that has nothing to do with what was asked."""
    waiting, _ = _locked_open(scope, mutation_ids)
    ended: list[tuple[Mutation, Entry]] = []
    for mutation in waiting:
        entry = Entry(mutation.participant_id, mutation.contract_id, also_contract_id=mutation.also_contract_id)
        _decide(scope, mutation, Refused(code), entry, moment)
        ended.append((mutation, entry))
    _tell(scope, ended, moment)


def _locked_open(scope: Scope, mutation_ids: Sequence[int]) -> tuple[list[Mutation], list[int]]:
    """Those of these that are not decided yet, and the lanes of their people: nobody else changes either meanwhile.

    People first, then the rows, as everywhere: whoever withdraws one at the same moment waits, and so do we for them.
    """
    unended = Mutation.objects.filter(
        organisation_id=scope.organisation_id, id__in=mutation_ids, state__in=OPEN
    ).order_by("id")
    about = unended.values_list("participant_id", "bsn_index")
    locked = lanes.lock_people(scope, [Subject(id_, bytes(index) if index else None) for id_, index in about])
    return list(unended.select_for_update()), locked


@transaction.atomic
def refuse(scope: Scope, refused: Sequence[Misshapen], moment: Moment) -> list[int]:
    """Record what could not be judged as rejected mutations; their ids."""
    scope.require(Permission.CHANGE_PARTICIPANTS)
    return record_misshapen(scope, refused, moment)


def move(mutation: Mutation, state: State, moment: Moment, by: str, code: str = "") -> None:
    """Bring a mutation to `state` and say so in its trail; the caller saves.

    Raises TransitionRefused when there is no such step from where it stands.
    """
    judge_transition(State(mutation.state), state)
    mutation.state = state
    mutation.code = code
    mutation.trail = [*mutation.trail, step(state, moment, by, code)]
    mutation.decided_at = moment.now


def tell_withdrawn(scope: Scope, mutation: Mutation, moment: Moment) -> None:
    """Tell that a mutation was taken back."""
    contracts = [id_ for id_ in (mutation.contract_id, mutation.also_contract_id) if id_ is not None]
    message = told(
        scope.profile, mutation.id, mutation.kind, State.WITHDRAWN, mutation.asked, contracts=contracts,
        participant_id=mutation.participant_id,
    )  # fmt: skip
    inbox.write(scope, message, at=moment.now, seen_by_sender=True)


def _judged(sitting: Sitting, requests: Sequence[Request], expected: Expected | None) -> list[tuple[Verdict, bool]]:
    """Every verdict in order, each accepted one carried out on the facts; and whether it stood."""
    judged: list[tuple[Verdict, bool]] = []
    for number, request in enumerate(requests):
        verdict = sitting.judge(request)
        stands = expected is None or expected(number, verdict)
        if stands and isinstance(verdict, Accepted):
            verdict = sitting.accept(request, verdict)
        judged.append((verdict, stands))
    return judged


def _judged_together(
    sitting: Sitting, requests: Sequence[Request], refused: Together | None
) -> list[tuple[Verdict, bool]]:
    """As `_judged`, all of them or none: then everyone is again as the tables have them."""
    together = refused(requests) if refused else {}
    judged = [together.get(number, verdict) for number, (verdict, _) in enumerate(_judged(sitting, requests, None))]
    verdicts = all_or_none(judged, {request.kind for request in requests})
    if not all(isinstance(verdict, Accepted) for verdict in verdicts):
        sitting.learn({})
    return [(verdict, True) for verdict in verdicts]


def _write(scope: Scope, sitting: Sitting, judged: Sequence[tuple[Verdict, bool]], locked: Sequence[int]) -> None:
    sitting.write()
    if any(stands and isinstance(verdict, Accepted) for verdict, stands in judged):
        lanes.note_change(scope, locked)


def _decide(scope: Scope, mutation: Mutation, verdict: Verdict, entry: Entry, moment: Moment) -> None:
    state, code = state_of(verdict), verdict.code if isinstance(verdict, Refused) else ""
    move(mutation, state, moment, by="", code=code)
    mutation.params = dict(verdict.params) if isinstance(verdict, Refused) else {}
    mutation.participant_id = entry.participant_id
    mutation.contract_id, mutation.also_contract_id = entry.contract_id, entry.also_contract_id
    mutation.participation_ids = list(entry.participation_ids)
    mutation.touched = list(entry.touched)
    mutation.effective_day = verdict.effective_day if isinstance(verdict, Accepted) else mutation.effective_day
    mutation.bsn_index = mutation.bsn_sealed = None
    mutation.save()
    audit.record(
        scope,
        f"mutation.{mutation.kind}",
        participants=[entry.participant_id] if entry.participant_id else [],
        objects={"mutation": [mutation.id], "contract": entry.contracts},
        outcome="failure" if state == State.REJECTED else "success",
        detail={"state": state, "code": code},
    )


def _tell(scope: Scope, decided: Sequence[tuple[Mutation, Entry]], moment: Moment) -> None:
    """Tell what became of what had waited: whoever asked did not stay to see it."""
    messages = [
        message
        for mutation, entry in decided
        if not mutation.source
        for message in told(
            scope.profile, mutation.id, mutation.kind, mutation.state, mutation.asked, contracts=entry.contracts,
            participant_id=entry.participant_id,
            refused=(mutation.code, mutation.params) if mutation.state == State.REJECTED else None, late=True,
        )
    ]  # fmt: skip
    inbox.write(scope, messages, at=moment.now)
    carried_out = [(mutation.kind, entry) for mutation, entry in decided if mutation.state == State.PROCESSED]
    tell_ready(scope, carried_out, moment)


def _request_again(scope: Scope, mutation: Mutation) -> Request:
    application = registry.family(mutation.kind).application(mutation.kind, mutation.asked)
    index = bytes(mutation.bsn_index) if mutation.bsn_index else None
    sealed = bytes(mutation.bsn_sealed) if mutation.bsn_sealed else None
    subject = Subject(
        participant_id=mutation.participant_id,
        bsn_index=index,
        bsn=bsn_keys(scope).unsealed(sealed, index) if sealed and index else None,
    )
    return Request(application, subject, mutation.source)


def _sit(scope: Scope, requests: Sequence[Request], moment: Moment, *, for_real: bool) -> Sitting:
    kinds = {request.kind for request in requests}
    families = {id(family): family for family in map(registry.family, kinds)}
    if len(families) > 1:
        raise ValueError("one chunk holds kinds of one family")
    family = next(iter(families.values())) if families else next(iter(registry.families.values()))
    return family.sit(scope, requests, moment, for_real=for_real)
