"""What `make demo` runs: the whole stack until Ctrl-C, and a table of where to go as whom."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from pathlib import Path

import click

from collectief.brands.catalogue import all_brands
from collectief.demo.cast import COMPANIES, DEMO_PASSWORD, ROLES
from collectief.demo.work_accounts import LINKED, office_staff

from .stack import PartStopped, Stack


def run(port: int, state: Path) -> None:
    """Bring it up, say where it is, wait for Ctrl-C, take it down."""
    stack = Stack(port, state, say=click.echo)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        click.echo("Starting: database, demo world, simulators, workers, web …")
        stack.start()
        click.echo(addresses(stack))
        while not (broken := stack.broken()):
            time.sleep(1)
        raise PartStopped(", ".join(broken))
    except KeyboardInterrupt:
        click.echo("\nStopping …")
    except PartStopped as stopped:
        raise click.ClickException(f"{stopped} stopped; its message stands above.") from None
    finally:
        stack.stop()


def addresses(stack: Stack) -> str:
    """The table that tells where to go and as whom."""
    rows = [
        *((brand.name, f"{stack.portal(brand.slug)}/") for brand in all_brands()),
        ("eHerkenning simulator", f"{stack.eherkenning_url}/"),
        ("BRP simulator", f"{stack.brp_url}/"),
        ("EESSI simulator", f"{stack.eessi_url}/"),
        ("Postbus (mail)", f"{stack.postbus_url}/"),
        ("Telefoon (sms)", f"{stack.telephone_url}/"),
        ("Drukkerij (post)", f"{stack.printer_url}/"),
        ("Werkaccounts (kantoor)", f"{stack.work_account_url}/"),
    ]
    people = {
        (colleague.name, ", ".join(ROLES[role] for role in colleague.roles), company.name)
        for company in COMPANIES
        for colleague in company.colleagues
        if colleague.acting_subject is not None
    }
    own = [
        (colleague.email, ", ".join(ROLES[role] for role in colleague.roles), company.name)
        for company in COMPANIES
        for colleague in company.colleagues
        if colleague.acting_subject is None and colleague.email not in LINKED
    ]
    staff = [line for line in office_staff() if line["subject"] in LINKED.values()]
    lines = ["", "Collectief is up.", "", *_columns(rows)]
    lines += ["", "Sign in and choose one of these people, level eH2+ or higher (Voorbeeld: eH3):", ""]
    lines += _columns(sorted(people))
    lines += ["", f"With an e-mail address, the password '{DEMO_PASSWORD}' and a second factor of your own"]
    lines += ["(at the offices a passkey):", "", *_columns(own)]
    lines += ["", "At the office, with a work account of the simulator:", ""]
    lines += _columns([(line["name"], line["does"]) for line in staff])
    lines += ["", "Ctrl-C stops everything."]
    return "\n".join(lines)


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """The rows under each other, every column as wide as its longest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _interrupt(signal_number: int, frame: object) -> None:
    raise KeyboardInterrupt
