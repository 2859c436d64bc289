"""Who took a request back is a customer: the worker that ends a case's term empties that name too, unread (law 9)."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import plain


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_forgotten")]
    operations = [plain("case_of_work", Audience.WORKER, rights="SELECT (decision), UPDATE (decided_by)")]
