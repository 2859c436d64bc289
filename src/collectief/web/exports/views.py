"""Geplande lijsten: what somebody has made by itself, planning another, stopping one, and taking away what came."""

from __future__ import annotations

from typing import IO

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from collectief.contracts.queries import contracts
from collectief.exports import actions, queries
from collectief.exports.queries import NoExport
from collectief.exports.rules import KEPT, ExportRefused, offered
from collectief.foundation.dates import dutch
from collectief.segments.profile import Capability, Permission

from ..page import PortalRequest, page
from ..sheet import sheet_file
from .forms import PlanForm
from .words import LISTS, STOPPED, refusal, rhythm_words

guarded = page(Permission.SEE_PARTICIPANTS, Capability.SCHEDULED_EXPORTS)


@guarded
@require_GET
def overview(request: PortalRequest) -> HttpResponse:
    """What is planned, and what was made of it."""
    labels = {contract.id: contract.label for contract in contracts(request.scope)}
    every = _("Alle contracten")

    def of(contract_id: int | None) -> str:
        return every if contract_id is None else labels.get(contract_id, "–")

    plans = [
        (one, LISTS[one.which], of(one.contract_id), rhythm_words(one.rhythm), one.stopped and STOPPED[one.stopped])
        for one in queries.plans(request.scope)
    ]
    files = [
        (one, LISTS[one.which], of(one.contract_id)) for one in queries.files(request.scope, today=timezone.localdate())
    ]
    return render(request, "exports/list.html", {"plans": plans, "files": files, "kept": KEPT.days})


@guarded
@require_http_methods(["GET", "POST"])
def plan(request: PortalRequest) -> HttpResponse:
    """Planning a list; the address may name one, and a contract."""
    lists, known = offered(request.scope.profile), contracts(request.scope)
    if request.method == "POST":
        form = PlanForm(request.POST, lists=lists, contracts=known)
        if form.is_valid() and _planned(request, form):
            return redirect("exports")
        return render(request, "exports/plan.html", {"form": form, "kept": KEPT.days}, status=422)
    asked = {"lijst": request.GET.get("lijst", ""), "contract": request.GET.get("contract", "")}
    return render(
        request, "exports/plan.html", {"form": PlanForm(initial=asked, lists=lists, contracts=known), "kept": KEPT.days}
    )


def _planned(request: PortalRequest, form: PlanForm) -> bool:
    """Whether it could be planned; the form says why not."""
    wish, now = form.wish(), timezone.now()
    try:
        actions.plan(request.scope, wish, language=get_language() or "nl", now=now)
    except ExportRefused as refused:
        field, said = refusal(refused.code)
        form.add_error(field or None, said)
        return False
    said = _("De lijst is gepland. De eerste wordt gemaakt op {day}.")
    messages.success(request, said.format(day=dutch(wish.rhythm.next_after(timezone.localdate(now)))))
    return True


@guarded
@require_POST
def stop(request: PortalRequest, export_plan_id: int) -> HttpResponse:
    """From now on it is not made any more."""
    try:
        actions.stop(request.scope, export_plan_id, now=timezone.now())
    except NoExport:
        raise Http404 from None
    messages.success(request, _("De lijst wordt niet meer gemaakt."))
    return redirect("exports")


@guarded
@require_GET
def download(request: PortalRequest, export_id: int) -> HttpResponseBase:
    """A list that was made, as it was made."""

    now = timezone.now()

    def write(stream: IO[bytes]) -> None:
        actions.take(request.scope, export_id, stream, now=now)

    try:
        name = queries.file(request.scope, export_id, today=timezone.localdate(now)).name
        response, _written = sheet_file(name, write)
    except NoExport:
        raise Http404 from None
    except actions.Unreadable:
        said = _("Deze lijst is beschadigd geraakt en niet meer te openen. Download haar opnieuw via het menu.")
        messages.error(request, said)
        return redirect("exports")
    except OSError:
        messages.error(request, _("De lijst is nu niet op te halen. Probeer het over een paar minuten opnieuw."))
        return redirect("exports")
    return response
