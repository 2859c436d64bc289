"""The policy schedule that somebody who took out an insurance gets at home, on paper, once (G06, K08).

Where people choose their insurance themselves, whoever took it out has its schedule in the post, for each of the
household. It goes as cards do (`issuing`): some people at a time, letters and consignments in one transaction. Of whom
a schedule went is kept by stay, so what was broken off goes on and nothing goes twice (law 3); what could not be made,
for want of an address say, is tried again every night.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from copy import replace
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from collectief.audit import actions as audit
from collectief.audit.facts import InsurerActor
from collectief.brands.brand import Brand
from collectief.brands.wording import worded
from collectief.contracts.models import GroupContract, Organisation
from collectief.contracts.queries import ContractView
from collectief.documents.actions import Made, Wanted, make_unasked
from collectief.documents.framing import frame
from collectief.documents.rules import Letter
from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.foundation.period import Period
from collectief.participants.queries import ParticipantView
from collectief.post.actions import send
from collectief.post.rules import To
from collectief.scope.database import office, working_for
from collectief.scope.scope import Scope
from collectief.segments.catalogue import PROFILES, profile
from collectief.segments.profile import Permission

from .addressing import home_lines, portal_of
from .insured import TermView, covers_of, terms_of_stays
from .letters import policy_schedule
from .models import PostedSchedule
from .premium import Cover, NoTariff
from .rules import ProductKind
from .schedules import on, schedules

# People in one transaction: some seconds of setting letters.
_AT_ONCE = 50
# An insurance that began longer ago is not told of any more: no enrolment reaches as far back (`furthest_back`).
_TOLD_WITHIN = timedelta(days=366)
# Longer than that, so that what went is known for as long as it could go again (law 9).
_KEPT = timedelta(days=730)
# What is not tried again, night after night, is of an insurance that has gone.
_GIVEN_UP = timedelta(days=7)


class Problem(StrEnum):
    """Why somebody's schedule has not gone yet."""

    NO_ADDRESS = "no_address"
    NOT_SET = "not_set"
    NO_PREMIUM = "no_premium"


# Whose insurance, taken out by somebody themselves, goes on; the address is theirs who took it out. Of whom, the
# statement goes on to say.
_INSURED = """
SELECT DISTINCT ON (t.participation_id) t.participation_id, p.id, p.initials, p.prefix, p.surname, p.birth_date,
       p.relation_number, t.contract_id, lower(t.period), h.initials, h.prefix, h.surname, coalesce(a.street, ''),
       coalesce(a.house_number, ''), coalesce(a.postcode, ''), coalesce(a.city, ''), coalesce(a.country, '')
  FROM policy_term t JOIN participant p ON p.id = t.participant_id AND p.organisation_id = t.organisation_id
  JOIN participant h ON h.id = t.policyholder_id AND h.organisation_id = t.organisation_id
  LEFT JOIN address a ON a.participant_id = h.id AND a.organisation_id = t.organisation_id
 WHERE t.organisation_id = %(organisation)s AND t.kind = %(basic)s
   AND (upper(t.period) IS NULL OR upper(t.period) > %(today)s)
"""
# Who has no schedule yet; what could not be made is tried once in a run.
_DUE = """
   AND lower(t.period) >= %(since_day)s
   AND NOT EXISTS (SELECT FROM posted_schedule s WHERE s.organisation_id = %(organisation)s
     AND s.participation_id = t.participation_id AND (s.document_id IS NOT NULL OR s.tried_at >= %(since)s))
"""
_IN_ORDER = " ORDER BY t.participation_id LIMIT %(size)s"
# Whoever else sends them at this moment is waited for, and has sent some by then.
_CLAIM = """
INSERT INTO posted_schedule AS s (insurer_id, organisation_id, participant_id, participation_id, problem, tried_at)
SELECT %s, %s, n.participant_id, n.participation_id, '', %s
  FROM unnest(%s::bigint[], %s::bigint[]) n (participant_id, participation_id) ORDER BY n.participation_id
ON CONFLICT (organisation_id, participation_id) DO UPDATE SET tried_at = excluded.tried_at
 WHERE s.document_id IS NULL
RETURNING participation_id
"""
_SENT = """
UPDATE posted_schedule s SET document_id = n.document_id, problem = n.problem
  FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) n (participation_id, document_id, problem)
 WHERE s.organisation_id = %s AND s.participation_id = n.participation_id
"""


