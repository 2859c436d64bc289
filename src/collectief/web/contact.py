"""Contact: whom one reaches at the insurer, a question about what a page shows, and what was answered (U31, G14)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from collectief.brands.catalogue import Desk
from collectief.contracts.queries import own_manager
from collectief.contracts.rules import phone_text
from collectief.foundation.bsn import Bsn
from collectief.foundation.dates import dutch
from collectief.inbox.actions import mark_own_read
from collectief.inbox.facts import About
from collectief.questions import actions
from collectief.questions.queries import QuestionView, own_questions
from collectief.questions.rules import LONGEST, QuestionRefused
from collectief.segments.profile import Capability, Permission

from .page import PortalRequest, page

_LONGEST_PAGE = 200


def refusals() -> dict[str, tuple[str, str]]:
    """Reason and remedy by code."""
    return {
        "too_many_questions": (
            _("Er wachten al twintig vragen van u op antwoord."),
            _("Wacht op ons antwoord, of bel of mail een van de afdelingen hieronder."),
        ),
    }


class QuestionForm(forms.Form):
    """A question: to which desk, and about which page it was asked."""

    aan = forms.ChoiceField(label=gettext_lazy("Waarover gaat uw vraag?"))
    vraag = forms.CharField(
        label=gettext_lazy("Uw vraag"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("Gaat het om een deelnemer? Noem het relatienummer, geen burgerservicenummer."),
        error_messages={
            "required": gettext_lazy("Schrijf uw vraag op."),
            "max_length": gettext_lazy("Houd uw vraag korter dan 2000 tekens."),
        },
    )  # fmt: skip
    van = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, desks: list[tuple[str, Desk]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        about: Any = self.fields["aan"]
        about.choices = [(str(number), title) for number, (title, _desk) in enumerate(desks)]

    def clean_vraag(self) -> str:
        text = str(self.cleaned_data["vraag"])
        if Bsn.is_in(text):
            raise forms.ValidationError(
                _("Hier staat een burgerservicenummer in. Haal het weg en noem het relatienummer.")
            )
        return text

    def clean_van(self) -> str:
        """The page, if it is one of ours: what was searched for there is not sent along."""
        return page_of(self.cleaned_data["van"])


def page_of(text: str) -> str:
    """The path of one of our own pages; nothing for what is none."""
    try:
        there = urlsplit(text)
        resolve(there.path)
    except (Resolver404, ValueError):
        return ""
    return "" if there.scheme or there.netloc else there.path[:_LONGEST_PAGE]


@page(Permission.SEE_DASHBOARD, Capability.ASK_QUESTIONS)
@require_http_methods(["GET", "POST"])
def contact(request: PortalRequest) -> HttpResponse:
    """The form, the desks, and one's own questions; `?van=` is the page that the question is about."""
    desks = [(desk.title[request.LANGUAGE_CODE], desk) for desk in request.brand.desks]
    sent = request.POST if request.method == "POST" else None
    form = QuestionForm(sent, desks=desks, initial={"van": page_of(request.GET.get("van", ""))})
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        desk = request.brand.desks[int(asked["aan"])].title["nl"]
        try:
            due = actions.ask(request.scope, desk=desk, page=asked["van"], text=asked["vraag"], now=timezone.now())
        except QuestionRefused as refused:
            form.add_error(None, " ".join(refusals()[refused.code]))
        else:
            said = _("We hebben uw vraag ontvangen. Uiterlijk op {day} staat ons antwoord op deze pagina.")
            messages.success(request, said.format(day=dutch(due)))
            return redirect("contact")
    own = own_questions(request.scope)
    _have_read(request, [one.id for one in own if one.answered_at])
    titles = {desk.title["nl"]: title for title, desk in desks}
    manager = own_manager(request.scope)
    context = {
        "form": form, "desks": desks, "about": form["van"].value(),
        "manager": manager, "phone": phone_text(manager.phone) if manager else "",
        "questions": [(one, titles.get(one.desk, one.desk), *_state(one)) for one in own],
    }  # fmt: skip
    return render(request, "contact.html", context, status=422 if form.errors else 200)


def _have_read(request: PortalRequest, answered: list[int]) -> None:
    """Whoever has the answers before them has read what the messages of them say."""
    if answered and request.scope.may(Permission.SEE_MESSAGES, Capability.MESSAGES):
        mark_own_read(request.scope, About.QUESTION, answered, now=timezone.now())


def _state(one: QuestionView) -> tuple[str, str]:
    """How a question stands, and its colour."""
    if one.answered_at:
        return _("Beantwoord"), "success"
    return _("antwoord uiterlijk {day}").format(day=dutch(one.due_on)), "info"
