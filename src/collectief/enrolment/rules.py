"""What may happen to a participation, judged in plain Python (laws 1, 3 and 4).

A `Member` is one person as one organisation knows them. `judge` looks at one application and a member and says
`Accepted` (with the changes it makes), `Unchanged`, `Waiting` or `Refused` with a code; the words and remedies
belong to the locale. Nothing here reads a clock or a table, so a whole file can be judged in order: each
accepted application is carried out on the member before the next is judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import replace
from datetime import date

from collectief.foundation.period import ONE_DAY, Period
from collectief.mutations.verdicts import Accepted, Refused, Unchanged, Verdict, Waiting
from collectief.participants.rules import RegisterAnswer
from collectief.segments.profile import Capability

from .days import contract_on, iso, outside_window, overlap, within
from .facts import AddressChange, Application, Change, Contract, Kind, Member, ReferenceChange, Stay, StayChange, Terms
from .household import judge_insurance
from .reversal import judge_reversal, lives_on

# Any one of these will do.
CAPABILITIES: Mapping[Kind, frozenset[Capability]] = {
    Kind.ENROL: frozenset({Capability.ENROL, Capability.ENROL_HOUSEHOLD}),
    Kind.TERMINATE: frozenset({Capability.TERMINATE}),
    Kind.RE_ENROL: frozenset({Capability.RE_ENROL}),
    Kind.TRANSFER: frozenset({Capability.TRANSFER}),
    Kind.CHANGE_REFERENCE: frozenset({Capability.CHANGE_REFERENCE}),
    # Whoever may terminate may undo: a mistake must not need more rights than making it.
    Kind.REVERSE: frozenset({Capability.TERMINATE}),
}


def judge(application: Application, member: Member, terms: Terms) -> Verdict:
    """The verdict on one application. Pure: the same question gives the same answer."""
    if terms.possible.isdisjoint(_needed(application)):
        return Refused("not_for_this_segment")
    return _JUDGES[application.kind](application, member, terms)


def _needed(application: Application) -> frozenset[Capability]:
    """What a segment must be able to do for this; one of these is enough."""
    if application.joins is None:
        return CAPABILITIES[application.kind]
    return frozenset({Capability.ENROL_HOUSEHOLD if application.joins.client is None else Capability.ADD_RELATIVES})


def carried_out(member: Member, verdict: Verdict) -> Member:
    """The member after the verdict: what the next application of the same person is judged against."""
    if not isinstance(verdict, Accepted):
        return member
    stays = list(member.stays)
    reference, address = member.reference, member.address
    for change in verdict.changes:
        if isinstance(change, ReferenceChange):
            reference = change.after
        elif isinstance(change, AddressChange):
            address = change.after
        else:
            if change.before is not None:
                stays.remove(change.before)
            if change.after is not None:
                stays.append(change.after)
    if len(stays) > 1:
        stays.sort(key=lambda stay: (stay.contract_id, stay.period.first_day))
    born, name = member.birth_date, member.name
    return Member(True, reference, born, tuple(stays), member.register, address, member.insured, name, member.joined)


def judge_enrol(application: Application, member: Member, terms: Terms) -> Verdict:
    """U18, U21: a stay from `first_day`, in a contract, for who the BRP knows by that name and birth date."""
    first_day = application.first_day
    if first_day is None:
        return Refused("first_day_missing")
    contract = contract_on(application.contract or terms.default_contract, first_day, terms)
    if isinstance(contract, Refused):
        return contract
    last_day = application.last_day
    if last_day is not None and last_day < first_day:
        return Refused("end_before_start")
    more = _new_details(application, member)
    same = _in(member, contract)
    for stay in same:
        if stay.period.first_day == first_day:
            if last_day is not None and stay.period.last_day != last_day:
                return Refused("enrolled_until_another_day", {"first_day": iso(first_day)})
            if application.joins:
                return _joined_already(application, member, contract, terms, more)
            # Already so: a file sent twice changes nothing twice, also when the stay has ended since.
            return Accepted(terms.today, more) if more else Unchanged()
    if refused := outside_window("first_day", first_day, terms):
        return refused
    if last_day is not None and (refused := outside_window("last_day", last_day, terms)):
        return refused
    period = within(Period.through(first_day, last_day), contract)
    if isinstance(period, Refused):
        return period
    if refused := overlap(period, same):
        return refused
    sold = terms.sold.get((contract.id, first_day), {})
    if refused := judge_insurance(application, first_day, sold, member.insured):
        return refused
    if member.register is None:
        return Waiting()
    if refused := judge_identity(application, member.register, first_day):
        return refused
    return Accepted(first_day, (StayChange(None, Stay(contract.id, period)), *more))


def _joined_already(
    application: Application, member: Member, contract: Contract, terms: Terms, more: tuple[Change, ...]
) -> Verdict:
    """Of who takes part from that day already: a household is not enrolled around them, as if they came with it.

    Nor is one who wants an insurance told that it is so already, while they do not have it.
    """
    day = application.first_day
    assert day is not None and application.joins
    sold = terms.sold.get((contract.id, day), {})
    insured = {one.kind for one in member.insured if day in one.period}
    if not more and all(sold.get(product) in insured for product in application.joins.products):
        return Unchanged()
    return Refused("already_enrolled", {"first_day": iso(day)})


def judge_re_enrol(application: Application, member: Member, terms: Terms) -> Verdict:
    """U13: as enrolling, for who was insured under a contract of this organisation before."""
    if not member.stays:
        return Refused("never_enrolled")
    return judge_enrol(replace(application, kind=Kind.ENROL), member, terms)


def judge_terminate(application: Application, member: Member, terms: Terms) -> Verdict:
    """U06: the last day of a stay, inclusive, with a reason this segment has."""
    last_day = application.last_day
    if last_day is None:
        return Refused("last_day_missing")
    if not member.known:
        return Refused("participant_unknown")
    if refused := judge_named(application, member):
        return refused
    if refused := _reason(application, last_day, terms):
        return refused
    stay = _stay_to_end(application, member, terms)
    if isinstance(stay, Refused):
        return stay
    if last_day < stay.period.first_day:
        return Refused("last_day_before_start", {"first_day": iso(stay.period.first_day)})
    if stay.period.last_day == last_day and stay.reason == application.reason:
        return Unchanged()
    if refused := outside_window("last_day", last_day, terms):
        return refused
    longer = stay.period.last_day is not None and last_day > stay.period.last_day
    if longer or lives_on(stay, application.reason, member, terms):
        assert stay.period.last_day is not None
        return Refused("already_terminated", {"last_day": iso(stay.period.last_day)})
    after = replace(stay, period=stay.period.ending(last_day), reason=application.reason)
    return Accepted(last_day + ONE_DAY, (StayChange(stay, after),))


def judge_transfer(application: Application, member: Member, terms: Terms) -> Verdict:
    """U10: from one contract of the organisation to another, from `first_day`."""
    first_day = application.first_day
    if first_day is None:
        return Refused("first_day_missing")
    if not member.known:
        return Refused("participant_unknown")
    target = contract_on(application.to_contract, first_day, terms)
    if isinstance(target, Refused):
        return target
    source = terms.contracts.get(application.contract)
    if source is None:
        return Refused("contract_unknown", {"contract": application.contract})
    if source.id == target.id:
        return Refused("same_contract")
    already = [s for s in member.stays if s.contract_id == target.id and s.period.first_day == first_day]
    ended = [s for s in member.stays if s.contract_id == source.id and s.period.end_day == first_day]
    if already and ended:
        return Unchanged()
    if refused := outside_window("first_day", first_day, terms):
        return refused
    stay = next((s for s in _pointed_at(application, _in(member, source)) if first_day in s.period), None)
    if stay is None:
        return Refused("not_enrolled_then", {"first_day": iso(first_day)})
    if stay.period.first_day == first_day:
        return Refused("transfer_on_first_day", {"first_day": iso(first_day)})
    period = within(Period(first_day, stay.period.end_day), target)
    if isinstance(period, Refused):
        return period
    if refused := overlap(period, _in(member, target)):
        return refused
    changes = (
        StayChange(stay, replace(stay, period=Period(stay.period.first_day, first_day), reason="transfer")),
        StayChange(None, Stay(target.id, period, stay.reason)),
    )
    return Accepted(first_day, changes)


def judge_change_reference(application: Application, member: Member, terms: Terms) -> Verdict:
    """U19: the organisation's own number for a participant; free text, theirs to keep unique."""
    if not member.known:
        return Refused("participant_unknown")
    if refused := judge_named(application, member):
        return refused
    if application.reference == member.reference:
        return Unchanged()
    return Accepted(terms.today, (ReferenceChange(member.reference, application.reference),))


