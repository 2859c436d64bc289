"""The second lock: inside a scope the database role sees one organisation's rows and no other.

The login role of web and worker may read nothing by itself. What a piece of work may touch it gets by
`SET LOCAL ROLE`, for the rest of the transaction at most; nesting gives the outer role back afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import replace
from enum import StrEnum
from weakref import WeakKeyDictionary

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from .scope import Scope


class Audience(StrEnum):
    """The database roles; each is for one kind of work."""

    ORGANISATION = "c_organisation"
    # An organisation's, for who works in some of its contracts only (G13): everything the one above has, and less.
    CONTRACTS = "c_contracts"
    SIGN_IN = "c_signin"
    STAFF = "c_staff"
    WORKER = "c_worker"
    ACCOUNTS = "c_accounts"
    SEALER = "c_sealer"
    AUDITOR = "c_auditor"
    HELP_DESK = "c_helpdesk"


# Role, organisation, insurer, contracts and account, as the database's settings hold them; contracts are for
# `Audience.CONTRACTS` alone, an account for who works for an organisation.
type _Standing = tuple[str, str, str, str, str]

_NOBODY: _Standing = ("none", "", "", "", "")
_TAKE_ON = (
    "SELECT set_config('role', %s, true), set_config('c.org', %s, true), set_config('c.insurer', %s, true),"
    " set_config('c.contracts', %s, true), set_config('c.account', %s, true)"
)
_standings: WeakKeyDictionary[BaseDatabaseWrapper, _Standing] = WeakKeyDictionary()


@contextmanager
def _entered(
    audience: Audience, organisation_id: int | None, insurer_id: int | None, contracts: str = "", account: str = ""
) -> Iterator[None]:
    connection = connections["default"]
    outermost = not connection.in_atomic_block
    before = _NOBODY if outermost else _standings.get(connection, _NOBODY)
    wanted = (str(audience), str(organisation_id or ""), str(insurer_id or ""), contracts, account)
    with transaction.atomic(savepoint=False):
        if before == wanted:
            yield
            return
        _take_on(connection, wanted)
        try:
            yield
        finally:
            _standings[connection] = before
        # The end of the transaction takes the settings with it, and so does what is to be rolled back.
        if not outermost and not connection.needs_rollback:
            _take_on(connection, before)


def _take_on(connection: BaseDatabaseWrapper, standing: _Standing) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_ON, list(standing))
    _standings[connection] = standing


@contextmanager
def opened(scope: Scope) -> Iterator[Scope]:
    """Work as the scope's organisation: one transaction, its rows only, and of those the ones within its contracts."""
    own, account = (scope.organisation_id, scope.insurer_id), str(scope.account_id)
    if scope.contracts is None:
        entered = _entered(Audience.ORGANISATION, *own, account=account)
    else:
        # Never empty: that would read as every setting that is not there.
        contracts = ",".join(map(str, sorted(scope.contracts))) or "0"
        entered = _entered(Audience.CONTRACTS, *own, contracts, account)
    with entered:
        yield scope


def some_contracts_only() -> bool:
    """Whether this very moment only some of an organisation's contracts are seen."""
    return _standings.get(connections["default"], _NOBODY)[0] == Audience.CONTRACTS


@contextmanager
def whole_organisation(scope: Scope) -> Iterator[None]:
    """For a moment with every contract of the organisation: for facts that laws need, which are not to be shown."""
    with opened(replace(scope, contracts=None)):
        yield


@contextmanager
def working_for(organisation_id: int, insurer_id: int) -> Iterator[None]:
    """Work as an organisation without anybody of it: what the insurer does for it by itself, in a job."""
    with _entered(Audience.ORGANISATION, organisation_id, insurer_id):
        yield


@contextmanager
def managing_accounts(organisation_id: int, insurer_id: int) -> Iterator[None]:
    """Work on who has access to this organisation: its memberships and invitations, no participants."""
    with _entered(Audience.ACCOUNTS, organisation_id, insurer_id):
        yield


@contextmanager
def signing_in() -> Iterator[None]:
    """Work as the sign-in: sessions, accounts and memberships, no participants."""
    with _entered(Audience.SIGN_IN, None, None):
        yield


@contextmanager
def housekeeping() -> Iterator[None]:
    """Work as the worker between organisations: which batches wait or have had their time, nobody's data."""
    with _entered(Audience.WORKER, None, None):
        yield


@contextmanager
def office(insurer_id: int | None = None) -> Iterator[None]:
    """Work as the insurer's staff: organisations, contracts and accounts, no participants.

    Cases and what they are about are those of `insurer_id`, and of nobody when it is left out.
    """
    with _entered(Audience.STAFF, None, insurer_id):
        yield


@contextmanager
def helping(insurer_id: int) -> Iterator[None]:
    """Work as the insurer's help desk: its users and how they sign in, no secret and no participants."""
    with _entered(Audience.HELP_DESK, None, insurer_id):
        yield


@contextmanager
def sealing() -> Iterator[None]:
    """Work as the sealer: reads events and adds seals, writes no event."""
    with _entered(Audience.SEALER, None, None):
        yield


@contextmanager
def auditing(insurer_id: int) -> Iterator[None]:
    """Work as the insurer's auditor: reads its whole trail, and adds to it what the auditor did."""
    with _entered(Audience.AUDITOR, None, insurer_id):
        yield
