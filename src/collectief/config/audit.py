"""`collectief audit`: seal, verify and search the trail (docs/audit.md)."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from .said import NAME
from .setting_up import set_up

if TYPE_CHECKING:
    from collectief.audit.facts import Finding, Walk
    from collectief.contracts.models import Insurer

# A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@click.group()
def audit() -> None:
    """Seal, verify and search the trail of who saw or changed what."""
    set_up()


@audit.command("seal")
@click.option("--once", is_flag=True, help="Seal what there is, say how much, and end.")
def seal_(once: bool) -> None:
    """Seal events until stopped; one process is enough, two do no harm. Outlives a restart of the database."""
    from collectief.audit.sealing import ClockWentBack

    from .sealer import seal_and_tell, seal_until_told

    if not once:
        seal_until_told()
        return
    total = 0
    try:
        while sealed := seal_and_tell(datetime.now(UTC)):
            total += sealed
    except ClockWentBack:
        raise click.ClickException("This database was restored: run `collectief audit restored` first.") from None
    click.echo(f"Sealed: {total}")


@audit.command()
@click.option("--insurer", "slug", help="This insurer's chain only: its slug, such as zorg-en-zekerheid.")
@click.option("--heads", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Kept heads.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per insurer instead of words.")
def verify(slug: str | None, file: Path | None, as_json: bool) -> None:
    """Verify that the trail is as it was sealed: nothing changed, removed, added, moved or cut off.

    Give the file that `collectief audit heads` wrote earlier and that was kept elsewhere, or the process log as a
    collector kept it (JSON, a line each; the sealer tells every head there). Only with it can be seen that the last
    part was cut off together with its seals, or that everything was sealed anew. Exit code 0: whole; 1: something is
    wrong, and it is said where; 2: it could not be verified.
    """
    from collectief.audit.facts import Walk
    from collectief.audit.verification import keep
    from collectief.audit.verification import verify as verified

    kept = _kept(file) if file else {}
    insurers = _insurers(slug)
    wrong = False
    for insurer in insurers:
        walk = Walk(told=_progress if sys.stderr.isatty() else None)
        findings = []
        heads = kept.pop(insurer.slug, {})
        for finding in verified(insurer.id, walk, now=datetime.now(UTC), kept=heads):
            findings.append(finding)
            if not as_json:
                click.echo(f"{insurer.slug}: {_words(finding)}")
        wrong = wrong or bool(findings)
        keep(insurer.id, walk, findings, compared=bool(heads))
        _conclude(insurer.slug, walk, [_finding(finding) for finding in findings], as_json)
    for gone in () if slug else sorted(kept):
        wrong = True
        click.echo(json.dumps({"insurer": gone, "findings": [{"problem": "insurer_gone"}]}) if as_json else
                   f"{gone}: heads were kept of this insurer, and there is no such insurer any more.")  # fmt: skip
    sys.exit(1 if wrong else 0)


@audit.command()
@click.option("--insurer", "slug", help="This insurer's head only.")
def heads(slug: str | None) -> None:
    """Print the head of each chain, a JSON object per line, to be kept where nobody of this installation can write.

    Whoever keeps one can prove later that everything until then is as it was: `collectief audit verify --heads FILE`.
    """
    from collectief.audit.verification import head

    from .sealer import as_kept

    for insurer in _insurers(slug):
        if found := head(insurer.id):
            click.echo(json.dumps(as_kept(insurer.slug, found)))


@audit.command()
@click.option("--insurer", "slug", required=True, help="Whose trail: the slug, such as zorg-en-zekerheid.")
@click.option("--by", "operator", type=NAME, required=True, help="Your name: your search is in the trail too.")
@click.option("--participant", type=int, help="About this participant: the number in the address of their page.")
@click.option("--account", help="By this account: its number or e-mail.")
@click.option("--action", help="Of this kind, such as participants.see.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="From then on, Dutch time.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="Before then, Dutch time.")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), help="By default what FILE ends with.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A file that is not there.")
def search(
    slug: str,
    operator: str,
    participant: int | None,
    account: str | None,
    action: str | None,
    since: datetime | None,
    until: datetime | None,
    form: str | None,
    out: Path,
) -> None:
    """Write the events that answer to a file, first to last, as JSON Lines or CSV. For the insurer's auditor."""
    from django.utils.timezone import make_aware

    from collectief.audit.search import COLUMNS, Question
    from collectief.audit.search import search as searched

    [insurer] = _insurers(slug)
    question = Question(
        [participant] if participant is not None else None, _account(insurer, account) if account else None,
        [action] if action else None, make_aware(since) if since else None, make_aware(until) if until else None,
    )  # fmt: skip
    try:
        # Nobody else's to read, and never over something that is there.
        out.touch(0o600, exist_ok=False)
    except FileExistsError:
        raise click.ClickException(f"{out} is there already.") from None
    with out.open("w", encoding="utf-8", newline="") as stream:
        found = searched(insurer.id, insurer.name, question, operator=operator)
        as_csv = (form or out.suffix.lstrip(".")) == "csv"
        count = _write_csv(stream, COLUMNS, found) if as_csv else _write_lines(stream, found)
    click.echo(f"{out}: {count} events")


