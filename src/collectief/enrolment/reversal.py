"""Whether a change can be undone: back to before, unless something was built on what it left (law 4, X05)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from collectief.mutations.rules import State
from collectief.mutations.verdicts import Accepted, Refused, Verdict

from .days import beyond, iso, outlasts, overlap
from .facts import AddressChange, Application, Change, Kind, Member, ReferenceChange, Stay, StayChange, Terms


def closed(kind: str, state: str) -> str:
    """Why a mutation that stands so can be taken back in no way, neither withdrawn nor undone; "" where that may be.

    What undid another is done, whatever day it is about, and is not undone itself: what should hold is asked again.
    """
    if kind == Kind.REVERSE and state == State.PROCESSED:
        return "is_reversal"
    return "already_reversed" if state == State.REVERSED else ""


def judge_reversal(application: Application, member: Member, terms: Terms) -> Verdict:
    """X05: back to before, in one step, unless a later mutation built on what this one left.

    As far back as any change may go: what lies further needs a person at the insurer.
    """
    undone = tuple(_undone(change) for change in application.undoes)
    earliest, _ = terms.window
    felt = min((_first_difference(one) for one in undone if isinstance(one, StayChange)), default=terms.today)
    if felt < earliest:
        return Refused("undo_too_early", {"earliest": iso(earliest)})
    stays = list(member.stays)
    for change in undone:
        if isinstance(change, ReferenceChange):
            if change.before != member.reference:
                return Refused("built_upon")
        elif isinstance(change, AddressChange):
            if change.before != member.address:
                return Refused("built_upon")
        elif change.before is not None:
            reason = change.after.reason if change.after else change.before.reason
            if change.before not in stays or lives_on(change.before, reason, member, terms):
                return Refused("built_upon")
            stays.remove(change.before)
    for change in undone:
        if isinstance(change, StayChange) and change.after is not None:
            if overlap(change.after.period, [s for s in stays if s.contract_id == change.after.contract_id]):
                return Refused("built_upon")
            contract = next((one for one in terms.contracts.values() if one.id == change.after.contract_id), None)
            if contract is not None and outlasts(change.after.period, contract):
                return beyond(contract)
            stays.append(change.after)
    if _leaves_relatives(application, member, stays):
        return Refused("joined_since")
    return Accepted(felt, undone)


def lives_on(stay: Stay, reason: str, member: Member, terms: Terms) -> bool:
    """Whether a stay that ended by death would no longer, while they were enrolled again since.

    What insures them of their own accord ended with it and would go on, beside what they may have taken out anew: a
    person has one basic insurance (G06).
    """
    end, deaths = stay.period.end_day, terms.profile.deaths
    if not terms.profile.knows_households or end is None or stay.reason not in deaths or reason in deaths:
        return False
    return any(other.period.first_day >= end for other in member.stays)


def _leaves_relatives(application: Application, member: Member, stays: list[Stay]) -> bool:
    """Whether somebody joined a client who with these stays was not there on that day (G07)."""
    others = (day for stay_id, day in member.joined if stay_id not in application.alongside)
    return any(_on(day, member.stays) and not _on(day, stays) for day in others)


def _on(day: date, stays: Iterable[Stay]) -> bool:
    return any(day in stay.period for stay in stays)


def _undone(change: Change) -> Change:
    if isinstance(change, ReferenceChange):
        return ReferenceChange(change.after, change.before)
    if isinstance(change, AddressChange):
        return AddressChange(change.after, change.before)
    return StayChange(change.after, change.before)


def _first_difference(change: StayChange) -> date:
    """The first day on which a change of a stay is felt."""
    before, after = change.before, change.after
    if before is None or after is None or before.period.first_day != after.period.first_day:
        return min(stay.period.first_day for stay in (before, after) if stay is not None)
    ends = (stay.period.end_day for stay in (before, after) if stay.period.end_day)
    return min(ends, default=before.period.first_day)
