"""Issuing the insurance cards of a year: to everyone who is insured, once, on paper (U11).

A run goes by some people of an organisation at a time: cards, letters and what is to be posted in one transaction. Who
has a card is how a run knows where it is, so one that was broken off goes on, and one that is started twice does
nothing twice (law 3). It goes on every night, for who comes later in the year and for what could not be made before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app as queue

from collectief.audit import actions as audit
from collectief.audit.facts import InsurerActor
from collectief.brands.brand import Brand
from collectief.brands.wording import worded
from collectief.contracts.models import Organisation
from collectief.contracts.queries import postal_lines
from collectief.documents.actions import Made, Wanted, make_unasked
from collectief.documents.framing import frame
from collectief.foundation.names import PersonName
from collectief.participants.queries import card_numbers
from collectief.post.actions import send
from collectief.post.rules import To
from collectief.scope.database import housekeeping, office, working_for
from collectief.scope.scope import Scope
from collectief.segments.catalogue import PROFILES, profile
from collectief.segments.profile import CardsTo, Permission

from .addressing import home_lines, portal_of
from .cards import CardProblem, card_number, counts_on, expires_on, judge_year
from .letters import insurance_card
from .models import CardRun
from .rules import ProductKind

# People in one transaction: some seconds of setting letters.
_AT_ONCE = 50
_TO = {CardsTo.ORGANISATION: To.ORGANISATION, CardsTo.PARTICIPANT: To.PARTICIPANT}

# Who is insured on a day, with what stands on a card and an envelope; of whom, the statement goes on to say. Whose own
# address is not known lives with whoever took the insurance out.
_HOLDERS = """
SELECT DISTINCT ON (p.id) p.id, p.initials, p.prefix, p.surname, p.birth_date, p.relation_number, t.contract_id,
       d.label, coalesce(u.uzovi, ''), coalesce(a.street, ''), coalesce(a.house_number, ''),
       coalesce(a.postcode, ''), coalesce(a.city, ''), coalesce(a.country, '')
  FROM policy_term t JOIN participant p ON p.id = t.participant_id AND p.organisation_id = t.organisation_id
  JOIN product d ON d.id = t.product_id
  LEFT JOIN LATERAL (SELECT * FROM address x WHERE x.organisation_id = t.organisation_id
     AND x.participant_id IN (p.id, t.policyholder_id) ORDER BY x.participant_id = p.id DESC LIMIT 1) a ON true
  LEFT JOIN LATERAL (SELECT c.uzovi FROM label_code c WHERE c.insurer_id = t.insurer_id AND c.label = d.label
     AND c.first_day <= %(day)s::date ORDER BY c.first_day DESC LIMIT 1) u ON true
 WHERE t.organisation_id = %(organisation)s AND t.kind = %(basic)s AND t.period @> %(day)s::date
"""
# Who has no card of the year; what could not be made is tried once in a run.
_DUE = """
   AND NOT EXISTS (SELECT FROM insurance_card c WHERE c.organisation_id = %(organisation)s AND c.participant_id = p.id
     AND c.year = %(year)s AND (c.document_id IS NOT NULL OR c.tried_at >= %(since)s))
"""
_IN_ORDER = " ORDER BY p.id, t.contract_id LIMIT %(size)s"
# Whoever else issues them at this moment is waited for, and has made some by then.
_CLAIM = """
INSERT INTO insurance_card AS c (insurer_id, organisation_id, participant_id, year, number, expires_on, tried_at)
SELECT %s, %s, n.participant_id, %s, n.number, %s, %s FROM unnest(%s::bigint[], %s::text[]) n (participant_id, number)
 ORDER BY n.participant_id
ON CONFLICT (organisation_id, participant_id, year) DO UPDATE SET tried_at = excluded.tried_at
 WHERE c.document_id IS NULL
RETURNING participant_id
"""
_MADE = """
UPDATE insurance_card c SET document_id = n.document_id, problem = n.problem
  FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) n (participant_id, document_id, problem)
 WHERE c.organisation_id = %s AND c.year = %s AND c.participant_id = n.participant_id
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who is to have a card: what stands on it, and the envelope's lines (none where they are not known)."""

    id: int
    name: PersonName
    birth_date: str
    relation_number: str
    contract_id: int
    # Who insures them: by name, and by UZOVI code where that is known.
    label: str
    uzovi: str
    address: tuple[str, ...]


@transaction.atomic
def issue_cards(scope: Scope, year: int, *, now: datetime) -> bool:
    """Start issuing the cards of a year; whether it was not started before. Raises NotAllowed, CardsRefused."""
    scope.require(Permission.HANDLE_POST)
    judge_year(year, timezone.localdate(now))
    with office(scope.insurer_id):
        _, first = CardRun.objects.get_or_create(
            insurer_id=scope.insurer_id, year=year, defaults={"started_by": scope.account, "started_at": now}
        )
    if first:
        audit.record(scope, "cards.issue", detail={"year": year})
        # By name, since jobs stand above actions.
        queue.configure_task("policies.go_on_with_cards").defer(insurer_id=scope.insurer_id, year=year)
    return first


def runs(today: date) -> list[tuple[int, int]]:
    """Insurer and year of the runs that go on."""
    with housekeeping():
        found = CardRun.objects.filter(year__gte=today.year).order_by("insurer_id", "year")
        return list(found.values_list("insurer_id", "year"))