@audit.command()
def restored() -> None:
    """After a dump was restored into another server: let what is done now come after what was sealed.

    A server numbers its transactions from its own beginning; seals go by these numbers. Run once, before the portal is
    opened again; it changes one function, as the owner of the database, and does nothing when nothing is needed.
    """
    from collectief.audit.clock import put_forward

    moved = put_forward()
    click.echo(f"The clock of the trail is put forward by {moved}." if moved else "Nothing to do.")


def _insurers(slug: str | None) -> list[Insurer]:
    from collectief.contracts.models import Insurer
    from collectief.scope.database import office

    with office():
        known = Insurer.objects.order_by("slug")
        found = list(known.filter(slug=slug) if slug else known)
    if slug and not found:
        raise click.UsageError(f"There is no insurer {slug}.")
    return found


def _account(insurer: Insurer, named: str) -> int:
    from collectief.access.models import Account
    from collectief.scope.database import office

    if named.isdecimal():
        return int(named)
    with office():
        found = Account.objects.filter(insurer_id=insurer.id, email__iexact=named).first()
    if found is None:
        raise click.UsageError(f"{insurer.slug} has no account {named}.")
    return found.id


def _kept(file: Path) -> dict[str, dict[int, str]]:
    """The heads in a file, by insurer and number. Raises UsageError (exit code 2) for a file without any.

    Of two heads with one number the first counts: who seals anew what was sealed makes the sealer tell another later.
    """
    kept: dict[str, dict[int, str]] = {}
    try:
        for line in filter(str.strip, file.read_text().splitlines()):
            one = json.loads(line)
            if "logger" in one:
                # The process log, in which the sealer tells heads among other lines.
                one = one.get("trail")
                if one is None:
                    continue
            kept.setdefault(str(one["insurer"]), {}).setdefault(int(one["number"]), str(one["head"]))
    except (ValueError, KeyError, TypeError):
        raise click.UsageError(f"{file} is neither what `collectief audit heads` writes nor a process log.") from None
    if not kept:
        raise click.UsageError(f"{file} has no head in it.")
    return kept


def _progress(walk: Walk) -> None:
    if walk.seals % 100 == 0:
        click.echo(f"\r  {walk.seals:,} seals, {walk.events:,} events", nl=False, err=True)


def _conclude(slug: str, walk: Walk, findings: list[dict[str, Any]], as_json: bool) -> None:
    if walk.told:
        click.echo("\r" + " " * 60 + "\r", nl=False, err=True)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "insurer": slug, "seals": walk.seals, "events": walk.events, "unsealed": walk.unsealed,
                    "head": walk.head, "findings": findings,
                }
            )
        )  # fmt: skip
    else:
        click.echo(f"{slug}: {walk.events} events under {walk.seals} seals, {walk.unsealed} not sealed yet.")


def _finding(finding: Finding) -> dict[str, Any]:
    return {"problem": finding.problem, "seal": finding.seal, **finding.where}


def _words(finding: Finding) -> str:
    where = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in finding.where.items())
    return f"{finding.problem.replace('_', ' ')} at seal {finding.seal}" + (f" ({where})" if where else "")


def _write_lines(stream: IO[str], found: Iterable[dict[str, Any]]) -> int:
    count = 0
    for event in found:
        stream.write(json.dumps(event, ensure_ascii=False) + "\n")
        count += 1
    return count


def _write_csv(stream: IO[str], columns: Iterable[str], found: Iterable[dict[str, Any]]) -> int:
    names = list(columns)
    writer = csv.writer(stream)
    writer.writerow(names)
    count = 0
    for event in found:
        writer.writerow([_cell(event[name]) for name in names])
        count += 1
    return count


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str | int) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if isinstance(text, str) and text.startswith(_FORMULA) else str(text)
