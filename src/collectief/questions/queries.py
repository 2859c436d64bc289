"""What somebody asked, and what they were answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from collectief.cases.rules import due_on
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, Permission

from .models import Question

KIND = "question"
# How many the page shows: the latest.
_MOST = 50


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question of one's own; `due_on` is the day by which there is an answer, `answer` is empty until then."""

    id: int
    desk: str
    page: str
    text: str
    asked_at: datetime
    due_on: date
    answer: str
    answered_at: datetime | None


def own_questions(scope: Scope) -> list[QuestionView]:
    """The latest questions of whoever asks, newest first, in one query. Raises NotAllowed."""
    scope.require(Permission.SEE_DASHBOARD, Capability.ASK_QUESTIONS)
    own = Question.objects.filter(organisation_id=scope.organisation_id, account_id=scope.account_id)
    return [
        QuestionView(one.id, one.desk, one.page, one.text, one.asked_at, due(one.asked_at), one.answer, one.answered_at)
        for one in own.order_by("-asked_at", "-id")[:_MOST]
    ]


def due(asked_at: datetime) -> date:
    """The day by which the insurer answers."""
    return due_on(KIND, timezone.localdate(asked_at))
