"""From what somebody typed or an address says to a question to the trail.

A person is asked for by POST, and stands in an address only as the numbers of a participant: no BSN, relation number
or address of an account is ever in one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from collectief.access import queries as access
from collectief.audit.search import Question
from collectief.contracts import queries as contracts
from collectief.foundation.dates import dutch
from collectief.participants import queries as participants
from collectief.participants.queries import SoughtPerson
from collectief.scope.scope import Scope

from ..paging import whole_number
from .forms import TrailForm

# What is asked by POST and stands in no address.
KEPT_OUT = ("bsn", "relatienummer", "account")
# So many organisations or accounts may bear what was typed.
_MOST = 20
# One person is a participant of no more organisations than that in one question.
_MOST_PEOPLE = 100


@dataclass(slots=True)
class Asked:
    """A question, the form that says it, and whom it is about; `question` is None for what cannot be asked."""

    form: TrailForm
    question: Question | None = None
    people: Sequence[SoughtPerson] = ()
    # The account that was found, also where nothing could be asked about it.
    account: int | None = None
    # What an address says of it.
    address: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return "?" + urlencode(self.address)


def typed(scope: Scope, post: QueryDict) -> Asked:
    """What was filled in: an account and a person are looked up, so that the address can say them by number."""
    form = TrailForm(post)
    asked = Asked(form)
    if not form.is_valid():
        return asked
    organisations = _organisations(scope, form)
    account = _account_typed(scope, form)
    people = _people_typed(scope, form, post.get("deelnemer", ""))
    if form.errors:
        return Asked(form, people=people, account=account)
    return _asked(form, organisations, account, people)


def addressed(scope: Scope, query: QueryDict) -> Asked:
    """What an address asks."""
    data = query.copy()
    for name in KEPT_OUT:
        data.pop(name, None)
    form = TrailForm(data)
    if not form.is_valid():
        # Nobody is looked up for what cannot be asked: whoever is looked up is in the trail.
        return Asked(form)
    account_id = whole_number(query.get("wie"))
    found = access.sought_account(scope, account_id) if account_id is not None else None
    if found is not None:
        data["account"] = found.email
        form = TrailForm(data)
        form.is_valid()
    if query.get("wie") and found is None:
        form.add_error("account", _("Dit account is er niet."))
    people = _people(scope, query.get("deelnemer", ""))
    if query.get("deelnemer") and not people:
        form.add_error("relatienummer", _("Deze persoon is er niet."))
    organisations = _organisations(scope, form)
    account = found.id if found else None
    if form.errors:
        return Asked(form, people=people, account=account)
    return _asked(form, organisations, account, people, newest=whole_number(query.get("tm")))


def _asked(
    form: TrailForm,
    organisations: list[int] | None,
    account: int | None,
    people: Sequence[SoughtPerson],
    *,
    newest: int | None = None,
) -> Asked:
    given = form.cleaned_data
    question = Question(
        participants=[one.id for one in people] or None, account=account, actions=form.actions,
        since=_midnight(given["van"]), until=_midnight(given["tot"], days=1), organisations=organisations,
        outcome=given["resultaat"] or None, newest=newest,
    )  # fmt: skip
    said: dict[str, Any] = {
        "zoek": "1", "van": _day(given["van"]), "tot": _day(given["tot"]),
        "organisatie": given["organisatie"], "wie": account, "wat": given["wat"], "resultaat": given["resultaat"],
        "deelnemer": ".".join(str(one.id) for one in people), "tm": newest,
    }  # fmt: skip
    return Asked(form, question, people, account, {name: str(value) for name, value in said.items() if value})


def _organisations(scope: Scope, form: TrailForm) -> list[int] | None:
    text = form.cleaned_data["organisatie"]
    if not text:
        return None
    found = contracts.organisations_named(scope, text, most=_MOST + 1)
    if not found:
        form.add_error("organisatie", _("Er is geen organisatie met deze naam of dit KvK-nummer."))
    elif len(found) > _MOST:
        form.add_error(
            "organisatie", _("Meer dan {most} organisaties heten zo. Vul meer van de naam in.").format(most=_MOST)
        )
    return [one.id for one in found]


def _account_typed(scope: Scope, form: TrailForm) -> int | None:
    text = form.cleaned_data["account"]
    if not text:
        return None
    found = access.accounts_named(scope, text, most=_MOST)
    if len(found) == 1:
        return found[0].id
    if found:
        some = ", ".join(one.email for one in found[:5])
        form.add_error("account", _("Meer accounts heten zo. Vul het e-mailadres in, zoals {some}.").format(some=some))
    else:
        form.add_error("account", _("Er is geen account met deze naam of dit e-mailadres."))
    return None


def _people_typed(scope: Scope, form: TrailForm, before: str) -> Sequence[SoughtPerson]:
    """Who was typed; with nobody typed, who was asked about before."""
    given = form.cleaned_data
    if given["bsn"]:
        found = participants.sought_by_bsn(scope, given["bsn"])
        if not found:
            form.add_error("bsn", _("Niemand met dit BSN is of was deelnemer."))
        return found
    if given["relatienummer"]:
        found = participants.sought_by_number(scope, given["relatienummer"])
        if not found:
            form.add_error("relatienummer", _("Niemand heeft dit relatienummer."))
        return found
    return _people(scope, before)


def _people(scope: Scope, text: str) -> Sequence[SoughtPerson]:
    ids = [number for part in text.split(".") if (number := whole_number(part)) is not None]
    return participants.sought(scope, ids[:_MOST_PEOPLE]) if ids else ()


def _day(day: date | None) -> str:
    return dutch(day) if day else ""


def _midnight(day: date | None, *, days: int = 0) -> datetime | None:
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=days), time.min))