@dataclass(frozen=True, slots=True)
class _Insured:
    """Somebody whose schedule is to go: who, under what, from when, and the envelope's lines (none: not known)."""

    stay_id: int
    person: ParticipantView
    contract_id: int
    first_day: date
    address: tuple[str, ...]


def organisations() -> list[tuple[int, int]]:
    """Insurer and id of the customers whose people get their schedule at home, of every insurer."""
    segments = [one.slug for one in PROFILES.values() if one.schedules_at_home]
    with office():
        own = Organisation.objects.filter(segment__in=segments)
        return list(own.order_by("id").values_list("insurer_id", "id"))


def go_on(insurer_id: int, organisation_id: int, *, now: datetime) -> int:
    """Send the schedules that an organisation's people do not have yet; how many went."""
    with office(insurer_id):
        customer = Organisation.objects.select_related("insurer").get(insurer_id=insurer_id, id=organisation_id)
    brand = portal_of(customer)
    if brand is None or not profile(customer.segment).schedules_at_home:
        return 0
    sent = 0
    while (some := _send_some(customer, brand, now)) is not None:
        sent += some
    return sent


@transaction.atomic
def _send_some(customer: Organisation, brand: Brand, now: datetime) -> int | None:
    """The schedules of the next few people; how many went, None when there is nobody left."""
    with working_for(customer.id, customer.insurer_id):
        due = _due(customer, now)
        if not due:
            return None
        claimed = _claim(customer, due, now)
        mine = [one for one in due if one.stay_id in claimed]
        letters, problems = _letters(customer, brand, mine, now)
        _write(customer.id, mine, letters, problems)
        made = list(letters.values())
        send(customer.insurer_id, customer.id, made, To.PARTICIPANT, now=now)
        if made:
            audit.record_by_insurer(
                InsurerActor(customer.insurer_id, customer.insurer.name), customer.id, "schedules.post",
                participants=[one.participant_id for one in made],
                objects={"document": [one.id for one in made]}, detail={},
            )  # fmt: skip
    return len(made)


def _due(customer: Organisation, now: datetime) -> list[_Insured]:
    since_day = timezone.localdate(now) - _TOLD_WITHIN
    return _insured(customer, _DUE, now, {"since": now, "since_day": since_day, "size": _AT_ONCE})


def _insured(customer: Organisation, which: str, now: datetime, given: Mapping[str, Any]) -> list[_Insured]:
    own: dict[str, Any] = {
        "organisation": customer.id,
        "basic": str(ProductKind.BASIC),
        "today": timezone.localdate(now),
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSURED + which + _IN_ORDER, own | dict(given))
        return [
            _Insured(
                stay_id, ParticipantView(id_, PersonName(*name), number, born, "", None), contract_id, first_day,
                home_lines(PersonName(*holder), *home),
            )
            for stay_id, id_, *name, born, number, contract_id, first_day, holder, home in map(_grouped, cursor)
        ]  # fmt: skip


def _grouped(row: Sequence[Any]) -> tuple[Any, ...]:
    """The row with whoever took it out, and their address, each as one."""
    return (*row[:9], row[9:12], row[12:])


def _claim(customer: Organisation, due: Sequence[_Insured], now: datetime) -> set[int]:
    """The stays whose schedules are ours to send: nobody else makes them."""
    people, stays = [one.person.id for one in due], [one.stay_id for one in due]
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [customer.insurer_id, customer.id, now, people, stays])
        return {stay_id for (stay_id,) in cursor.fetchall()}


