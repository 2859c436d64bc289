"""`collectief`: every operator's task as a command, with help worth reading."""

from __future__ import annotations

import json as json_
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from .audit import audit
from .deductible import import_deductible
from .environment import NotConfigured, is_production
from .keys import keys
from .office import office
from .requests import requests
from .said import NAME, REASON
from .setting_up import set_up
from .terms import terms


class _NotDone(click.ClickException):
    """Nothing was done or found out: not 1, by which some commands say what they found."""

    exit_code = 2


def _not_in_production() -> None:
    """Raises _NotDone where people are served: the demo would let in people whose passwords everybody knows."""
    if is_production(os.environ):
        raise _NotDone("the demo is not for COLLECTIEF_ENV=production: nothing was done.")


class _Commands(click.Group):
    """What is asked of the wrong secret (ADR 26), of an installation that was not told enough, of a database that is
    away or too old, or by a login that may not, is not done, and the message says what to do."""

    def invoke(self, ctx: click.Context) -> Any:
        import psycopg
        from django.db import NotSupportedError

        from collectief.scope.secret import WrongSecret

        try:
            return super().invoke(ctx)
        except (WrongSecret, NotConfigured, NotSupportedError) as wrong:
            raise _NotDone(str(wrong)) from None
        except Exception as failed:
            # Django has its own of each, made of the driver's.
            cause = failed if isinstance(failed, psycopg.Error) else failed.__cause__
            if isinstance(cause, psycopg.errors.InsufficientPrivilege):
                raise _NotDone(
                    f"the database does not let this login do that ({cause.diag.message_primary}). What the owner does"
                    " (migrate, keys, audit restored) needs DATABASE_OWNER_URL too: docs/database.md."
                ) from None
            if isinstance(cause, psycopg.OperationalError) and cause.sqlstate is None:
                raise _NotDone(f"the database cannot be reached: {cause}") from None
            raise


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="collectief")
def main() -> None:
    """Collectief, the business portal of Dutch health insurers.

    The database is the embedded one under .data/ unless DATABASE_URL names another PostgreSQL 18.
    """


main.add_command(audit)
main.add_command(import_deductible)
main.add_command(keys)
main.add_command(office)
main.add_command(requests)
main.add_command(terms)


@main.command()
@click.option(
    "--port", default=8000, show_default=True, envvar="PORT", help="Web; the simulators take the eight above."
)
def demo(port: int) -> None:
    """Run everything on this machine: database, simulators, demo world, worker and web."""
    _not_in_production()
    from .run import run

    run(port, Path(os.environ.get("COLLECTIEF_STATE", ".data")))


@main.command()
@click.option("--queue", "queues", multiple=True, help="Work off this queue only (interactive, bulk); may be repeated.")
@click.option("--name", default="worker", show_default=True, help="How this worker is called in the logs.")
def worker(queues: tuple[str, ...], name: str) -> None:
    """Work off jobs until stopped; run one per lane for fast uploads. Outlives a restart of the database."""
    set_up()
    import gc

    from .worker import work_off

    # A chunk of an upload makes a hundred thousand objects and no cycles: looking for some again and again would
    # take a third of the time. What is there now stays, and the rest is looked through less often.
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)

    work_off(list(queues) or None, name)


