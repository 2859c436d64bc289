"""Asking, and what the insurer's answer does."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from procrastinate.contrib.django import app as queue

from collectief.audit import actions as audit
from collectief.cases import actions as cases
from collectief.cases.rules import Deciding
from collectief.inbox.delivering import deliver
from collectief.inbox.facts import About, Tiding
from collectief.scope.scope import Scope
from collectief.segments.profile import Capability, MessageCategory, Permission

from .models import Question
from .queries import due
from .rules import judge_asking


def ask(scope: Scope, *, desk: str, page: str, text: str, now: datetime) -> date:
    """Ask a desk (by its Dutch title) something about a page; the day by which there is an answer.

    Must run inside `opened`. Raises NotAllowed, and QuestionRefused when too many wait.
    """
    scope.require(Permission.SEE_DASHBOARD, Capability.ASK_QUESTIONS)
    own = Question.objects.filter(organisation_id=scope.organisation_id, account_id=scope.account_id)
    judge_asking(own.filter(answered_at=None).count())
    row = Question(
        insurer_id=scope.insurer_id, organisation_id=scope.organisation_id, account_id=scope.account_id,
        asked_by=scope.account, desk=desk, page=page, text=text, asked_at=now,
    )  # fmt: skip
    row.save(force_insert=True)
    audit.record(scope, "question.ask", objects={"question": [row.id]})
    # By name, since jobs stand above actions.
    queue.configure_task("questions.receive").defer(question_id=row.id, insurer=scope.insurer)
    return due(now)


def answered(deciding: Deciding) -> None:
    """What the insurer's answer does, as staff: whoever asked reads it, and gets a message that it is there."""
    asked = Question.objects.select_related("organisation").select_for_update(of=("self",))
    row = asked.get(id=deciding.subject, insurer_id=deciding.insurer_id)
    row.answer, row.answered_at = deciding.reason, deciding.now
    row.save(update_fields=["answer", "answered_at"])
    cases.record_for_customer(deciding, row.organisation_id, "question.answer", objects={"question": [row.id]})
    deliver(deciding.insurer_id, [(_tiding(row), [(row.organisation_id, row.organisation.segment)])], at=deciding.now)


def _tiding(row: Question) -> Tiding:
    """That there is an answer, for whoever asked alone; what was asked and answered stands on Contact."""
    return Tiding(
        MessageCategory.FROM_INSURER, "question.answered", About.QUESTION, row.id, contracts=(),
        facts={"asked_on": timezone.localdate(row.asked_at).isoformat()}, only_for=row.account_id,
    )  # fmt: skip
