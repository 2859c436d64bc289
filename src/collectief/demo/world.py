"""Agencies and a municipality with years of history, made month by month through the same corridor as in life.

Everyone is an `inhabitant` of the BRP simulator's population, computed from dummy BSNs; the same seed makes the
same world.
"""

from __future__ import annotations

import itertools
import random
import tomllib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from collectief.access.models import Account, Mandate, MandatePerson, Membership
from collectief.access.queries import scope_again
from collectief.access.single_sign_on import issuer_of
from collectief.brands.catalogue import brand
from collectief.contracts.models import Contact, GroupContract, Insurer, Organisation, RelationshipManager
from collectief.contracts.rules import ContactKind
from collectief.enrolment import actions as enrolment
from collectief.enrolment.facts import Application, Kind
from collectief.exports.rules import offered
from collectief.foundation.bsn import Bsn
from collectief.foundation.names import PersonName
from collectief.gateways.brp.inhabitants import dummy_bsns, inhabitant
from collectief.gateways.brp.port import LookUp, RegisteredPerson
from collectief.gateways.single_sign_on.client import subject_of
from collectief.mutations import actions as mutations
from collectief.mutations.corridor import Moment, Request, Subject
from collectief.participants import register
from collectief.participants.keys import bsn_keys
from collectief.policies.loading import load
from collectief.scope.database import office, opened, working_for
from collectief.scope.scope import Scope
from collectief.segments.catalogue import PROFILES
from collectief.segments.profile import Capability, Field

from .abroad import ask_for_s1s, make_directory
from .applications import apply_for_accounts
from .cast import ACCOUNT_MANAGERS, COMPANIES, DEMO_PASSWORD, KANTOOR, MANDATES, Colleague, Company
from .deductible import use_deductibles
from .exports import plan_lists
from .families import enrol_family
from .work_accounts import LINKED

SEED = 7085


def make_cast() -> None:
    """Insurers, organisations, contracts, accounts; what exists already stays as it is."""
    with office():
        for company in COMPANIES:
            insurer, _ = Insurer.objects.get_or_create(slug=company.insurer, defaults={"name": company.insurer_name})
            organisation, new = Organisation.objects.get_or_create(
                insurer=insurer,
                kvk=company.kvk,
                branch=company.branch,
                defaults={"name": company.name, "segment": company.segment, "rsin": company.rsin} | _number(company),
            )
            _look_after(organisation, new=new)
            for number, name in company.contracts:
                GroupContract.objects.get_or_create(
                    insurer=insurer,
                    number=number,
                    defaults={"organisation": organisation, "name": name, "first_day": date(2022, 1, 1)},
                )
            if company.address:
                _posts_to(organisation, company.address)
            for colleague in company.colleagues:
                account, made = Account.objects.get_or_create(
                    email=colleague.email, defaults={"insurer": insurer, "name": colleague.name}
                )
                if made and colleague.acting_subject is None and colleague.email not in LINKED:
                    account.set_password(DEMO_PASSWORD)
                    account.save()
                Membership.objects.get_or_create(
                    account=account,
                    organisation=organisation,
                    defaults={
                        "acting_subject": colleague.acting_subject,
                        "roles": list(colleague.roles),
                        "contracts": _numbered(insurer, colleague.contracts),
                    },
                )
        _make_mandates()
        _link_work_accounts()


def _look_after(organisation: Organisation, *, new: bool) -> None:
    """A new customer gets an accountmanager, where its insurer has one. Must run inside `office`."""
    insurer, known = organisation.insurer, ACCOUNT_MANAGERS.get(organisation.insurer.slug)
    if not new or known is None or PROFILES[organisation.segment].is_office:
        return
    name, phone, email = known
    with office(insurer.id):
        organisation.relationship_manager, _ = RelationshipManager.objects.get_or_create(
            insurer=insurer, email=email, defaults={"name": name, "phone": phone}
        )
        organisation.save(update_fields=["relationship_manager"])


def _posts_to(organisation: Organisation, address: tuple[str, str, str, str]) -> None:
    """Where an organisation's paper goes."""
    parts = dict(zip(("street", "house_number", "postcode", "city"), address, strict=True))
    with working_for(organisation.id, organisation.insurer_id):
        Contact.objects.get_or_create(
            insurer_id=organisation.insurer_id, organisation=organisation, contract=None, kind=ContactKind.COMPANY,
            defaults={**parts, "changed_by": organisation.name, "changed_at": datetime.now(UTC)},
        )  # fmt: skip


def make_terms(now: datetime) -> None:
    """What the insurer of the agencies sells, for how much, and what their contracts offer of it."""
    terms = tomllib.loads(Path(__file__).with_name("terms.toml").read_text(encoding="utf-8"))
    first, second, *_ = (one.name for one in KANTOOR.colleagues if "case_handler" in one.roles)
    load(KANTOOR.insurer, terms, by=first, agreed_by=second, now=now)


def _link_work_accounts() -> None:
    """Who of the office comes in with a werkaccount: as the provider that is connected now calls them.

    Must run inside `office`.
    """
    issuer = issuer_of(brand(KANTOOR.portal))
    for email, name in LINKED.items() if issuer else ():
        own = Membership.objects.filter(account__email=email, organisation__kvk=KANTOOR.kvk)
        own.update(acting_subject=subject_of(issuer, name))