@main.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def django(arguments: tuple[str, ...]) -> None:
    """Django's own commands, such as `collectief django migrate --database owner`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collectief.config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["collectief django", *arguments])


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--contract", default="", help="Contract for rows that name none.")
@click.option("--by", "email", required=True, help="E-mail of the account that uploads; its rights apply.")
@click.option("--portal", default="mijnzz", show_default=True, help="Portal the account belongs to.")
@click.option("--dry-run", is_flag=True, help="Show the plan and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of words.")
def upload(file: Path, contract: str, email: str, portal: str, dry_run: bool, as_json: bool) -> None:
    """Upload FILE with enrolments and terminations, by the same corridor as the portal.

    The good rows are carried out. Exit code 0: every row fine; 1: some rows were rejected, the others are carried
    out (with --dry-run: would be); 2: the file went no further, and the message says why. Interrupted, or with the
    register of persons (BRP) silent, the workers go on by themselves with what is no dry run: up to the plan,
    and once it is agreed to up to the result.
    """
    set_up()
    from collectief.bulk.inline import UploadFailed, upload_file
    from collectief.web.uploads.report import failure_text, report_text

    try:
        report = upload_file(file, contract=contract, email=email, portal=portal, dry_run=dry_run)
    except UploadFailed as failed:
        if as_json:
            click.echo(json_.dumps({"error": failed.code, "batch": failed.batch_id, **failed.params}))
        else:
            click.echo(failure_text(failed), err=True)
        sys.exit(2)
    click.echo(json_.dumps(report.as_json()) if as_json else report_text(report))
    sys.exit(1 if report.bad else 0)


@main.group()
def accounts() -> None:
    """Accounts of people who sign in with a password."""


@accounts.command("reset-second-factor")
@click.option("--insurer", required=True, help="Whose: the slug, such as izz-door-vgz.")
@click.option("--email", required=True, help="The address that the account signs in with.")
@click.option("--by", type=NAME, required=True, help="Your name: it is kept in the trail.")
@click.option(
    "--spoken-with", type=NAME, required=True, help="Whom you called back, at a number from your own records."
)
@click.option("--note", type=REASON, required=True, help="Which number that was, and how you knew who answered.")
@click.option("--reason", type=REASON, required=True, help="Why it is needed.")
def reset_second_factor(insurer: str, email: str, by: str, spoken_with: str, note: str, reason: str) -> None:
    """Ask to unlink the second factor of who lost theirs and the recovery codes too; somebody else approves it.

    The help desk's pages do this too, and better: they know who you are. This is for when there are too few people
    there. Nothing happens yet: another person runs approve-reset, then the waiting time goes by. Whoever it is about
    is told at each step and can stop it.
    """
    set_up()
    from django.utils import timezone

    from collectief.access import desk
    from collectief.access.queries import NoAccess
    from collectief.access.resets import Asked
    from collectief.access.rules import AccessRefused

    asked = Asked(spoken_with, note, reason)
    try:
        number = desk.ask(insurer, email, by=by, asked=asked, now=timezone.now())
    except NoAccess:
        raise click.ClickException("nobody at this insurer has that address") from None
    except AccessRefused as refused:
        raise click.ClickException(f"not asked: {refused.code}") from None
    click.echo(f"Asked, number {number}. Now somebody else approves it:")
    click.echo(f"  collectief accounts approve-reset {number} --insurer {insurer} --by NAME")


@accounts.command("approve-reset")
@click.argument("number", type=int)
@click.option("--insurer", required=True, help="Whose: the slug, such as izz-door-vgz.")
@click.option("--by", type=NAME, required=True, help="Your name, another than of who asked: it is kept in the trail.")
def approve_reset(number: int, insurer: str, by: str) -> None:
    """Approve that the second factor of reset NUMBER is unlinked, once the waiting time has gone by.

    The password stays; the next sign-in sets up a new second factor.
    """
    set_up()
    from django.utils import timezone

    from collectief.access import desk
    from collectief.access.queries import NoAccess
    from collectief.access.rules import AccessRefused

    try:
        due = desk.approve(insurer, number, by=by, now=timezone.now())
    except NoAccess:
        raise click.ClickException(f"{insurer} has no reset {number}") from None
    except AccessRefused as refused:
        raise click.ClickException(f"not approved: {refused.code}") from None
    click.echo(f"Approved: carried out on {timezone.localtime(due):%d-%m-%Y at %H:%M}, unless somebody stops it.")


@main.group()
def applications() -> None:
    """Applications for accounts that wait for the insurer's judgement."""


