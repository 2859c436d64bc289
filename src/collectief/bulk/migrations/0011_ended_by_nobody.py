"""What nobody can be found to end it for, the worker ends when it destroys its key."""

from __future__ import annotations

from django.db import migrations

from collectief.scope.database import Audience
from collectief.scope.rowsecurity import plain


class Migration(migrations.Migration):
    dependencies = [("bulk", "0010_uncompressed")]
    operations = [plain("batch", Audience.WORKER, rights="UPDATE (state, finished_at)")]
