"""`collectief keys`: the secret from which every key derives, and going over to another (docs/keys.md, ADR 26)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from .setting_up import set_up

if TYPE_CHECKING:
    from collectief.scope.renewing import Owner, Renewal, Step
    from collectief.scope.secret import Known

# A secret is of chance: what is shorter was made up by somebody.
SHORTEST = 32
# How long is waited for a table that somebody holds, such as who looks into the database by hand.
_PATIENCE = "60s"
# Who may take on a role of the application's and is connected: web, workers, sealer, a command.
_CONNECTED = """
SELECT count(*) FROM pg_stat_activity a JOIN pg_roles r ON r.oid = a.usesysid
 WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND NOT r.rolsuper
   AND pg_has_role(a.usesysid, 'c_organisation', 'SET')
"""
# Whoever was stopped just now takes a moment to be gone, in seconds.
_GOING = 3.0
_DROPPED = "UPDATE sealing_key SET dropped_at = now() WHERE dropped_at IS NULL AND number < %s"


@click.group()
def keys() -> None:
    """The secret from which every key of the installation derives."""
    set_up()


@keys.command()
def show() -> None:
    """Which secrets the database stood under, by number, and since when; none of them is told."""
    from collectief.scope.secret import mark_of

    with _owner() as owner:
        rows = owner.connection.execute(
            "SELECT number, since, dropped_at, mark FROM sealing_key ORDER BY number DESC"
        ).fetchall()
    from django.conf import settings
    from django.utils import timezone

    names = {mark_of(settings.SECRET_KEY): "  COLLECTIEF_SECRET"}
    if settings.SECRET_BEFORE:
        names[mark_of(settings.SECRET_BEFORE)] = "  COLLECTIEF_SECRET_BEFORE"
    for place, (number, since, dropped_at, mark) in enumerate(rows):
        state = "in use" if place == 0 else "dropped" if dropped_at else "counts for links and recovery codes"
        given = names.get(bytes(mark), "")
        click.echo(f"{number:>3}  since {timezone.localtime(since):%d-%m-%Y %H:%M}  {state}{given}")


@keys.command()
@click.option("--dry-run", is_flag=True, help="Do all of it, say how long it took, and change nothing.")
@click.option("--leaked", is_flag=True, help="The former secret counts for nothing from now on, also not for links.")
def renew(dry_run: bool, leaked: bool) -> None:
    """Make everything that is sealed or indexed anew, under COLLECTIEF_SECRET.

    COLLECTIEF_SECRET_BEFORE is the secret of until now. Everything of the portal is stopped first: web, workers and
    sealer. It is all or nothing: broken off at any moment, nothing has changed, and it can be run again.
    """
    from django.conf import settings

    from collectief.scope.renewing import NotRenewed, Renewal

    before, after = settings.SECRET_BEFORE, settings.SECRET_KEY
    started = time.monotonic()
    try:
        with _owner(keep=not dry_run) as owner:
            number = _judge(_held(owner), before, after)
            if there := _still_connected(owner):
                raise NotRenewed(f"{there} connections of the portal are open: stop web, workers and sealer first.")
            renewal = Renewal(owner.connection, before, after, number, number + 1)
            for step in steps():
                _say(step, renewal)
            _write(renewal, leaked=leaked)
    except NotRenewed as refused:
        raise click.ClickException(f"Nothing was changed. {refused}") from None
    took = time.monotonic() - started
    if dry_run:
        click.echo(f"It would have taken {took:.0f} seconds. Nothing was changed.")
        return
    click.echo(f"Under number {renewal.number} since now, after {took:.0f} seconds.")
    if not leaked:
        click.echo("Start everything with both secrets; after fourteen days run `collectief keys drop`.")


@keys.command()
def drop() -> None:
    """What was made under a former secret counts no longer: links in mails, recovery codes.

    May be run while the portal is. Start everything again without COLLECTIEF_SECRET_BEFORE afterwards; until then a
    process may go by the former secret for ten minutes more.
    """
    from collectief.scope.renewing import NotRenewed

    try:
        with _owner() as owner:
            known = _held(owner)
            if not [one for one in known[1:] if not one.dropped]:
                raise NotRenewed("No former secret counts.")
            codes, people = _drop(owner, known[0].number)
    except NotRenewed as refused:
        raise click.ClickException(f"Nothing was changed. {refused}") from None
    click.echo(f"The former secret counts no longer. Recovery codes removed: {codes}, of {people} accounts.")


def steps() -> list[Step]:
    """What is made anew, in order: each room its own."""
    from collectief.access.renewing import FACTORS
    from collectief.bulk.renewing import UPLOADS
    from collectief.documents.renewing import LETTERS
    from collectief.exports.renewing import EXPORTS
    from collectief.mutations.renewing import WAITING
    from collectief.participants.renewing import PEOPLE, REGISTER

    return [PEOPLE, WAITING, UPLOADS, REGISTER, FACTORS, LETTERS, EXPORTS]


@contextmanager
def _owner(*, keep: bool = True) -> Iterator[Owner]:
    """One transaction of the owner's, undone when it is not to be kept."""
    from django.db import connections, transaction

    from collectief.scope.renewing import Owner

    with transaction.atomic(using="owner"):
        connection = connections["owner"].connection
        assert connection is not None
        yield Owner(connection)
        if not keep:
            transaction.set_rollback(True, using="owner")