def _make_mandates() -> None:
    """Who acts for whom; a mandate that is there already stays as it is. Must run inside `office`."""
    for one in MANDATES:
        principal = Organisation.objects.get(
            insurer__slug=one.principal.insurer, kvk=one.principal.kvk, branch=one.principal.branch
        )
        mandate, _ = Mandate.objects.get_or_create(
            principal=principal,
            kvk=one.mandatary.kvk,
            defaults={
                "insurer_id": principal.insurer_id, "name": one.mandatary.name, "roles": list(one.roles),
                "contracts": _numbered(principal.insurer, one.contracts), "first_day": date(2026, 1, 1),
                "given_by": one.principal.colleagues[0].name,
            },
        )  # fmt: skip
        for place in Membership.objects.filter(account__email__in=one.people, organisation__kvk=one.mandatary.kvk):
            MandatePerson.objects.get_or_create(
                mandate=mandate, membership=place,
                defaults={"organisation_id": place.organisation_id, "roles": list(one.roles)},
            )  # fmt: skip


def _numbered(insurer: Insurer, numbers: tuple[str, ...] | None) -> list[int] | None:
    if numbers is None:
        return None
    return list(GroupContract.objects.filter(insurer=insurer, number__in=numbers).values_list("id", flat=True))


def _number(company: Company) -> dict[str, str]:
    """A customer number of its own; without one the database gives the next."""
    return {"customer_number": company.customer_number} if company.customer_number else {}


def scope_of(company: Company, colleague: Colleague, *, channel: str = "form") -> Scope:
    """The scope of one of the cast."""
    with office():
        membership = Membership.objects.get(
            account__email=colleague.email, organisation__kvk=company.kvk, organisation__branch=company.branch
        )
    return scope_again(membership.account_id, membership.organisation_id, company.portal, channel=channel)


def populate(today: date, *, scale: float, say: Callable[[str], None]) -> None:
    """Fill every agency with people and history up to `today`; one that has people stays as it is.

    `scale` makes the world smaller or larger than the demo's; at 0 nobody is there.
    """
    make_directory()
    if not scale:
        return
    apply_for_accounts(today)
    for number, company in enumerate(COMPANIES):
        if not company.people:
            continue
        scope = scope_of(company, company.colleagues[0])
        if _has_people(scope):
            continue
        people = list(dummy_bsns(max(60, int(company.people * scale)), seed=SEED + number))
        History(scope, [number for number, _ in company.contracts], people, today, SEED + number).write(say)
        ask_for_s1s(scope, _noon(today).now, judge=_judge())
        with office():
            contract = GroupContract.objects.get(insurer_id=scope.insurer_id, number=company.contracts[0][0])
        if offered(scope.profile):
            plan_lists(scope, contract.id, today)
        if scope.profile.allows(Capability.ENROL_HOUSEHOLD):
            enrol_family(scope, contract.number, contract.id, _noon(today - timedelta(days=3)), seed=SEED - 1)
    _use_deductibles(today)


def _use_deductibles(today: date) -> None:
    """At the insurer of the agencies."""
    sanne = next(one for one in KANTOOR.colleagues if "case_handler" in one.roles)
    agencies = [
        scope_of(company, company.colleagues[0])
        for company in COMPANIES
        if company.people and company.insurer == KANTOOR.insurer
    ]
    showing = [scope for scope in agencies if scope.profile.allows(Capability.DEDUCTIBLE_USE)]
    use_deductibles(scope_of(KANTOOR, sanne), showing, today, seed=SEED)


def _judge() -> str:
    """Who of the office decides cases."""
    return next(one.name for one in KANTOOR.colleagues if "case_handler" in one.roles)


def _has_people(scope: Scope) -> bool:
    from collectief.mutations.models import Mutation

    with opened(scope):
        return Mutation.objects.filter(organisation_id=scope.organisation_id).exists()


