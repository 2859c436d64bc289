"""Nobody sees another organisation's people (law 5): every address, every role, and with our own filters gone."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.utils import timezone

from collectief.access.models import Membership
from collectief.brands.catalogue import all_brands
from collectief.bulk.models import Batch
from collectief.cases.models import Case
from collectief.enrolment.models import Participation
from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import BirthDate, dutch
from collectief.foundation.names import PersonName
from collectief.inbox.models import Message
from collectief.mutations.corridor import this_moment
from collectief.mutations.models import Mutation
from collectief.participants import register as register_module
from collectief.scope import database
from collectief.scope.database import Audience, office, opened
from collectief.scope.scope import Scope
from collectief.segments.catalogue import PROFILES
from collectief.segments.profile import Capability, Permission
from collectief.statements.models import S1Request
from tests.bulk_world import Register, demo_file, planned
from tests.customers_world import manager_of
from tests.exports_world import exported
from tests.letters_world import kept, on_paper
from tests.office_world import applied, clerk, import_of, insurer_id, news_of, product_of, run_of
from tests.s1_world import s1_of
from tests.web.addresses import addresses
from tests.web.visiting import client_of, linked, stranger, text_of
from tests.world import Human, agency, enrolled, mandated_to, member_of, valid_bsns

pytestmark = pytest.mark.django_db

# What must never be seen by anyone else: a name, a birth date and a file of Anna's that nobody else has.
SECRET = Human(Bsn("0" * 9), PersonName("Q.X.", "", "Geheimzinnig"), BirthDate(1971, 12, 13))

# To whom she gave a mandate, and who gave her one.
MANDATED = ["Kantoor Geheim", "Opdrachtgever Geheim"]


def _case_elsewhere() -> int:
    """A case of another insurer, about somebody whom nobody here may see."""
    applied(agency(name="Elders", brand="voorbeeld"), portal="voorbeeld", name="Q.X. Geheimzinnig")
    with office(insurer_id("voorbeeldverzekeraar")):
        return Case.objects.get().id


@pytest.fixture
def anna(monkeypatch, tmp_path):
    """Anna's agency with one participant, a mutation and an upload; and the ids by which they are addressed."""
    monkeypatch.setattr(register_module, "current_register", Register)
    elsewhere = _case_elsewhere()
    ours = agency()
    customer = agency(name="Klant Geheim", brand="voorbeeld")
    secret = dataclasses.replace(SECRET, bsn=valid_bsns(1)[0])
    participant = enrolled(ours, secret, this_moment())
    batch = planned(ours.scope, demo_file(tmp_path, ours.contracts[0].number, rows=3, name="geheim-bestand.xlsx"))
    principal = agency(name="Opdrachtgever Geheim").organisation
    document = kept(ours.scope, participant)
    with opened(ours.scope):
        found = {
            "participant_id": participant,
            "participation_id": Participation.objects.get().id,
            "mutation_id": Mutation.objects.get().id,
            "batch_id": batch.id,
            "document_id": document,
            "message_id": Message.objects.latest("id").id,
            "membership_id": Membership.objects.get().id,
            "mandate_id": mandated_to(ours.organisation, "99999997", name="Kantoor Geheim"),
            "received_id": mandated_to(principal, ours.organisation.kvk, name="De Brug"),
            "case_id": elsewhere,
            "consignment_id": on_paper(agency(name="Geheim BV", brand="voorbeeld")),
            "contract_id": ours.contracts[0].id,
            "product_id": product_of("voorbeeldverzekeraar", name="geheim-product"),
            "news_id": news_of("an-insurer-without-a-portal", title="geheim-nieuws"),
            "run_id": run_of("an-insurer-without-a-portal", planned_by="geheim-medewerker"),
            "import_id": import_of("an-insurer-without-a-portal", by="geheim-medewerker"),
            "s1_id": s1_of("voorbeeld"),
            "organisation_id": customer.organisation.id,
            "group_contract_id": customer.contracts[0].id,
            "manager_id": manager_of(customer.organisation.id, slug="voorbeeldverzekeraar", name="Manager Geheim"),
            "account_id": ours.scope.account_id,
            **exported(ours.scope),
            "reset_id": 0,
        }
        relation_number = Participation.objects.get().relation_number
    # Who links contracts is at another portal: a link of somebody there.
    found["link_id"] = linked(agency(name="De Eik", segment="employer"), "geheim-contract")
    secrets = [
        "Geheimzinnig",
        "13-12-1971",
        "1971-12-13",
        "geheim-bestand",
        "geheim-contract",
        "geheim-product",
        "geheim-nieuws",
        "Geheim BV",
        "Klant Geheim",
        "Manager Geheim",
        "geheim-medewerker",
        "Vraagt verdragsrecht",
        relation_number,
    ]
    return ours, found, [*secrets, *MANDATED]


