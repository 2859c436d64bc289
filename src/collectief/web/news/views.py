"""Writing news and messages for customers, seeing what runs when, and taking it back (K03)."""

from __future__ import annotations

import hashlib

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from collectief.audit import actions as audit
from collectief.inbox import news
from collectief.inbox.facts import NewsKind, Written
from collectief.inbox.news import NewsView, NoNews
from collectief.inbox.rules import NewsRefused, judge_news
from collectief.segments.profile import Permission

from ..page import PortalRequest, page
from ..paging import found_page, last_page, page_number, pages
from . import words
from .forms import NewsForm

SIZE = 25
# At which field a refusal is shown; the rest stands above the form.
_FIELDS = {
    "begins_in_the_past": "van", "ends_before_it_begins": "tot", "too_far_ahead": "tot",
    "organisation_unknown": "klantnummers",
}  # fmt: skip


@page(Permission.WRITE_NEWS)
@require_GET
def overview(request: PortalRequest) -> HttpResponse:
    """What runs, what is planned and what is over."""
    today = timezone.localdate()
    found, total, number = found_page(
        page_number(request.GET.get("pagina")), SIZE,
        lambda page: news.written_news(request.scope, today=today, page=page, size=SIZE),
    )  # fmt: skip
    _seen(request, "news.list", found)
    context = {
        "lines": [words.line(view) for view in found], "total": total,
        "pages": pages(request.GET, number, last_page(total, SIZE)),
    }  # fmt: skip
    return render(request, "news/list.html", context)


@page(Permission.WRITE_NEWS)
@require_http_methods(["GET", "POST"])
def new(request: PortalRequest) -> HttpResponse:
    """Write it, see it as customers will, and place it: what was changed since is seen again first."""
    now = timezone.now()
    today = timezone.localdate(now)
    form = NewsForm(request.POST or None, insurer=request.brand.insurer, today=today)
    preview = None
    if request.method == "POST" and form.is_valid():
        written = form.written()
        try:
            if request.POST.get("gezien") == _mark(written):
                made = news.publish(request.scope, written, now=now)
                messages.success(request, _("Geplaatst."))
                return redirect("one_news", news_id=made)
            judge_news(written, today=today)
            reached = len(news.reached_by(request.scope, written)) if written.kind == NewsKind.MESSAGE else 0
        except NewsRefused as refused:
            form.add_error(_FIELDS.get(refused.code), words.news_refusal(refused.code, refused.params))
        else:
            preview = {
                "texts": words.texts(written), "whom": words.whom(written, reached), "mark": _mark(written),
            }  # fmt: skip
    context = {"form": form, "preview": preview}
    return render(request, "news/new.html", context, status=422 if form.errors else 200)


@page(Permission.WRITE_NEWS)
@require_GET
def one(request: PortalRequest, news_id: int) -> HttpResponse:
    """One of them, as customers read it."""
    view = _found(request, news_id)
    _seen(request, "news.see", [view])
    return render(request, "news/one.html", {"line": words.line(view)})


@page(Permission.WRITE_NEWS)
@require_http_methods(["GET", "POST"])
def withdraw(request: PortalRequest, news_id: int) -> HttpResponse:
    """Take it back, once somebody said that they mean it."""
    view = _found(request, news_id)
    if request.method == "POST":
        try:
            news.withdraw(request.scope, news_id, now=timezone.now())
        except NewsRefused as refused:
            messages.error(request, words.news_refusal(refused.code, refused.params))
        else:
            messages.success(request, _("Ingetrokken: niemand leest dit meer."))
        return redirect("one_news", news_id=news_id)
    return render(request, "news/withdraw.html", {"line": words.line(view)})


def _mark(written: Written) -> str:
    """Of what was seen: another text, day or reader gives another."""
    return hashlib.sha256(repr(written).encode()).hexdigest()


def _found(request: PortalRequest, news_id: int) -> NewsView:
    try:
        return news.one_written(request.scope, news_id, today=timezone.localdate())
    except NoNews:
        raise Http404 from None


def _seen(request: PortalRequest, action: str, found: list[NewsView]) -> None:
    audit.record(request.scope, action, objects={"news": [view.id for view in found]})
