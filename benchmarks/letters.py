"""A thousand policy schedules: one by one as they are asked for, and ten people at a time as a ZIP has them.

Reading the stay, the person, the contract, the terms and their prices, working out the schedule, setting it, sealing
and keeping it, and writing the trail are all in it, each letter, or ten of them, in a transaction of its own. The floor
is Typst setting a letter of somebody else by the same template, with nothing around it: of the same letter it would
remember what it set. The two alternate, so that whatever else the machine is doing is in both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from .filling import filled
from .report import Line, median, p95, seconds, watched_memory

PEOPLE = 10_000
TOGETHER = 10
LETTERS = 1_000
WARM_UP = 10
_ASKED = WARM_UP + LETTERS


def policy_schedules() -> Iterator[Line]:
    """One line for letters one by one, and one for letters together."""
    scope = filled(PEOPLE, former=30)
    from collectief.contracts.queries import contracts
    from collectief.enrolment.following import follow_offers
    from collectief.policies.models import PolicyTerm
    from collectief.scope.database import opened

    with opened(scope):
        known = [contract.id for contract in contracts(scope)]
    _offer(scope, known)
    for contract_id in known:
        follow_offers(contract_id)
    with opened(scope):
        insured = PolicyTerm.objects.filter(contract_id__in=known, period__contains=date.today())
        stays = list(insured.order_by("participation_id").values_list("participation_id", flat=True)[: 2 * _ASKED])
    if len(stays) < 2 * _ASKED:
        raise RuntimeError(f"only {len(stays)} people are insured")
    from collectief.documents import actions
    from collectief.documents.typesetting import typeset

    others: list[tuple[Any, Any]] = []
    for stay in stays[_ASKED:]:
        _made(scope, stay, lambda letter, *, at: _kept(others, letter, at))
    ours, floor = [], []
    with watched_memory() as memory:
        for number, (stay, (letter, at)) in enumerate(zip(stays, others, strict=False)):
            pair = (
                seconds(lambda s=stay: _made(scope, s, typeset)),
                seconds(lambda one=letter, then=at: typeset(one, at=then)),
            )
            if number >= WARM_UP:
                ours.append(pair[0])
                floor.append(pair[1])
    more = {"p95_ms": round(p95(ours) * 1000, 1)}
    yield Line("letters", len(ours), 1 / median(ours), 1 / median(floor), memory.peak / 2**20, more)
    actions.typeset = typeset
    yield from _together(scope, stays[:_ASKED], [letter for letter, _at in others])


def _together(scope: Any, stays: Sequence[int], others: Sequence[Any]) -> Iterator[Line]:
    """The same people's letters as a ZIP has them made, each saying something else than what was kept of it before."""
    from django.utils import timezone

    from collectief.documents.actions import make_all
    from collectief.documents.typesetting import typeset
    from collectief.enrolment.models import Participation
    from collectief.scope.database import opened
    from collectief.web.participants.bundle import wishes

    with opened(scope):
        found = dict(Participation.objects.filter(id__in=stays).values_list("id", "participant_id"))
    people = list(dict.fromkeys(found[stay] for stay in stays))
    frame = _FRAME | {"dated": "29-11-2026"}

    def made(some: Sequence[int]) -> int:
        with opened(scope):
            wanted = [letter for _number, letter in wishes(scope, some, today=date.today())]
            return len(make_all(scope, wanted, frame=frame, now=timezone.now()))

    ours, floor, count = [], [], 0
    with watched_memory() as memory:
        for begin in range(0, len(people) - TOGETHER, TOGETHER):
            some, letters = people[begin : begin + TOGETHER], []
            begun = timezone.now()
            took = seconds(lambda some=some, letters=letters: letters.append(made(some)))
            set_again = [
                {**others[(count + number) % len(others)], "dated": frame["dated"]} for number in range(letters[0])
            ]
            least = seconds(lambda again=set_again, at=begun: [typeset(one, at=at) for one in again])
            count += letters[0]
            if begin >= WARM_UP:
                ours.append(took / letters[0])
                floor.append(least / letters[0])
    more = {"together": TOGETHER, "p95_ms": round(p95(ours) * 1000, 1)}
    yield Line("letters_together", count, 1 / median(ours), 1 / median(floor), memory.peak / 2**20, more)


def _kept(letters: list[tuple[Any, Any]], letter: Any, at: Any) -> bytes:
    """Instead of setting a letter: keep it for later."""
    letters.append((letter, at))
    return b""


def _offer(scope: Any, contract_ids: Sequence[int]) -> None:
    """A basic insurance at 150 euro a month that these contracts offer, unless they offer one already."""
    from datetime import UTC, datetime

    from collectief.policies.models import ContractOffer, Product, ProductTariff
    from collectief.policies.rules import ProductKind, State
    from collectief.scope.database import office

    agreed = {
        "insurer_id": scope.insurer_id, "first_day": date(2020, 1, 1), "state": State.AGREED, "proposed_by": "Sanne",
        "proposed_at": datetime(2019, 12, 1, tzinfo=UTC),
    }  # fmt: skip
    with office(scope.insurer_id):
        product, made = Product.objects.get_or_create(
            insurer_id=scope.insurer_id, code="BENCH",
            defaults={"name": "Basisverzekering", "kind": ProductKind.BASIC, "label": "Zorg en Zekerheid"},
        )  # fmt: skip
        if not made:
            return
        ProductTariff.objects.create(product=product, bands=[[0, 17, 0], [18, None, 15000]], **agreed)
        for contract_id in contract_ids:
            ContractOffer.objects.create(
                organisation_id=scope.organisation_id, contract_id=contract_id, product=product, discount=500, **agreed
            )


def _made(scope: Any, stay: int, typeset: Callable[..., bytes]) -> None:
    """What the portal does for one."""
    from django.utils import timezone

    from collectief.contracts.queries import contracts
    from collectief.documents import actions
    from collectief.enrolment.queries import participation
    from collectief.foundation.dates import BirthDate
    from collectief.participants.queries import participant
    from collectief.policies.insured import covers_of, terms_of
    from collectief.policies.letters import policy_schedule
    from collectief.policies.schedules import on, schedules
    from collectief.scope.database import opened

    actions.typeset = typeset
    today = date.today()
    with opened(scope):
        row = participation(scope, stay, today=today)
        assert row is not None
        person = participant(scope, row.participant_id)
        contract = next(one for one in contracts(scope) if one.id == row.contract_id)
        terms = terms_of(scope, [stay])
        until = date(today.year + 1, today.month, 1)
        known = schedules(covers_of(terms), BirthDate.parse(person.birth_date), until=until)
        found = on(today, known)
        assert found is not None
        letter = policy_schedule(person, contract, scope.organisation, terms, found)
        name = f"polisblad-{person.relation_number}-{found.period.first_day}"
        wanted = actions.Wanted(letter, person.id, name, frozenset({row.contract_id}))
        actions.make(scope, wanted, frame=_FRAME, now=timezone.now())


_FRAME = {
    "sender": "Zorg en Zekerheid", "accent": "#0b3d2e", "language": "nl", "dated": "28-11-2026", "page": "Pagina",
    "check": "Controleer dit document op mijnzz.localhost/controleren/ met nummer {number}",
}  # fmt: skip