def _bodies(ours, theirs) -> dict[str, dict[str, str]]:
    """What a form of each address takes: every field there, so that nothing stops at the shape."""
    today = timezone.localdate()
    return {
        "new_participant": {
            "contract": ours.contracts[0].number, "first_day": dutch(today), "bsn": valid_bsns(1)[0].digits,
            "initials": "Q.X.", "surname": "Iemand", "birth_date": "01-02-1980",
        },
        "terminate": {"last_day": dutch(today), "reason": "end_of_employment", "from": "list"},
        "re_enrol": {"contract": theirs.contracts[0].number, "first_day": dutch(today), "from": "list"},
        "transfer": {"to_contract": theirs.contracts[1].number, "first_day": dutch(today)},
        "contact": {"aan": "0", "vraag": "Wie is dit?", "van": "/deelnemers/"},
        "find_by_bsn": {"bsn": valid_bsns(1)[0].digits},
        "change_reference": {"reference": "VAN-OTTO"},
        "upload_accept": {"version": "1"},
        "contract_contacts": {"administrative_name": "Van Otto"},
        "language": {"language": "nl"},
    }  # fmt: skip


def _queries(ids: dict[str, int]) -> list[str]:
    """Addresses that take an id after the question mark."""
    mutation, stay = ids["mutation_id"], ids["participation_id"]
    return [
        f"/deelnemers/nieuw/?uit={mutation}", f"/deelnemers/?open={stay}", f"/oud-deelnemers/?open={stay}",
        "/deelnemers/?achternaam=geheim", "/deelnemers/aantal/?achternaam=geheim",
        "/oud-deelnemers/aantal/?achternaam=geheim", "/in-en-uitstroom/?toon=alle",
        "/deelnemers/download/?achternaam=geheim", "/oud-deelnemers/download/", "/deelnemers/sjabloon/",
    ]  # fmt: skip


def _ask(client: Client, method: str, path: str, body: dict[str, str] | None = None) -> tuple[int, str]:
    response = getattr(client, method)(path, body or {})
    return response.status_code, text_of(response)


def _walk(
    client: Client, ids: dict[str, int], secrets: list[str], bodies: dict[str, dict[str, str]]
) -> dict[Permission | None, set[int]]:
    """Every address, looked at and written to: nothing of Anna's comes back.

    The answers about her ids, by the permission that the address asks for.
    """
    answers: dict[Permission | None, set[int]] = defaultdict(set)
    for address in addresses(ids):
        for method in ("get", "post"):
            if address.name == "sign_out" and method == "post":
                continue  # signing out works, and would end the walk
            status, text = _ask(client, method, address.path, bodies.get(address.name) if method == "post" else None)
            shown = [secret for secret in secrets if secret in text]
            assert not shown, f"{method} {address.path} ({status}) shows {shown}"
            assert status != 500, f"{method} {address.path}"
            # What a segment does not have is closed whoever asks, and says nothing of what is there.
            if address.about and address.capability in CLOSED_TO_AGENCIES and status == 403:
                continue
            if address.about:
                answers[address.permission].add(status)
    for path in _queries(ids):
        status, text = _ask(client, "get", path)
        assert not [secret for secret in secrets if secret in text], path
        assert status != 500, path
    return answers


# What an agency has not, and others have.
CLOSED_TO_AGENCIES = {Capability.ENROL_HOUSEHOLD, Capability.ADD_RELATIVES}


def _told_nothing(answers: dict[Permission | None, set[int]], scope: Scope) -> None:
    """Where the role opens the page, there is nobody of that number; elsewhere the page itself is closed."""
    # A page that the segment does not have is closed to its managers too.
    closed = set() if scope.profile.allows(Capability.GIVE_MANDATES) else {403}
    for permission, statuses in answers.items():
        assert statuses <= ({404, 405, *closed} if permission is not None and scope.may(permission) else {403}), (
            permission
        )


