"""Undoing a change: the mutation that does it, and of a whole history which ones can be undone at all (law 4, X05)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from collectief.contracts.queries import ContractView
from collectief.mutations.corridor import Moment, Request, Subject
from collectief.mutations.models import Mutation
from collectief.mutations.queries import MutationView, of_groups
from collectief.mutations.rules import State
from collectief.mutations.verdicts import Refused
from collectief.scope.scope import Scope

from . import memory
from .facts import Application, Kind
from .sitting import EnrolmentSitting


def reversal(original: Mutation | MutationView, together: Sequence[Mutation | MutationView]) -> Request:
    """What is asked to undo a mutation that was carried out, with those of everyone who is undone with it."""
    application = Application(
        Kind.REVERSE, reverses=original.id, undoes=memory.changes_from_json(original.touched),
        alongside=frozenset(line["id"] for one in together for line in one.touched if "id" in line),
    )  # fmt: skip
    return Request(application, Subject(participant_id=original.participant_id))


def not_undone(
    scope: Scope, views: Sequence[MutationView], moment: Moment, *, contracts: Sequence[ContractView]
) -> dict[int, Refused]:
    """Why those of these mutations that were carried out cannot be undone, by id; what can be is not in it.

    Judged as undoing judges it, for one of a household with everyone who came with them; in a fixed number of queries.
    `contracts` are all of the scope's. Must run inside `opened`.
    """
    done = [view for view in views if view.state == State.PROCESSED and view.kind != Kind.REVERSE]
    if not done:
        return {}
    groups: dict[int | None, list[MutationView]] = defaultdict(list)
    for view in of_groups(scope, {view.group_id for view in done if view.group_id is not None}):
        groups[view.group_id].append(view)
    # Themselves first: why they cannot be undone is told before why another cannot.
    together = {view.id: [view, *(one for one in groups[view.group_id] if one.id != view.id)] for view in done}
    asked = {one.id: reversal(one, own) for own in together.values() for one in own if one.state == State.PROCESSED}
    sitting = EnrolmentSitting(scope, list(asked.values()), moment, for_real=False, own=contracts)
    verdicts = {id_: sitting.judge(request) for id_, request in asked.items()}
    found = {
        id_: [said for one in own if isinstance(said := verdicts.get(one.id, Refused("not_processed")), Refused)]
        for id_, own in together.items()
    }
    return {id_: refused[0] for id_, refused in found.items() if refused}
