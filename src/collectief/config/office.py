"""`collectief office`: how an insurer and its office begin on a new installation."""

from __future__ import annotations

import click

from .said import NAME
from .setting_up import set_up

# What was refused, and what to do.
_REFUSED = {
    "wrong_kvk": "a KvK number is eight digits.",
    "other_office": "this insurer has an office already, under KvK number {kvk}: give that number.",
    "managed_already": "somebody at this office lets colleagues in already: ask them.",
    "already_here": "whoever has this address has a place at this office, without managing accounts: take another.",
    "just_sent": "this invitation was sent less than two minutes ago: look in the mailbox first.",
    "free_mail": "{domain} is no address of an organisation.",
    "shared_mailbox": "{box} is an address that more people read: an account is one person's.",
}


@click.group()
def office() -> None:
    """The insurer's own office."""


@office.command()
@click.argument("portal")
@click.option("--kvk", required=True, help="The insurer's number in the trade register, eight digits.")
@click.option("--name", type=NAME, required=True, help="The first person of the office.")
@click.option("--email", required=True, help="Their own address: the invitation goes there.")
@click.option("--language", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Of the invitation.")
@click.option("--by", type=NAME, required=True, help="Your name: the invitation has it, and the trail.")
def found(portal: str, kvk: str, name: str, email: str, language: str, by: str) -> None:
    """Begin an insurer with its office and the first person there, at the PORTAL that is its office.

    That person gets an invitation by mail, valid for fourteen days, and lets in the others. Customers apply by
    themselves, or the office takes them on. Once more for the same address sends a fresh link; for another address
    it closes the link of before. As soon as somebody manages the accounts of the office nothing happens any more.
    """
    set_up()
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email
    from django.utils import timezone

    from collectief.access.rules import AccessRefused
    from collectief.onboarding.founding import Founder, found_office, offices

    email = email.strip()
    try:
        validate_email(email)
        found_office(portal, Founder(name, email, language), kvk=kvk, by=by, now=timezone.now())
    except ValidationError:
        raise click.ClickException(f"{email} is no mail address.") from None
    except LookupError:
        raise click.ClickException(f"{portal} is no office; there are: {', '.join(offices())}.") from None
    except AccessRefused as refused:
        raise click.ClickException(f"nobody is invited: {_REFUSED[refused.code].format(**refused.params)}") from None
    click.echo(f"Invited: {email}. A worker sends it; the link is for fourteen days, and for {portal} only.")
