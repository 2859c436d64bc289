"""What one fills in about a case."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from collectief.cases.actions import LONGEST_NOTE
from collectief.cases.queries import Counts
from collectief.cases.rules import registry

_CHOOSE = _("Kies iets uit de lijst.")


class QueueForm(forms.Form):
    """Which of what waits: of one kind, or what one has taken oneself."""

    soort = forms.ChoiceField(label=_("Soort"), required=False, error_messages={"invalid_choice": _CHOOSE})
    van = forms.ChoiceField(
        label=_("Van wie"), required=False, error_messages={"invalid_choice": _CHOOSE},
        choices=[("", _("Alle zaken")), ("mij", _("Van mij"))],
    )  # fmt: skip

    def __init__(self, *args: Any, counts: Counts, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        waiting, kind = dict(counts.by_kind), self.fields["soort"]
        kind.choices = [  # type: ignore[attr-defined]
            ("", _("Alle soorten")),
            *((slug, f"{one.label} ({waiting.get(slug, 0)})") for slug, one in registry.kinds.items()),
        ]


class RefusalForm(forms.Form):
    """Why not: in words for whoever asked."""

    reason = forms.CharField(
        label=_("Reden"), max_length=500, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Schrijf de reden op: de aanvrager leest die."),
            "max_length": _("Houd de reden korter dan 500 tekens."),
        },
    )  # fmt: skip


class AnswerForm(forms.Form):
    """The answer, in words for whoever asked."""

    answer = forms.CharField(
        label=_("Antwoord"), max_length=2000, widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={
            "required": _("Schrijf het antwoord op: wie de vraag stelde, leest het."),
            "max_length": _("Houd het antwoord korter dan 2000 tekens."),
        },
    )  # fmt: skip


class NoteForm(forms.Form):
    """Something for colleagues to know."""

    text = forms.CharField(
        label=_("Nieuwe notitie"), max_length=LONGEST_NOTE, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Alleen voor collega's. Een notitie is daarna niet meer te wijzigen of te verwijderen."),
        error_messages={
            "required": _("Schrijf eerst iets op."),
            "max_length": _("Houd een notitie korter dan 1000 tekens."),
        },
    )  # fmt: skip
