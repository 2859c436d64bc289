"""What questions do in the background."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from collectief.cases import actions as cases
from collectief.contracts.models import Insurer
from collectief.scope.database import housekeeping, office
from collectief.scope.patience import Patience

from .models import Question
from .queries import KIND
from .rules import KEPT


@app.task(name="questions.receive", queue="interactive", retry=Patience(OSError, seconds=30))
def receive(*, question_id: int, insurer: str) -> None:
    """Open the case of a question; done again, it opens no second."""
    with office():
        insurer_id = Insurer.objects.values_list("id", flat=True).get(slug=insurer)
    with office(insurer_id):
        row = Question.objects.get(id=question_id)
        cases.open_case(insurer_id, KIND, str(row.id), now=row.asked_at)


@app.periodic(cron="27 3 * * *")
@app.task(name="questions.forget", queue="interactive", queueing_lock="questions.forget")
def forget(timestamp: int) -> None:
    """Every night: of what was answered long ago nothing is left (law 9)."""
    with housekeeping():
        Question.objects.filter(answered_at__lt=timezone.now() - KEPT).delete()
