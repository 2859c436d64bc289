"""How letters on paper stand, what came back, and sending that once more (K08)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from collectief.audit import actions as audit
from collectief.foundation.dates import dutch
from collectief.policies import posting
from collectief.policies.cards import CardsRefused
from collectief.policies.held_cards import card_years
from collectief.policies.issuing import issue_cards
from collectief.policies.reissuing import made_anew
from collectief.post import queries
from collectief.post.actions import note_return, send_again
from collectief.post.queries import ConsignmentView, NoConsignment
from collectief.post.rules import NEXT, Again, PostRefused, Returned, State, can_go_again
from collectief.segments.profile import Permission

from ..page import PortalRequest, page
from ..paging import found_page, last_page, page_number, pages
from . import words
from .forms import AgainForm, ReturnForm, SearchForm

SIZE = 25


@page(Permission.HANDLE_POST)
@require_GET
def overview(request: PortalRequest) -> HttpResponse:
    """Every letter on paper, the latest first; how many stand how."""
    form = SearchForm(request.GET or None)
    counts = [
        (str(words.STATES[state][0]), words.STATES[state][1], count)
        for state, count in queries.counts(request.scope).items()
    ]
    if form.is_bound and not form.is_valid():
        return render(request, "post/list.html", {"form": form, "counts": counts}, status=422)
    asked = form.cleaned_data if form.is_bound else {}
    found, total, number = found_page(
        page_number(request.GET.get("pagina")), SIZE,
        lambda page: queries.consignments(
            request.scope, state=State(asked["stand"]) if asked.get("stand") else None,
            number=asked.get("nummer", ""), page=page, size=SIZE,
        ),
    )  # fmt: skip
    _seen(request, "post.list", found)
    context = {
        "form": form, "counts": counts, "lines": [words.line(view) for view in found], "total": total,
        "pages": pages(request.GET, number, last_page(total, SIZE)), "searched": any(asked.values()), "listed": True,
        "missing": [
            (name, customer, words.SCHEDULE_PROBLEMS[why], count)
            for name, customer, why, count in posting.missing(request.scope)
        ],
    }  # fmt: skip
    return render(request, "post/list.html", context)


@page(Permission.HANDLE_POST)
@require_http_methods(["GET", "POST"])
def cards(request: PortalRequest) -> HttpResponse:
    """How the insurance cards of this year and the next stand, and issuing them (U11)."""
    now = timezone.now()
    if request.method == "POST":
        year = request.POST.get("jaar", "")
        try:
            if issue_cards(request.scope, int(year) if year.isdecimal() and len(year) == 4 else 0, now=now):
                messages.success(request, _("De passen van {year} worden gemaakt en verstuurd.").format(year=year))
            else:
                messages.info(request, _("De passen van {year} werden al verstrekt.").format(year=year))
        except CardsRefused as refused:
            messages.error(request, words.refusal(refused.code))
        return redirect("issue_cards")
    context = {
        "years": [
            (one, [(name, number, words.PROBLEMS[why], count) for name, number, why, count in one.missing])
            for one in card_years(request.scope, today=timezone.localdate(now))
        ]
    }
    return render(request, "post/cards.html", context)


@page(Permission.HANDLE_POST)
@require_http_methods(["GET", "POST"])
def one(request: PortalRequest, consignment_id: int) -> HttpResponse:
    """One letter on paper; that it came back is noted here."""
    view, today = _found(request, consignment_id), timezone.localdate()
    form = ReturnForm(request.POST if request.method == "POST" else None, initial={"dag": dutch(today)})
    if request.method == "POST" and form.is_valid():
        why = Returned(form.cleaned_data["reden"])
        try:
            note_return(request.scope, consignment_id, form.cleaned_data["dag"], why, now=timezone.now())
        except PostRefused as refused:
            form.add_error("dag", words.refusal(refused.code))
        else:
            messages.success(request, _("Gemeld als retour."))
            return redirect("consignment", consignment_id=consignment_id)
    if request.method == "GET":
        _seen(request, "post.see", [view])
    return _drawn(request, view, form, AgainForm())


@page(Permission.HANDLE_POST)
@require_POST
def again(request: PortalRequest, consignment_id: int) -> HttpResponse:
    """Send a letter once more that was refused or came back; a card or a schedule with the address of now."""
    form = AgainForm(request.POST)
    if form.is_valid():
        why = Again(form.cleaned_data["waarom"])
        try:
            after = send_again(request.scope, consignment_id, why, anew=made_anew, now=timezone.now())
        except NoConsignment:
            raise Http404 from None
        except PostRefused as refused:
            form.add_error(None, words.refusal(refused.code))
        else:
            messages.success(request, _("De brief gaat opnieuw naar de drukker."))
            return redirect("consignment", consignment_id=after)
    return _drawn(
        request, _found(request, consignment_id), ReturnForm(initial={"dag": dutch(timezone.localdate())}), form
    )


def _drawn(request: PortalRequest, view: ConsignmentView, back: ReturnForm, once_more: AgainForm) -> HttpResponse:
    bad = once_more if once_more.errors else back
    context = {
        "line": words.line(view), "form": back, "again": once_more, "bad": bad,
        "may_return": State.RETURNED in NEXT[view.state] or back.errors,
        "may_again": can_go_again(view.state, followed=view.followed_by is not None) or once_more.errors,
    }  # fmt: skip
    return render(request, "post/one.html", context, status=422 if bad.errors else 200)


def _found(request: PortalRequest, consignment_id: int) -> ConsignmentView:
    try:
        return queries.consignment(request.scope, consignment_id)
    except NoConsignment:
        raise Http404 from None


def _seen(request: PortalRequest, action: str, found: list[ConsignmentView]) -> None:
    audit.record(request.scope, action, objects={"consignment": [view.id for view in found]})
