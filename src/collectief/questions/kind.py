"""Questions as a kind of case: what the queue shows, and what answering one does (K01, G14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collectief.cases.rules import TERMS, About, Kind

from .actions import answered
from .models import Question
from .queries import KIND


def titles(insurer_id: int, subjects: Sequence[str]) -> Mapping[str, str]:
    """For which desk, and of whom."""
    found = Question.objects.filter(insurer_id=insurer_id, id__in=subjects)
    rows = found.values_list("id", "desk", "organisation__name")
    return dict.fromkeys(subjects, _("Verwijderd")) | {str(id_): f"{desk}, {name}" for id_, desk, name in rows}


def about(insurer_id: int, subject: str) -> About:
    """The question, who asked it and on which page."""
    row = Question.objects.select_related("organisation").filter(insurer_id=insurer_id, id=subject).first()
    if row is None:
        return About(((_("Vraag"), _("Verwijderd: de bewaartermijn is voorbij.")),))
    answer = ((_("Antwoord"), row.answer),) if row.answered_at else ()
    return About(
        (
            (_("Vraag"), row.text),
            (_("Aan"), row.desk),
            (_("Over de pagina"), row.page),
            (_("Gevraagd door"), row.asked_by),
            (_("Organisatie"), f"{row.organisation.name} ({row.organisation.customer_number})"),
            (_("Gevraagd op"), f"{timezone.localtime(row.asked_at):%d-%m-%Y %H:%M}"),
            *answer,
        )
    )


def refusals() -> dict[str, tuple[str, str]]:
    """Nothing of its own stops an answer."""
    return {}


QUESTIONS = Kind(
    KIND, TERMS[KIND], gettext_lazy("Vraag"), titles, about, answered, refusals,
    approving=gettext_lazy("Wie de vraag stelde, leest uw antwoord op de pagina Contact, zoals u het schrijft."),
    answers=True,
)  # fmt: skip
