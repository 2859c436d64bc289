"""The command line's door to cases: an operator, known by name, decides as the pages do."""

from __future__ import annotations

from collections.abc import Collection

from django.utils import timezone

from collectief.cases import actions as cases
from collectief.cases.models import Case
from collectief.cases.queries import NoCase
from collectief.cases.rules import Decision, Staff
from collectief.contracts.models import Insurer
from collectief.scope.database import office


def insurer_named(slug: str) -> Insurer | None:
    """The insurer with this slug; None for none."""
    with office():
        return Insurer.objects.filter(slug=slug).first()


def decide(
    insurer: str, case_id: int, decision: Decision, *, kinds: Collection[str], by: str, reason: str = ""
) -> None:
    """Decide a case of one of these kinds. Raises NoCase, and CaseRefused when it cannot be: then it still waits."""
    found = insurer_named(insurer)
    if found is None or not _is_one(found.id, case_id, kinds):
        raise NoCase(case_id)
    cases.decide(case_id, decision, by=Staff(found.id, found.name, by), reason=reason, now=timezone.now())


def _is_one(insurer_id: int, case_id: int, kinds: Collection[str]) -> bool:
    with office(insurer_id):
        return Case.objects.filter(insurer_id=insurer_id, id=case_id, kind__in=kinds).exists()
