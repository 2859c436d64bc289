"""Where an S1 stands, what is known before one is asked, and what staff find of one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from collectief.brands.catalogue import brand as brand_of
from collectief.cases.rules import due_on
from collectief.enrolment.queries import stays_of
from collectief.foundation.names import PersonName
from collectief.policies.insured import TermView, terms_of
from collectief.policies.rules import ProductKind
from collectief.scope.database import office
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Permission

from .models import ForeignInstitution, S1Request
from .rules import Known, State, Way, days_on_end

KIND = "s1"
# So many of one number are shown to staff: the latest.
_MOST = 20


@dataclass(frozen=True, slots=True)
class S1View:
    """A request as its organisation sees it. `another`: staff let one be asked for beside it."""

    id: int
    form: str
    country: str
    institution: str
    way: Way
    state: State
    asked_at: datetime
    decided_at: datetime | None
    reason_code: str
    reason: str
    another: bool

    @property
    def due_on(self) -> date | None:
        """The day by which the insurer decides; None for what an institution abroad decides, or is decided."""
        return due(self.asked_at) if (self.way, self.state) == (Way.BY_HAND, State.ASKED) else None


@dataclass(frozen=True, slots=True)
class FormView:
    """Everything a form says: who, on which ground, where and from when."""

    form: str
    name: PersonName
    birth_date: str
    relation_number: str
    ground: str
    country: str
    address: tuple[str, ...]
    first_day: date
    last_day: date | None
    contracts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OfficeView:
    """A request as staff find it."""

    s1: S1View
    organisation: str
    name: PersonName
    relation_number: str


def latest_s1(scope: Scope, participant_id: int) -> S1View | None:
    """The last request for a participant, in one query. Must run inside `opened`. Raises NotAllowed."""
    scope.require(Permission.SEE_PARTICIPANTS, Capability.REQUEST_S1)
    own = S1Request.objects.filter(organisation_id=scope.organisation_id, participant_id=participant_id)
    found = own.order_by("-id").first()
    return _view(found) if found else None


def form_of(scope: Scope, participant_id: int) -> FormView | None:
    """What the form says that was issued last; None where there is none. Must run inside `opened`.

    Raises NotAllowed.
    """
    scope.require(Permission.SEE_PARTICIPANTS, Capability.REQUEST_S1)
    own = S1Request.objects.filter(organisation_id=scope.organisation_id, participant_id=participant_id)
    one = own.filter(state=State.ISSUED).order_by("-id").first()
    if one is None:
        return None
    lines = (f"{one.street} {one.house_number}", f"{one.postcode} {one.city}".strip())
    return FormView(
        one.form, PersonName(one.initials, one.prefix, one.surname), one.birth_date, one.relation_number, one.ground,
        one.country, lines, one.first_day, one.last_day, tuple(one.contracts),
    )  # fmt: skip


def is_insured(terms: Collection[TermView], today: date) -> bool:
    """Whether these are of somebody who is insured today: only for them an S1 is asked."""
    return any(term.kind == ProductKind.BASIC and today in term.period for term in terms)


def known_of(scope: Scope, participant_id: int, country: str, *, today: date) -> tuple[Known, list[int]]:
    """What is judged with, and the contracts that insure them today. Must run inside `opened`. Raises NotAllowed."""
    stays = stays_of(scope, participant_id, today=today)
    terms = [one for one in terms_of(scope, [stay.id for stay in stays]) if one.kind == ProductKind.BASIC]
    own = S1Request.objects.filter(organisation_id=scope.organisation_id, participant_id=participant_id)
    known = Known(
        days_on_end([one.period for one in terms], today),
        own.filter(another_at=None).exists(),
        _institutions_in(country),
        brand_of(scope.brand).institution,
    )
    return known, sorted({one.contract_id for one in terms if today in one.period})


def _institutions_in(country: str) -> dict[str, str]:
    """The institutions of a country that EESSI reaches: name by number, in the order of their names."""
    return dict(ForeignInstitution.objects.filter(country=country).order_by("name", "id").values_list("id", "name"))


def found_by_number(scope: Scope, relation_number: str) -> list[OfficeView]:
    """The requests for whoever has this relation number at the insurer, the last first. Raises NotAllowed."""
    scope.require(Permission.JUDGE_CASES)
    with office(scope.insurer_id):
        own = S1Request.objects.select_related("organisation").filter(
            insurer_id=scope.insurer_id, relation_number=relation_number
        )
        return [_office_view(one) for one in own.order_by("-id")[:_MOST]]


def found_by_id(scope: Scope, request_id: int) -> OfficeView | None:
    """One request at the insurer. Raises NotAllowed."""
    scope.require(Permission.JUDGE_CASES)
    with office(scope.insurer_id):
        own = S1Request.objects.select_related("organisation").filter(insurer_id=scope.insurer_id, id=request_id)
        one = own.first()
        return _office_view(one) if one else None


def due(asked_at: datetime) -> date:
    """The day by which a form that is made by hand is there."""
    return due_on(KIND, timezone.localdate(asked_at))


def _office_view(one: S1Request) -> OfficeView:
    name = PersonName(one.initials, one.prefix, one.surname)
    return OfficeView(_view(one), one.organisation.name, name, one.relation_number)


def _view(one: S1Request) -> S1View:
    return S1View(
        one.id, one.form, one.country, one.institution_name, Way(one.way), State(one.state), one.asked_at,
        one.decided_at, one.reason_code, one.reason, one.another_at is not None,
    )  # fmt: skip
