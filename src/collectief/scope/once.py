"""A row that can be there once, of two who write it at the same moment."""

from __future__ import annotations

from django.db import IntegrityError, models, transaction


def is_first(row: models.Model) -> bool:
    """Keep a new row; whether it is the first. Where a constraint of its table knows another, nothing is kept."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return False
    return True
