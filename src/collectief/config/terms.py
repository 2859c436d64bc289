"""`collectief terms`: what an insurer sells, from a file."""

from __future__ import annotations

import tomllib
from pathlib import Path

import click

from .said import NAME
from .setting_up import set_up


@click.group()
def terms() -> None:
    """Products, premiums and what contracts offer of them."""


@terms.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--insurer", required=True, help="Whose: the slug, such as zorg-en-zekerheid.")
@click.option("--by", type=NAME, required=True, help="Your name: it is kept in the trail.")
@click.option(
    "--agreed-by", type=NAME, required=True, help="Who checked the file, somebody else: that name is kept too."
)
def load(file: Path, insurer: str, by: str, agreed_by: str) -> None:
    """Take over products, tariffs and offers of before from FILE (TOML); all of it, or nothing.

    What is there already stays as it is: the same file again changes nothing. From then on the office's pages propose
    changes, and a colleague agrees to them. The form of the file is in docs/terms.md.
    """
    set_up()
    from django.utils import timezone

    from collectief.policies.loading import load as take_over
    from collectief.policies.rules import TermsRefused
    from collectief.web.terms.words import terms_refusal

    try:
        read = tomllib.loads(file.read_text(encoding="utf-8"))
        loaded = take_over(insurer, read, by=by, agreed_by=agreed_by, now=timezone.now())
    except TermsRefused as refused:
        raise click.ClickException(f"nothing was taken over: {terms_refusal(refused.code, refused.params)}") from None
    except KeyError as missing:
        raise click.ClickException(f"nothing was taken over: {missing} is not in the file") from None
    except (LookupError, ValueError) as wrong:
        raise click.ClickException(f"nothing was taken over: {wrong}") from None
    said = f"{loaded.products} products, {loaded.tariffs} tariffs, {loaded.offers} offers, {loaded.codes} codes"
    click.echo(f"New: {said}.")