def _letters(
    customer: Organisation, brand: Brand, mine: Sequence[_Insured], now: datetime
) -> tuple[dict[int, Made], dict[int, Problem]]:
    """The letters by stay, and why there is none of the others."""
    problems = {one.stay_id: Problem.NO_ADDRESS for one in mine if not one.address}
    reachable = [one for one in mine if one.address]
    terms = terms_of_stays(customer.id, [one.stay_id for one in reachable])
    insured: dict[int, list[tuple[TermView, Cover]]] = defaultdict(list)
    for term, cover in zip(terms, covers_of(terms), strict=True):
        insured[term.participation_id].append((term, cover))
    contracts = _contracts({one.contract_id for one in reachable})
    today = timezone.localdate(now)
    with worded(brand, "nl"):
        wanted: dict[int, Wanted] = {}
        for one in reachable:
            letter = _schedule(customer, one, contracts[one.contract_id], insured[one.stay_id], today)
            if letter is None:
                problems[one.stay_id] = Problem.NO_PREMIUM
                continue
            name = f"polisblad-{one.person.relation_number}-{letter.says['first_day']}"
            wanted[one.stay_id] = Wanted(letter, one.person.id, name, frozenset({one.contract_id}))
        framed = frame(brand, today=today)
        made = make_unasked(customer.insurer_id, customer.id, list(wanted.values()), frame=framed, now=now)
    letters = {stay_id: one for stay_id, one in zip(wanted, made, strict=True) if one is not None}
    return letters, problems | dict.fromkeys(wanted.keys() - letters.keys(), Problem.NOT_SET)


def _schedule(
    customer: Organisation,
    one: _Insured,
    contract: ContractView,
    insured: Sequence[tuple[TermView, Cover]],
    today: date,
) -> Letter | None:
    """The schedule of today, or of the first day when that is still to come; None without a premium."""
    day = max(today, one.first_day)
    if not one.person.birth_date:
        return None
    covers = [cover for _, cover in insured]
    try:
        known = schedules(covers, BirthDate.parse(one.person.birth_date), until=date(day.year + 1, day.month, 1))
    except NoTariff:
        return None
    found = on(day, known)
    if found is None:
        return None
    terms = [term for term, _ in insured]
    return replace(policy_schedule(one.person, contract, customer.name, terms, found), address=one.address)


def _contracts(ids: set[int]) -> dict[int, ContractView]:
    rows = GroupContract.objects.filter(id__in=ids)
    return {row.id: ContractView(row.id, row.number, row.name, Period(row.first_day, row.end_day)) for row in rows}


def _write(
    organisation_id: int, mine: Sequence[_Insured], letters: Mapping[int, Made], problems: Mapping[int, Problem]
) -> None:
    """With which letter each went, or why it did not."""
    stays = [one.stay_id for one in mine]
    documents = [letters[stay].id if stay in letters else None for stay in stays]
    with connection.cursor() as cursor:
        cursor.execute(_SENT, [stays, documents, [problems.get(stay, "") for stay in stays], organisation_id])


def made_anew(customer: Organisation, brand: Brand, stay_id: int, now: datetime) -> Made | Problem | None:
    """The schedule that goes with a stay, of today and with the address of now, in place of the one that went.

    Why there is none; None for who is not insured by it any more. Must run inside `working_for`.
    """
    found = _insured(customer, "   AND t.participation_id = %(stay)s", now, {"stay": stay_id, "size": 1})
    if not found:
        return None
    letters, problems = _letters(customer, brand, found, now)
    if stay_id in problems:
        return problems[stay_id]
    _write(customer.id, found, letters, problems)
    return letters[stay_id]


def missing(scope: Scope) -> list[tuple[str, str, Problem, int]]:
    """What could not be sent yet, by organisation: name, customer number, why, how many. Raises NotAllowed."""
    scope.require(Permission.HANDLE_POST)
    with office(scope.insurer_id):
        own = PostedSchedule.objects.filter(insurer_id=scope.insurer_id, document_id=None).exclude(problem="")
        lines = own.values_list("organisation__name", "organisation__customer_number", "problem").annotate(Count("id"))
        found = list(lines.order_by("organisation__name", "organisation__customer_number", "problem"))
    return [(name, number, Problem(problem), count) for name, number, problem, count in found]


def forget(now: datetime) -> None:
    """Of what went long ago, or never will, nothing is left here. Must run inside `housekeeping`."""
    PostedSchedule.objects.filter(tried_at__lt=now - _KEPT).delete()
    PostedSchedule.objects.filter(document_id=None, tried_at__lt=now - _GIVEN_UP).delete()