def judge_named(application: Application, member: Member) -> Refused | None:
    """Whether a number and the name and birth date beside it are of one person (U21): one digit off is another.

    What was not filled in says nothing, nor does what is not known. Initials are left out: a nickname is no mistake.
    """
    said = member.register or RegisterAnswer(False)
    name, born = member.name or said.name, member.birth_date or said.birth_date
    if application.name and name and not name.same_surname(application.name):
        return Refused("name_of_another")
    if application.birth_date and born and not born.agrees_with(application.birth_date):
        return Refused("birth_date_of_another")
    return None


def judge_identity(application: Application, answer: RegisterAnswer, first_day: date) -> Refused | None:
    """Whether the BRP knows this person by this name and birth date (U21)."""
    if not answer.found or answer.name is None:
        return Refused("register_unknown")
    if answer.deceased:
        return Refused("register_deceased")
    if application.birth_date and answer.birth_date and not answer.birth_date.agrees_with(application.birth_date):
        return Refused("register_birth_date_differs")
    if application.name and not answer.name.same_person_name(application.name):
        return Refused("register_name_differs")
    if answer.birth_date and answer.birth_date.is_after(first_day):
        return Refused("first_day_before_birth")
    return None


_JUDGES = {
    Kind.ENROL: judge_enrol,
    Kind.RE_ENROL: judge_re_enrol,
    Kind.TERMINATE: judge_terminate,
    Kind.TRANSFER: judge_transfer,
    Kind.CHANGE_REFERENCE: judge_change_reference,
    Kind.REVERSE: judge_reversal,
}