class History:
    """The months of one agency: people come, go, come back and move; the last weeks go wrong here and there."""

    def __init__(self, scope: Scope, contracts: list[str], people: list[Bsn], today: date, seed: int) -> None:
        self.scope, self.contracts, self.today = scope, contracts, today
        self.random = random.Random(seed)
        self.waiting = iter(people)
        # A dozen are kept for the last weeks.
        self.per_month = max(1, (len(people) - 12) // 30)
        self.here: list[tuple[Bsn, str, date]] = []
        self.gone: list[tuple[Bsn, str, date]] = []

    def write(self, say: Callable[[str], None]) -> None:
        for first in _months(self.today.replace(day=1), 30):
            self._month(first)
            say(f"{self.scope.organisation}: {first:%m-%Y}, {len(self.here)} deelnemers")
        self._recent_failures()
        self._pending()

    def _month(self, first: date) -> None:
        moment = _noon(first)
        newcomers = list(itertools.islice(self.waiting, self.per_month))
        self._confirm(newcomers, moment)
        requests = [self._enrol(bsn, self.random.choice(self.contracts), self._day(first)) for bsn in newcomers]
        requests += self._leavers(first)
        requests += self._returners(first)
        with opened(self.scope):
            mutations.submit(self.scope, requests, moment)

    @property
    def _reason(self) -> str:
        """The usual reason to leave."""
        return self.scope.profile.termination_reasons[0].code

    def _day(self, first: date) -> date:
        day = first + timedelta(days=self.random.choice((0, 0, 0, 7, 14, 21)))
        return min(day, self.today) if first <= self.today else first

    def _enrol(self, bsn: Bsn, contract: str, first_day: date) -> Request:
        self.here.append((bsn, contract, first_day))
        reference = f"P{self.random.randrange(10**5, 10**6)}"
        typed = Field.EXTERNAL_REFERENCE in self.scope.profile.fields.typed
        return _request(self.scope, bsn, contract, first_day, reference=reference if typed else "")

    def _leavers(self, first: date) -> list[Request]:
        usual, *more = (one.code for one in self.scope.profile.termination_reasons)
        others = tuple(code for code in more if code != "deceased")
        leaving = [one for one in self.here if one[2] < first - timedelta(days=40) and self.random.random() < 0.045]
        requests = []
        for one in leaving:
            self.here.remove(one)
            last_day = first - timedelta(days=1)
            self.gone.append((one[0], one[1], last_day))
            reason = self.random.choice((usual,) * 8 + others)
            leave = Application(Kind.TERMINATE, contract=one[1], last_day=last_day, reason=reason)
            requests.append(Request(leave, _subject(self.scope, one[0])))
        return requests

    def _returners(self, first: date) -> list[Request]:
        back = [one for one in self.gone if one[2] < first - timedelta(days=60) and self.random.random() < 0.02]
        self._confirm([bsn for bsn, _, _ in back], _noon(first))
        for one in back:
            self.gone.remove(one)
        return [self._enrol(bsn, contract, self._day(first)) for bsn, contract, _ in back]

    def _confirm(self, people: Sequence[Bsn], moment: Moment) -> None:
        """What the BRP would have answered then: the simulator's own population."""
        found = {bsn: _registered(bsn) for bsn in people}
        with opened(self.scope):
            said = register.answers(self.scope, LookUp(found, frozenset(), ()))
            register.keep(self.scope, said, now=moment.now)

    def _recent_failures(self) -> None:
        """The last two weeks: names that differ, someone nobody knows, a date before the start."""
        strangers = list(itertools.islice(self.waiting, 6))
        moment = _noon(self.today - timedelta(days=5))
        self._confirm(strangers, moment)
        wrong = PersonName("X.", "", "Anders")
        requests = [
            _request(self.scope, bsn, self.contracts[0], self.today - timedelta(days=10), name=wrong)
            for bsn in strangers[:4]
        ]
        for bsn, contract, first_day in self.random.sample(self.here, 3):
            leave = Application(
                Kind.TERMINATE, contract=contract, last_day=first_day - timedelta(days=1), reason=self._reason
            )
            requests.append(Request(leave, _subject(self.scope, bsn)))
        with opened(self.scope):
            mutations.submit(self.scope, requests, moment)

    def _pending(self) -> None:
        """What is grey today: people who leave at the end of next month, and who begin then."""
        first = (self.today.replace(day=1) + timedelta(days=32)).replace(day=1)
        moment = _noon(self.today - timedelta(days=1))
        requests = []
        for bsn, contract, first_day in self.random.sample(self.here, 8):
            last_day = max(first + timedelta(days=30), first_day)
            leave = Application(Kind.TERMINATE, contract=contract, last_day=last_day, reason=self._reason)
            requests.append(Request(leave, _subject(self.scope, bsn)))
        newcomers = list(itertools.islice(self.waiting, 5))
        self._confirm(newcomers, moment)
        requests += [_request(self.scope, bsn, self.contracts[-1], first) for bsn in newcomers]
        with opened(self.scope):
            enrolment.apply(self.scope, requests, moment)


def _request(
    scope: Scope, bsn: Bsn, contract: str, first_day: date, *, name: PersonName | None = None, reference: str = ""
) -> Request:
    someone = inhabitant(bsn)
    application = Application(
        Kind.ENROL,
        contract=contract,
        name=name or someone.name,
        birth_date=someone.birth_date,
        first_day=first_day,
        reference=reference,
    )
    return Request(application, _subject(scope, bsn))


def _subject(scope: Scope, bsn: Bsn) -> Subject:
    return Subject(bsn_index=bsn_keys(scope).blind_index(bsn), bsn=bsn)


def _registered(bsn: Bsn) -> RegisteredPerson:
    someone = inhabitant(bsn)
    return RegisteredPerson(bsn, someone.name, someone.birth_date, someone.deceased, someone.sex)


def _months(last: date, count: int) -> Iterator[date]:
    months = last.year * 12 + last.month - 1
    for number in range(months - count + 1, months + 1):
        yield date(number // 12, number % 12 + 1, 1)


def _noon(day: date) -> Moment:
    return Moment(day, datetime(day.year, day.month, day.day, 11, tzinfo=UTC))