def _held(owner: Owner) -> list[Known]:
    """Every secret the database stood under; held, so that who connects meanwhile waits and is told of what is new."""
    import psycopg

    from collectief.scope.renewing import NotRenewed
    from collectief.scope.secret import known

    owner.run(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
    try:
        owner.run("LOCK TABLE sealing_key IN ACCESS EXCLUSIVE MODE")
        return known(owner.connection)
    except psycopg.errors.UndefinedTable:
        raise NotRenewed("Run `collectief django migrate --database owner` first, with the present secret.") from None


def _judge(known: list[Known], before: str, after: str) -> int:
    """The number of until now. Raises NotRenewed, with what to do."""
    from collectief.scope.renewing import NotRenewed
    from collectief.scope.secret import mark_of

    marks = [one.mark for one in known]
    if marks and mark_of(after) == marks[0]:
        raise NotRenewed(f"COLLECTIEF_SECRET is in use already, as number {known[0].number}: give the next one.")
    if not before:
        raise NotRenewed("Give the secret of until now as COLLECTIEF_SECRET_BEFORE, the next as COLLECTIEF_SECRET.")
    if not marks or mark_of(before) != marks[0]:
        raise NotRenewed("COLLECTIEF_SECRET_BEFORE is not the secret that the database stands under.")
    if mark_of(after) in marks:
        raise NotRenewed("COLLECTIEF_SECRET was in use before: make another, `openssl rand -base64 48`.")
    if len(after) < SHORTEST:
        raise NotRenewed(f"COLLECTIEF_SECRET has less than {SHORTEST} signs: make one by `openssl rand -base64 48`.")
    return known[0].number


def _say(step: Step, renewal: Renewal) -> None:
    started = time.monotonic()
    for what, count in step.carry_out(renewal).items():
        click.echo(f"  {what}: {count:,}")
    click.echo(f"    {time.monotonic() - started:.1f} seconds")


def _write(renewal: Renewal, *, leaked: bool) -> None:
    """Under the next number from now on; of the former ones at most the last counts."""
    from collectief.scope.secret import mark_of

    renewal.run(_DROPPED, renewal.number_before)
    renewal.run("INSERT INTO sealing_key (number, mark) VALUES (%s, %s)", renewal.number, mark_of(renewal.after))
    if leaked:
        _drop(renewal, renewal.number)


def _drop(owner: Owner, number: int) -> tuple[int, int]:
    from collectief.access.renewing import drop_codes

    owner.run(_DROPPED, number)
    return drop_codes(owner, number)


def _still_connected(owner: Owner) -> int:
    """How many of the portal's connections are open, once those that are going are gone."""
    until = time.monotonic() + _GOING
    while (there := _connected_now(owner)) and time.monotonic() < until:
        time.sleep(0.1)
    return there


def _connected_now(owner: Owner) -> int:
    # Within a transaction PostgreSQL shows the same picture of who is connected each time, unless it is put away.
    owner.run("SELECT pg_stat_clear_snapshot()")
    return int(owner.value(_CONNECTED))
