"""What the office does with an S1 beside its case: finds it by number, and lets another be asked for (U09)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from collectief.audit import actions as audit
from collectief.segments.profile import Permission
from collectief.statements import actions, queries
from collectief.statements.rules import S1Refused, judge_another

from ..page import PortalRequest, page
from . import words
from .forms import NumberForm


@page(Permission.JUDGE_CASES)
@require_GET
def find(request: PortalRequest) -> HttpResponse:
    """The requests for whoever has this relation number, at whichever customer."""
    form = NumberForm(request.GET if "relatienummer" in request.GET else None)
    lines = []
    if form.is_bound and form.is_valid():
        found = queries.found_by_number(request.scope, form.cleaned_data["relatienummer"].strip())
        audit.record(request.scope, "s1.search", objects={"s1": [one.s1.id for one in found]})
        lines = [_line(one) for one in found]
    context = {"form": form, "lines": lines, "sought": form.is_bound and form.is_valid()}
    return render(request, "abroad/office.html", context, status=422 if form.errors else 200)


@page(Permission.JUDGE_CASES)
@require_http_methods(["GET", "POST"])
def another(request: PortalRequest, s1_id: int) -> HttpResponse:
    """Let another be asked for: first what that means, then it is so."""
    found = queries.found_by_id(request.scope, s1_id)
    if found is None:
        raise Http404
    refusal = judge_another(found.s1.state, allowed=found.s1.another)
    if request.method == "POST" and refusal is None:
        try:
            actions.allow_another(request.scope, s1_id, now=timezone.now())
        except S1Refused as refused:
            [refusal] = refused.refusals
        else:
            messages.success(request, _("De klant kan voor deze deelnemer een nieuw formulier aanvragen."))
            address = reverse("find_s1") + "?" + urlencode({"relatienummer": found.relation_number})
            return redirect(address)
    audit.record(request.scope, "s1.see", objects={"s1": [s1_id]})
    context = {
        "line": _line(found), "about": words.about(found.s1),
        "stop": words.said(refusal, request.brand, found.s1.country) if refusal else "",
    }  # fmt: skip
    return render(request, "abroad/another.html", context, status=422 if request.method == "POST" else 200)


def _line(found: queries.OfficeView) -> dict[str, object]:
    state, colour = words.state_of(found.s1)
    allowed = judge_another(found.s1.state, allowed=found.s1.another) is None
    country = words.called(found.s1.country)
    return {"found": found, "state": state, "colour": colour, "allowed": allowed, "country": country}