def _unharmed(ours) -> None:
    with opened(ours.scope):
        assert Participation.objects.filter(sort_key__startswith="geheimzinnig").count() == 1
        assert Participation.objects.get().reason == ""
        assert Mutation.objects.filter(state="processed").count() == 1
        assert Mutation.objects.count() == 1
        assert Batch.objects.get().state == "planned"
        assert Membership.objects.get(account_id=ours.scope.account_id).roles == ["administrative"]


_NAMES = [str(role) for role in PROFILES["staffing_agency"].roles]
# What several roles may is what each of them may (tests/rules/test_access.py).
ROLES = [[], *([name] for name in _NAMES), _NAMES]


@pytest.mark.parametrize("roles", ROLES, ids=str)
def test_otto_in_any_role_finds_nothing_of_anna_at_any_address(anna, roles):
    ours, ids, secrets = anna
    otto = agency(name="Otto Flexkrachten", roles=roles)
    answers = _walk(client_of(otto.scope), ids, secrets, _bodies(otto, otto))
    _told_nothing(answers, otto.scope)
    _unharmed(ours)


def test_otto_may_not_name_annas_contracts_either(anna):
    ours, ids, secrets = anna
    otto = agency(name="Otto Flexkrachten")
    _walk(client_of(otto.scope), ids, secrets, _bodies(ours, ours))
    _unharmed(ours)


@pytest.mark.parametrize("roles", [[], ["financial"], ["account_manager"], ["financial", "account_manager"]], ids=str)
def test_a_colleague_without_the_role_finds_no_people(anna, roles):
    ours, ids, secrets = anna
    colleague = member_of(ours.organisation, roles=roles)
    if "account_manager" in roles:
        # Whom the organisation let act for it, and for whom it acts, is theirs to manage.
        secrets = [secret for secret in secrets if secret not in MANDATED]
    answers = _walk(client_of(colleague), ids, secrets, _bodies(ours, ours))
    # Who manages accounts finds Anna among them, and nobody of whom she enrolled.
    answers.pop(Permission.MANAGE_ACCOUNTS) if "account_manager" in roles else None
    # Every role sees the contracts, which are nobody's in particular (U28); the walk found no secret there.
    answers.pop(Permission.SEE_CONTRACTS) if roles else None
    # Who settles with people sees of whom something is known what they used: of hers that is nobody.
    assert "financial" not in roles or answers.pop(Permission.SEE_DEDUCTIBLE_USE) <= {404, 405}
    # Every role has messages of some category: of hers there is none among them.
    assert not roles or answers.pop(Permission.SEE_MESSAGES) <= {404, 405}
    assert set().union(*answers.values()) == {403}
    _unharmed(ours)


@pytest.mark.parametrize("portal", [one.slug for one in all_brands()])
def test_nobody_signed_in_finds_nothing(anna, portal):
    ours, ids, secrets = anna
    answers = _walk(stranger(portal), ids, secrets, _bodies(ours, ours))
    assert set().union(*answers.values()) == {302}
    _unharmed(ours)


@pytest.mark.feature("K07")
def test_the_same_company_at_another_insurer_finds_nothing(anna):
    ours, ids, secrets = anna
    elsewhere = agency(name=ours.organisation.name, brand="voorbeeld", kvk=ours.organisation.kvk)
    answers = _walk(client_of(elsewhere.scope), ids, secrets, _bodies(elsewhere, elsewhere))
    _told_nothing(answers, elsewhere.scope)
    _unharmed(ours)


@pytest.mark.feature("K07")
@pytest.mark.parametrize(
    "profile", [one for one in PROFILES.values() if not one.shows_people], ids=lambda one: one.slug
)
def test_other_portals_and_anna_find_nothing_of_each_other(anna, profile):
    ours, ids, secrets = anna
    roles = [str(role) for role in profile.roles]
    # Whose staff help users sees those of their own insurer: to them Anna is nobody at another one.
    helps = any(Permission.HELP_USERS in held for held in profile.roles.values())
    theirs = agency(
        name="Geheim Elders B.V.", segment=profile.slug, kvk=ours.organisation.kvk, roles=roles,
        brand="kantoor-izz" if helps else "", contracts=0,
    )  # fmt: skip
    if theirs.organisation.insurer_id == ours.organisation.insurer_id:
        # A mandate is given to a company's number: whatever else it is at this insurer, it may use it (ADR 20).
        ids, secrets = ids | {"received_id": 0}, [secret for secret in secrets if secret != "Opdrachtgever Geheim"]
    answers = _walk(client_of(theirs.scope), ids, secrets, _bodies(ours, ours))
    _told_nothing(answers, theirs.scope)
    _unharmed(ours)
    with opened(theirs.scope):
        other = dict.fromkeys(ids, 0) | {"membership_id": Membership.objects.get().id}
    manager = member_of(ours.organisation, roles=["account_manager"])
    answers = _walk(client_of(manager), other, ["Geheim Elders"], {})
    assert answers[Permission.MANAGE_ACCOUNTS] <= {404, 405}


