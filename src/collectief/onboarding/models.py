"""What people who have no account yet ask for."""

from __future__ import annotations

from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models


class AccountApplication(models.Model):
    """One application. Its number is made here: whoever applies may add a row and read none, not even their own:
    so no column has its value from the database, which would hand it back."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    insurer = models.CharField(max_length=50)
    brand = models.CharField(max_length=40)
    language = models.CharField(max_length=5)
    segment = models.CharField(max_length=40)
    organisation = models.CharField(max_length=200)
    kvk = models.CharField(max_length=8)
    name = models.CharField(max_length=120)
    email = models.EmailField()
    phone = models.CharField(max_length=20)
    roles = ArrayField(models.CharField(max_length=40))
    applied_at = models.DateTimeField()
    # Empty until decided; then what was, for the letter.
    decision = models.CharField(max_length=12, default="")
    reason = models.CharField(max_length=500, default="")

    class Meta:
        db_table = "account_application"