@applications.command("list")
@click.option("--insurer", required=True, help="Whose: the slug, such as zorg-en-zekerheid.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line instead of words.")
def list_applications(insurer: str, as_json: bool) -> None:
    """What waits, what is due first on top; late ones say so."""
    set_up()
    from collectief.onboarding.desk import waiting

    for one in waiting(insurer):
        if as_json:
            click.echo(json_.dumps(one.as_json()))
        else:
            late = "  LATE" if one.late else ""
            click.echo(f"{one.case_id:>6}  due {one.due_on:%d-%m-%Y}{late}  {one.organisation} ({one.kvk}): {one.name}")
            click.echo(f"        {one.email}  {one.phone}  {', '.join(one.roles)} at {one.portal}")
            known = f"customer {one.customer}" if one.customer else "no customer yet"
            click.echo(f"        {known}{', somebody there manages accounts' if one.managed else ''}")


@applications.command("approve")
@click.argument("case_id", type=int)
@click.option("--insurer", required=True, help="Whose: the slug, such as zorg-en-zekerheid.")
@click.option("--by", type=NAME, required=True, help="Your name: it is kept with the decision.")
def approve_application(case_id: int, insurer: str, by: str) -> None:
    """Grant application CASE_ID: whoever applied gets an invitation, valid for fourteen days."""
    _decide(case_id, insurer, by, "approved", "")


@applications.command("refuse")
@click.argument("case_id", type=int)
@click.option("--insurer", required=True, help="Whose: the slug, such as zorg-en-zekerheid.")
@click.option("--by", type=NAME, required=True, help="Your name: it is kept with the decision.")
@click.option("--reason", type=REASON, required=True, help="Why, in words for whoever applied: they get it by mail.")
def refuse_application(case_id: int, insurer: str, by: str, reason: str) -> None:
    """Refuse application CASE_ID, and mail the reason."""
    _decide(case_id, insurer, by, "refused", reason)


def _decide(case_id: int, insurer: str, by: str, decision: str, reason: str) -> None:
    set_up()
    from collectief.cases.queries import NoCase
    from collectief.cases.rules import CaseRefused, Decision
    from collectief.onboarding.desk import decide

    try:
        decide(insurer, case_id, Decision(decision), by=by, reason=reason)
    except NoCase:
        raise click.ClickException(f"{insurer} has no application {case_id} that waits.") from None
    except CaseRefused as refused:
        raise click.ClickException(
            f"Not decided, it still waits: {refused.code} {refused.params or ''}".strip()
        ) from None
    click.echo(f"{case_id}: {decision}.")


@main.command("demo-world")
@click.option("--scale", default=1.0, show_default=True, help="1 is some thousand people.")
def demo_world(scale: float) -> None:
    """Fill an empty database with the demo world; one that is there stays as it is."""
    _not_in_production()
    set_up()
    from django.utils import timezone

    from collectief.demo import world

    world.make_cast()
    world.make_terms(datetime.now(UTC))
    world.populate(timezone.localdate(), scale=scale, say=lambda line: click.echo(f"\r  {line:<76}", nl=False))
    click.echo("\r" + " " * 80 + "\r", nl=False)


@main.command("demo-file")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--rows", default=100, show_default=True, type=click.IntRange(1, 1_000_000), help="How many rows.")
@click.option("--seed", default=1, show_default=True, help="Another seed, other people.")
@click.option(
    "--bad", default=0, show_default=True, type=click.IntRange(0, 100), help="Percentage of rows with a mistake."
)
@click.option("--contract", default="23595", show_default=True, help="Contract to fill in.")
@click.option("--first-day", type=click.DateTime(["%Y-%m-%d"]), help="Everyone's; this month's by default.")
@click.option("--leave", type=click.DateTime(["%Y-%m-%d"]), help="Terminate them instead, with this last day.")
def demo_file(
    out: Path, rows: int, seed: int, bad: int, contract: str, first_day: datetime | None, leave: datetime | None
) -> None:
    """Write an upload file with ROWS people the BRP simulator knows."""
    from collectief.demo.files import write_demo_file, write_leavers

    if leave:
        write_leavers(out, rows=rows, seed=seed, contract=contract, last_day=leave.date())
    else:
        day = (first_day or datetime.now(UTC).replace(day=1)).date()
        write_demo_file(out, rows=rows, seed=seed, bad=bad, contract=contract, first_day=day)
    click.echo(f"{out}: {rows} rows")


if __name__ == "__main__":
    main()