@pytest.mark.feature("K07")
def test_annas_own_session_opens_nothing_at_another_portal(anna):
    ours, ids, secrets = anna
    answers = _walk(client_of(ours.scope, portal="voorbeeld"), ids, secrets, _bodies(ours, ours))
    assert set().union(*answers.values()) == {302}
    _unharmed(ours)


# What needs no row of Anna's to be drawn: empty lists, forms, the template. The rest must not be there.
_DRAWN = {
    "dashboard", "open_mutations", "rejected_mutations", "current_participants", "current_count",
    "former_participants", "former_count", "new_participant", "uploads", "upload_template", "new_account",
    "log", "download_log", "mandates", "new_mandate",
}  # fmt: skip


# What only the insurer's own staff open; see below.
_OFFICE = {Permission.JUDGE_CASES, Permission.HELP_USERS, Permission.SEARCH_TRAIL, Permission.MAINTAIN_TERMS}


def test_row_security_alone_holds_when_our_own_filters_ask_for_annas_rows(anna, monkeypatch):
    """Otto's database role, but every filter of ours is told that he is Anna's organisation.

    The trail would stop each page, since nobody may write in another's: it is left out, so that the reads count.
    """
    ours, ids, secrets = anna
    otto = agency(name="Otto Flexkrachten", roles=("administrative", "account_manager"))
    lying = dataclasses.replace(otto.scope, organisation_id=ours.organisation.id)

    @contextmanager
    def opened_as_otto(scope):
        with database.opened(otto.scope):
            yield scope

    @contextmanager
    def managing_as_otto(*_):
        with database.managing_accounts(otto.scope.organisation_id, otto.scope.insurer_id):
            yield

    client = client_of(otto.scope)
    monkeypatch.setattr("collectief.access.queries.managing_accounts", managing_as_otto)
    monkeypatch.setattr("collectief.access.colleagues.managing_accounts", managing_as_otto)
    monkeypatch.setattr("collectief.access.mandates.managing_accounts", managing_as_otto)
    monkeypatch.setattr("collectief.web.middleware.sessions.scope_of", lambda *args, **kwargs: lying)
    monkeypatch.setattr("collectief.web.middleware.opened", opened_as_otto)
    monkeypatch.setattr("collectief.audit.actions.record", lambda *args, **kwargs: None)
    client.raise_request_exception = False
    bodies = _bodies(ours, ours)
    reached = 0
    for address in addresses(ids):
        if not (address.about or address.name in _DRAWN) or not lying.may(address.permission, address.capability):
            continue
        for method in ("get", "post"):
            # A write may fail here, and then its transaction is rolled back: what counts is what is shown and done.
            with transaction.atomic():
                status, text = _ask(
                    client, method, address.path, bodies.get(address.name) if method == "post" else None
                )
            assert not [secret for secret in secrets if secret in text], (method, address.path)
            if address.about:
                assert status in (404, 405), (method, address.path, status)
            elif method == "get":
                assert status == (405 if address.name == "read_all_messages" else 200), (address.path, status)
            reached += 1
    for path in _queries(ids):
        with transaction.atomic():
            status, text = _ask(client, "get", path)
        assert (status, [secret for secret in secrets if secret in text]) == (200, []), path
    assert reached >= 40
    monkeypatch.undo()
    _unharmed(ours)


def _unharmed_by_a_colleague(ours) -> None:
    with opened(ours.scope):
        assert Participation.objects.get().reason == ""
        assert Mutation.objects.filter(state="processed").count() == 1
        assert Batch.objects.get().state == "planned"
        assert Membership.objects.get(account_id=ours.scope.account_id).contracts is None


@pytest.mark.feature("G13")
@pytest.mark.parametrize("roles", [roles for roles in ROLES if roles], ids=str)
def test_a_colleague_of_another_contract_finds_nothing_at_any_address(anna, roles):
    ours, ids, secrets = anna
    lies = member_of(ours.organisation, roles=roles, contracts=[ours.contracts[1]])
    answers = _walk(client_of(lies), ids, secrets, _bodies(ours, ours))
    _told_nothing(answers, lies)
    _unharmed_by_a_colleague(ours)


