"""Browsers without a screen, for tests of pages: signed in as whom one likes; and people to look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from html.parser import HTMLParser

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from django.utils.module_loading import import_string

from collectief.access import sessions
from collectief.access.models import Membership
from collectief.audit.models import AuditEvent
from collectief.brands.catalogue import brand
from collectief.contracts.models import ContractLink
from collectief.enrolment import actions as enrolment
from collectief.enrolment.facts import Application, Kind
from collectief.foundation.assurance import AssuranceLevel
from collectief.foundation.dates import BirthDate
from collectief.foundation.names import PersonName
from collectief.mutations import actions as mutations
from collectief.mutations.corridor import Moment, Outcome, Request, Subject, this_moment
from collectief.scope.database import office, opened, signing_in
from collectief.scope.scope import Scope
from tests.world import Agency, Human, confirm, enrol, valid_bsns


def new_session(key: str | None = None) -> SessionBase:
    """A session as the portal keeps it."""
    return import_string(f"{settings.SESSION_ENGINE}.SessionStore")(key)


def session_of(scope: Scope, *, at: Moment | None = None) -> SessionBase:
    """A session that this scope's account began now, or at another moment."""
    with office():
        membership = Membership.objects.get(account_id=scope.account_id, organisation_id=scope.organisation_id)
    with signing_in():
        session = new_session()
        now = at.now if at else timezone.now()
        sessions.open_session(session, brand(scope.brand), membership, AssuranceLevel.EH3, now=now)
        session.save()
    return session


def stranger(portal: str = "mijnzz") -> Client:
    """A browser at a portal in which nobody signed in."""
    return Client(headers={"host": f"{portal}.localhost"})


def client_of(scope: Scope, *, portal: str = "") -> Client:
    """A browser signed in as this scope's account; its cookie at another portal when that is named."""
    client = stranger(portal or scope.brand)
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of(scope).session_key
    return client


def text_of(response: HttpResponse) -> str:
    """Everything that came back."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode(errors="replace")


def crowd(agency: Agency, count: int, *, start: int = 900_100_000) -> list[int]:
    """`count` people enrolled a hundred days ago; their ids as participants."""
    humans = [
        Human(bsn, PersonName("C.", "", f"Velen{number:03}"), BirthDate(1970, 1, 1 + number % 28))
        for number, bsn in enumerate(valid_bsns(count, start))
    ]
    moment = this_moment()
    confirm(agency.scope, humans, moment)
    first_day = moment.today - timedelta(days=100)
    contract = agency.contracts[0].number
    with opened(agency.scope):
        outcomes = mutations.submit(agency.scope, [enrol(agency.scope, h, contract, first_day) for h in humans], moment)
    return [outcome.participant_id for outcome in outcomes if outcome.participant_id]


def left(agency: Agency, participants: Sequence[int], last_day: date) -> list[Outcome]:
    """These people terminated."""
    moment = this_moment()
    requests = [
        Request(
            Application(
                Kind.TERMINATE, contract=agency.contracts[0].number, last_day=last_day, reason="end_of_employment"
            ),
            Subject(participant_id=id_),
        )
        for id_ in participants
    ]
    with opened(agency.scope):
        return mutations.submit(agency.scope, requests, moment)


def waiting(agency: Agency, count: int = 1, *, start: int = 900_500_000) -> list[int]:
    """Newcomers of whom the BRP has said nothing yet; the ids of their mutations."""
    moment = this_moment()
    humans = [Human(bsn, PersonName("W.", "", f"Wachtende{n:03}")) for n, bsn in enumerate(valid_bsns(count, start))]
    requests = [enrol(agency.scope, human, agency.contracts[0].number, moment.today) for human in humans]
    with opened(agency.scope):
        outcomes = enrolment.apply(agency.scope, requests, moment)
    return [outcome.mutation_id for outcome in outcomes if outcome.mutation_id]


def refused(agency: Agency, count: int = 1, *, days_ago: int = 0, start: int = 900_700_000) -> list[int]:
    """Enrolments that the BRP's name contradicted; the ids of their mutations."""
    today = this_moment()
    moment = Moment(today.today - timedelta(days=days_ago), today.now - timedelta(days=days_ago))
    humans = [Human(bsn, PersonName("X.", "", f"Anders{n:03}")) for n, bsn in enumerate(valid_bsns(count, start))]
    confirm(agency.scope, [Human(human.bsn, PersonName("X.", "", "Echt")) for human in humans], moment)
    requests = [enrol(agency.scope, human, agency.contracts[0].number, moment.today) for human in humans]
    with opened(agency.scope):
        outcomes = mutations.submit(agency.scope, requests, moment)
    return [outcome.mutation_id for outcome in outcomes if outcome.mutation_id]


def linked(agency: Agency, number: str = "12345") -> int:
    """A contract that this organisation asked to link; the id of the link, whatever its segment can do with it."""
    with opened(agency.scope):
        row = ContractLink(
            insurer_id=agency.scope.insurer_id, organisation_id=agency.scope.organisation_id, customer_number="54321",
            contract_number=number, state="asked", asked_by="Anna", asked_at=timezone.now(),
        )  # fmt: skip
        row.save(force_insert=True)
    return row.id


def events(agency: Agency) -> list[AuditEvent]:
    """The trail of an organisation, first to last."""
    with opened(agency.scope):
        return list(AuditEvent.objects.order_by("id"))


class _Ids(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name == "id" and value]


def doubled_ids(text: str) -> set[str]:
    """The ids that two elements of a page share."""
    parser = _Ids()
    parser.feed(text)
    return {id_ for id_ in parser.found if parser.found.count(id_) > 1}
