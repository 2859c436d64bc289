"""Logboek: what was done in the organisation's name, by whom; and who has seen one participant's data (X09).

Reading the log is an event too.
"""

from __future__ import annotations

from copy import replace

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from collectief.access.queries import accounts_within_reach, colleagues
from collectief.audit import actions as audit
from collectief.audit.queries import LogFilter, organisation_log, participant_log, whole_log
from collectief.segments.profile import Permission

from ..page import PortalRequest, page
from ..paging import page_number
from ..participants.found import participant_of
from ..sheet import sheet_file
from . import present
from .forms import LogForm

SIZE = 50
# What a workbook is still handy with; a longer period is asked for in parts.
MOST = 100_000


@page(Permission.SEE_LOG)
@require_GET
def log(request: PortalRequest) -> HttpResponse:
    """Everything that was done, latest first; by colleague, kind and period."""
    form = _form(request)
    asked = _asked(request, form)
    if asked is None:
        return render(request, "log/log.html", {"form": form, "searched": True}, status=422)
    found = organisation_log(request.scope, asked, page=page_number(request.GET.get("pagina")), size=SIZE)
    audit.record(request.scope, "audit.log", objects=_about(asked), detail=_detail(request, asked))
    context = {
        "form": form,
        "page": found,
        "lines": [present.shown(line, office=request.scope.profile.is_office) for line in found.lines],
        "pages": present.log_pages(found, request.GET),
        "searched": any(request.GET.get(name) for name in form.fields),
        "most": MOST,
    }
    return render(request, "log/log.html", context)


@page(Permission.SEE_LOG)
@require_GET
def download(request: PortalRequest) -> HttpResponseBase:
    """What is filtered, as a workbook."""
    form = _form(request)
    asked = _asked(request, form)
    if asked is None:
        return render(request, "log/log.html", {"form": form, "searched": True}, status=422)
    lines = whole_log(request.scope, asked, most=MOST)
    office = request.scope.profile.is_office
    response, count = sheet_file(_("logboek.xlsx"), lambda stream: present.write_log(stream, lines, office=office))
    audit.record(
        request.scope, "audit.download", objects=_about(asked), detail=_detail(request, asked) | {"events": count}
    )
    return response


@page(Permission.SEE_PARTICIPANTS)
@require_GET
def seen(request: PortalRequest, participant_id: int) -> HttpResponse:
    """Wie heeft deze gegevens gezien."""
    found = participant_of(request.scope, participant_id)
    events = participant_log(
        request.scope, participant_id, page=page_number(request.GET.get("pagina")), size=SIZE
    )  # fmt: skip
    audit.record(request.scope, "audit.participant", participants=[participant_id])
    context = {
        "person": found,
        "page": events,
        "lines": [present.shown(line, office=request.scope.profile.is_office) for line in events.lines],
        "pages": present.log_pages(events, request.GET),
    }
    return render(request, "log/seen.html", context)


def _form(request: PortalRequest) -> LogForm:
    known = []
    if request.scope.may(Permission.MANAGE_ACCOUNTS):
        found = colleagues(request.scope, now=timezone.now())
        known = [(one.member.account_id, one.name) for one in found]
    return LogForm(request.GET or None, colleagues=known, office=request.scope.profile.is_office)


def _asked(request: PortalRequest, form: LogForm) -> LogFilter | None:
    """What was asked for; None for what cannot be.

    Who works in some contracts reads what was done by who works nowhere else (G13).
    """
    asked = form.asked() if form.is_bound else LogFilter()
    if asked is None or request.scope.contracts is None:
        return asked
    return replace(asked, accounts=accounts_within_reach(request.scope))


def _about(asked: LogFilter) -> dict[str, list[int]]:
    return {"account": [asked.account_id]} if asked.account_id is not None else {}


def _detail(request: PortalRequest, asked: LogFilter) -> dict[str, object]:
    """What was looked for: codes and days, nothing as it was typed."""
    return {
        "kind": request.GET.get("soort", "") if asked.actions else "",
        "since": asked.since.isoformat() if asked.since else "",
        "until": asked.until.isoformat() if asked.until else "",
        "page": page_number(request.GET.get("pagina")),
    }