@pytest.mark.feature("G13")
def test_row_security_alone_keeps_contracts_apart_when_our_own_filters_let_all_through(anna, monkeypatch):
    """A colleague's database role, for one contract, while every filter of ours believes it is for all of them."""
    ours, ids, secrets = anna
    lies = member_of(ours.organisation, roles=("administrative", "financial"), contracts=[ours.contracts[1]])
    lying = dataclasses.replace(lies, contracts=None)

    @contextmanager
    def opened_as_lies(scope):
        with database.opened(lies):
            yield scope

    client = client_of(lies)
    monkeypatch.setattr("collectief.web.middleware.sessions.scope_of", lambda *args, **kwargs: lying)
    monkeypatch.setattr("collectief.web.middleware.opened", opened_as_lies)
    client.raise_request_exception = False
    bodies = _bodies(ours, ours)
    reached = 0
    for address in addresses(ids):
        if address.permission is None or not lies.may(address.permission, address.capability):
            continue
        for method in ("get", "post"):
            with transaction.atomic():
                status, text = _ask(
                    client, method, address.path, bodies.get(address.name) if method == "post" else None
                )
            assert not [secret for secret in secrets if secret in text], (method, address.path)
            if address.about:
                assert status in (404, 405), (method, address.path, status)
            elif method == "get":
                assert status == (405 if address.name == "read_all_messages" else 200), (address.path, status)
            reached += 1
    for path in _queries(ids):
        with transaction.atomic():
            status, text = _ask(client, "get", path)
        assert (status, [secret for secret in secrets if secret in text]) == (200, []), path
    assert reached >= 40
    monkeypatch.undo()
    _unharmed_by_a_colleague(ours)


@pytest.mark.feature("G13")
def test_a_colleague_of_that_contract_finds_them(anna):
    """The walk of a colleague of another contract would notice."""
    ours, ids, _secrets = anna
    client = client_of(member_of(ours.organisation, roles=["administrative"], contracts=[ours.contracts[0]]))
    assert "Geheimzinnig" in client.get("/deelnemers/").content.decode()
    assert "Geheimzinnig" in client.get(f"/deelnemers/{ids['participant_id']}/").content.decode()
    # A file of who works in more contracts may hold people of any.
    assert client.get(f"/uploads/{ids['batch_id']}/").status_code == 404


@pytest.mark.feature("K01")
@pytest.mark.feature("K07")
def test_row_security_alone_holds_when_an_offices_own_filters_ask_for_another_insurers_cases(anna, monkeypatch):
    """Sanne's database roles, but every filter of ours is told that she works for the other insurer."""
    _, ids, secrets = anna
    sanne, other = clerk(roles=("case_handler", "auditor")), insurer_id("voorbeeldverzekeraar")
    client = client_of(sanne)
    lying = dataclasses.replace(sanne, insurer_id=other)
    monkeypatch.setattr("collectief.web.middleware.sessions.scope_of", lambda *args, **kwargs: lying)
    for where, name in (
        ("web.middleware", "opened"), ("cases.actions", "opened"), ("cases.actions", "office"),
        ("cases.queries", "office"), ("policies.queries", "office"), ("policies.actions", "office"),
        ("audit.search", "auditing"), ("audit.verification", "auditing"),
        ("contracts.queries", "auditing"), ("participants.queries", "auditing"), ("access.queries", "auditing"),
        ("statements.queries", "office"), ("statements.actions", "office"), ("statements.actions", "opened"),
    ):  # fmt: skip
        own = sanne if name == "opened" else sanne.insurer_id
        true = getattr(database, name)
        monkeypatch.setattr(f"collectief.{where}.{name}", lambda _, true=true, own=own: true(own))
    monkeypatch.setattr("collectief.audit.actions.record", lambda *args, **kwargs: None)
    reached = 0
    for address in addresses(ids):
        # The help desk's own pages are tried so in test_help_desk.
        if address.permission not in _OFFICE - {Permission.HELP_USERS}:
            continue
        for method in ("get", "post"):
            with transaction.atomic():
                status, text = _ask(client, method, address.path, {"decision": "approved", "text": "x"})
            assert not [secret for secret in secrets if secret in text], (method, address.path)
            assert status in ((404, 405) if address.about else (200, 302, 405, 422)), (method, address.path, status)
            reached += 1
    assert reached >= 16
    for query in (f"deelnemer={ids['participant_id']}", f"wie={sanne.account_id}", "organisatie=Elders"):
        assert client.get(f"/onderzoek/?zoek=1&{query}").status_code == 422
    monkeypatch.undo()
    with office(other):
        assert {one.decision for one in Case.objects.all()} == {""}
        assert S1Request.objects.get().another_at is None