def _reason(application: Application, last_day: date, terms: Terms) -> Refused | None:
    reason = terms.profile.reason(application.reason)
    if reason is None:
        return Refused("reason_missing" if not application.reason else "reason_unknown")
    # Nobody knows on which day to come somebody will die.
    return Refused("death_in_the_future") if reason.death and last_day > terms.today else None


def _stay_to_end(application: Application, member: Member, terms: Terms) -> Stay | Refused:
    """The one stay that is meant: that was pointed at, of the contract named, or the only one on or after that day."""
    stays = list(member.stays)
    if application.contract:
        contract = terms.contracts.get(application.contract)
        if contract is None:
            return Refused("contract_unknown", {"contract": application.contract})
        stays = _in(member, contract)
    stays = _pointed_at(application, stays)
    last_day = application.last_day
    assert last_day is not None
    exact = [stay for stay in stays if stay.period.last_day == last_day]
    live = [stay for stay in stays if last_day in stay.period]
    meant = exact or live
    if len({stay.contract_id for stay in meant}) > 1:
        return Refused("contract_needed")
    if meant:
        return meant[0]
    if not stays:
        return Refused("not_enrolled")
    after = [stay for stay in stays if stay.period.first_day > last_day]
    return after[0] if after else stays[-1]


def _pointed_at(application: Application, stays: list[Stay]) -> list[Stay]:
    """Those that can be meant: the one that was pointed at, or all of them where none was."""
    return [stay for stay in stays if application.stay in (None, stay.id)]


def _in(member: Member, contract: Contract) -> list[Stay]:
    return [stay for stay in member.stays if stay.contract_id == contract.id]


def _new_details(application: Application, member: Member) -> tuple[Change, ...]:
    """What an enrolment says besides the stay: a reference, an address; empty says nothing."""
    changes: tuple[Change, ...] = ()
    if application.reference and application.reference != member.reference:
        changes = (ReferenceChange(member.reference, application.reference),)
    if application.address and application.address != member.address:
        changes += (AddressChange(member.address, application.address),)
    return changes
