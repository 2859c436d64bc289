"""Labels: who carries the risk of what is sold, by name and by UZOVI code (K02).

A label comes with its first product. There is no money in a name or a code: one employee keeps them.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from collectief.audit import actions as audit
from collectief.scope.database import office
from collectief.scope.scope import Scope
from collectief.segments.profile import Permission

from . import rules
from .models import LabelCode, Product
from .queries import NoLabel
from .rules import TermsRefused


@transaction.atomic
def rename_label(scope: Scope, old: str, new: str) -> None:
    """Call who carries the risk otherwise, at every product of theirs; no premium or offer changes by it.

    Raises NotAllowed, NoLabel, TermsRefused: label_exists, since two labels do not become one by a name.
    """
    scope.require(Permission.MAINTAIN_CUSTOMERS)
    if old == new:
        return
    with office(scope.insurer_id):
        own = Product.objects.filter(insurer_id=scope.insurer_id)
        taken = (
            own.filter(label=new).exists() or LabelCode.objects.filter(insurer_id=scope.insurer_id, label=new).exists()
        )
        changed = sorted(own.filter(label=old).values_list("id", flat=True))
        if changed and not taken:
            own.filter(id__in=changed).update(label=new)
            LabelCode.objects.filter(insurer_id=scope.insurer_id, label=old).update(label=new)
    if not changed:
        raise NoLabel(old)
    if taken:
        raise TermsRefused("label_exists", name=new)
    audit.record(scope, "label.rename", objects={"product": changed})


@transaction.atomic
def set_code(scope: Scope, label: str, code: rules.LabelCode, *, today: date) -> None:
    """From a day on a label has this UZOVI code, and no other that was yet to come after that day; cards that were made
    keep what stands on them.

    Raises NotAllowed, NoLabel, TermsRefused: uzovi_digits, uzovi_later.
    """
    scope.require(Permission.MAINTAIN_CUSTOMERS)
    with office(scope.insurer_id):
        # Whoever else does this at the moment, or renames it, is waited for.
        own = Product.objects.select_for_update().filter(insurer_id=scope.insurer_id, label=label)
        products = sorted(own.values_list("id", flat=True))
        rows = LabelCode.objects.filter(insurer_id=scope.insurer_id, label=label)
        known = [rules.LabelCode(day, uzovi) for day, uzovi in rows.values_list("first_day", "uzovi")]
        if products:
            rules.judge_label_code(code, known, today=today)
            # What was to come later is what somebody meant otherwise, or mistyped.
            rows.filter(first_day__gt=today, first_day__gte=code.first_day).delete()
            LabelCode.objects.create(
                insurer_id=scope.insurer_id, label=label, first_day=code.first_day, uzovi=code.uzovi
            )
    if not products:
        raise NoLabel(label)
    audit.record(
        scope,
        "label.set_code",
        objects={"product": products},
        detail={"day": code.first_day.isoformat(), "uzovi": code.uzovi},
    )