def test_anna_herself_does_find_them(anna):
    """The walk would notice: the same words are there for whom they are meant."""
    ours, ids, _secrets = anna
    client = client_of(ours.scope)
    text = "".join(
        client.get(path).content.decode() for path in ("/deelnemers/", f"/deelnemers/{ids['participant_id']}/")
    )
    assert "Geheimzinnig" in text
    assert "geheim-bestand" in client.get("/uploads/").content.decode()


def test_every_table_with_an_organisation_is_closed_to_another(anna):
    _ours, _ids, _secrets = anna
    otto = agency(name="Otto Flexkrachten")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'organisation_id'"
            " AND table_schema = 'public'"
        )
        tables = [name for (name,) in cursor.fetchall()]
    # information_schema shows what one may use; the login may use nothing, so ask as the organisation too.
    with opened(otto.scope), connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT table_name FROM information_schema.columns WHERE column_name = 'organisation_id'"
            " AND table_schema = 'public'"
        )
        tables += [name for (name,) in cursor.fetchall()]
        assert {"participant", "participation", "mutation", "batch", "batch_chunk", "audit_event"} <= set(tables)
        for table in set(tables):
            cursor.execute(f"SELECT count(*) FROM {table} WHERE organisation_id <> %s", [otto.organisation.id])
            assert cursor.fetchone()[0] == 0, table


# The roles that stand in one organisation of one insurer, with what each writes: table, and the column of whose it is.
_WRITTEN = """
SELECT c.relname, (SELECT a.attname FROM pg_attribute a
                    WHERE a.attrelid = c.oid AND a.attname IN ('organisation_id', 'principal_id')),
       (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'account_id') = 1
  FROM pg_class c JOIN pg_attribute i ON i.attrelid = c.oid AND i.attname = 'insurer_id'
 WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND NOT i.attisdropped
   AND (has_any_column_privilege(%s, c.oid, 'INSERT') OR has_any_column_privilege(%s, c.oid, 'UPDATE'))
 ORDER BY c.relname
"""


@pytest.mark.parametrize(
    ("role", "some"),
    [
        (Audience.ORGANISATION, {"participant", "participation", "policy_term", "mutation", "batch", "audit_event"}),
        (Audience.ACCOUNTS, {"account", "leave_wish", "mandate", "role_request"}),
    ],
)
def test_postgresql_itself_refuses_a_row_of_another_insurer(anna, role, some):
    """As Anna's own database role and of her own organisation, with no code of ours between: only the insurer is not.

    Row security looks before anything else does: of her own insurer the same row, which is empty, is let through to
    what the table itself asks.
    """
    ours, _ids, _secrets = anna
    scope, elsewhere = ours.scope, insurer_id("voorbeeldverzekeraar")
    as_role = {
        Audience.ORGANISATION: lambda: opened(scope),
        Audience.ACCOUNTS: lambda: database.managing_accounts(scope.organisation_id, scope.insurer_id),
    }[role]
    with as_role(), connection.cursor() as cursor:
        cursor.execute(_WRITTEN, [role, role])
        tables = cursor.fetchall()
    assert some <= {table for table, _, _ in tables}
    for table, own, of_account in tables:
        said = {}
        for insurer in (scope.insurer_id, elsewhere):
            row = {"insurer_id": insurer} | ({own: scope.organisation_id} if own else {})
            row |= {"account_id": scope.account_id} if of_account else {}
            statement = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})"
            with as_role(), pytest.raises(DatabaseError) as refused, transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute(statement, [*row.values()])
            said[insurer] = str(refused.value)
        assert f'violates row-level security policy for table "{table}"' in said[elsewhere], table
        assert "row-level security" not in said[scope.insurer_id], table


@pytest.mark.parametrize("table", ["participant", "participation", "mutation", "batch"])
def test_nor_does_a_row_go_over_to_another_insurer(anna, table):
    ours, _ids, _secrets = anna
    elsewhere = insurer_id("voorbeeldverzekeraar")
    with opened(ours.scope):
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"UPDATE {table} SET insurer_id = %s", [elsewhere])
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET insurer_id = insurer_id")
            assert cursor.rowcount > 0