def organisations(insurer_id: int) -> list[int]:
    """The customers of an insurer whose people get cards."""
    segments = [one.slug for one in PROFILES.values() if one.cards_to]
    with office(insurer_id):
        own = Organisation.objects.filter(insurer_id=insurer_id, segment__in=segments)
        return list(own.order_by("id").values_list("id", flat=True))


def go_on(insurer_id: int, organisation_id: int, year: int, *, now: datetime) -> int:
    """Make the cards that an organisation's people do not have yet; how many were made."""
    with office(insurer_id):
        customer = Organisation.objects.select_related("insurer").get(insurer_id=insurer_id, id=organisation_id)
    brand, to = portal_of(customer), profile(customer.segment).cards_to
    made = 0
    while brand and to and (some := _issue_some(customer, brand, to, year, now)) is not None:
        made += some
    return made


@transaction.atomic
def _issue_some(customer: Organisation, brand: Brand, to: CardsTo, year: int, now: datetime) -> int | None:
    """The cards of the next few people, in a transaction of their own; how many, None when there is nobody left."""
    with working_for(customer.id, customer.insurer_id):
        due = _due(customer, to, year, now)
        if not due:
            return None
        numbers = _claim(customer, year, [one.id for one in due], now)
        mine = [one for one in due if one.id in numbers]
        letters = card_letters(customer, brand, to, [(one, numbers[one.id]) for one in mine if one.address], year, now)
        _write(customer.id, year, mine, letters)
        made = [one for one in letters.values() if one is not None]
        send(customer.insurer_id, customer.id, made, _TO[to], now=now)
        if made:
            audit.record_by_insurer(
                InsurerActor(customer.insurer_id, customer.insurer.name), customer.id, "cards.issue",
                participants=[one.participant_id for one in made],
                objects={"document": [one.id for one in made]}, detail={"year": year},
            )  # fmt: skip
    return len(made)


def _due(customer: Organisation, to: CardsTo, year: int, now: datetime) -> list[Holder]:
    day = counts_on(year, timezone.localdate(now))
    return _holders(customer, to, day, _DUE, year=year, since=now)


def holder(customer: Organisation, to: CardsTo, participant_id: int, day: date) -> Holder | None:
    """Somebody as they are known now; None for who is not insured on that day. Must run inside `working_for`."""
    found = _holders(customer, to, day, " AND p.id = %(participant)s", participant=participant_id)
    return found[0] if found else None


def _holders(customer: Organisation, to: CardsTo, day: date, whose: str, **given: Any) -> list[Holder]:
    """The first of those that `whose`, a piece of SQL, keeps."""
    given |= {"organisation": customer.id, "basic": str(ProductKind.BASIC), "size": _AT_ONCE, "day": day}
    with connection.cursor() as cursor:
        cursor.execute(f"{_HOLDERS}{whose}{_IN_ORDER}", given)
        rows = cursor.fetchall()
    of_office = postal_lines(customer.id) if to == CardsTo.ORGANISATION else ()
    found = []
    for id_, initials, prefix, surname, born, relation_number, contract_id, label, uzovi, *home in rows:
        name = PersonName(initials, prefix, surname)
        address = of_office if to == CardsTo.ORGANISATION else home_lines(name, *home)
        found.append(Holder(id_, name, born, relation_number, contract_id, label, uzovi, address))
    return found


def _claim(customer: Organisation, year: int, participant_ids: Sequence[int], now: datetime) -> dict[int, str]:
    """The card numbers of those whose cards are ours to make: a card of theirs is noted, and nobody else makes it."""
    found = card_numbers(customer.id, participant_ids)
    numbers = {id_: card_number(number) for id_, number in found.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            [customer.insurer_id, customer.id, year, expires_on(year), now, list(numbers), list(numbers.values())],
        )
        return {id_: numbers[id_] for (id_,) in cursor.fetchall()}


def card_letters(
    customer: Organisation, brand: Brand, to: CardsTo, holders: Sequence[tuple[Holder, str]], year: int, now: datetime
) -> dict[int, Made | None]:
    """The letters with the cards, by participant; None for one that could not be set. Inside `working_for`."""
    with worded(brand, "nl"):
        wanted = [
            Wanted(
                insurance_card(
                    brand, one.name, one.birth_date, one.relation_number, one.label, customer.name, number, year,
                    uzovi=one.uzovi, address=one.address, to_home=to == CardsTo.PARTICIPANT,
                ),
                one.id, f"verzekeringspas-{one.relation_number}-{year}", frozenset({one.contract_id}),
            )
            for one, number in holders
        ]  # fmt: skip
        framed = frame(brand, today=timezone.localdate(now))
        letters = make_unasked(customer.insurer_id, customer.id, wanted, frame=framed, now=now)
    return {one.id: made for (one, _), made in zip(holders, letters, strict=True)}


def _write(organisation_id: int, year: int, mine: Sequence[Holder], letters: Mapping[int, Made | None]) -> None:
    """On which letter each card stands, or why there is none."""
    made = {one.id: letters.get(one.id) for one in mine}
    documents = [letter.id if letter else None for letter in made.values()]
    problems = [
        "" if made[one.id] else str(CardProblem.NOT_SET if one.address else CardProblem.NO_ADDRESS) for one in mine
    ]
    with connection.cursor() as cursor:
        cursor.execute(_MADE, [list(made), documents, problems, organisation_id, year])
