"""`collectief requests`: what customers ask about themselves, judged at the command line."""

from __future__ import annotations

import json as json_

import click

from .said import NAME, REASON
from .setting_up import set_up

_INSURER = click.option("--insurer", required=True, help="Whose: the slug, such as izz-door-vgz.")


@click.group()
def requests() -> None:
    """Requests of customers that wait for the insurer's judgement: linking a contract, leaving the portal,
    a change to their data, a further role."""


@requests.command("list")
@_INSURER
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line instead of words.")
def list_requests(insurer: str, as_json: bool) -> None:
    """What waits, what is due first on top; late ones say so, and a ! stands before what to look out for."""
    set_up()
    from collectief.onboarding.requests import waiting

    for one in waiting(insurer):
        if as_json:
            click.echo(json_.dumps(one.as_json()))
            continue
        late = "  LATE" if one.late else ""
        click.echo(f"{one.case_id:>6}  due {one.due_on:%d-%m-%Y}{late}  {one.kind}  {one.title}")
        click.echo(f"        {', '.join(f'{name} {value}' for name, value in one.about.facts)}")
        for warning in one.about.warnings:
            click.echo(f"        ! {warning}")


@requests.command("approve")
@click.argument("case_id", type=int)
@_INSURER
@click.option("--by", type=NAME, required=True, help="Your name: it is kept with the decision.")
def approve(case_id: int, insurer: str, by: str) -> None:
    """Grant request CASE_ID: what was asked is done at once."""
    _decide(case_id, insurer, by, "approved", "")


@requests.command("refuse")
@click.argument("case_id", type=int)
@_INSURER
@click.option("--by", type=NAME, required=True, help="Your name: it is kept with the decision.")
@click.option("--reason", type=REASON, required=True, help="Why, in words for the customer: they read it.")
def refuse(case_id: int, insurer: str, by: str, reason: str) -> None:
    """Refuse request CASE_ID; the customer reads the reason."""
    _decide(case_id, insurer, by, "refused", reason)


def _decide(case_id: int, insurer: str, by: str, decision: str, reason: str) -> None:
    set_up()
    from collectief.cases.queries import NoCase
    from collectief.cases.rules import CaseRefused, Decision
    from collectief.onboarding.requests import decide

    try:
        decide(insurer, case_id, Decision(decision), by=by, reason=reason)
    except NoCase:
        raise click.ClickException(f"{insurer} has no request {case_id} that waits.") from None
    except CaseRefused as refused:
        raise click.ClickException(
            f"Not decided, it still waits: {refused.code} {refused.params or ''}".strip()
        ) from None
    click.echo(f"{case_id}: {decision}.")
