"""`collectief import-deductible`: what people have used of their deductible, from the insurer's core."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from .said import NAME
from .setting_up import set_up

# Of so many wrong lines the terminal says why; all of them are in the JSON.
_MOST_SAID = 50


@click.command("import-deductible")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--insurer", required=True, help="Whose: the slug, such as zorg-en-zekerheid.")
@click.option("--by", type=NAME, required=True, help="Your name: it is kept with the file and in the trail.")
@click.option("--dry-run", is_flag=True, help="Say what would become of every line, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of words.")
def import_deductible(file: Path, insurer: str, by: str, dry_run: bool, as_json: bool) -> None:
    """Take over what people have used of their deductible from FILE, by relation number.

    The form of the file is in docs/deductible.md. The good lines are carried out, and the same file again changes
    nothing. Exit code 0: every line fine; 1: some lines were refused, the others are carried out (with --dry-run: would
    be); 2: the file went no further. Interrupted, give the same file again.
    """
    set_up()
    from django.utils import timezone

    from collectief.deductible.importing import import_file
    from collectief.deductible.reading import FileRefused
    from collectief.web.deductible.words import file_words, problem_words

    try:
        report = import_file(insurer, file, by=by, now=timezone.now(), dry_run=dry_run)
    except FileRefused as refused:
        click.echo(json.dumps({"error": refused.code}) if as_json else file_words(refused.code), err=not as_json)
        sys.exit(2)
    except LookupError as missing:
        raise click.ClickException(f"there is no insurer {missing}") from None
    if as_json:
        click.echo(json.dumps(report.as_json()))
    else:
        counts = ", ".join(f"{report.outcomes[one]} {one}" for one in ("new", "changed", "unchanged"))
        click.echo(f"{report.lines} lines: {counts}, {report.refused} refused")
        for number, problems in report.problems[:_MOST_SAID]:
            click.echo(f"  line {number}: {' '.join(map(problem_words, problems))}")
        if report.refused > _MOST_SAID:
            click.echo(f"  and {report.refused - _MOST_SAID} more: --json has all of them")
    sys.exit(1 if report.refused else 0)
